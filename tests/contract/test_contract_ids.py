"""Clause ids are permanent, well-formed and those that the design names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.contract import Contract

PUBLISHED = Path(__file__).with_name("ids.txt").read_text(encoding="utf-8").split()
RESOURCES = {
    "HSVC": "HealthcareService",
    "LOC": "Location",
    "ORG": "Organization",
    "AFF": "OrganizationAffiliation",
    "PRAC": "Practitioner",
    "ROLE": "PractitionerRole",
}
UNIFORM = (
    *("READ", "VREAD", "SEARCH", "ID-LIST", "VERSION-ID", "ANONYMOUS", "PROFILE", "WELL-FORMED"),
    *("UNLISTED-NOT-APPLIED", "UNLISTED-REFUSED", "CONTENT-TYPE", "READ-CONSISTENT"),
    *("READ-UNKNOWN", "VREAD-UNKNOWN", "ERROR-OUTCOME", "SEARCH-ERROR-OUTCOME", "BUNDLE"),
    *("SEARCH-MODE", "SELF-LINK", "TOTAL", "PAGING-COMPLETE", "PAGING-LINKS", "CAPABILITY"),
    *("CAPABILITY-PARAMS", "LASTUPDATED-PREFIXES"),
)


def test_ids_are_unique(contract: Contract) -> None:
    assert len(contract.by_id) == len(contract.clauses)


def test_no_published_id_vanishes(contract: Contract) -> None:
    assert [clause_id for clause_id in PUBLISHED if clause_id not in contract.by_id] == []


def test_every_id_is_published(contract: Contract) -> None:
    missing = [clause_id for clause_id in contract.by_id if clause_id not in PUBLISHED]
    assert missing == [], "add them to tests/contract/ids.txt; they are permanent from then on"


def test_published_ids_are_sorted_and_unique() -> None:
    assert sorted(set(PUBLISHED)) == PUBLISHED


def test_an_id_says_its_area_first(contract: Contract) -> None:
    for clause in contract.clauses:
        assert re.fullmatch(r"[A-Z]+(-[A-Z0-9]+)+", clause.id)
        assert clause.id.startswith(f"{clause.area}-")


@pytest.mark.parametrize("code", RESOURCES)
def test_every_resource_has_the_uniform_clauses(contract: Contract, code: str) -> None:
    for suffix in UNIFORM:
        assert contract[f"DIR-{code}-{suffix}"].resource == RESOURCES[code]


def test_type_rules_hold_where_a_parameter_of_that_type_is(contract: Contract) -> None:
    def having(suffix: str) -> set[str]:
        return {code for code in RESOURCES if f"DIR-{code}-{suffix}" in contract.by_id}

    assert having("TOKEN-SYSTEM") == {"HSVC", "AFF", "ROLE"}
    assert having("STRING-MATCHING") == {"HSVC", "LOC", "ORG", "PRAC"}
    assert having("REFERENCE-FORMS") == {"HSVC", "AFF", "ROLE"}


def test_networks_have_only_what_their_section_promises(contract: Contract) -> None:
    networks = {clause.id for clause in contract.clauses if clause.topic == "Network"}
    assert networks == {
        "DIR-NET-SEARCH",
        "DIR-NET-SEARCH-TYPE",
        "DIR-NET-SEARCH-COMBINED",
        "DIR-NET-INCLUDE-PARTOF",
        "DIR-NET-CONFORMS",
        "DIR-NET-MUST-SUPPORT",
        "DIR-NET-PROFILE",
        "DIR-NETWORK-IS-ORGANIZATION",
    }
    assert contract["DIR-NET-SEARCH-TYPE"].value == "ntwk"
