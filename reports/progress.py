"""What a person sees while a run goes on: a bar, or a line a group. Imports findings, wording."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.findings import Outcome
from reports.wording import GENERAL, clean, counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from conformance.contract.model import Clause
    from conformance.findings import Finding

#: Lines printed where the size of the groups is not known (xdist): one for each such part.
PARTS = 10


class Live(Protocol):
    """Follows a run as its findings come."""

    def add(self, finding: Finding, clause: Clause) -> None:
        """Take note of one finding."""

    def stop(self) -> None:
        """Leave the screen to others."""


def group_name(clause: Clause) -> str:
    """Return `DIR / Location`."""
    return clean(f"{clause.area} / {clause.resource or GENERAL}")


def live_for(console: Console, selected: int, sizes: Mapping[str, int]) -> Live:
    """Return the bar for a terminal, lines for anything else."""
    if console.is_terminal:
        return Bar(console, selected)
    return Lines(console, selected, sizes)


def tally(made: Counter[Outcome]) -> str:
    """Return `40 pass, 1 fail`: the outcomes that came up, in their fixed order."""
    return ", ".join(f"{made[outcome]:,} {outcome}" for outcome in Outcome if made[outcome])


class Bar:
    """A progress bar with counters and the group that is being judged."""

    def __init__(self, console: Console, selected: int) -> None:
        self._made: Counter[Outcome] = Counter()
        self._progress = Progress(
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            # pytest owns these two: it captures what tests print.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("starting", total=selected)
        self._progress.start()

    def add(self, finding: Finding, clause: Clause) -> None:
        """Count one finding and redraw."""
        self._made[finding.outcome] += 1
        words = f"{tally(self._made)}  {group_name(clause)}"
        self._progress.update(self._task, advance=1, description=words)

    def stop(self) -> None:
        """Take the bar away."""
        self._progress.stop()


class Lines:
    """One plain line when a group is done; where group sizes are unknown, one each tenth."""

    def __init__(self, console: Console, selected: int, sizes: Mapping[str, int]) -> None:
        self._console = console
        self._selected = selected
        self._sizes = sizes
        self._done = 0
        self._made: dict[str, Counter[Outcome]] = {}

    def add(self, finding: Finding, clause: Clause) -> None:
        """Count one finding; print where it ends a group or a tenth of the run."""
        self._done += 1
        name = group_name(clause) if self._sizes else "all areas"
        made = self._made.setdefault(name, Counter())
        made[finding.outcome] += 1
        if self._is_due(name, made.total()):
            self._print(f"{name}: {counted(made.total(), 'finding')}, {tally(made)}")

    def _is_due(self, name: str, count: int) -> bool:
        if self._sizes:
            return count == self._sizes.get(name)
        step = max(1, self._selected // PARTS)
        return self._done % step == 0 or self._done == self._selected

    def _print(self, words: str) -> None:
        self._console.print(f"[{self._done}/{self._selected}] {words}", soft_wrap=True)

    def stop(self) -> None:
        """Nothing is left on the screen."""
