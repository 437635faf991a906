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

import orjson

from conformance.client.replay import NOT_RECORDED
from conformance.plugin.settings import SIGN, SUITES
from conformance.redaction import MASK
from conformance.runlog import parse_run, read_run
from reports.exchange_text import is_public
from reports.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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

    `same` findings came out the same. `in_part` did too, though they rest on values that redaction
    took away (on pseudonyms of members, too) or a login made up. `open` rest on such values and
    came out otherwise: nothing can be said of them. `differing` came out otherwise, with all that
    they rest on there.
    `failure` says why nothing was judged again.
    """

    same: tuple[str, ...] = ()
    in_part: tuple[str, ...] = ()
    open: tuple[Verdicts, ...] = ()
    differing: tuple[Verdicts, ...] = ()
    failure: str = ""


def rejudge(log: bytes) -> Rejudged:
    """Run the suites on the exchanges of a log and compare what they find with what it says."""
    before = parse_run(log)
    replays: dict[str, Run] = {}
    with TemporaryDirectory() as folder:
        for worker, without in _shares(before).items():
            path, out = Path(folder, f"run{worker}.ndjson"), Path(folder, f"again{worker}")
            others = Path(folder, "others.txt")
            path.write_bytes(_part_of(log, worker))
            others.write_text("\n".join(without), encoding="utf-8")
            done = subprocess.run(  # noqa: S603 - ours
                [*_arguments(before, path, out), "--replay-without", str(others)],
                env=_environment(),
                cwd=folder,
                capture_output=True,
                check=False,
            )
            try:
                replays[worker] = read_run(out)
            except (OSError, ValueError):
                return Rejudged(failure=_said(done))
            if not replays[worker].complete:
                return Rejudged(failure=f"the replay did not end: {_said(done)}")
    return compare_findings(before, replays)


def _shares(run: Run) -> dict[str, Sequence[str]]:
    """Return the tests that each xdist worker's replay leaves out, for another worker judged them.

    "" is a run without workers. The first takes what rests on no exchange or is not in the log.
    """
    workers = sorted({_worker(name) for name in run.exchanges}) or [""]
    judged = {finding.test: _judge_of(finding) or workers[0] for finding in run.findings}
    return {
        worker: [test for test, judge in judged.items() if judge != worker] for worker in workers
    }


def _judge_of(finding: Finding) -> str:
    """Return the worker that made a finding, "" where it rests on no exchange."""
    return next((_worker(name) for name in sorted(_cited(finding)) if name), "")


def _worker(exchange: str) -> str:
    """Return the xdist worker that made an exchange: of `ex-gw0-0041` it is `gw0`, else ""."""
    return "".join(exchange.split("-")[1:-1])


def _part_of(log: bytes, worker: str) -> bytes:
    """Return a log with the exchanges of one worker: each had logins and a course of its own."""
    return b"".join(line for line in log.splitlines(keepends=True) if _concerns(line, worker))


def _concerns(line: bytes, worker: str) -> bool:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:  # cut short by a kill
        return False
    return bool(record["type"] != "exchange" or _worker(record["id"]) == worker)


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
        *(f"--only={word}" for word in run.header.get("only", ())),
        *(("--should-fails",) if run.header.get("strict") else ()),
    )


def compare_findings(before: Run, replays: Mapping[str, Run]) -> Rejudged:
    """Compare the findings of a run with those of its replays, one for each xdist worker."""
    old = _by_key(before)
    new = [_by_key(replay) for replay in replays.values()]
    hidden = before.header.get("evidence", {}).get("bodies") == "pseudonyms"
    spoiled = {name for name, exchange in before.exchanges.items() if _is_masked(exchange)}
    for replay in replays.values():
        spoiled |= set(replay.footer.get("replay", {}).get("loose", ()))
    parts: dict[str, list[Verdicts]] = {"same": [], "in_part": [], "open": [], "differing": []}
    for key in dict.fromkeys([*old, *(key for found in new for key in found)]):
        was = old.get(key)
        if was is None and not before.complete:
            continue  # the replay went on where the run broke off
        now = _again(key, new)
        partly = any(_cited(finding) & spoiled for finding in (was, now) if finding)
        veiled = hidden and not is_public(str(before.clauses.get(key[0], {}).get("area", "")))
        part = _part(was, now, partly=partly or veiled, veiled=veiled)
        parts[part].append(_verdicts(key, was, now))
    return Rejudged(
        same=tuple(item.clause for item in parts["same"]),
        in_part=tuple(item.clause for item in parts["in_part"]),
        open=tuple(parts["open"]),
        differing=tuple(parts["differing"]),
    )


def _again(key: Key, new: Iterable[Mapping[Key, Finding]]) -> Finding | None:
    """Return what is found now: each test is judged in one of the replays."""
    return next((findings[key] for findings in new if key in findings), None)


def _part(was: Finding | None, now: Finding | None, *, partly: bool, veiled: bool) -> str:
    if was and now and was.outcome is now.outcome:
        return "in_part" if partly else "same"
    missing = now is not None and now.message.startswith(NOT_RECORDED)
    # Another request than the recorded one is made of pseudonyms: that says nothing either.
    return "open" if partly and was and now and (veiled or not missing) else "differing"


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
