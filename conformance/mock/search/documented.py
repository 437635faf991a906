"""What a search understands, and what the document lists for the directory. Imports nothing.

"Any search parameter not listed is not supported": what is not here is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter: its name and how FHIR R4 types it.

    The document prints "string" for some tokens and references (`role`, `network`, ...); FHIR's
    type is what the server follows. `control` parameters steer the answer and select nothing.
    """

    name: str
    type: str
    control: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is documented for one resource type: its searches and other interactions.

    `required` parameters may not be missing; `posted` is whether `POST [type]/_search` is there;
    a `lenient` search leaves out what it does not know (R4 search.html#errors allows both).
    """

    type: str
    parameters: tuple[Parameter, ...]
    includes: tuple[str, ...] = ()
    revincludes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    interactions: tuple[str, ...] = ("read", "vread", "search-type")
    posted: bool = False
    lenient: bool = False

    def get(self, name: str) -> Parameter | None:
        """Return the parameter of this very name (FHIR names are case-sensitive)."""
        return next((p for p in self.parameters if p.name == name), None)

    def having(self, *parameters: Parameter) -> Vocabulary:
        """Return a vocabulary with further parameters."""
        return replace(self, parameters=(*self.parameters, *parameters))

    def without(self, name: str) -> Vocabulary:
        """Return a vocabulary that does not know a parameter."""
        return replace(self, parameters=tuple(p for p in self.parameters if p.name != name))


PAGED = (
    Parameter("_count", "string", control=True),
    Parameter("_getpagesoffset", "string", control=True),
    Parameter("_id", "token"),
)
_EVERYWHERE = (*PAGED, Parameter("_lastUpdated", "date"))
INCLUDE = Parameter("_include", "string", control=True)
REVINCLUDE = Parameter("_revinclude", "string", control=True)  # also printed "_reinclude"
GENERAL = ("_format", "_pretty")
"""Parameters of every FHIR interaction (R4 http.html#parameters), never part of a search."""

_LOCATION_REVINCLUDES = (
    "ExplanationOfBenefit:patient",
    "HealthcareService:coverage-area",
    "HealthcareService:endpoint",
    "HealthcareService:location",
    "HealthcareService:organization",
    "Location:organization",
    "Organization:partof",
    "OrganizationAffiliation:location",
    "OrganizationAffiliation:network",
    "OrganizationAffiliation:participating-organization",
    "OrganizationAffiliation:primary-organization",
    "OrganizationAffiliation:service",
    "PractitionerRole:location",
    "PractitionerRole:network",
    "PractitionerRole:organization",
    "PractitionerRole:practitioner",
    "PractitionerRole:service",
)


def _vocabulary(
    kind: str,
    own: dict[str, str],
    includes: tuple[str, ...] = (),
    revincludes: tuple[str, ...] = (),
) -> Vocabulary:
    parameters = [*_EVERYWHERE, *(Parameter(name, typed) for name, typed in own.items())]
    parameters += [INCLUDE] if includes else []
    parameters += [REVINCLUDE] if revincludes else []
    return Vocabulary(kind, tuple(parameters), includes, revincludes)


DOCUMENTED = {
    v.type: v
    for v in (
        _vocabulary(
            "HealthcareService",
            {
                "name": "string",
                "organization": "reference",
                "service-category": "token",
                "specialty": "token",
            },
            includes=("HealthcareService:organization",),
        ),
        _vocabulary(
            "Location",
            {
                "address": "string",
                "address-city": "string",
                "address-postalcode": "string",
                "address-state": "string",
            },
            includes=("Location:organization",),
            revincludes=_LOCATION_REVINCLUDES,
        ),
        _vocabulary(
            "Organization",
            # `type` stands in the section Network: GET [base]/Organization?type=ntwk
            {"address": "string", "name": "string", "type": "token"},
            includes=("Organization:partof",),
            revincludes=(
                "HealthcareService:organization",
                "OrganizationAffiliation:primary-organization",
                "PractitionerRole:organization",
                "PractitionerRole:network",
                "OrganizationAffiliation:participating-organization",
            ),
        ),
        _vocabulary(
            "OrganizationAffiliation",
            {
                "network": "reference",
                "participating-organization": "reference",
                "primary-organization": "reference",
                "specialty": "token",
            },
            includes=(
                "OrganizationAffiliation:primary-organization",
                "OrganizationAffiliation:participating-organization",
                "OrganizationAffiliation:network",
            ),
        ),
        _vocabulary(
            "Practitioner",
            {"family": "string", "given": "string", "name": "string"},
            revincludes=("PractitionerRole:practitioner",),
        ),
        _vocabulary(
            "PractitionerRole",
            {
                "network": "reference",
                "organization": "reference",
                "practitioner": "reference",
                "role": "token",
                "specialty": "token",
                # not in the table, but an example of the section: ?location.address-state=ID
                "location.address-state": "string",
            },
            includes=(
                "PractitionerRole:practitioner",
                "PractitionerRole:organization",
                "PractitionerRole:network",
            ),
        ),
        # No section of its own; it is there because other rows refer to it.
        Vocabulary("Endpoint", _EVERYWHERE),
    )
}
