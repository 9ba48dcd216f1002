from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audition import hookimpl
from audition.errors import PluginError, PluginWarning, UsageError
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.types import (
    AdapterEntry,
    ExecutorEntry,
    LossCurve,
    ModelSpec,
    SelectorEntry,
    TaskEntry,
    TaskOptions,
    TaskSpec,
)

if TYPE_CHECKING:
    from worlds.throwaway import Site


class Offers:
    """A plugin that offers what it is given."""

    def __init__(self, **entries: list[Any]) -> None:
        self.entries = entries

    @hookimpl
    def audition_models(self) -> list[ModelSpec]:
        return self.entries.get("models", [])

    @hookimpl
    def audition_tasks(self) -> list[TaskEntry]:
        return self.entries.get("tasks", [])

    @hookimpl
    def audition_adapters(self) -> list[AdapterEntry]:
        return self.entries.get("adapters", [])

    @hookimpl
    def audition_selectors(self) -> list[SelectorEntry]:
        return self.entries.get("selectors", [])

    @hookimpl
    def audition_executors(self) -> list[ExecutorEntry]:
        return self.entries.get("executors", [])

    @hookimpl
    def audition_curves(self, task: str) -> list[LossCurve]:
        return self.entries.get("curves", [])


def catalog_of(site: Site, **plugins: Offers) -> Catalog:
    return Catalog(load_plugins(path=site.path, extra=plugins))


def model(name: str, family: str = "toy") -> ModelSpec:
    return ModelSpec(
        name=name,
        family=family,
        adapter="toy",
        checkpoint=name,
        architecture="decoder-only",
        licence="mit",
        n_params=1,
    )


def opened(address: str, options: TaskOptions) -> Any:  # noqa: ANN401 - tells which address was opened, and how
    return address, options


def task(name: str) -> TaskEntry:
    return TaskEntry(name=name, open=opened, spec=TaskSpec(name=name, description="toy"))


def files(name: str, *suffixes: str) -> TaskEntry:
    return TaskEntry(name=name, open=lambda address, _options: (name, address), suffixes=suffixes)  # type: ignore[arg-type, return-value]


def selector(name: str, *aliases: str) -> SelectorEntry:
    return SelectorEntry(name=name, make=opened, summary="toy", aliases=aliases)


def adapter(name: str, *model_types: str) -> AdapterEntry:
    return AdapterEntry(name=name, model_types=model_types, load=opened)  # type: ignore[arg-type]


def curve(model: str, task: str = "toy") -> LossCurve:
    return LossCurve(model=model, task=task, loss_unit="nats/token", n_samples=(0,), loss=(1.0,), source="made up")


def test_entries_are_found_by_name_with_their_plugin(site: Site) -> None:
    catalog = catalog_of(site, ada=Offers(models=[model("a")]), bob=Offers(models=[model("b")]))
    assert {name: offer.plugin for name, offer in catalog.models.items()} == {"a": "ada", "b": "bob"}
    assert catalog.model("b") == model("b")


def test_a_catalog_cannot_be_changed(site: Site) -> None:
    catalog = catalog_of(site, ada=Offers(models=[model("a")]))
    with pytest.raises(TypeError):
        catalog.models["b"] = catalog.models["a"]  # type: ignore[index]


CLASHES: dict[str, list[Any]] = {
    "models": [model("x")],
    "tasks": [task("x")],
    "adapters": [adapter("x", "x")],
    "selectors": [selector("x")],
    "executors": [ExecutorEntry(name="x", make=opened, summary="toy")],
}


@pytest.mark.parametrize("kind", sorted(CLASHES))
def test_a_name_offered_by_two_plugins_names_both(site: Site, kind: str) -> None:
    catalog = catalog_of(site, ada=Offers(**{kind: CLASHES[kind]}), bob=Offers(**{kind: CLASHES[kind]}))
    with pytest.raises(PluginError, match=r"^plugins 'ada' and 'bob' both offer .*'x': disable one of them"):
        getattr(catalog, kind)


@pytest.mark.parametrize("kind", sorted(CLASHES))
def test_a_name_offered_twice_by_one_plugin_names_it(site: Site, kind: str) -> None:
    catalog = catalog_of(site, ada=Offers(**{kind: [*CLASHES[kind], *CLASHES[kind]]}))
    with pytest.raises(PluginError, match=r"^plugin 'ada' offers .*'x' twice"):
        getattr(catalog, kind)


@pytest.mark.parametrize(
    ("kind", "one", "other", "message"),
    [
        ("tasks", files("a", ".csv", ".tsv"), files("b", ".tsv"), "file suffix '.tsv'"),
        ("tasks", TaskEntry(name="a", open=opened, scheme="s"), TaskEntry(name="b", open=opened, scheme="s"), "'s'"),
        ("adapters", adapter("a", "gpt2"), adapter("b", "opt", "gpt2"), "adapter for model type 'gpt2'"),
        ("adapters", adapter("a"), adapter("b"), "adapter for model type 'any other'"),
        ("selectors", selector("ats"), selector("AtS"), "selector 'ats'"),
        ("selectors", selector("ats"), selector("b", "ATS"), "selector 'ats'"),
    ],
)
def test_claims_clash_like_names(site: Site, kind: str, one: object, other: object, message: str) -> None:
    catalog = catalog_of(site, ada=Offers(**{kind: [one]}), bob=Offers(**{kind: [other]}))
    with pytest.raises(PluginError, match=f"'ada' and 'bob' both offer .*{message}"):
        getattr(catalog, kind)


def test_an_unknown_model_is_answered_with_near_misses(site: Site) -> None:
    catalog = catalog_of(site, ada=Offers(models=[model("gpt2-medium"), model("facebook/opt-350m")]))
    with pytest.raises(UsageError, match=r"^no model called 'gpt2-mediun'. Did you mean gpt2-medium\?$"):
        catalog.model("gpt2-mediun")
    with pytest.raises(UsageError, match="Did you mean facebook/opt-350m"):
        catalog.model("opt-350")


def test_models_are_told_apart_by_case(site: Site) -> None:
    catalog = catalog_of(site, ada=Offers(models=[model("GPT"), model("gpt")]))
    assert catalog.model("GPT").name == "GPT"
    with pytest.raises(UsageError):
        catalog.model("Gpt")


def test_an_unknown_name_says_how_many_plugins_failed(site: Site) -> None:
    site.install("bad-models", {"bad": "1 / 0"})
    with pytest.warns(PluginWarning):
        catalog = catalog_of(site, ada=Offers(models=[model("a")]))
    with pytest.raises(UsageError, match=r"Known: a \(1 plugin failed to load: see `audition plugins`\)$"):
        catalog.model("unlike-any")


@pytest.mark.parametrize("name", ["ats", "AtS", "ATS", "accept-then-stop", "Accept-Then-Stop"])
def test_selectors_are_found_by_name_and_alias_whatever_the_case(site: Site, name: str) -> None:
    catalog = catalog_of(site, ada=Offers(selectors=[selector("ats", "Accept-then-Stop"), selector("other")]))
    assert catalog.selector(name).name == "ats"


def test_unknown_selectors_executors_and_adapters_are_answered(site: Site) -> None:
    executor = ExecutorEntry(name="local", make=opened, summary="toy")
    offers = Offers(selectors=[selector("ats")], executors=[executor], adapters=[adapter("gpt2", "gpt2")])
    catalog = catalog_of(site, ada=offers)
    assert catalog.executor("local") == executor
    assert catalog.adapter("gpt2").model_types == ("gpt2",)
    with pytest.raises(UsageError, match="no selector called 'atz'. Did you mean ats"):
        catalog.selector("atz")
    with pytest.raises(UsageError, match="no executor called 'lokal'. Did you mean local"):
        catalog.executor("lokal")
    with pytest.raises(UsageError, match="no adapter called 'gpt3'. Did you mean gpt2"):
        catalog.adapter("gpt3")


def test_a_model_type_goes_to_the_adapter_that_claims_it_else_to_the_one_that_claims_none(site: Site) -> None:
    catalog = catalog_of(site, ada=Offers(adapters=[adapter("auto"), adapter("t5", "t5", "mt5")]))
    assert catalog.adapter_for("mt5").name == "t5"
    assert catalog.adapter_for("llama").name == "auto"


def test_without_auto_an_unclaimed_model_type_is_an_error(site: Site) -> None:
    catalog = catalog_of(site, ada=Offers(adapters=[adapter("t5", "t5")]))
    with pytest.raises(UsageError, match="no adapter for model type called 'llama'"):
        catalog.adapter_for("llama")


def test_curves_of_all_plugins_are_gathered(site: Site) -> None:
    catalog = catalog_of(site, ada=Offers(curves=[curve("a")]), bob=Offers(curves=[curve("b")]))
    assert [(offer.plugin, offer.entry.model) for offer in catalog.curves("toy")] == [("ada", "a"), ("bob", "b")]


def test_one_curve_offered_by_two_plugins_names_both(site: Site) -> None:
    catalog = catalog_of(site, ada=Offers(curves=[curve("a")]), bob=Offers(curves=[curve("a")]))
    with pytest.raises(PluginError, match="'ada' and 'bob' both offer curve on 'toy' of 'a in nats/token'"):
        catalog.curves("toy")


def test_a_curve_of_another_task_is_a_broken_plugin(site: Site) -> None:
    catalog = catalog_of(site, ada=Offers(curves=[curve("a", task="other")]))
    with pytest.raises(PluginError, match="plugin 'ada': audition_curves returned a curve of task 'other'"):
        catalog.curves("toy")


def test_a_task_is_opened_by_whatever_opens_its_name(site: Site) -> None:
    options = TaskOptions(target_column="answer")
    catalog = catalog_of(site, ada=Offers(tasks=[task("flan"), TaskEntry(name="hub", open=opened, scheme="hf")]))
    listed: object = catalog.open_task("flan")
    from_the_hub: object = catalog.open_task("hf:org/name", options)
    assert listed == ("flan", TaskOptions())
    assert from_the_hub == ("hf:org/name", options)
