"""Small rows of each resource type, and strategies for JSON of any shape."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

PLAN_NET = "http://hl7.org/fhir/us/davinci-pdex-plan-net"
NETWORK = f"{PLAN_NET}/StructureDefinition/network-reference"

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-10, 10)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["http://[", "#x", "Organization/1", "2026", "Location", "match", "a|b", "/_history/"]
    )
)
#: Names that FHIR knows, so that wrong types stand where right ones are looked for.
names = st.sampled_from(
    [
        *("resourceType", "id", "meta", "lastUpdated", "profile", "extension", "url", "value"),
        *("valueReference", "reference", "coding", "code", "system", "name", "family", "given"),
        *("address", "city", "state", "type", "telecom", "period", "start", "end", "active"),
        *("location", "network", "managingOrganization", "partOf", "versionId", "tag"),
    ]
) | st.text(max_size=4)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
any_object = st.dictionaries(names, anything, max_size=6)


def location(**fields: Any) -> dict[str, Any]:
    return {"resourceType": "Location", "id": "l1", **fields}


def practitioner(**fields: Any) -> dict[str, Any]:
    return {"resourceType": "Practitioner", "id": "p1", **fields}


def role(**fields: Any) -> dict[str, Any]:
    return {"resourceType": "PractitionerRole", "id": "r1", **fields}


def updated(when: str, row_id: str = "l1") -> dict[str, Any]:
    return location(id=row_id, meta={"lastUpdated": when})
