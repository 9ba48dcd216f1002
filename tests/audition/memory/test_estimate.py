from __future__ import annotations

from audition.memory import MicroBatch, estimate_memory, estimate_step
from audition.memory.estimate import least_bytes
from audition.types import ModelShape, ModelSpec, Recipe


def spec(n_params: int | None = 1_000_000, shape: ModelShape | None = None) -> ModelSpec:
    return ModelSpec(
        name="a",
        family="a",
        adapter="toy",
        checkpoint="a",
        architecture="decoder-only",
        licence="MIT",
        n_params=n_params,
        shape=shape,
    )


def test_states_take_sixteen_bytes_a_parameter_in_fp32() -> None:
    assert least_bytes(spec(), Recipe(name="r"), is_cuda=False) == 16_000_000


def test_a_model_of_unknown_shape_has_no_estimate_since_nobody_knows_its_activations() -> None:
    assert estimate_memory(spec(), Recipe(name="r"), precision="fp32") is None


def test_the_logits_of_a_large_vocabulary_count() -> None:
    def logits(n_vocab: int) -> int:
        shape = ModelShape(n_layers=2, d_model=8, n_heads=2, d_head=4, d_ff=32, n_vocab=n_vocab)
        batch = MicroBatch(n_rows=10, n_input_tokens=50, n_target_tokens=50)
        need = estimate_step(spec(shape=shape), Recipe(name="r"), precision="fp32", micro_batch=batch)
        return need.logits

    assert logits(250_000) == 250_000 * 10 * 50 * 12, "log-probabilities, their gradient, and that of the logits"
    assert logits(250_000) == 5 * logits(50_000)


def test_a_model_of_unknown_size_has_no_estimate() -> None:
    assert estimate_memory(spec(None), Recipe(name="r"), precision="fp32") is None
