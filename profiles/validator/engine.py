"""`Validator`: what the room's callers use. Imports the compiler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.issues import INVALID, Issue
from profiles.validator.compiler import Compiler
from profiles.validator.reading import read
from profiles.validator.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from profiles.definitions import Definitions
    from profiles.validator.problems import Problem


@dataclass(frozen=True, slots=True)
class Report:
    """What a validation found.

    Attributes:
        issues: in the order of the resource.
        not_checked: what could not be judged offline (code systems, value sets, profiles).
    """

    issues: tuple[Issue, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """No fatal issue and no error."""
        return not any(each.severity in INVALID for each in self.issues)


class Validator:
    """Validates resources against their type, the profiles they claim, and those asked for.

    Args:
        definitions: the packages; the contract's versions where none are given.
        profiles: profiles that every resource is judged against, beside those it claims.
    """

    def __init__(
        self, definitions: Definitions | None = None, profiles: Iterable[str] = ()
    ) -> None:
        if definitions is None:
            from profiles.packages import load_default_packages  # noqa: PLC0415 - slow, optional

            definitions = load_default_packages()
        self._compiler = Compiler(definitions)
        self._profiles = tuple(profiles)

    def validate(
        self, resource: dict[str, Any] | str | bytes, profiles: Sequence[str] = ()
    ) -> Report:
        """Judge one resource, parsed or as JSON text; whatever it is, there is a report."""
        issues: list[Issue] = []
        if not isinstance(resource, dict):
            parsed, issues = read(resource)
            if not isinstance(parsed, dict):
                return Report(tuple(issues or [_no_object()]))
            resource = parsed
        not_checked: set[str] = set()
        scope = Scope(resource, resource, not_checked)
        try:
            found = self._compiler.whole(resource, scope, (*self._profiles, *profiles))
        except RecursionError:
            return Report((_too_deep(resource),))
        name = resource.get("resourceType")
        if found is not None:
            issues = [*issues, *_issues(name if isinstance(name, str) else "", found)]
        return Report(tuple(issues), tuple(sorted(not_checked)))


def _no_object() -> Issue:
    return Issue("fatal", "structure", "", "a JSON object is expected", rule="json")


def _too_deep(resource: dict[str, Any]) -> Issue:
    name = str(resource.get("resourceType"))[:80]
    return Issue("fatal", "too-long", name, "nested too deeply to be read")


def _issues(name: str, found: list[Problem]) -> list[Issue]:
    """Place the problems; of those with one cause in one place the first is kept."""
    seen: set[tuple[str, str]] = set()
    issues = []
    for each in found:
        if (each.at, each.cause) in seen:
            continue
        seen.add((each.at, each.cause))
        place = each.at.lstrip(".") if each.cause == "type" and each.at.count(".") == 1 else ""
        issues.append(
            Issue(
                each.severity,
                each.code,
                place or f"{name}{each.at}",
                each.message,
                each.profile,
                each.rule,
            )
        )
    return issues
