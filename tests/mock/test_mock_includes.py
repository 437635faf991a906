"""`_include` and `_revinclude`: what is referred to comes along, once, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from asking import matches

from conformance.mock.search.documented import DOCUMENTED

if TYPE_CHECKING:
    from mock_api import Api

    from conformance.mock.data.store import Store

NETWORK = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/network-reference"
ELEMENTS = {
    "HealthcareService:organization": "providedBy",
    "HealthcareService:coverage-area": "coverageArea",
    "HealthcareService:location": "location",
    "Location:organization": "managingOrganization",
    "Organization:partof": "partOf",
    "OrganizationAffiliation:primary-organization": "organization",
    "OrganizationAffiliation:participating-organization": "participatingOrganization",
    "OrganizationAffiliation:network": "network",
    "OrganizationAffiliation:location": "location",
    "PractitionerRole:practitioner": "practitioner",
    "PractitionerRole:organization": "organization",
    "PractitionerRole:location": "location",
}
INCLUDES = [(v.type, link) for v in DOCUMENTED.values() for link in v.includes]
REVINCLUDES = [(v.type, link) for v in DOCUMENTED.values() for link in v.revincludes]


def targets(resource: dict[str, Any], link: str) -> set[str]:
    """Return what a resource refers to through `Type:parameter`."""
    if link == "PractitionerRole:network":
        found = [x["valueReference"] for x in resource["extension"] if x["url"] == NETWORK]
    else:
        value = resource.get(ELEMENTS.get(link, "-"), [])
        found = value if isinstance(value, list) else [value]
    return {reference["reference"] for reference in found}


def included(page: dict[str, Any]) -> list[str]:
    return [
        f"{e['resource']['resourceType']}/{e['resource']['id']}"
        for e in page.get("entry", ())
        if e["search"]["mode"] == "include"
    ]


@pytest.mark.parametrize(("kind", "link"), INCLUDES)
def test_each_page_includes_what_its_matches_refer_to(kind: str, link: str, api: Api) -> None:
    seen = 0
    for page in api.pages(f"/{kind}?_include={link}&_count=40"):
        rows = [e["resource"] for e in matches(page)]
        own = {f"{kind}/{row['id']}" for row in rows}
        wanted = set().union(*(targets(row, link) for row in rows)) - own
        assert sorted(included(page)) == sorted(wanted)
        seen += len(wanted)
    assert seen


@pytest.mark.parametrize(("kind", "link"), REVINCLUDES)
def test_each_page_includes_what_refers_to_its_matches(
    kind: str, link: str, api: Api, store: Store
) -> None:
    source = link.partition(":")[0]
    rows = store.rows(source) if source in DOCUMENTED else ()
    for page in api.pages(f"/{kind}?_revinclude={link}&_count=40"):
        own = {f"{kind}/{e['resource']['id']}" for e in matches(page)}
        wanted = {r.reference for r in rows if targets(r.resource, link) & own} - own
        assert sorted(included(page)) == sorted(wanted)


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        ("Location", "HealthcareService:coverage-area"),
        ("Location", "HealthcareService:location"),
        ("Location", "OrganizationAffiliation:location"),
        ("Location", "PractitionerRole:location"),
        *(pair for pair in REVINCLUDES if pair[0] != "Location"),
    ],
)
def test_every_revinclude_that_can_refer_finds_rows(kind: str, link: str, api: Api) -> None:
    assert any(included(page) for page in api.pages(f"/{kind}?_revinclude={link}&_count=100"))


def test_include_and_revinclude_go_together_and_rows_come_once(api: Api) -> None:
    page = api.json(
        "/Organization?type=ntwk&_include=Organization:partof"
        "&_revinclude=PractitionerRole:network&_revinclude=PractitionerRole:organization"
    )
    found = included(page)
    assert len(found) == len(set(found))
    assert {reference.partition("/")[0] for reference in found} == {
        "Organization",
        "PractitionerRole",
    }


def test_a_match_is_not_repeated_as_an_include(api: Api) -> None:
    page = api.json("/Organization?_include=Organization:partof&_count=200")
    own = {f"Organization/{e['resource']['id']}" for e in matches(page)}
    assert not own.intersection(included(page))


def test_includes_do_not_count(api: Api) -> None:
    plain = api.json("/Location?address-state=UT&_count=10")
    more = api.json("/Location?address-state=UT&_count=10&_include=Location:organization")
    assert more["total"] == plain["total"]
    assert len(matches(more)) == 10
    assert len(more["entry"]) > 10
