"""Loads the contract: reads, checks and expands its files. Imports the package's other modules."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.contract.defaults import Section
from conformance.contract.errors import ContractError
from conformance.contract.model import Clause, Contract, Erratum
from conformance.contract.reading import ContractFile, fingerprint, read_files
from conformance.contract.rows import Resource
from conformance.contract.rules import apply_rules
from conformance.contract.schema import check_file
from conformance.contract.tables import table_clauses
from conformance.contract.vocabulary import NAME, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable


@cache
def load_contract() -> Contract:
    """Return the contract that this version of flexcheck holds, read once.

    It is not held to its schema again, which our tests do: that takes longer than all the rest.
    """
    return _contract(read_files(None))


def read_contract(root: Traversable | None = None) -> Contract:
    """Read a contract from a folder of YAML files; `ContractError` where they are wrong."""
    files = read_files(root)
    for file in files:
        check_file(file)
    return _contract(files)


def _contract(files: tuple[ContractFile, ...]) -> Contract:
    words = vocabulary(files)
    # A document's own rules come before those of the standards it adopts.
    ordered = sorted(files, key=lambda file: file.name.startswith("standards/"))
    sections = tuple(Section(file) for file in ordered if file.name != NAME)
    resources = tuple(
        Resource(section, words) for section in sections if "resource" in section.data
    )
    by_id: dict[str, Clause] = {}
    for section in sections:
        for clause in _clauses(section, sections, resources):
            if clause.id in by_id:
                raise _twice(section, clause.id)
            by_id[clause.id] = clause
    errata = tuple(erratum for section in sections for erratum in _errata(section))
    _check_errata(tuple(by_id.values()), errata)
    return Contract(tuple(by_id.values()), errata, by_id, _fingerprints(files))


def _clauses(
    section: Section, sections: tuple[Section, ...], resources: tuple[Resource, ...]
) -> Iterator[Clause]:
    """Yield a file's clauses: its own, its tables' rows, its resource's rows and rules."""
    for index, spec in enumerate(section.data.get("clauses", ())):
        yield _explicit(section, spec, index)
    yield from table_clauses(section)
    for resource in resources:
        if resource.section is section:
            yield from resource.clauses()
            for rules in sections:
                yield from apply_rules(rules, resource)


def _explicit(section: Section, spec: dict[str, Any], index: int) -> Clause:
    path = ("clauses", index)
    fields = {name: spec[name] for name in ("resource", "param", "type", "value") if name in spec}
    return section.clause(
        section.verified(spec, path),
        section.own_id(spec["id"], path),
        section.sources(spec["source"], path),
        statement=spec["statement"],
        kind=spec["kind"],
        topic=spec["topic"],
        **fields,
    )


def _errata(section: Section) -> Iterator[Erratum]:
    for index, spec in enumerate(section.data.get("errata", ())):
        yield Erratum(
            id=spec["id"],
            problem=spec["problem"],
            reading=spec["reading"],
            source=section.sources(spec["source"], ("errata", index)),
            standalone=spec.get("standalone", False),
        )


def _check_errata(clauses: tuple[Clause, ...], errata: tuple[Erratum, ...]) -> None:
    known = {erratum.id for erratum in errata}
    if len(known) < len(errata):
        ids = [erratum.id for erratum in errata]
        twice = next(erratum_id for erratum_id in ids if ids.count(erratum_id) > 1)
        raise ContractError("errata.yaml", twice, "stands twice", "give each erratum its own id")
    for clause in clauses:
        for erratum_id in clause.errata:
            if erratum_id not in known:
                fix = "correct the id, or add the erratum to errata.yaml"
                raise ContractError(clause.id, "errata", f"unknown erratum {erratum_id}", fix)


def _twice(section: Section, clause_id: str) -> ContractError:
    fix = "give each clause its own id; ids are never reused"
    return ContractError(section.file.name, clause_id, "the id stands twice", fix)


def _fingerprints(files: tuple[ContractFile, ...]) -> dict[str, str]:
    """A file counts for each document it restates, the vocabulary for every one."""
    documents = sorted({document for file in files for document in file.documents})
    return {
        document: fingerprint(tuple(f for f in files if document in f.documents or not f.documents))
        for document in documents
    }
