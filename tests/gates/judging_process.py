"""One of the processes that judge: a job a line on stdin, its verdict a line on stdout."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from catalogue import REWRITES
from judging import Job, free_port
from rewriting_proxy import RewritingProxy, honest
from worlds import WORLDS

import suites
from conformance.cli.run import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rewriting_proxy import Change
    from worlds import World

    from conformance.mock import RunningMock

#: What these runs can do without: reports are tested elsewhere.
SPARING = (
    *(f"-pno:{name}" for name in ("allure_pytest", "flexcheck_reports", "unraisableexception")),
    *("-pno:logging", "-pno:capture"),
)
#: Runs after which what they left is collected: it is a lot, and in cycles.
RUNS_BETWEEN = 4
SUITES = Path(suites.__file__).parent
#: The suites of the clauses in `rewriting.DEEP`.
DEEP = tuple(
    f"--ignore={SUITES / 'fhir' / name}"
    for name in (
        *("test_search_forms.py", "test_metamorphic.py", "test_reading.py"),
        *("test_turning_pages.py", "test_references.py", "test_quality.py"),
        "test_include_limits.py",
    )
)
PROFILED = (f"--ignore={SUITES / 'fhir' / 'test_validation.py'}",)
PUBLIC = (f"--ignore={SUITES / 'authorization'}",)


def main() -> None:
    """Work off the jobs on stdin; whatever flexcheck prints goes nowhere."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    gc.set_threshold(100_000, 50, 50)  # a third of the time, else
    with ExitStack() as stack:
        bench = Bench(stack)
        for number, line in enumerate(sys.stdin):
            print(json.dumps(bench.run(Job.read(line))), file=answers, flush=True)
            if number == 0:
                # What every run needs is there now; nobody need look through it again.
                gc.collect()
                gc.freeze()
            elif number % RUNS_BETWEEN == 0:
                gc.collect()


@dataclass(frozen=True, slots=True)
class Proxied:
    """An honest mock behind a proxy."""

    proxy: RewritingProxy
    mock: RunningMock


class Bench:
    """One honest mock of each kind behind a proxy, and another mock for each job with defects."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._proxied: dict[tuple[str, int], Proxied] = {}

    def run(self, job: Job) -> dict[str, Any]:
        """Judge one job and return what a `Verdict` is made of."""
        world = WORLDS[job.world]
        if job.defects or job.direct:
            mock = world.start(defects=job.defects, token_lifetime=job.lifetime)
            try:
                return {**self._flexcheck(job, mock), "faults": []}
            finally:
                # It takes a while to stop; nobody need wait for it.
                Thread(target=mock.stop).start()
        found = self._behind_proxy(world, job.lifetime)
        found.proxy.change = composed(job.rewrites)
        judged = self._flexcheck(job, found.mock)
        faults, found.proxy.faults = found.proxy.faults, []
        return {**judged, "faults": faults}

    def _behind_proxy(self, world: World, lifetime: int) -> Proxied:
        if (world.name, lifetime) not in self._proxied:
            proxy = self._stack.enter_context(RewritingProxy())
            proxy.upstream = free_port()
            how = {"public_url": proxy.origin, "token_lifetime": lifetime}
            mock = self._stack.enter_context(world.start(port=proxy.upstream, **how))
            self._proxied[world.name, lifetime] = Proxied(proxy, mock)
        return self._proxied[world.name, lifetime]

    def _flexcheck(self, job: Job, mock: RunningMock) -> dict[str, Any]:
        world, out = WORLDS[job.world], Path(tempfile.mkdtemp(dir=self._folder))
        target = world.target_of(mock, self._folder)
        only = [part for word in job.only or (world.area,) for part in ("--only", word)]
        spared = (*SPARING, *(PUBLIC if world.area == "DIR" else ()))
        spared += (*(() if job.deep else DEEP), *(() if job.profiled else PROFILED))
        arguments = ["--target", str(target), "--out", str(out), *only, "--", *spared]
        try:
            run.main(arguments, standalone_mode=False)
        except SystemExit as ended:
            code = ended.code
        found = list(_findings(out / "run.ndjson"))
        errors = [
            f"{finding['clause']}: {finding['message']}"
            for finding in found
            if finding["outcome"] == "error"
        ]
        told = [(finding["clause"], finding["case"], finding["outcome"]) for finding in found]
        return {"exit_code": code, "findings": told, "errors": errors[:3]}


def composed(names: Iterable[str]) -> Change:
    """Return several rewrites as one: the first is nearest to the mock."""
    change: Change = honest
    for name in names:
        change = _chain(REWRITES[name].change, change)
    return lambda asked, forward: (
        forward(asked) if asked.what == "authorization" else change(asked, forward)
    )


def _chain(outer: Change, inner: Change) -> Change:
    return lambda asked, forward: outer(asked, lambda changed: inner(changed, forward))


def _findings(log: Path) -> Iterator[dict[str, Any]]:
    for line in log.read_text("utf-8").splitlines():
        if '"type":"finding"' in line[:40]:
            yield json.loads(line)


if __name__ == "__main__":
    main()
