"""The rows of a directory, built one type at a time on first use. Imports the data builders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.mock.data import locations, organizations, practitioners
from conformance.mock.data.codes import PROFILE
from conformance.mock.data.plan import NETWORKS, PAYERS, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from conformance.mock.data.plan import Resource

BUILDERS: dict[str, Callable[[Plan, int], Resource]] = {
    "HealthcareService": locations.healthcare_service,
    "Location": locations.location,
    "Organization": organizations.organization,
    "OrganizationAffiliation": organizations.affiliation,
    "Practitioner": practitioners.practitioner,
    "PractitionerRole": practitioners.practitioner_role,
    "Endpoint": organizations.endpoint,
}
_OLD_VERSIONS = (0, 0, 0, 1, 0, 2, 0)  # by row number: two rows in seven have a history


@dataclass(frozen=True, slots=True)
class Row:
    """One resource with all its versions, the oldest first."""

    type: str
    id: str
    versions: tuple[Resource, ...] = field(repr=False)

    @property
    def resource(self) -> Resource:
        """The current version."""
        return self.versions[-1]

    @property
    def reference(self) -> str:
        """The relative reference to this row, `Type/id`."""
        return f"{self.type}/{self.id}"

    @property
    def key(self) -> tuple[str, str]:
        """What tells this row's shown version from any other resource."""
        return self.reference, self.resource["meta"]["versionId"]

    def version(self, vid: str) -> Resource | None:
        """Return the version of this id, None where there is none."""
        return next((v for v in self.versions if v["meta"]["versionId"] == vid), None)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one type in their stable order, and by id."""

    rows: tuple[Row, ...]
    by_id: dict[str, Row]


@dataclass(frozen=True, slots=True)
class Store:
    """A whole directory; a type's rows are built when they are first asked for."""

    plan: Plan
    _tables: dict[str, Table] = field(default_factory=dict, repr=False)

    @property
    def kinds(self) -> Collection[str]:
        """The resource types of a directory."""
        return BUILDERS.keys()

    def table(self, kind: str) -> Table:
        """Return one type's rows, building them on first use."""
        if kind not in self._tables:
            rows = tuple(_row(self.plan, kind, n) for n in range(self.plan.sizes[kind]))
            self._tables[kind] = Table(rows, {row.id: row for row in rows})
        return self._tables[kind]

    def rows(self, kind: str) -> tuple[Row, ...]:
        """Return every row of a type in stable order."""
        return self.table(kind).rows

    def get(self, kind: str, row_id: str) -> Row | None:
        """Return the row of this id, None where there is none."""
        return self.table(kind).by_id.get(row_id) if kind in BUILDERS else None

    def resolve(self, reference: str) -> Row | None:
        """Return the row a relative reference `Type/id` points to."""
        kind, _, row_id = reference.partition("/")
        return self.get(kind, row_id)


def _row(plan: Plan, kind: str, number: int) -> Row:
    row_id = plan.id_of(kind, number)
    content = BUILDERS[kind](plan, number)
    older = _OLD_VERSIONS[number % len(_OLD_VERSIONS)]
    versions = tuple(
        {
            "resourceType": kind,
            "id": row_id,
            "meta": _meta(plan, kind, number, older - back, back),
            **(_before(content, back) if back else content),
        }
        for back in range(older, -1, -1)
    )
    return Row(kind, row_id, versions)


def _meta(plan: Plan, kind: str, number: int, version: int, back: int) -> Resource:
    is_network = kind == "Organization" and PAYERS <= number < PAYERS + NETWORKS
    return {
        "versionId": str(version + 1),
        "lastUpdated": plan.changed(kind, number, back),
        "profile": [PROFILE + ("Network" if is_network else kind)],
    }


def _before(content: Resource, back: int) -> Resource:
    """Return what a row said `back` versions ago: another telephone number, or another name."""
    if "telecom" in content:
        first, *others = content["telecom"]
        last_two = (int(first["value"][-2:]) + back) % 100
        number = f"{first['value'][:-2]}{last_two:02d}"
        return {**content, "telecom": [{**first, "value": number}, *others]}
    if isinstance(content.get("name"), str):
        return {**content, "name": f"{content['name']} (name {back} before)"}
    return {**content, "language": "en-US"}
