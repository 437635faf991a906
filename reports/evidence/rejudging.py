"""Judges the exchanges of a run log again, offline, and compares the findings. Imports runlog.

The suites run in a process of their own with a client that answers from the log
(`conformance/client/replay.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from conformance.client.replay import NOT_RECORDED
from conformance.plugin.settings import SIGN, SUITES
from conformance.redaction import MASK
from conformance.runlog import read_run
from reports.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.exchange import Exchange
    from conformance.findings import Finding
    from conformance.runlog import Run

Key = tuple[str, str, str]
_QUIET = (
    *("-qq", "--no-header", "--no-summary", "--disable-warnings", "--tb=short"),
    *("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:xdist"),
    *("-p", "no:flexcheck_reports", "-p", "no:allure_pytest", "--flexcheck-quiet"),
)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One clause and case judged twice; "" where a run has no such finding."""

    clause: str
    case: str
    before: str
    after: str
    why: str = ""

    @property
    def name(self) -> str:
        """The clause with its case."""
        return f"{self.clause} [{one_line(self.case, 80)}]" if self.case else self.clause

    def __str__(self) -> str:
        why = f" ({one_line(self.why, 200)})" if self.why else ""
        return f"{self.name}: {self.before or 'absent'} -> {self.after or 'absent'}{why}"


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What came of judging again.

    `same` findings came out the same. `in_part` did too, though they rest on values that
    redaction took away or a login made up. `open` rest on such values and came out otherwise:
    nothing can be said of them. `differing` came out otherwise, with all that they rest on there.
    `failure` says why nothing was judged again.
    """

    same: tuple[str, ...] = ()
    in_part: tuple[str, ...] = ()
    open: tuple[Verdicts, ...] = ()
    differing: tuple[Verdicts, ...] = ()
    failure: str = ""


def rejudge(log: bytes) -> Rejudged:
    """Run the suites on the exchanges of a log and compare what they find with what it says."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.ndjson")
        path.write_bytes(log)
        before = read_run(path)
        arguments = _arguments(before, path, Path(folder, "again"))
        done = subprocess.run(  # noqa: S603 - ours
            arguments, env=_environment(), cwd=folder, capture_output=True, check=False
        )
        try:
            after = read_run(Path(folder, "again"))
        except (OSError, ValueError):
            return Rejudged(failure=_said(done))
        if not after.complete:
            return Rejudged(failure=f"the replay did not end: {_said(done)}")
        return compare_findings(before, after)


def _environment() -> dict[str, str]:
    """Return ours without what would change another pytest than the one that may run us."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return {**kept, SIGN: "1"}


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    text = (done.stderr or done.stdout).decode("utf-8", "replace")
    return one_line(text, 600) or f"the replay ended with exit code {done.returncode}"


def _arguments(run: Run, log: Path, out: Path) -> Sequence[str]:
    # -P: a folder named `conformance` where the user stands is not ours.
    return (
        *(sys.executable, "-P", "-m", "pytest", str(SUITES), "-c", str(SUITES / "run.ini")),
        *(f"--rootdir={SUITES.parent}", *_QUIET, "--replay", str(log), "--out", str(out)),
        *(part for word in run.header.get("only", ()) for part in ("--only", word)),
        *(("--should-fails",) if run.header.get("strict") else ()),
    )


def compare_findings(before: Run, after: Run) -> Rejudged:
    """Compare the findings of a run with those of its replay, finding by finding."""
    old, new = _by_key(before), _by_key(after)
    loose = frozenset(after.footer.get("replay", {}).get("loose", ()))
    masked = {name for name, exchange in before.exchanges.items() if _is_masked(exchange)} | loose
    parts: dict[str, list[Verdicts]] = {"same": [], "in_part": [], "open": [], "differing": []}
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was is None and not before.complete:
            continue  # the replay went on where the run broke off
        partly = any(_cited(finding) & masked for finding in (was, now) if finding)
        parts[_part(was, now, partly=partly)].append(_verdicts(key, was, now))
    return Rejudged(
        same=tuple(item.clause for item in parts["same"]),
        in_part=tuple(item.clause for item in parts["in_part"]),
        open=tuple(parts["open"]),
        differing=tuple(parts["differing"]),
    )


def _part(was: Finding | None, now: Finding | None, *, partly: bool) -> str:
    if was and now and was.outcome is now.outcome:
        return "in_part" if partly else "same"
    missing = now is not None and now.message.startswith(NOT_RECORDED)
    return "open" if partly and was and now and not missing else "differing"


def _verdicts(key: Key, was: Finding | None, now: Finding | None) -> Verdicts:
    return Verdicts(
        key[0],
        key[1],
        was.outcome.value if was else "",
        now.outcome.value if now else "",
        now.message if now else "",
    )


def _by_key(run: Run) -> Mapping[Key, Finding]:
    """A test repeated (rerun, xdist restart) leaves its last finding."""
    return {(finding.clause, finding.case, finding.test): finding for finding in run.findings}


def _cited(finding: Finding) -> frozenset[str]:
    return frozenset((*finding.exchanges, *(item.exchange for item in finding.assertions)))


def _is_masked(exchange: Exchange) -> bool:
    """Whether redaction took a value that a check may judge; not just the credential sent."""
    return any(MASK in text for text in _judgeable(exchange))


def _judgeable(exchange: Exchange) -> Iterator[str]:
    yield exchange.request.url
    yield exchange.request.body
    if response := exchange.response:
        yield response.body
        yield response.header("location")
