"""The records of all members, and as much of them as one may see. Imports the members' data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.mock.data.plan import DEFAULT_SEED, Plan
from conformance.mock.data.store import Row, Table
from conformance.mock.members.data.person import Person
from conformance.mock.members.data.providers import Providers
from conformance.mock.members.data.records import record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MEMBERS = {"production": 6, "sandbox": 1}
_NOBODYS = 1  # a record behind no login: what a sandbox of one member must not show either
SHARED = ("Organization", "Practitioner", "Location")
"""Who gave care and who pays: not a member's, readable for every member."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an environment holds of each member beside the Patient.

    `claims` is how many the first member has; nobody has a Coverage where it is 0.
    """

    claims: int
    clinical: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The types of a member's own rows."""
        own = ("Patient", "Coverage", "ExplanationOfBenefit", *self.clinical)
        return (*own, "Provenance") if self.clinical else own


class Members:
    """The members of one environment; each one's record is built when it is first asked for.

    `patients` are the Patient ids of those who can log in, `everybody` of all who have a record.
    """

    def __init__(
        self, deployment: str, environment: str, holdings: Holdings, seed: int = DEFAULT_SEED
    ) -> None:
        plan = Plan(seed=seed)
        realm = f"{deployment}/{environment}"
        known = MEMBERS[environment]
        people = [Person(plan, realm, index) for index in range(known + _NOBODYS)]
        self.holdings = holdings
        self.patients = tuple(person.patient for person in people[:known])
        self.everybody = tuple(person.patient for person in people)
        self._people = {person.patient: person for person in people}
        self._providers = Providers(plan, deployment)
        self._records: dict[str, dict[str, tuple[Row, ...]]] = {}

    @cached_property
    def shared(self) -> dict[str, tuple[Row, ...]]:
        """The rows that are nobody's, by type."""
        return self._providers.rows()

    def rows(self, patient: str, kind: str) -> tuple[Row, ...]:
        """Return one member's rows of a type; somebody unknown has none."""
        if patient not in self._people:
            return ()
        if patient not in self._records:
            self._records[patient] = record(
                self._people[patient],
                self._providers,
                claims=self.holdings.claims,
                clinical_types=self.holdings.clinical,
            )
        return self._records[patient].get(kind, ())

    def first_ids(self, patient: str) -> dict[str, str]:
        """Return the id of a member's first row of each type that has a scope."""
        kinds = [kind for kind in self.holdings.kinds if kind != "Provenance"]
        firsts = ((kind, self.rows(patient, kind)) for kind in kinds)
        return {kind: rows[0].id for kind, rows in firsts if rows}


@dataclass(frozen=True, slots=True)
class View:
    """The rows of some members and the shared ones: nothing else is there, whoever asks."""

    members: Members
    patients: tuple[str, ...]
    _tables: dict[str, Table] = field(default_factory=dict, repr=False)

    @property
    def kinds(self) -> Collection[str]:
        """The resource types of this environment."""
        return (*self.members.holdings.kinds, *SHARED)

    def rows(self, kind: str) -> tuple[Row, ...]:
        """Return every row of a type that may be seen, in stable order."""
        return self._table(kind).rows

    def get(self, kind: str, row_id: str) -> Row | None:
        """Return the row of this id, None where there is none that may be seen."""
        return self._table(kind).by_id.get(row_id)

    def resolve(self, reference: str) -> Row | None:
        """Return the row a reference points to, as it was in the version that it names."""
        local, _, vid = reference.partition("/_history/")
        kind, _, row_id = local.partition("/")
        row = self.get(kind, row_id)
        if not row or not vid:
            return row
        version = row.version(vid)
        return replace(row, versions=(version,)) if version else None

    def _table(self, kind: str) -> Table:
        if kind not in self._tables:
            rows = tuple(self._found(kind))
            self._tables[kind] = Table(rows, {row.id: row for row in rows})
        return self._tables[kind]

    def _found(self, kind: str) -> Iterable[Row]:
        if kind in SHARED:
            return self.members.shared[kind]
        return (row for patient in self.patients for row in self.members.rows(patient, kind))
