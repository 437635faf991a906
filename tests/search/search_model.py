"""A search engine written as naively as can be, to compare `Selection.match` with.

It knows only clean rows and clean values (ASCII, no escapes, one precision of time), where FHIR R4
leaves no room, and shares no code with `conformance.search`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

CITIES = ["Provo", "PROVO", "Prov", "Lehi", "Ogden"]
SYSTEMS = ["urn:a", "urn:b", ""]
CODES = ["x", "xy", "z"]
TARGETS = ["Organization/1", "Organization/2", "Organization/11"]
TIMES = [f"2026-01-0{day}T0{hour}:00:00Z" for day in (1, 2, 3) for hour in (1, 5)]


def _coding(system: str, code: str) -> dict[str, Any]:
    return {"system": system, "code": code} if system else {"code": code}


codings = st.builds(_coding, st.sampled_from(SYSTEMS), st.sampled_from(CODES))
rows = st.fixed_dictionaries(
    {
        "resourceType": st.just("Location"),
        "id": st.sampled_from(["a", "b", "c"]),
        "meta": st.fixed_dictionaries({"lastUpdated": st.sampled_from(TIMES)}),
    },
    optional={
        "address": st.fixed_dictionaries({"city": st.sampled_from(CITIES)}),
        "type": st.lists(
            st.fixed_dictionaries({"coding": st.lists(codings, max_size=2)}), max_size=2
        ),
        "managingOrganization": st.fixed_dictionaries({"reference": st.sampled_from(TARGETS)}),
    },
)


def _several(values: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2).map(",".join)


_TOKENS = [*CODES, *(f"{system}|{code}" for system in SYSTEMS for code in CODES), "urn:a|"]
_DATES = [prefix + time for prefix in ("", "ge", "lt", "gt", "le", "ne") for time in TIMES]
_REFERENCES = [*TARGETS, "1", "11"]
params = st.one_of(
    st.tuples(st.just("_id"), _several(["a", "b", "zz"])),
    st.tuples(st.just("address-city"), _several([*CITIES, "pro"])),
    st.tuples(st.just("type"), _several(_TOKENS)),
    st.tuples(st.just("organization"), _several(_REFERENCES)),
    st.tuples(st.just("_lastUpdated"), _several(_DATES)),
)


def selects(row: dict[str, Any], queries: list[tuple[str, str]]) -> bool:
    for name, value in queries:
        if not any(_ONE[name](row, wanted) for wanted in value.split(",")):
            return False
    return True


def _by_city(row: dict[str, Any], wanted: str) -> bool:
    return "address" in row and row["address"]["city"].lower()[: len(wanted)] == wanted.lower()


def _by_type(row: dict[str, Any], wanted: str) -> bool:
    for concept in row.get("type", []):
        for coding in concept["coding"]:
            system, code = coding.get("system", ""), coding["code"]
            if wanted in (code, f"{system}|{code}") or (system and wanted == f"{system}|"):
                return True
    return False


def _by_organization(row: dict[str, Any], wanted: str) -> bool:
    if "managingOrganization" not in row:
        return False
    kind, name = row["managingOrganization"]["reference"].split("/")
    return wanted in (name, f"{kind}/{name}")


def _by_time(row: dict[str, Any], wanted: str) -> bool:
    held = datetime.fromisoformat(row["meta"]["lastUpdated"])
    prefix, value = (wanted[:2], wanted[2:]) if wanted[0].isalpha() else ("eq", wanted)
    asked = datetime.fromisoformat(value)
    return {
        "eq": held == asked,
        "ne": held != asked,
        "ge": held >= asked,
        "gt": held > asked,
        "le": held <= asked,
        "lt": held < asked,
    }[prefix]


_ONE = {
    "_id": lambda row, wanted: row["id"] == wanted,
    "address-city": _by_city,
    "type": _by_type,
    "organization": _by_organization,
    "_lastUpdated": _by_time,
}
