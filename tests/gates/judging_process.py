"""One of the processes that judge: a job a line on stdin, its verdict a line on stdout."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalogue import REWRITES
from judging import PRACTITIONERS, Job, free_port
from rewriting_proxy import RewritingProxy, honest

from conformance.cli.run import run
from conformance.mock import start_mock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rewriting_proxy import Change

#: Small pages, so that a small directory has several.
LIMITS = "requests_per_second = 0\ncrawl_rows = 5000\npage_size = 30\n"
#: What these runs can do without: reports are tested elsewhere.
SPARING = (
    "--ignore-glob=*/suites/authorization",
    *(f"-pno:{name}" for name in ("allure_pytest", "flexcheck_reports", "unraisableexception")),
    *("-pno:logging", "-pno:capture"),
)


def main() -> None:
    """Work off the jobs on stdin; whatever flexcheck prints goes nowhere."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    gc.set_threshold(100_000, 50, 50)  # a third of the time, else
    with ExitStack() as stack:
        bench = Bench(stack)
        for line in sys.stdin:
            print(json.dumps(bench.run(Job.read(line))), file=answers, flush=True)


class Bench:
    """One honest mock behind one proxy, and another mock for each job with defects."""

    def __init__(self, stack: ExitStack) -> None:
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._proxy = stack.enter_context(RewritingProxy())
        self._proxy.upstream = free_port()
        self._mock = stack.enter_context(
            start_mock(
                port=self._proxy.upstream,
                public_url=self._proxy.origin,
                practitioners=PRACTITIONERS,
            )
        )

    def run(self, job: Job) -> dict[str, Any]:
        """Judge one job and return what a `Verdict` is made of."""
        if job.defects or job.direct:
            with start_mock(defects=job.defects, practitioners=PRACTITIONERS) as mock:
                return self._flexcheck(job, str(mock.directory_base))
        self._proxy.change = composed(job.rewrites)
        return self._flexcheck(job, str(self._mock.directory_base))

    def _flexcheck(self, job: Job, base: str) -> dict[str, Any]:
        target, out = self._folder / "target.toml", Path(tempfile.mkdtemp(dir=self._folder))
        target.write_text(
            '[target]\nname = "bench"\ndeployment = "tooele"\nenvironment = "sandbox"\n'
            f'directory_base = "{base}"\n[limits]\n{LIMITS}'
        )
        only = [part for word in job.only for part in ("--only", word)]
        arguments = ["--target", str(target), "--out", str(out), *only, "--", *SPARING]
        try:
            run.main(arguments, standalone_mode=False)
        except SystemExit as ended:
            code = ended.code
        faults, self._proxy.faults = self._proxy.faults, []
        found = list(_findings(out / "run.ndjson"))
        return {"exit_code": code, "findings": found, "faults": faults}


def composed(names: Iterable[str]) -> Change:
    """Return several rewrites as one: the first is nearest to the mock."""
    change: Change = honest
    for name in names:
        change = _chain(REWRITES[name].change, change)
    return change


def _chain(outer: Change, inner: Change) -> Change:
    return lambda asked, forward: outer(asked, lambda changed: inner(changed, forward))


def _findings(log: Path) -> Iterable[tuple[str, str, str]]:
    for line in log.read_text("utf-8").splitlines():
        record = json.loads(line) if '"type":"finding"' in line[:40] else None
        if record:
            yield record["clause"], record["case"], record["outcome"]


if __name__ == "__main__":
    main()
