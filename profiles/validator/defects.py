"""Known defects of published guides, from `profiles/known_defects.yaml`. Imports `fhirpath`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from profiles.fhirpath import Expression, NotEvaluable, compile_expression

if TYPE_CHECKING:
    from profiles.validator.problems import Problem

STEP = re.compile(r"\.(\w+)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class Defect:
    """A rule of a guide that is waived, and where."""

    profile: str
    rule: str
    where: Expression | None

    def covers(self, problem: Problem, resource: dict[str, Any]) -> bool:
        """Whether a problem comes of this defect."""
        if problem.rule != self.rule or problem.profile.partition("|")[0] != self.profile:
            return False
        try:
            return self.where is None or self.where.holds(_holder(resource, problem.at))
        except NotEvaluable:
            return False


def _holder(resource: dict[str, Any], at: str) -> Any:
    """The innermost resource around a place."""
    found: Any = resource
    each: Any = resource
    for name, index in STEP.findall(at):
        each = each.get(name) if isinstance(each, dict) else None
        if index and isinstance(each, list) and int(index) < len(each):
            each = each[int(index)]
        if isinstance(each, dict) and "resourceType" in each:
            found = each
    return found


@cache
def known_defects() -> tuple[Defect, ...]:
    """The defects, read when the first problem is found."""
    rows = yaml.safe_load(files("profiles").joinpath("known_defects.yaml").read_text("utf-8"))
    return tuple(
        Defect(
            row["profile"],
            row["rule"],
            compile_expression(row["where"]) if "where" in row else None,
        )
        for row in rows
        if not row.get("corrected")
    )


def without_known(found: list[Problem], resource: dict[str, Any]) -> list[Problem]:
    """The problems that come of no known defect."""
    defects = known_defects()
    return [each for each in found if not any(one.covers(each, resource) for one in defects)]
