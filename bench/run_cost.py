"""What a run costs: requests, latency, and our own time beside them, in one run.

Usage: python bench/run_cost.py [--latency MS] [RUN_DIRECTORY]

Without a run directory the mock is run: with `--latency` in a process of its own whose every
answer waits so many milliseconds, else embedded.
"""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from contextlib import contextmanager
from json import loads
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic
from typing import TYPE_CHECKING

from conformance.runlog import Run, read_run
from reports.cost import cost_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FLEXCHECK = (sys.executable, "-P", "-m", "conformance.cli")
#: That of the embedded mock, seconds: so expiry is judged with it as well.
LIFETIME = 5


def report(run: Run, whole: float | None) -> str:
    """Return the figures of one run as a Markdown table; `whole` is its command's time, s."""
    cost = cost_of(run)
    judged = sum(finding.outcome.value in {"pass", "fail", "warning"} for finding in run.findings)
    own = cost.own or 0.0
    half, most = (f"{value * 1000:.1f}" for value in (cost.latency.p50, cost.latency.p95))
    handling = f"{cost.handling.p50 * 1000:.1f} / {cost.handling.p95 * 1000:.1f}"
    rows = [
        ("findings judged", f"{judged:,}"),
        ("requests", f"{cost.requests:,}"),
        ("findings judged per request", f"{judged / cost.requests:.2f}"),
        ("megabytes received", f"{cost.received / 1e6:.1f}"),
        ("the run, s", f"{cost.seconds:.1f}"),
        *([("the whole command, reports too, s", f"{whole:.1f}")] if whole else []),
        ("requests under way at once, at most", f"{cost.at_once}"),
        ("latency, p50 / p95, ms", f"{half} / {most}"),
        ("our processor time, s", f"{own:.1f}"),
        ("our share of the run's time", f"{cost.share or 0:.0%}"),
        ("our time for an exchange, median / p95, ms", handling),
        (
            "the same with all judging, validation, log and Allure, mean, ms",
            f"{own / cost.requests * 1000:.1f}",
        ),
    ]
    return "\n".join(f"| {name} | {value} |" for name, value in rows)


@contextmanager
def _mock(latency: float) -> Iterator[str]:
    """Serve a mock in a process of its own and yield its target file."""
    options = ("--latency", str(latency), "--token-lifetime", str(LIFETIME))
    with subprocess.Popen((*FLEXCHECK, "mock", *options), stdout=subprocess.PIPE) as served:  # noqa: S603 - our own
        try:
            yield loads(next(iter(served.stdout or ())))["target_file"]
        finally:
            served.terminate()


def _run(*options: str) -> tuple[Path, float]:
    out, started = Path(mkdtemp()) / "run", monotonic()
    command = (*FLEXCHECK, "run", "--out", str(out), *options)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    return out, monotonic() - started


def main() -> None:
    """Run the mock, or read a run, and print the figures."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--latency", type=float, metavar="MS")
    parser.add_argument("run", nargs="?", type=Path)
    asked = parser.parse_args()
    out, whole = asked.run, None
    if out is None and asked.latency is not None:
        with _mock(asked.latency) as target:
            out, whole = _run("--target", target)
    elif out is None:
        out, whole = _run()
    print(report(read_run(out), whole))  # noqa: T201 - a script's answer


if __name__ == "__main__":
    main()
