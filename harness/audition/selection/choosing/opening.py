"""Choose how much a selection measures, where a time or a limit on everything together says so, and open it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from audition.budgets.budget import TotalSpend
from audition.errors import UsageError
from audition.recipes.loading import load_recipe
from audition.selection.choosing.affording import Terms, least, with_fraction, within, within_spend
from audition.selection.config import (
    DEFAULT_RATIO,
    DEFAULT_SELECTOR,
    DEFAULT_SPENDER,
    ONE_RATE,
    SEARCHING,
    SPENDER_RATIO,
)
from audition.selection.open_live import open_live
from audition.selection.plan import cost_model, planned_sizes
from audition.text.durations import format_duration
from audition.types import Cost

if TYPE_CHECKING:
    from audition.measuring.ledger import Ledger
    from audition.plugins.catalog import Catalog
    from audition.selection.choosing.affording import Share
    from audition.selection.config import SelectionConfig
    from audition.selection.live import LiveSelection
    from audition.types import Recipe


def open_chosen(
    config: SelectionConfig,
    catalog: Catalog,
    ledger: Ledger,
    **listeners: Any,  # noqa: ANN401 - as `open_live` has them
) -> tuple[LiveSelection, SelectionConfig]:
    """Return a selection that is ready, and what was asked with all that had to be chosen.

    Raises:
        UsageError: something cannot be had as asked, or the time pays for nothing that the selector could rank by.
    """
    selection = open_live(config, catalog, ledger, **listeners)
    try:
        chosen = _chosen(selection, config)
        if (chosen.recipe, chosen.selector) == (config.recipe, config.selector):
            return replace(selection, budget=chosen.budget, choice=chosen.choice), chosen
        selection.losses.cancel()
        return replace(open_live(chosen, catalog, ledger, **listeners), choice=chosen.choice), chosen
    except BaseException:
        selection.losses.cancel()
        raise


def _chosen(selection: LiveSelection, config: SelectionConfig) -> SelectionConfig:
    """Return the configuration with a budget whose share of the rows is chosen, and within what."""
    budget = config.budget
    paces_itself = bool(getattr(selection.selector, "paces_itself", False))
    if isinstance(budget, TotalSpend):
        terms = terms_of(selection, selection.setting.recipe, budget.fraction)
        if paces_itself:
            return replace(config, budget=with_fraction(budget, _racing_share(terms)))
        return replace(config, budget=within_spend(budget, terms))
    if config.within is None:
        return config
    terms = terms_of(selection, selection.setting.recipe, budget.fraction)
    if not any(terms.ladders()):  # too few rows, whatever the time: opening says what would do
        return config
    share = within(config.within, terms)
    if share is not None:
        return replace(config, budget=with_fraction(budget, share.fraction), choice=_sentence(config, share))
    needs = least(config.within, terms)
    if needs is None:
        return _unknown(config, terms, planned_sizes(selection.selector, (1,)))
    can_drop_search = config.recipe is None and selection.setting.recipe.name == SEARCHING
    if can_drop_search:
        cheaper = terms_of(selection, load_recipe(ONE_RATE), budget.fraction)
        share, needs = within(config.within, cheaper), least(config.within, cheaper)
        if share is not None:
            said = f"{_sentence(config, share)} There is no time to search learning rates: one a model, of its size."
            return replace(config, recipe=ONE_RATE, budget=with_fraction(budget, share.fraction), choice=said)
    return _race(config, selection, terms, needs, recipe=ONE_RATE if can_drop_search else config.recipe)


def terms_of(selection: LiveSelection, recipe: Recipe, most: Fraction) -> Terms:
    """Return what measuring costs by `recipe`; calibrates on this device whatever the ledger does not know."""
    models = selection.fitting
    calibrations = selection.losses.calibrate(models) if planned_sizes(selection.selector, (1,)) else {}
    costs = cost_model(models, selection.setting.task, recipe, len(selection.setting.seeds), calibrations)
    return Terms(
        n_train=selection.setting.task.spec.n_train or 0,
        min_size=selection.min_size,
        fewest=int(getattr(selection.selector, "min_sizes", 1)),
        most=most,
        costs=lambda sizes: [
            sum((costs.of(model, size) for size in planned_sizes(selection.selector, sizes)), Cost())
            for model in models
        ],
        slots=selection.losses.slots,
        n_shards=recipe.n_shards,
    )


def _racing_share(terms: Terms) -> Fraction:
    """Return the largest share that a race runs to, or the smallest that gives it sizes enough."""
    shares = [fraction for fraction, _ in terms.ladders()]
    usual = Fraction(SPENDER_RATIO)
    return next((share for share in shares if share <= usual), shares[-1] if shares else terms.most)


def _unknown(config: SelectionConfig, terms: Terms, asked: tuple[int, ...]) -> SelectionConfig:
    """Return the usual share, or the nearest with sizes enough, where nobody's time is known."""
    shares = [fraction for fraction, _ in terms.ladders()]
    usual = next((share for share in shares if share <= Fraction(DEFAULT_RATIO)), shares[-1])
    said = (
        f"How long {config.within} lets it go is not known before a model is on this disk: {usual} of the rows."
        if asked
        else ""
    )
    return replace(config, budget=with_fraction(config.budget, usual), choice=said)


def _race(
    config: SelectionConfig, selection: LiveSelection, terms: Terms, needs: float | None, *, recipe: str | None
) -> SelectionConfig:
    """Return a race for what the time pays.

    Raises:
        UsageError: another selector was asked for by name.
    """
    if config.within is None:
        raise ValueError("a race within no time")
    n_models = len(selection.fitting)
    problem = (
        f"{config.within} does not pay for the fewest sizes of all {n_models} candidates, "
        f"about {format_duration(needs)} (estimated)"
    )
    if config.selector != DEFAULT_SELECTOR or config.selector_options:
        raise UsageError(f"{problem}. Give --within more, or fewer --models; --spend races for what it pays")
    limit = config.within.seconds * (1 if config.within.is_of_devices else terms.slots * terms.n_shards)
    return replace(
        config,
        selector=DEFAULT_SPENDER,
        recipe=recipe,
        budget=TotalSpend(limit, "seconds", _racing_share(terms)),
        choice=f"{problem}: they race for what it pays.",
    )


def _sentence(config: SelectionConfig, share: Share) -> str:
    sizes = ", ".join(f"{size:,}" for size in share.sizes)
    said = (
        f"Within {config.within}: up to {'all' if share.fraction == 1 else f'{share.fraction} of'} the rows ({sizes}), "
        f"about {format_duration(share.seconds)} at most (estimated)"
    )
    if share.n_unknown:
        said += f", without {share.n_unknown} whose speed nobody knows before they are here"
    if share.larger is None or share.seconds_of_larger is None or config.within is None:
        return f"{said}. It is all that there is." if share.fraction == 1 else f"{said}, the most that was allowed."
    longer = format_duration(share.seconds_of_larger)
    if share.seconds_of_larger <= 2 * config.within.seconds:
        return f"{said}. Twice the time pays for {share.larger} (about {longer})."
    return f"{said}. Twice the time buys no more: {share.larger} takes about {longer}."
