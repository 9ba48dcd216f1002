"""Have pytest hold subjects to the conformance classes, in this process and undisturbed by anybody's settings."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audition.doctor import cases
from audition.doctor.findings import Finding
from audition.errors import AuditionError, describe
from audition.testing.promises import BrokenPromise, Promise, promise_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from audition.doctor.findings import Outcome
    from audition.doctor.subjects import Subject

_OPTIONS = (
    "--noconftest",
    "--import-mode=importlib",
    "--capture=sys",
    *(
        word
        for name in ("terminal", "cacheprovider", "logging", "faulthandler", "threadexception", "unraisableexception")
        for word in ("-p", f"no:{name}")
    ),
)
_ENVIRONMENT: Mapping[str, str | None] = {
    "PYTEST_ADDOPTS": None,
    "PYTEST_PLUGINS": None,
    "PYTEST_CURRENT_TEST": None,
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "HF_HUB_OFFLINE": "1",  # read when a hub library is imported: an examination downloads nothing
    "HF_DATASETS_OFFLINE": "1",
}
#: what breaks before a check begins, in a fixture
_READY = Promise(text="it can be made ready for its checks", keep="mend that first: nothing else can be checked before")


def run(subjects: Sequence[Subject], on_finding: Callable[[Finding], None] = lambda _: None) -> tuple[Finding, ...]:
    """Return one finding a check and subject, in the order of `subjects`.

    Raises:
        AuditionError: pytest itself failed.
    """
    examination = _Examination(subjects, on_finding)
    kinds = {subject.kind for subject in subjects}
    classes = [name for name, value in vars(cases).items() if getattr(value, "kind", None) in kinds]
    with tempfile.TemporaryDirectory(prefix="audition-doctor-") as folder, _environment(), _silence() as words:
        ini = Path(folder, "pytest.ini")
        ini.write_text("[pytest]\n", encoding="utf-8")
        places = ["-c", str(ini), f"--rootdir={folder}", f"--basetemp={Path(folder, 'tmp')}"]
        code = pytest.main(
            [*_OPTIONS, *places, *(f"{cases.__file__}::{name}" for name in classes)], plugins=[examination]
        )
    if examination.is_interrupted:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        trouble = " ".join(examination.trouble.split() or words.getvalue().split())
        raise AuditionError(f"the checks could not be run: pytest ended with {code!r}: {trouble}")
    return tuple(examination.findings)


class _Examination:
    """A plugin of pytest: gives every check its subjects, and notes what comes of it."""

    def __init__(self, subjects: Sequence[Subject], on_finding: Callable[[Finding], None]) -> None:
        self.findings: list[Finding] = []
        self.is_interrupted = False
        self.trouble = ""  #: why checks could not be collected
        self._subjects = subjects
        self._on_finding = on_finding

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        kind = getattr(metafunc.cls, "kind", None)
        subjects = [subject for subject in self._subjects if subject.kind == kind]
        metafunc.parametrize("subject", subjects, ids=[subject.name for subject in subjects], scope="function")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Finish one subject before the next begins."""
        place = {id(subject): number for number, subject in enumerate(self._subjects)}
        items.sort(key=lambda item: place[id(_subject(item))])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.trouble = report.longreprtext

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.is_interrupted = type(excinfo.value) is KeyboardInterrupt

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        is_end = report.when == "call" or report.outcome != "passed"
        if is_end and report.when != "teardown":
            self._note(item, call, "kept" if report.passed else "not-checked" if report.skipped else "broken")
        return report

    def _note(self, item: pytest.Item, call: pytest.CallInfo[None], outcome: Outcome) -> None:
        subject = _subject(item)
        promise = promise_of(getattr(item, "function", None)) if call.when == "call" or outcome != "broken" else _READY
        error = call.excinfo.value if call.excinfo else None
        finding = Finding(
            kind=subject.kind,
            entry=subject.name,
            check=_name(item),
            promise=promise.text if promise else "",
            outcome=outcome,
            message="" if error is None else _seen(error),
            keep=promise.keep if promise and outcome == "broken" else "",
        )
        self.findings.append(finding)
        self._on_finding(finding)


def _subject(item: pytest.Item) -> Subject:
    subject: Subject = item.callspec.params["subject"]  # type: ignore[attr-defined]  # of a function, which it is
    return subject


def _name(item: pytest.Item) -> str:
    """Return the name of the check and, in brackets, which of several it is."""
    name, _, which = item.name.removeprefix("test_").partition("[")
    others = which.removesuffix("]").replace(_subject(item).name, "", 1).strip("-")
    return f"{name}[{others}]" if others else name


def _seen(error: BaseException) -> str:
    if isinstance(error, BrokenPromise):
        return error.seen
    return str(error) if isinstance(error, pytest.skip.Exception) else f"it raised {describe(error)}"


@contextmanager
def _environment() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    _set(_ENVIRONMENT)
    try:
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _silence() -> Iterator[StringIO]:
    """Collect what pytest says: nothing, unless it cannot run."""
    words = StringIO()
    with redirect_stdout(words), redirect_stderr(words):
        yield words
