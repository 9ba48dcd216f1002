"""What tests of several rooms share of recorded models."""

from __future__ import annotations

from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.recipes.loading import load_recipe

MODELS = {offer.entry.name: offer.entry for offer in Catalog(load_plugins()).models.values()}


PAPER = load_recipe("paper")
