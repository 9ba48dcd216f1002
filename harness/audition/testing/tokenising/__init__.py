"""What audition must do with every tokeniser. Inherit from `TokeniserConformance` and give it a checkpoint.

    class TestMyTokeniser(TokeniserConformance):
        @pytest.fixture
        def checkpoint(self):
            return Path("my/checkpoint")

The reference is transformers' own rendering and tokenising, and plain torch. Any checkpoint that audition can load will
do; one that has to learn something should be small.
"""

from __future__ import annotations

from audition.testing.tokenising.checks import TokeniserConformance

__all__ = ["TokeniserConformance"]
