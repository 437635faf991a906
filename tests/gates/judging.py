"""Has `flexcheck run` judge rewritten or defective mocks, in two processes side by side.

Starting Python and pytest anew for each of a hundred runs would take most of the time.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from subprocess import DEVNULL, PIPE, Popen
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

WORKERS = 2
PROCESS = Path(__file__).with_name("judging_process.py")
#: What the gates share with other tests.
SHARED = str(Path(__file__).parents[1])
#: What is noted of a run during which its process died.
DIED = '{"exit_code": -1, "findings": [], "faults": ["the process died"], "errors": []}'


@dataclass(frozen=True, slots=True)
class Job:
    """One run: of which mock, which rewrites or defects are on, and what is judged.

    `lifetime` is that of the mock's access tokens, in seconds. Where nothing `deep` is spoilt, the
    suites that look deeper take no part: they would take most of the time. Validation takes no
    part where a run is not `profiled`.
    """

    name: str
    world: str
    rewrites: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    direct: bool = False
    deep: bool = False
    profiled: bool = True
    lifetime: int = 300

    @classmethod
    def read(cls, line: str) -> Self:
        fields = json.loads(line)
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        return cls(**{**fields, **lists})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a run: the exit code and `(clause, case, outcome)` of each finding.

    `faults` are errors of the rewrites themselves: there should be none. `errors` are the first
    messages of findings with the outcome `error`.
    """

    name: str
    exit_code: int
    findings: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)
    faults: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    def having(self, *outcomes: str) -> set[str]:
        """Return the clauses with a finding of one of these outcomes."""
        return {clause for clause, _, outcome in self.findings if outcome in outcomes}

    @property
    def broken(self) -> set[str]:
        """Return the clauses that fail or, where they are a SHOULD or MAY, warn."""
        return self.having("fail", "warning")


def judge(jobs: Iterable[Job]) -> dict[str, Verdict]:
    """Run every job and return the verdicts by the job's name."""
    waiting: SimpleQueue[Job] = SimpleQueue()
    for job in jobs:
        waiting.put(job)
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = pool.map(lambda _: _one_worker(waiting), range(WORKERS))
        return {name: verdict for part in parts for name, verdict in part.items()}


def _one_worker(waiting: SimpleQueue[Job]) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    command = [sys.executable, str(PROCESS)]
    path = os.pathsep.join(filter(None, (SHARED, os.environ.get("PYTHONPATH"))))
    with Popen(  # noqa: S603 - our own script
        command,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as worker:
        assert worker.stdin
        assert worker.stdout
        while True:
            try:
                job = waiting.get_nowait()
            except Empty:
                worker.stdin.close()
                return verdicts
            print(json.dumps(asdict(job)), file=worker.stdin, flush=True)
            told = json.loads(worker.stdout.readline() or DIED)
            findings = frozenset((clause, case, came) for clause, case, came in told["findings"])
            noted = tuple(told["faults"]), tuple(told["errors"])
            verdicts[job.name] = Verdict(job.name, told["exit_code"], findings, *noted)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
