"""The Hugging Face hub and its cache: what is there, and what went wrong in one line."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audition.checkpoints.files import CONFIG, README, missing_file
from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_COMMIT = re.compile(r"[0-9a-f]{40}")


class HubError(UsageError):
    """The hub did not give what was asked for; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    """What the hub says of one revision of a model, without downloading it."""

    commit: str
    sizes: Mapping[str, int]  #: bytes of each file
    n_params: int | None  #: as the hub counts, buffers included; None where the weights are pickled
    is_gated: bool


def is_commit(revision: str | None) -> bool:
    """Return whether `revision` can never move."""
    return bool(revision and _COMMIT.fullmatch(revision))


def cached_folder(model: str, revision: str | None) -> Path | None:
    """Return the snapshot of `revision` in the hub's cache, or None unless it is complete. No network."""
    with _explained(model, revision):
        from huggingface_hub import try_to_load_from_cache

        found = try_to_load_from_cache(model, CONFIG, revision=revision)
    folder = Path(found).parent if isinstance(found, str) else None
    return folder if folder and missing_file(folder) is None else None


def look_up(model: str, revision: str | None, *, timeout: float | None = None) -> HubModel:
    """Return what the hub knows of `model`.

    Raises:
        HubError: it has no such model or revision, wants a token, or does not answer within `timeout` seconds.
    """
    with _explained(model, revision):
        from huggingface_hub import HfApi

        info = HfApi().model_info(model, revision=revision, files_metadata=True, timeout=timeout)
    return HubModel(
        commit=str(info.sha),
        sizes={file.rfilename: file.size or 0 for file in info.siblings or ()},
        n_params=info.safetensors.total if info.safetensors else None,
        is_gated=bool(info.gated),
    )


def download(model: str, revision: str | None, names: Sequence[str]) -> Path:
    """Fetch the named files of `revision`, those in the cache excepted, and return the snapshot's folder.

    Raises:
        HubError: see `look_up`.
    """
    with _explained(model, revision):
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(model, revision=revision, allow_patterns=list(names)))


def download_card(model: str, revision: str | None, info: HubModel) -> Path:
    """Fetch configuration and README alone, a few kilobytes, and return their folder."""
    return download(model, revision, [name for name in (CONFIG, README) if name in info.sizes])


@contextmanager
def _explained(model: str, revision: str | None) -> Iterator[None]:
    """Turn what the hub's client raises into one line that says what to do."""
    try:
        from huggingface_hub import constants, errors, get_token
    except ImportError as error:
        raise HubError(f"{model!r} is on the hub, which needs: pip install 'audition[train]'") from error
    # The client's HTTP library, whichever it is, has one base for every way a request can fail.
    request_error: type[Exception] = errors.HTTPError  # type: ignore[attr-defined]  # imported there, not exported
    has_token = get_token() is not None
    try:
        yield
    except errors.HFValidationError as error:
        raise HubError(f"{model!r} is not a hub id: expected org/name") from error
    except errors.GatedRepoError as error:
        token = "the token in use has no access" if has_token else "no token is set"
        page = f"{constants.ENDPOINT}/{model}"
        raise HubError(f"{model!r} is gated, and {token}: accept its licence at {page} and set HF_TOKEN") from error
    except errors.RevisionNotFoundError as error:
        raise HubError(f"{model!r} has no revision {revision!r} on the hub") from error
    except errors.RepositoryNotFoundError as error:
        hint = "" if has_token else "; if it is private, set HF_TOKEN"
        raise HubError(f"no model {model!r} on the hub at {constants.ENDPOINT}{hint}") from error
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError, request_error, OSError) as error:
        raise HubError(_unreachable(model, error)) from error


def _unreachable(model: str, error: Exception) -> str:
    from huggingface_hub import constants

    where = f"{model!r} is not complete in the cache {constants.HF_HUB_CACHE!r}"
    if constants.HF_HUB_OFFLINE:
        return f"{where}, and HF_HUB_OFFLINE is set: unset it, or name a local folder"
    reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return f"{where}, and the hub at {constants.ENDPOINT} cannot be used ({reason})"
