"""Who sees what: tokens, scopes, other members, rows that come along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asking import issue, link, of_mode

if TYPE_CHECKING:
    from members_api import World

EOB = "ExplanationOfBenefit"


def test_without_a_token_nothing_but_discovery_is_answered(tooele: World) -> None:
    nobody, patient = tooele.bearer(), tooele.patients[0]
    for path in ("/Patient", f"/Patient/{patient}", f"/{EOB}?patient={patient}", "", "/Nothing"):
        response = nobody.get(path)
        assert issue(response, 401)["code"] == "login"
        assert response.headers["www-authenticate"].startswith("Bearer ")
    assert nobody.json("/metadata")["resourceType"] == "CapabilityStatement"
    assert nobody.json("/.well-known/smart-configuration")["token_endpoint"]


def test_a_posted_search_needs_a_token(future: World) -> None:
    response = future.bearer().ask("POST", "/Condition/_search", data={"patient": "x"})
    assert issue(response, 401)["code"] == "login"


@pytest.mark.parametrize("kind", ["Patient", "Coverage", EOB])
def test_a_type_outside_the_scopes_is_forbidden(tooele: World, kind: str) -> None:
    others = {"Patient", "Coverage", EOB} - {kind}
    member, row = tooele.member(0, *others), tooele.rows(kind)[0]
    for path in (f"/{row.reference}", f"/{row.reference}/_history/1", f"/{kind}?_id={row.id}"):
        response = member.get(path)
        assert issue(response, 403)["code"] == "forbidden"
        challenge = response.headers["www-authenticate"]
        assert 'error="insufficient_scope"' in challenge
        assert f'scope="patient/{kind}.read"' in challenge


def test_another_members_rows_are_not_there(uhc: World) -> None:
    member = uhc.member()
    for kind in uhc.vocabularies:
        row = uhc.rows(kind, 1)[0]
        known = f"Resource {row.reference} is not known"
        assert member.outcome(f"/{row.reference}", 404)["diagnostics"] == known
        mine = f"patient={uhc.patients[0]}&" if kind == EOB else ""
        assert member.json(f"/{kind}?{mine}_id={row.id}")["total"] == 0


def test_another_members_versions_are_not_there(tooele: World) -> None:
    for kind in ("Patient", "Coverage", EOB):
        row = tooele.rows(kind, 1)[0]
        tooele.member().outcome(f"/{row.reference}/_history/1", 404)


def test_naming_another_patient_finds_nothing(uhc: World) -> None:
    member = uhc.member()
    for kind in set(uhc.vocabularies) - {"Patient"}:
        assert member.json(f"/{kind}?patient={uhc.patients[1]}")["total"] == 0
        assert member.json(f"/{kind}?patient={uhc.patients[0]}")["total"] > 0


def test_a_search_without_patient_gives_the_members_own_rows(uhc: World) -> None:
    for kind in set(uhc.vocabularies) - {EOB}:
        found = uhc.member(1).everything(f"/{kind}?_count=50")
        assert [row["id"] for row in found] == [row.id for row in uhc.rows(kind, 1)]


def test_a_page_belongs_to_the_member_who_searched(tooele: World) -> None:
    world = tooele
    path = f"/{EOB}?patient={world.patients[0]}"
    member, other = world.member(), world.member(1)
    following = link(member.json(path), "next") or ""
    assert of_mode(member.json(following), "match")
    assert other.outcome(following, 410)["code"] == "not-found"


def test_a_page_needs_the_scope_of_its_search(tooele: World) -> None:
    following = link(tooele.member().json(f"/{EOB}?patient={tooele.patients[0]}"), "next") or ""
    tooele.member(0, "Patient", "Coverage").outcome(following, 403)


def test_a_patient_comes_along_only_within_its_scope(tooele: World) -> None:
    path = f"/{EOB}?patient={tooele.patients[0]}&_include={EOB}:patient&_include={EOB}:provider"
    kinds = {row["resourceType"] for row in tooele.member().rows(path, "include")}
    assert kinds == {"Patient", "Organization"}
    claims_only = tooele.member(0, EOB).rows(path, "include")
    assert {row["resourceType"] for row in claims_only} == {"Organization"}


@pytest.mark.parametrize("kind", ["Organization", "Practitioner", "Location"])
def test_providers_are_readable_with_the_claims(tooele: World, kind: str) -> None:
    row = tooele.api.access.members.shared[kind][1]
    for allowed in (EOB, "Coverage"):
        assert tooele.member(2, allowed).json(f"/{row.reference}") == row.resource
        assert tooele.member(2, allowed).json(f"/{row.reference}/_history/1") == row.versions[0]
    challenge = tooele.member(2, "Patient").get(f"/{row.reference}").headers["www-authenticate"]
    assert "insufficient_scope" in challenge
    assert "scope=" not in challenge.replace("insufficient_scope", "")
    tooele.member().outcome(f"/{kind}", 404)


def test_provenance_is_read_as_what_it_is_of(uhc: World) -> None:
    own, other = uhc.rows("Provenance")[0], uhc.rows("Provenance", 1)[0]
    assert uhc.member(0, "Condition").json(f"/{own.reference}") == own.resource
    uhc.member().outcome(f"/{other.reference}", 404)
    uhc.member().outcome(f"/{own.reference}/_history/1", 404)


def test_a_system_token_reads_no_member_data(tooele: World) -> None:
    system = tooele.bearer(" public/Practitioner.read")
    system.outcome("/Patient", 403)
    with_member_scope = tooele.bearer(" patient/Patient.read")
    assert with_member_scope.json("/Patient")["total"] == 0
    with_member_scope.outcome(f"/Patient/{tooele.patients[0]}", 404)


def test_a_sandbox_has_one_member_and_a_record_that_nobody_reaches(clinical: World) -> None:
    members = clinical.api.access.members
    assert len(clinical.patients) == 1 < len(members.everybody)
    for kind in clinical.vocabularies:
        assert {row.id for row in clinical.rows(kind)}.isdisjoint(
            row.id for row in members.rows(members.everybody[-1], kind)
        )
    clinical.member().outcome(f"/Patient/{members.everybody[-1]}", 404)


def test_the_clinical_member_has_no_claims_and_no_error(clinical: World) -> None:
    member = clinical.member()
    for path in ("/Coverage", f"/{EOB}?patient={clinical.patients[0]}"):
        bundle = member.json(path)
        assert bundle["total"] == 0
        assert "entry" not in bundle
    assert member.json("/Observation")["total"] > 0
