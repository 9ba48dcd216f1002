"""Chat templates in the forms that families of models use: who writes the beginning, and what ends a turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateKind:
    """One form of chat template."""

    source: str  #: Jinja
    specials: tuple[str, ...]  #: tokens it writes, besides the beginning of sequence
    end: str  #: what ends an assistant's turn
    takes_system: bool = True


_TURNS = "{% for m in messages %}{{ '%s' + %s + '%s' + m['content'] + '%s' }}{% endfor %}"
_ROLE, _MODEL = "m['role']", "('model' if m['role'] == 'assistant' else m['role'])"
_CUE = "{%% if add_generation_prompt %%}{{ '%s' }}{%% endif %%}"
_NO_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"


def _turns(before: str, role: str, between: str, after: str) -> str:
    parts = {"'%s' + %s": f"'{before}' + {role}", "+ '%s' + m": f"+ '{between}' + m", "+ '%s' }}": f"+ '{after}' }}}}"}
    source = _TURNS
    for old, new in parts.items():
        source = source.replace(old, new, 1)
    return source


TEMPLATES: dict[str, TemplateKind] = {
    "gemma": TemplateKind(
        source="{{ bos_token }}"
        + _NO_SYSTEM
        + _turns("<start_of_turn>", _MODEL, "\\n", "<end_of_turn>\\n")
        + _CUE % "<start_of_turn>model\\n",
        specials=("<start_of_turn>", "<end_of_turn>"),
        end="<end_of_turn>",
        takes_system=False,
    ),
    "llama-3": TemplateKind(
        source="{{ bos_token }}{% set today = strftime_now('%d %b %Y') %}"
        "{{ '<|start_header_id|>system<|end_header_id|>\\n\\nToday: ' + today + '<|eot_id|>' }}"
        + _turns("<|start_header_id|>", _ROLE, "<|end_header_id|>\\n\\n", "<|eot_id|>")
        + _CUE % "<|start_header_id|>assistant<|end_header_id|>\\n\\n",
        specials=("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        end="<|eot_id|>",
    ),
    "qwen": TemplateKind(
        source=_turns("<|im_start|>", _ROLE, "\\n", "<|im_end|>\\n") + _CUE % "<|im_start|>assistant\\n",
        specials=("<|im_start|>", "<|im_end|>"),
        end="<|im_end|>",
    ),
    "qwen-thinking": TemplateKind(
        source="{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' }}"
        "{% if m['role'] == 'assistant' and loop.last %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}"
        "{{ m['content'] + '<|im_end|>\\n' }}{% endfor %}" + _CUE % "<|im_start|>assistant\\n",
        specials=("<|im_start|>", "<|im_end|>", "<think>", "</think>"),
        end="<|im_end|>",
    ),
    "phi-3": TemplateKind(
        source=_turns("<|", _ROLE, "|>\\n", "<|end|>\\n") + _CUE % "<|assistant|>\\n",
        specials=("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
        end="<|end|>",
    ),
    "mistral": TemplateKind(
        source="{{ bos_token }}"
        + _NO_SYSTEM
        + "{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
        "{% else %}{{ ' ' + m['content'] | trim + eos_token }}{% endif %}{% endfor %}",
        specials=("[INST]", "[/INST]"),
        end="</s>",
        takes_system=False,
    ),
}
