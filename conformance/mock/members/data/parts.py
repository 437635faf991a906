"""FHIR datatypes as members' records write them. Imports the codes and the directory's elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mock.members.data.codes import C4BB_CS, THO, UCUM

if TYPE_CHECKING:
    from datetime import date

    from conformance.mock.data.plan import Resource


def coding(system: str, code: str, display: str = "") -> Resource:
    """Return a Coding, with its display where there is one."""
    found = {"system": system, "code": code}
    return {**found, "display": display} if display else found


def concept(system: str, code: str, display: str = "", text: str = "") -> Resource:
    """Return a CodeableConcept of one coding."""
    found: Resource = {"coding": [coding(system, code, display)]}
    return {**found, "text": text} if text else found


def carin(system: str, code: str, display: str = "") -> Resource:
    """Return a CodeableConcept of one of CARIN BB's own code systems."""
    return concept(C4BB_CS + system, code, display)


def tho(system: str, code: str, display: str = "") -> Resource:
    """Return a CodeableConcept of an HL7 code system."""
    return concept(THO + system, code, display)


def identifier(kind: Resource, system: str, value: str) -> Resource:
    """Return an Identifier of a type."""
    return {"type": kind, "system": system, "value": value}


def money(cents: int) -> Resource:
    """Return an amount of US dollars."""
    return {"value": cents / 100, "currency": "USD"}


def quantity(value: float, unit: str = "", code: str = "") -> Resource:
    """Return a Quantity, in UCUM where a unit is named."""
    found: Resource = {"value": value}
    return {**found, "unit": unit, "system": UCUM, "code": code} if code else found


def at(day: date, time: str = "00:00:00+00:00") -> str:
    """Return a dateTime of a day."""
    return f"{day.isoformat()}T{time}"


def numbered(rows: list[Any]) -> list[Resource]:
    """Return the rows, each with its `sequence`."""
    return [{"sequence": number, **row} for number, row in enumerate(rows, start=1)]
