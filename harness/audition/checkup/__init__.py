"""Whether audition can work here: this machine, this ledger, these plugins. `audition doctor`. Private.

The doctor of one plugin, which holds it to its promises, is `audition.doctor`.
"""

from __future__ import annotations

from audition.checkup.checking import check_all
from audition.checkup.findings import Check, Verdict

__all__ = ["Check", "Verdict", "check_all"]
