"""Checks of `_include` and `_revinclude`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders import (
    BASE,
    Said,
    entry,
    exchange,
    found,
    holding,
    outcome,
    page,
    read,
    refused,
    resource,
    search,
)

from conformance.checks import includes as check
from conformance.records import Ending

if TYPE_CHECKING:
    from conformance.records import Search

MANAGED = "Location:organization"
PARTOF = "Organization:partof"


def managed(row_id: str, reference: str) -> dict[str, Any]:
    return resource("Location", row_id, managingOrganization={"reference": reference})


def org(row_id: str, part_of: str = "") -> dict[str, Any]:
    fields = {"partOf": {"reference": f"Organization/{part_of}"}} if part_of else {}
    return resource("Organization", row_id, **fields)


LOC = managed("l", "Organization/o")


def included(*entries: dict[str, Any], ids: str = "l", **fields: Any) -> Search:
    params = [("_id", ids), ("_include", MANAGED)]
    return search(page(*entries), params=params, **fields)


def partof(*entries: dict[str, Any], ids: str) -> Search:
    params = [("_id", ids), ("_include", PARTOF)]
    return search(page(*entries), kind="Organization", params=params)


@pytest.mark.parametrize(
    ("reference", "keys"),
    [
        ("Organization/o", {"Organization/o"}),
        ("Organization/o/_history/3", {"Organization/o"}),
        (f"{BASE}/Organization/o", {"Organization/o"}),
        ("#contained", set()),
        ("urn:uuid:1", set()),
        ("o", set()),
        ("", set()),
    ],
)
def test_a_row_leads_to_what_it_refers_to(reference: str, keys: set[str]) -> None:
    assert check.targets_of(managed("l", reference), MANAGED) == keys
    assert check.targets_of(managed("l", reference), MANAGED, BASE) == keys


def test_a_row_of_another_type_leads_nowhere() -> None:
    assert check.targets_of(org("o", "p"), MANAGED) == set()


def test_a_reference_to_elsewhere_leads_to_no_row_of_this_server() -> None:
    row = managed("l", "https://other.example/fhir/Organization/o")
    assert check.targets_of(row, MANAGED) == {"Organization/o"}
    assert check.targets_of(row, MANAGED, BASE) == set()


def test_an_include_that_brings_the_target_holds() -> None:
    brought = included(entry(LOC), entry(org("o"), "include"))
    said = Said(check.include_brings_targets(brought, MANAGED, []))
    assert said.holds
    assert len(said.all) == 3


def test_a_refused_include_is_broken() -> None:
    only = Said(check.include_brings_targets(refused(), MANAGED, [])).only
    assert only.expected == "200, Bundle"


def test_a_missing_target_that_the_server_holds_is_named() -> None:
    alone = included(entry(LOC))
    assert check.missing_targets(alone, MANAGED) == ["Organization/o"]
    only = Said(check.include_brings_targets(alone, MANAGED, [read(org("o"))])).only
    assert only.expected.startswith("Organization/o with mode include: Location:organization")
    assert only.observed == "absent"


def test_a_dangling_reference_is_not_missing() -> None:
    dangling = [read(None, 404, key="Organization/o")]
    assert Said(check.include_brings_targets(included(entry(LOC)), MANAGED, dangling)).holds


def test_a_target_on_another_server_is_not_missing() -> None:
    away = included(entry(managed("l", "https://other.example/fhir/Organization/o")))
    assert check.missing_targets(away, MANAGED) == []
    assert Said(check.include_brings_targets(away, MANAGED, [read(org("o"))])).holds


def test_an_absolute_reference_to_this_server_is_followed() -> None:
    own = included(entry(managed("l", f"{BASE}/Organization/o")))
    assert check.missing_targets(own, MANAGED) == ["Organization/o"]


def test_a_target_is_not_missed_before_the_last_page() -> None:
    cut = included(entry(LOC), ending=Ending.LIMIT)
    assert Said(check.include_brings_targets(cut, MANAGED, [read(org("o"))])).holds


def test_a_target_may_come_on_a_later_page_and_again() -> None:
    target = entry(org("o"), "include")
    paged = search(
        page(entry(LOC)),
        page(entry(managed("m", "Organization/o")), target),
        page(entry(managed("n", "Organization/o")), target),
        params=[("_include", MANAGED)],
    )
    assert Said(check.include_brings_targets(paged, MANAGED, [])).holds


def test_a_target_twice_on_one_page_is_broken() -> None:
    target = entry(org("o"), "include")
    only = Said(
        check.include_brings_targets(included(entry(LOC), target, target), MANAGED, [])
    ).only
    assert (only.expected, only.observed) == ("Organization/o once", "2 times")


def test_a_row_that_nothing_refers_to_is_broken() -> None:
    stray = included(entry(LOC), entry(org("o"), "include"), entry(org("x"), "include"))
    only = Said(check.include_brings_targets(stray, MANAGED, [])).only
    assert only.at == "Bundle.entry[2] (Organization/x)"
    assert only.observed == "a row that is not"


@pytest.mark.parametrize("mode", ["outcome", ""])
def test_an_outcome_is_no_included_row(mode: str) -> None:
    told = included(entry(LOC), entry(org("o"), "include"), entry(outcome(), mode))
    assert Said(check.include_brings_targets(told, MANAGED, [])).holds


def test_a_target_that_is_itself_a_match_need_not_come_twice() -> None:
    family = partof(entry(org("child", "parent")), entry(org("parent")), ids="child,parent")
    assert Said(check.include_brings_targets(family, PARTOF, [])).holds
    assert check.missing_targets(family, PARTOF) == []


def test_a_row_that_is_part_of_itself_need_not_come_twice() -> None:
    own = partof(entry(org("o", "o")), ids="o")
    assert Said(check.include_brings_targets(own, PARTOF, [read(org("o", "o"))])).holds


def test_an_included_row_does_not_ask_for_its_own_targets() -> None:
    chain = partof(entry(org("a", "b")), entry(org("b", "c"), "include"), ids="a")
    assert Said(check.include_brings_targets(chain, PARTOF, [read(org("c"))])).holds


def test_where_rows_tell_no_mode_the_criteria_tell_them_apart() -> None:
    chain = partof(entry(org("a", "b"), ""), entry(org("b", "c"), ""), ids="a")
    assert check.missing_targets(chain, PARTOF) == []
    said = Said(check.include_brings_targets(chain, PARTOF, [read(org("c"))]))
    assert said.holds
    assert [item.expected for item in said.all][1].startswith("Organization/b with mode include")


ROLE_AT = "PractitionerRole:location"


def role(row_id: str, *places: str) -> dict[str, Any]:
    return resource("PractitionerRole", row_id, location=[{"reference": it} for it in places])


KNOWN = {"r": role("r", "Location/l"), "s": role("s", "Location/other")}


def reversed_(*entries: dict[str, Any], **fields: Any) -> Search:
    return search(page(*entries), params=[("_id", "l"), ("_revinclude", ROLE_AT)], **fields)


def referrers(asked: Search, known: dict[str, Any] | None = None) -> Said:
    return Said(
        check.revinclude_brings_referrers(asked, ROLE_AT, KNOWN if known is None else known)
    )


def test_a_revinclude_that_brings_every_referrer_holds() -> None:
    said = referrers(reversed_(entry(LOC), entry(KNOWN["r"], "include")))
    assert said.holds
    assert len(said.all) == 3


def test_a_referrer_that_no_one_knew_may_come() -> None:
    more = entry(role("new", "Location/other", "Location/l"), "include")
    assert referrers(reversed_(entry(LOC), entry(KNOWN["r"], "include"), more)).holds


def test_a_missing_referrer_is_named() -> None:
    only = referrers(reversed_(entry(LOC))).only
    assert only.expected.startswith("PractitionerRole/r with mode include")
    assert only.observed == "absent"


def test_a_referrer_is_not_missed_before_the_last_page() -> None:
    assert referrers(reversed_(entry(LOC), ending=Ending.LIMIT)).holds


def test_a_row_that_refers_to_no_match_is_broken() -> None:
    both = (entry(KNOWN[name], "include") for name in ("r", "s"))
    only = referrers(reversed_(entry(LOC), *both)).only
    assert only.at == "Bundle.entry[2] (PractitionerRole/s)"
    assert only.observed == "a row that does not"


def test_a_referrer_from_elsewhere_is_not_missing() -> None:
    away = {"r": role("r", "https://other.example/fhir/Location/l")}
    assert referrers(reversed_(entry(LOC)), away).holds


def test_a_referrer_twice_on_one_page_is_broken() -> None:
    twice = entry(KNOWN["r"], "include")
    only = referrers(reversed_(entry(LOC), twice, twice)).only
    assert only.expected == "PractitionerRole/r once"


def test_a_value_that_reaches_nothing_adds_nothing() -> None:
    assert referrers(reversed_(entry(LOC)), {}).holds
    assert referrers(reversed_(entry(LOC), entry(KNOWN["s"], "include")), {}).only


def test_a_refused_revinclude_is_broken() -> None:
    assert referrers(refused()).only.expected == "200, Bundle"


def test_a_referrer_that_is_a_match_need_not_come_twice() -> None:
    params = [("_id", "a,b"), ("_revinclude", PARTOF)]
    rows = {"a": org("a", "b"), "b": org("b")}
    both = search(page(*map(entry, rows.values())), kind="Organization", params=params)
    assert Said(check.revinclude_brings_referrers(both, PARTOF, rows)).holds


def test_reads_that_bring_no_answer_prove_nothing() -> None:
    silent = [exchange(error="timed out", url=f"{BASE}/Organization/o")]
    assert Said(check.include_brings_targets(included(entry(LOC)), MANAGED, silent)).holds


PLACES = holding(resource("Location", "l", name="Main"), resource("Location", "m", name="Side"))
CHAIN = ("name", "Main")


def chained(*rows: dict[str, Any]) -> Said:
    asked = found(*rows, kind="PractitionerRole")
    return Said(check.matches_lead_to(asked, ROLE_AT, PLACES, CHAIN))


def test_matches_that_lead_to_a_row_that_satisfies_the_chain_hold() -> None:
    assert chained(role("r", "Location/l"), role("s", "Location/m", "Location/l")).holds


def test_a_match_that_leads_to_no_such_row_is_named() -> None:
    only = chained(role("r", "Location/l"), role("s", "Location/m")).only
    assert only.at == "Bundle.entry[1].resource (PractitionerRole/s)"
    assert only.expected == "PractitionerRole:location leads to a Location with name = Main"
    assert only.observed == "m, not such a row"


def test_a_match_that_leads_nowhere_is_broken() -> None:
    assert chained(role("r")).only.observed == "nothing, not such a row"


def test_a_match_that_leads_to_a_row_no_one_knows_is_not_judged() -> None:
    assert chained(role("r", "Location/unknown", "Location/m")).nothing
