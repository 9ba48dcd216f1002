"""The hub's cache, and whether the hub answers."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from audition.checkup.findings import Check
from audition.errors import describe
from audition.text.sizes import format_bytes

NO_HUB = "no hub: local and cached models only"


def cache_folder() -> Path | None:
    """Return the folder of the hub's cache, which need not exist; None: its client is not installed."""
    constants = _constants()
    return None if constants is None else Path(constants.HF_HUB_CACHE)


def check_cache() -> Check:
    """Return where downloaded models are, how many, and how large they are together."""
    folder = cache_folder()
    if folder is None:
        found = "the hub's client is not installed"
        return Check(name="hub cache", verdict="warning", found=found, advice="pip install 'audition[train]'")
    facts: dict[str, object] = {"path": str(folder), "is_offline": bool(_constants().HF_HUB_OFFLINE)}
    if not folder.exists():
        return Check(name="hub cache", verdict="ok", found=f"{folder}: empty so far", facts=facts)
    try:
        models = [entry for entry in folder.iterdir() if entry.name.startswith(("models--", "datasets--"))]
        n_bytes = sum(_size(entry / "blobs") for entry in models)
    except OSError as error:
        advice = "make it readable for you, or set HF_HOME to a folder that is"
        found = f"{folder}: cannot be read: {error.strerror}"
        return Check(name="hub cache", verdict="problem", found=found, advice=advice, facts=facts)
    facts |= {"n_repositories": len(models), "bytes": n_bytes}
    found = f"{folder}: {len(models)} models and data sets, {format_bytes(n_bytes)}"
    if not os.access(folder, os.W_OK):
        advice = "nothing can be downloaded: make it writable, or set HF_HOME to a folder that is"
        return Check(name="hub cache", verdict="warning", found=f"{found}, read-only", advice=advice, facts=facts)
    return Check(name="hub cache", verdict="ok", found=found, facts=facts)


def check_hub(timeout: float) -> Check:
    """Return whether the hub answers within `timeout` seconds. To be offline is no problem."""
    constants = _constants()
    if constants is None:
        return Check(name="hub", verdict="warning", found=NO_HUB, advice="pip install 'audition[train]'")
    facts = {"endpoint": constants.ENDPOINT, "is_offline": bool(constants.HF_HUB_OFFLINE), "answers": False}
    if constants.HF_HUB_OFFLINE:
        advice = "unset HF_HUB_OFFLINE to download"
        return Check(name="hub", verdict="ok", found=f"{NO_HUB} (HF_HUB_OFFLINE is set)", advice=advice, facts=facts)
    reason = why_not(constants.ENDPOINT, timeout)
    if reason:
        found = f"{NO_HUB} ({constants.ENDPOINT}: {reason})"
        advice = "set HF_HUB_OFFLINE=1 so that nothing waits for it, or see to network and proxy"
        return Check(name="hub", verdict="warning", found=found, advice=advice, facts=facts)
    token = "with a token" if _has_token() else "without a token: gated models need HF_TOKEN"
    facts["answers"] = True
    return Check(name="hub", verdict="ok", found=f"{constants.ENDPOINT} answers, {token}", facts=facts)


def why_not(url: str, timeout: float) -> str:
    """Return why `url` gives no answer within `timeout` seconds, looking up its name included; "" where it does."""
    outcome = [f"no answer within {timeout:g} s"]

    def ask() -> None:
        try:
            with urlopen(Request(url, method="HEAD"), timeout=timeout):  # noqa: S310 - the user's own endpoint
                outcome[0] = ""
        except HTTPError as error:
            error.close()
            # the hub, or a stand-in for it, is there; a proxy that refuses is not it
            outcome[0] = "" if error.code in (404, 405) else f"HTTP status {error.code}"
        except TimeoutError:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no answer
            outcome[0] = str(getattr(error, "reason", "") or describe(error))

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout)
    return outcome[0]


def _size(folder: Path) -> int:
    return sum(entry.stat().st_size for entry in os.scandir(folder) if entry.is_file()) if folder.exists() else 0


def _has_token() -> bool:
    from huggingface_hub import get_token

    return get_token() is not None


def _constants() -> Any:  # noqa: ANN401 - a module
    try:
        from huggingface_hub import constants
    except ImportError:
        return None
    return constants
