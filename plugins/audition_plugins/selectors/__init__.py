"""The selectors that come with audition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition import hookimpl
from audition.types import SelectorEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

PAPER = "Lin et al., Selecting Large Language Model to Fine-tune via Rectified Scaling Law, ICML 2024, arXiv 2402.02314"


@hookimpl
def audition_selectors() -> Iterable[SelectorEntry]:
    """Return the default, its relatives, and the paper's selectors."""
    from audition_plugins.selectors.ats import AcceptThenStop
    from audition_plugins.selectors.ats_family import FamilyAcceptThenStop
    from audition_plugins.selectors.guarded import Bank, Guarded
    from audition_plugins.selectors.model_size import ModelSize
    from audition_plugins.selectors.our_fit import OurFit
    from audition_plugins.selectors.race import Race
    from audition_plugins.selectors.sub_tuning import SubTuning
    from audition_plugins.selectors.vanilla_fit import VanillaFit
    from audition_plugins.selectors.zero_shot import ZeroShot

    yield SelectorEntry(
        name="guarded",
        make=Guarded,
        summary="curve bank and AtS averaged, kept from promising one much more than the pool gains; with intervals",
    )
    yield SelectorEntry(
        name="race",
        make=Race,
        summary="everybody small, the promising on, each time twice as far, until certain enough; with intervals",
    )
    yield SelectorEntry(
        name="bank",
        make=Bank,
        summary="a bank of synthetic curves: where those end that agree with what was measured; with intervals",
    )
    yield SelectorEntry(
        name="ats",
        make=AcceptThenStop,
        summary="accept sizes from the largest down, stop at the pre-power phase, extrapolate the line (Algorithm 1)",
        citation=PAPER,
        aliases=("AtS",),
    )
    yield SelectorEntry(
        name="ats-family",
        make=FamilyAcceptThenStop,
        summary="AtS among the largest model of each family only",
        citation=PAPER,
        aliases=("AtS-Family",),
    )
    yield SelectorEntry(
        name="sub-tuning",
        make=SubTuning,
        summary="loss after fine-tuning on the largest subset that the budget allows",
        citation=PAPER,
        aliases=("SubTuning",),
    )
    yield SelectorEntry(
        name="zero-shot",
        make=ZeroShot,
        summary="loss without any fine-tuning",
        citation=PAPER,
        aliases=("ZeroShot",),
    )
    yield SelectorEntry(
        name="model-size",
        make=ModelSize,
        summary="the more parameters the better; measures nothing",
        citation=PAPER,
        aliases=("ModelSize",),
    )
    yield SelectorEntry(
        name="our-fit",
        make=OurFit,
        summary="the rectified law through all points, zero-shot too, extrapolated; fitted as published, or fully",
        citation=PAPER,
        aliases=("OurFit",),
    )
    yield SelectorEntry(
        name="vanilla-fit",
        make=VanillaFit,
        summary="the vanilla scaling law through all sizes, extrapolated; ten random starts",
        citation=PAPER,
        aliases=("VanillaFit",),
    )
