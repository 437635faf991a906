"""`Validator`: what the room's callers use. Imports the compiler."""

from __future__ import annotations

from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any

from profiles.issues import INVALID, Issue
from profiles.validator.compiler import Compiler
from profiles.validator.coverage import Support, must_support
from profiles.validator.defects import without_known
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

    Threads may share one: they take turns, since it compiles what it meets first as it goes.

    Args:
        definitions: the packages; the contract's versions where none are given.
        profiles: profiles that every resource is judged against, beside those it claims.
        claimed: whether `meta.profile` counts.
        known_defects: whether rules of the guides that are known to be wrong are waived.
    """

    def __init__(
        self,
        definitions: Definitions | None = None,
        profiles: Iterable[str] = (),
        *,
        known_defects: bool = True,
        claimed: bool = True,
    ) -> None:
        if definitions is None:
            from profiles.packages import load_default_packages  # noqa: PLC0415 - slow, optional

            definitions = load_default_packages()
        self._compiler = Compiler(definitions, claimed=claimed, as_published=not known_defects)
        self._profiles = tuple(profiles)
        self._known_defects = known_defects
        self._turn = RLock()

    def validate(
        self, resource: dict[str, Any] | str | bytes, profiles: Sequence[str] = ()
    ) -> Report:
        """Judge one resource, parsed or as JSON text; whatever it is, there is a report."""
        with self._turn:
            return self._validate(resource, profiles)

    def _validate(self, resource: dict[str, Any] | str | bytes, profiles: Sequence[str]) -> Report:
        issues: list[Issue] = []
        if not isinstance(resource, dict):
            parsed, issues = read(resource)
            if not isinstance(parsed, dict):
                return Report(tuple(issues or [_no_object()]))
            resource = parsed
        not_checked: set[str] = set()
        scope = Scope(
            resource,
            resource,
            not_checked,
            member_of=self._compiler.terminology.has,
            conforms_to=self._compiler.conforms,
        )
        try:
            found = self._compiler.whole(resource, scope, (*self._profiles, *profiles))
        except RecursionError:
            return Report((_too_deep(resource),))
        if found is not None and found[0].at == ".resourceType":
            return Report((*issues, _no_type(resource)))
        name = resource.get("resourceType")
        if found is not None:
            if self._known_defects:
                found = without_known(found, resource)
            issues = [*issues, *_issues(name if isinstance(name, str) else "", found)]
        return Report(tuple(issues), tuple(sorted(not_checked)))

    def must_support(
        self, resources: Iterable[dict[str, Any]], profile: str
    ) -> tuple[Support, ...]:
        """Count in how many resources each must-support element and slice of a profile is there.

        Raises:
            KeyError: no package has the profile.
        """
        with self._turn:
            return must_support(self._compiler, resources, profile)


def _no_object() -> Issue:
    return Issue("fatal", "structure", "", "a JSON object is expected", rule="json")


def _too_deep(resource: dict[str, Any]) -> Issue:
    name = str(resource.get("resourceType"))[:80]
    return Issue("fatal", "too-long", name, "nested too deeply to be read")


def _issues(name: str, found: list[Problem]) -> list[Issue]:
    """Place the problems; of those with one cause in one place the first is kept, worst first."""
    kept: dict[tuple[str, str], Problem] = {}
    for each in found:
        before = kept.get((each.at, each.cause))
        if before is None or (each.severity == "error" and before.severity != "error"):
            kept[each.at, each.cause] = each
    return [
        Issue(each.severity, each.code, _place(name, each), each.message, each.profile, each.rule)
        for each in kept.values()
    ]


def _place(name: str, each: Problem) -> str:
    return f"{name}{each.at}" if name else each.at.lstrip(".")


def _no_type(resource: dict[str, Any]) -> Issue:
    said = f"{repr(resource.get('resourceType'))[:80]} is no FHIR resource type"
    return Issue("fatal", "structure", "resourceType", said)
