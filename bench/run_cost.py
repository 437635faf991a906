"""What a run costs: our own time beside the time its exchanges took, in one run.

Usage: python bench/run_cost.py [RUN_DIRECTORY]   (without one, the embedded mock is run)
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import mkdtemp

from conformance.runlog import Run, read_run


def report(run: Run) -> str:
    """Return the figures of one run as a Markdown table."""
    waited = [exchange.elapsed for exchange in run.exchanges.values()]
    whole = run.footer["seconds"]
    sizes = [e.response.size for e in run.exchanges.values() if e.response]
    rows = [
        ("findings", f"{len(run.findings)}"),
        ("exchanges", f"{len(waited)}"),
        ("findings per exchange", f"{len(run.findings) / len(waited):.2f}"),
        ("megabytes received", f"{sum(sizes) / 1e6:.1f}"),
        ("whole run / time in exchanges", f"{whole / sum(waited):.2f}"),
        ("our time per exchange / median exchange", f"{_ours(run) / median(waited):.2f}"),
        ("our time per exchange, ms", f"{_ours(run) * 1000:.1f}"),
    ]
    return "\n".join(f"| {name} | {value} |" for name, value in rows)


def _ours(run: Run) -> float:
    waited = sum(exchange.elapsed for exchange in run.exchanges.values())
    return float((run.footer["seconds"] - waited) / len(run.exchanges))


def main() -> None:
    """Run the embedded mock, or read a run, and print the figures."""
    if len(sys.argv) > 1:
        out = Path(sys.argv[1])
    else:
        out = Path(mkdtemp()) / "run"
        command = [sys.executable, "-m", "conformance.cli", "run", "--out", str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    print(report(read_run(out)))  # noqa: T201 - a script's answer


if __name__ == "__main__":
    main()
