"""Holds an application against every rule, and tells what a person still has to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.contract import load_contract
from conformance.preflight import access, contacts, questionnaire, redirects
from conformance.preflight.form import is_answered, sections_of
from conformance.preflight.rules import RULES, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract import Clause
    from conformance.preflight.application import Application

#: Imported for their rules.
ROOMS = (access, contacts, questionnaire, redirects)


@dataclass(frozen=True, slots=True)
class Remark:
    """One broken rule, with its clause; a SHOULD only warns."""

    clause: Clause
    fault: Fault

    @property
    def fails(self) -> bool:
        """Whether the registration is wrong; else it could be better."""
        return self.clause.expectation.value.startswith("SHALL")

    def to_json(self) -> dict[str, Any]:
        """Return the item of `flexcheck preflight --json`."""
        return {
            "clause": self.clause.id,
            "expectation": self.clause.expectation.value,
            **self.fault._asdict(),
        }


@dataclass(frozen=True, slots=True)
class Review:
    """What was found, and the statements that only a person can see to."""

    remarks: tuple[Remark, ...]
    judged: int
    left: tuple[Clause, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing has to be mended."""
        return not any(remark.fails for remark in self.remarks)


def review(app: Application) -> Review:
    """Hold an application against the rules of its deployment and environment."""
    contract = load_contract()
    remarks: dict[Fault, Remark] = {}
    covered: set[str] = set()
    for found in RULES:
        clause = contract[found.clause]
        if not _applies(clause, app):
            continue
        covered.add(clause.id)
        for fault in found.judge(app):
            remarks.setdefault(fault, Remark(clause, fault))
    for fault, clause_id in _unanswered(app):
        remarks.setdefault(fault, Remark(contract[clause_id], fault))
    covered |= {item.clause for _, fields in sections_of(app) for item in fields}
    return Review(tuple(remarks.values()), len(covered), tuple(_left(app, covered)))


def _applies(clause: Clause, app: Application) -> bool:
    where = clause.applies_when.environments
    return app.deployment in clause.deployments and (not where or app.environment in where)


def _unanswered(app: Application) -> Iterator[tuple[Fault, str]]:
    """Yield the fields that must be filled and are not, each by the clause that asks for it."""
    for title, fields in sections_of(app):
        if title.startswith("Production") and "questionnaire" not in app.answers:
            continue  # that there is none was told
        for item in fields:
            if not item.optional and not is_answered(app.get(item.key)):
                yield Fault(item.key, f"{item.label}: no answer", "answer it"), item.clause


def _left(app: Application, covered: set[str]) -> Iterator[Clause]:
    """Yield the statements on registration that no rule could judge."""
    for clause in load_contract().select(lambda clause: clause.area == "REG"):
        if _applies(clause, app) and clause.id not in covered and clause.kind != "questionnaire":
            yield clause
