"""The contract as data: clauses, their sources and how each is verified. Imports `findings`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from conformance.findings import Expectation


#: The reason of a clause that a request can test and that no suite tests yet.
SUITE_TO_COME = "suite-to-come"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document says it: document id, section heading, first and last line (from 1)."""

    document: str
    section: str
    lines: tuple[int, int]

    def __str__(self) -> str:
        first, last = self.lines
        where = f"line {first}" if first == last else f"lines {first}-{last}"
        return f"{self.document}, {self.section}, {where}"

    def to_json(self) -> dict[str, Any]:
        """Return `{"document", "section", "lines": [first, last]}`."""
        return {"document": self.document, "section": self.section, "lines": list(self.lines)}


@dataclass(frozen=True, slots=True)
class Standard:
    """The rule of a published standard that a clause restates (`FHIR R4`, `RFC 6749`, an IG)."""

    name: str
    section: str
    url: str

    def __str__(self) -> str:
        return f"{self.name}, {self.section}, {self.url}"

    def to_json(self) -> dict[str, str]:
        """Return `{"name", "section", "url"}`."""
        return {"name": self.name, "section": self.section, "url": self.url}


@dataclass(frozen=True, slots=True)
class NotTested:
    """Why no test verifies a clause: a reason word and a sentence.

    The reason `SUITE_TO_COME` says that a request can, the other reasons that none can.
    """

    reason: str
    because: str

    def to_json(self) -> dict[str, str]:
        """Return `{"not_tested", "because"}`, as the contract files spell it."""
        return {"not_tested": self.reason, "because": self.because}


@dataclass(frozen=True, slots=True)
class Applicability:
    """When a clause applies to a target; empty fields do not restrict.

    `api` is `provider-directory`, `patient-access` or `authorization`; `environments` are
    `sandbox` / `production`; `future` names functionality that a target must declare, in the
    deployments of `future_in` only where these are named.
    """

    api: str = ""
    environments: tuple[str, ...] = ()
    future: str = ""
    future_in: tuple[str, ...] = ()

    def undeclared(self, deployment: str, declared: Collection[str]) -> str:
        """Return the future functionality that a target would have to declare, "" for none."""
        future = self.future if deployment in (self.future_in or (deployment,)) else ""
        return "" if future in declared else future

    def to_json(self) -> dict[str, Any]:
        """Return the fields that restrict."""
        fields = {
            "api": self.api,
            "environments": list(self.environments),
            "future": self.future,
            "future_in": list(self.future_in),
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Clause:
    """One testable or attestable statement of a contract document (DESIGN, section 2).

    `kind` says what sort of row it is (`interaction`, `search-parameter`, `include`,
    `revinclude`, `example`, `scope`, `request-parameter`, `response-field`, `questionnaire`,
    `rule`, `statement`); `resource`, `param`, `type` and `value` are filled where the kind has
    them (`value` is an `_include` value, an example's query, a scope, a question's subject, a
    documented version or a profile URL). `topic` is the name of the interaction or theme that
    reports group by. `printed_param` and `printed_type` are what the document prints where we
    judge by another reading; `reaches` is false on a `_revinclude` value that can add nothing.
    """

    id: str
    expectation: Expectation
    statement: str
    area: str
    kind: str
    topic: str
    deployments: tuple[str, ...]
    source: tuple[Source, ...]
    applies_when: Applicability = field(default_factory=Applicability)
    not_tested: NotTested | None = None
    standard: Standard | None = None
    resource: str = ""
    param: str = ""
    type: str = ""
    value: str = ""
    errata: tuple[str, ...] = ()
    regulations: tuple[str, ...] = ()
    printed_param: str = ""
    printed_type: str = ""
    reaches: bool = True

    @property
    def testable(self) -> bool:
        """Whether a request to the server can verify it, be there a suite for it or not yet."""
        return self.not_tested is None or self.not_tested.reason == SUITE_TO_COME

    def to_json(self) -> dict[str, Any]:
        """Return the item of `flexcheck contract list --json` (DESIGN, section 5)."""
        item: dict[str, Any] = {
            "id": self.id,
            "expectation": self.expectation.value,
            "statement": self.statement,
            "deployments": list(self.deployments),
            "area": self.area,
            "kind": self.kind,
            "topic": self.topic,
            "source": [source.to_json() for source in self.source],
            "verified_by": self.not_tested.to_json() if self.not_tested else "test",
        }
        item |= {name: value for name, value in self._optional().items() if value}
        return item if self.reaches else item | {"reaches": False}

    def _optional(self) -> dict[str, Any]:
        optional: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("resource", "param", "type", "value", "printed_param", "printed_type")
        }
        return optional | {
            "standard": self.standard.to_json() if self.standard else None,
            "errata": list(self.errata),
            "regulations": list(self.regulations),
            "applies_when": self.applies_when.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Erratum:
    """A place where a document contradicts itself or cannot be right, and the reading chosen.

    `standalone` marks one that no clause rests on.
    """

    id: str
    problem: str
    reading: str
    source: tuple[Source, ...]
    standalone: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the item of `flexcheck contract list --errata --json`."""
        return {
            "id": self.id,
            "problem": self.problem,
            "reading": self.reading,
            "source": [source.to_json() for source in self.source],
        }


@dataclass(frozen=True, slots=True)
class Contract:
    """Every clause and erratum of both deployments, with look-up by id.

    `fingerprints` gives for each document the SHA-256 of the contract files that restate it.
    """

    clauses: tuple[Clause, ...]
    errata: tuple[Erratum, ...]
    by_id: dict[str, Clause]
    fingerprints: dict[str, str]

    def __getitem__(self, clause_id: str) -> Clause:
        """Return the clause of this id; `KeyError` where there is none."""
        return self.by_id[clause_id]

    def select(self, wanted: Callable[[Clause], bool]) -> Iterator[Clause]:
        """Yield the clauses that `wanted` accepts, in contract order."""
        return (clause for clause in self.clauses if wanted(clause))

    def rows(
        self,
        *,
        kind: str = "",
        api: str = "",
        resource: str = "",
        topic: str = "",
        deployment: str = "",
    ) -> tuple[Clause, ...]:
        """Return the clauses that agree with every field given, in contract order."""
        wanted = {"kind": kind, "resource": resource, "topic": topic}
        fields = [(name, value) for name, value in wanted.items() if value]
        return tuple(
            clause
            for clause in self.clauses
            if all(getattr(clause, name) == value for name, value in fields)
            and (not api or clause.applies_when.api == api)
            and (not deployment or deployment in clause.deployments)
        )

    def erratum(self, erratum_id: str) -> Erratum:
        """Return the erratum of this id; `KeyError` where there is none."""
        for erratum in self.errata:
            if erratum.id == erratum_id:
                return erratum
        raise KeyError(erratum_id)
