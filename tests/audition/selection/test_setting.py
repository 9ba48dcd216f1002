from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from audition.budgets.budget import SizeCap
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.selection.config import SelectionConfig
from audition.selection.setting import open_setting

if TYPE_CHECKING:
    from audition.types import PluginFile


def test_the_hash_of_a_file_is_the_version_of_its_adapter(adapter: PluginFile) -> None:
    """It is part of the key of a measurement: another file is another adapter, and measures anew."""
    config = SelectionConfig(task="package-synopsis", budget=SizeCap(Fraction(1, 8)), device="cpu")
    setting, _ = open_setting(config, Catalog(load_plugins(files=["adapter.py"])))
    assert setting.adapters["mine"] == f"mine of local sha256:{adapter.sha256}"
    assert setting.adapters["gpt2"].startswith("gpt2 of audition 0.")
