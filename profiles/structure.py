"""Whether a resource is well-formed FHIR R4, whatever profile it claims. Imports the validator."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from profiles.issues import INVALID
from profiles.packages import load_packages
from profiles.validator.engine import Validator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from profiles.issues import Issue

CORE = "hl7.fhir.r4.core#4.0.1"
#: What makes JSON no well-formed resource; not what its codes, rules or profiles are broken by.
SHAPE = frozenset({"structure", "required", "invalid", "too-long"})


def structural_issues(resource: Mapping[str, Any]) -> tuple[Issue, ...]:
    """Return what keeps a resource from being well-formed FHIR, by place; nothing where it is.

    A resource type that FHIR R4 does not know is one issue, not an exception.
    """
    report = _validator().validate(dict(resource))
    found = [each for each in report.issues if each.code in SHAPE and each.severity in INVALID]
    return tuple(sorted(found, key=lambda each: each.expression))


@cache
def _validator() -> Validator:
    return Validator(load_packages([CORE]), claimed=False)
