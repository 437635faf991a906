"""How somebody else's rows are asked for: in every way that could show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.plugin.marks import clauses_like
from suites.fhir.member_stimuli import versions_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from conformance.checks.versions import Versioned
    from conformance.client import FhirApi
    from conformance.client.api import Params
    from conformance.exchange import Exchange

#: Versions that a row of any age has, or could have.
VERSIONS = ("1", "2")
CLAIMS = "ExplanationOfBenefit"
PATIENT = "Patient"


@dataclass(frozen=True, slots=True)
class SomebodyElse:
    """Another member: rows that are told by the target file, or by a login of their own."""

    told: Mapping[str, tuple[str, ...]]
    own: FhirApi | None = None
    named: str = ""

    @property
    def patient(self) -> str:
        """Their Patient id, "" where it is not known."""
        return self.named or next(iter(self.told.get("Patient", ())), "")

    def ids(self, resource_type: str) -> tuple[str, ...]:
        """Return rows of theirs."""
        seen = first_ids(self.own, resource_type) if self.own else ()
        return (*self.told.get(resource_type, ()), *seen)

    def versions(self, resource_type: str) -> list[Versioned]:
        """Return the versions of theirs that their claims refer to, where they show them."""
        return versions_named(self.own, (CLAIMS,), resource_type) if self.own else []


def first_ids(api: FhirApi, resource_type: str) -> tuple[str, ...]:
    """Return the first row that an API shows of a type."""
    search = api.search(
        resource_type,
        (("_count", "1"),),
        purpose=f"another member's own {resource_type}",
        max_rows=1,
    )
    return tuple(sorted(search.ids - {""}))[:1]


def exchanges(api: FhirApi, way: str, kind: str, other: SomebodyElse) -> list[Exchange]:
    """Ask for another member's rows of a type; nothing where no id of theirs is known."""
    return list(WAYS[way](api, kind, other)) if other.ids(kind) else []


def _read(api: FhirApi, kind: str, other: SomebodyElse) -> Iterator[Exchange]:
    return (api.read(kind, row_id) for row_id in other.ids(kind))


def _vread(api: FhirApi, kind: str, other: SomebodyElse) -> Iterator[Exchange]:
    """Versions, and the history of a row, though no document has it."""
    for row_id in other.ids(kind):
        yield from (api.vread(kind, row_id, version) for version in VERSIONS)
        yield api.get(f"{kind}/{row_id}/_history", purpose=f"history of another member's {kind}")


def _search(api: FhirApi, kind: str, other: SomebodyElse) -> Iterator[Exchange]:
    """By id, by patient, and beside an own one in a list: a server may look at the first only."""
    own, patient = next(iter(api.holdings(kind).rows), ""), other.patient
    for row_id in other.ids(kind):
        asked: list[Params] = [(("_id", row_id),)]
        if own:
            asked += [(("_id", f"{own},{row_id}"),)]
        if patient and kind != PATIENT:
            asked += [(("patient", patient),), (("_id", row_id), ("patient", patient))]
            mine = next(iter(api.holdings(PATIENT).rows), "")
            both = (("_id", row_id), ("patient", f"{mine},{patient}"))
            asked += [both] if mine else []
        yield from _pages(api, kind, asked)


def _included(api: FhirApi, kind: str, other: SomebodyElse) -> Iterator[Exchange]:
    """Beside other rows: of claims that refer to them, and of a Patient they refer to."""
    patient = other.patient
    for clause in clauses_like("PA-.*", kind="include"):
        if api.deployment not in clause.deployments:
            continue
        asked: list[Params] = [(("_include", clause.value),)]
        if patient:
            asked += [(("patient", patient), ("_include", clause.value))]
        if clause.resource == kind:
            asked += [(("_id", row_id), ("_include", clause.value)) for row_id in other.ids(kind)]
        yield from _pages(api, clause.resource, asked)
    if patient and kind != PATIENT:
        back = (("_id", patient), ("_revinclude", f"{kind}:patient"))
        yield from _pages(api, PATIENT, [back])


def _by_version(api: FhirApi, kind: str, other: SomebodyElse) -> Iterator[Exchange]:
    """By references to versions: those that their claims name, and of their Patient in a search."""
    yield from (api.vread(*reference) for reference in other.versions(kind))
    for base in ("", f"{api.base}/") if other.patient else ():
        named = ("patient", f"{base}{PATIENT}/{other.patient}/_history/1")
        if kind != PATIENT:
            yield from _pages(api, kind, [(named,)])
        elif CLAIMS in other.told or other.own:
            yield from _pages(api, CLAIMS, [(named, ("_include", f"{CLAIMS}:patient"))])


def _compartment(api: FhirApi, kind: str, other: SomebodyElse) -> Iterator[Exchange]:
    """By the compartment of their Patient (http.html#vsearch), though no document has it."""
    if other.patient:
        path = "$everything" if kind == PATIENT else kind
        yield api.get(
            f"{PATIENT}/{other.patient}/{path}", purpose=f"another member's {kind}, all of them"
        )


def _pages(api: FhirApi, kind: str, asked: Iterable[Params]) -> Iterator[Exchange]:
    for params in dict.fromkeys(asked):
        purpose = f"another member's {kind}"
        yield from api.search(kind, params, purpose=purpose, max_rows=1).pages


#: What tells the findings of one clause apart.
WAYS: dict[str, Callable[[FhirApi, str, SomebodyElse], Iterator[Exchange]]] = {
    "read": _read,
    "search": _search,
    "vread": _vread,
    "include": _included,
    "versioned reference": _by_version,
    "compartment": _compartment,
}
