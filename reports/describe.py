"""A finding in plain lines, as a person reads it (JUnit and Allure). Imports wording, runlog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.wording import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.findings import Assertion, Finding

#: How many broken assertions a text shows before "and N more".
SHOWN = 3


def broken_of(finding: Finding) -> tuple[Assertion, ...]:
    """Return the broken assertions that the finding kept."""
    return tuple(assertion for assertion in finding.assertions if not assertion.holds)


def number_of(assertions: Iterable[Assertion]) -> int:
    """Return for how many things these stand: one may count the rest of a fault's places."""
    return sum(assertion.times for assertion in assertions)


def broken_beside(finding: Finding, shown: Iterable[Assertion]) -> int:
    """Return how many broken assertions a finding has beside those shown."""
    return max(finding.broken, number_of(broken_of(finding))) - number_of(
        assertion for assertion in shown if not assertion.holds
    )


def judged_text(finding: Finding) -> str:
    """Return what the finding rests on: `37 assertions judged, 2 broken`."""
    made = finding.held + finding.broken
    noun = "assertion" if made == 1 else "assertions"
    return f"{made:,} {noun} judged, {finding.broken:,} broken"


def finding_lines(finding: Finding, limit: int = SHOWN) -> Iterable[str]:
    """Yield the first broken assertions, or the message, one fact a line."""
    if finding.case:
        yield f"case      {one_line(finding.case)}"
    shown = broken_of(finding)[:limit]
    # The message only repeats the first broken place, where there is one.
    if finding.message and not shown:
        yield clean(finding.message)
    named = ""
    for assertion in shown:
        yield f"at        {one_line(assertion.at)}"
        yield f"expected  {one_line(assertion.expected)}"
        yield f"observed  {one_line(assertion.observed)}"
        if assertion.exchange != named:
            named = assertion.exchange
            yield f"exchange  {one_line(named)}"
    if rest := broken_beside(finding, shown):
        yield f"and {rest:,} more broken"
    yield judged_text(finding)
