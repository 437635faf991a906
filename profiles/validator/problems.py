"""What a compiled check returns, and what it is given. Imports nothing of ours.

A check is `check(value, scope) -> None | list[Problem]`: None where all is well, so that a clean
resource allocates nothing. A problem's place is relative to the value that was checked; each
parent puts its own step before it (`under`), so no check knows where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from profiles.validator.scope import Scope


@dataclass(slots=True)
class Problem:
    """An issue to be, not yet placed; mutable because its place grows on the way out.

    Attributes:
        severity: fatal, error, warning or information.
        code: OperationOutcome's issue type.
        message: what was expected, what was found.
        cause: what is wrong, the same word for every profile that says so; of two problems with
            one cause in one place the first is shown.
        at: FHIRPath from the checked value, such as `.name[0].given[1]`.
        profile: `URL|VERSION` of the profile or type whose rule it is.
        rule: the constraint key, element id or name of the rule.
        allowed: of an extension, the places it may stand at; a parent that is one of them drops
            the problem (`context`).
    """

    severity: str
    code: str
    message: str
    cause: str
    at: str = ""
    profile: str = ""
    rule: str = ""
    allowed: frozenset[str] | None = None


Found = list[Problem] | None
Check = Callable[[Any, "Scope"], Found]


def problem(  # noqa: PLR0913 - the fields of a Problem
    code: str, message: str, cause: str, *, at: str = "", profile: str = "", rule: str = ""
) -> list[Problem]:
    """One error."""
    return [Problem("error", code, message, cause, at, profile, rule)]


def under(step: str, found: list[Problem]) -> list[Problem]:
    """The same problems, seen from the parent of `step`."""
    for each in found:
        each.at = step + each.at
    return found


def both(found: Found, more: list[Problem]) -> list[Problem]:
    """All problems of two checks."""
    if found is None:
        return more
    found.extend(more)
    return found


def all_of(checks: list[Check]) -> Check | None:
    """One check that makes them all; None where there is none to make."""
    if not checks:
        return None
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:  # noqa: PLR2004 - by far the most frequent: no loop
        return _pair(*checks)
    every = tuple(checks)

    def check(value: Any, scope: Scope) -> Found:
        found: Found = None
        for each in every:
            if (more := each(value, scope)) is not None:
                found = both(found, more)
        return found

    return check


def _pair(first: Check, second: Check) -> Check:
    def check(value: Any, scope: Scope) -> Found:
        found = first(value, scope)
        more = second(value, scope)
        return found if more is None else both(found, more)

    return check


def text_of(value: Any) -> str:
    """A value as text, for what is looked up by it; "" of whatever is none."""
    return value if isinstance(value, str) else ""


def shown(value: Any, limit: int = 60) -> str:
    """A value as a message shows it, cut where it is long."""
    text = value if isinstance(value, str) else repr(value)
    if not text.isprintable():
        text = repr(text[: limit + 1])[1:-1]
    return f"'{text[:limit]}…'" if len(text) > limit else f"'{text}'"
