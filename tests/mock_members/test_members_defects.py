"""Each defect of Patient Access does what it says, to the type it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from asking import issue, link, of_mode
from fhir.resources.R4B import get_fhir_model_class
from members_api import BASE, World
from pydantic import ValidationError

from conformance.mock.defects import MEMBERS_MODULES, REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

EOB = "ExplanationOfBenefit"
OWN = {
    name: found
    for name, found in REGISTRY.items()
    if found.change.__module__ in {module.__name__ for module in MEMBERS_MODULES}
}
TYPES = {
    "eob": EOB, "coverage": "Coverage", "patient": "Patient", "condition": "Condition",
    "encounter": "Encounter", "immunization": "Immunization", "observation": "Observation",
    "procedure": "Procedure", "medicationdispense": "MedicationDispense", "members": "",
}  # fmt: skip
CODES = "EOB|COV|PAT|COND|ENC|IMM|OBS|PROC|MDISP"
CLAUSE = re.compile(
    rf"PA-(({CODES})(-[A-Z]+)+|METADATA|FHIR-VERSION|IG-CARIN-BB|PRODUCTION-CLAIMS)"
    r"|USE-(BEARER|EXAMPLE)"
)


@pytest.mark.parametrize("name", OWN)
def test_a_defect_says_what_it_does_and_breaks(name: str) -> None:
    found = OWN[name]
    assert found.does.endswith(".")
    assert found.does.startswith(TYPES[name.partition("-")[0]] or "Patient Access")
    assert all(CLAUSE.fullmatch(clause) for clause in found.breaks)


def query(world: World, kind: str) -> str:
    return f"/{kind}?patient={world.patients[0]}" if kind == EOB else f"/{kind}?"


@pytest.mark.parametrize("name", OWN)
def test_a_defect_leaves_the_other_types_alone(name: str, uhc: World) -> None:
    right, wrong = uhc.member(), uhc.with_defect(name).member()
    for kind in set(uhc.vocabularies) - {TYPES[name.partition("-")[0]]}:
        path = f"{query(uhc, kind)}&_count=3"
        good, bad = right.json(path), wrong.json(path)
        assert bad["entry"] == good["entry"]
        assert bad["total"] == good["total"]
        assert len(bad["link"]) == len(good["link"])
        row, others = uhc.rows(kind)[0], uhc.rows(kind, 1)[0]
        assert wrong.json(f"/{row.reference}") == row.resource
        wrong.outcome(f"/{others.reference}", 404)
        wrong.outcome(f"{path}&_nothing=x", 400)
        issue(uhc.with_defect(name).bearer().get(path), 401)


@pytest.fixture
def spoil(uhc: World) -> Callable[[str], World]:
    return uhc.with_defect


def total(world: World, path: str) -> int:
    return int(world.member().json(path)["total"])


def test_a_coverage_needs_no_token(spoil: Callable[[str], World], uhc: World) -> None:
    nobody = spoil("coverage-token-not-required").bearer()
    assert nobody.json("/Coverage")["total"] == 3
    assert nobody.json(f"/{uhc.rows('Coverage')[0].reference}")


@pytest.mark.parametrize("kind", ["Coverage", "Observation"])
def test_a_scope_is_not_enforced(spoil: Callable[[str], World], kind: str) -> None:
    world = spoil(f"{kind.lower()}-scope-not-enforced")
    assert world.member(0, "Patient").json(f"/{kind}")["total"]
    world.member(0, "Patient").outcome("/Condition", 403)


@pytest.mark.parametrize(
    ("name", "kind", "read", "searched"),
    [
        ("eob-other-member-readable", EOB, True, True),
        ("patient-other-member-readable", "Patient", True, False),
        ("coverage-other-member-searchable", "Coverage", False, True),
        ("condition-other-member-searchable", "Condition", False, True),
    ],
)
def test_other_members_show(  # noqa: PLR0913, PLR0917
    spoil: Callable[[str], World],
    uhc: World,
    name: str,
    kind: str,
    read: bool,  # noqa: FBT001
    searched: bool,  # noqa: FBT001
) -> None:
    other, member = uhc.rows(kind, 1)[0], spoil(name).member()
    assert member.get(f"/{other.reference}").status_code == (200 if read else 404)
    theirs = f"/{kind}?patient={uhc.patients[1]}" if kind == EOB else f"/{kind}?_id={other.id}"
    assert bool(member.json(theirs)["total"]) is searched


@pytest.mark.parametrize("kind", ["Coverage", EOB, "Condition"])
def test_a_sandbox_shows_the_record_that_nobody_has(kind: str, future: World) -> None:
    name = next(n for n in OWN if "other-member" in n and TYPES[n.split("-")[0]] == kind)
    members = future.api.access.members
    hidden = members.rows(members.everybody[-1], kind)[0]
    member = future.with_defect(name).member()
    path = f"/{kind}?patient={members.everybody[-1]}" if kind == EOB else f"/{kind}?_count=99"
    assert hidden.id in member.ids(path)


def test_claims_are_searched_without_a_patient(spoil: Callable[[str], World], uhc: World) -> None:
    assert total(spoil("eob-patient-not-required"), f"/{EOB}?type=pharmacy") > 0
    assert total(spoil("eob-patient-not-required"), f"/{EOB}") == len(uhc.rows(EOB))


def test_unlisted_parameters_select(spoil: Callable[[str], World], uhc: World) -> None:
    world, path = spoil("eob-unlisted-applied"), query(uhc, EOB)
    assert 0 < total(world, f"{path}&status=cancelled") < len(uhc.rows(EOB))
    assert total(world, f"{path}&created=lt2020") < len(uhc.rows(EOB))
    assert total(world, f"{path}&disposition=claim%20denied") < len(uhc.rows(EOB))
    for name in ("coverage", "facility", "provider", "insurer"):
        assert total(world, f"{path}&{name}=unknown") == 0


def test_unlisted_parameters_are_left_out(spoil: Callable[[str], World]) -> None:
    bundle = spoil("coverage-unlisted-ignored").member().json("/Coverage?status=x&_count=2")
    assert bundle["total"] == 3
    assert link(bundle, "self") == f"{BASE}/Coverage?_count=2"


IGNORED = [
    ("eob-service-date-ignored", EOB, "service-date=lt2016"),
    ("eob-type-ignored", EOB, "type=|oral"),
    ("eob-identifier-ignored", EOB, "identifier=unknown"),
    ("immunization-status-ignored", "Immunization", "status=not-done"),
    ("condition-onset-date-ignored", "Condition", "onset-date=lt2016"),
]


@pytest.mark.parametrize(("name", "kind", "ignored"), IGNORED)
def test_an_ignored_parameter_selects_nothing(
    spoil: Callable[[str], World], uhc: World, name: str, kind: str, ignored: str
) -> None:
    path = f"{query(uhc, kind)}&{ignored}"
    assert total(uhc, path) < len(uhc.rows(kind)) == total(spoil(name), path)


EMPTY = [
    ("eob-reference-needs-type", "patient={}", "patient=Patient/{}"),
    (
        "eob-token-system-not-split",
        "patient={}&type=http://terminology.hl7.org/CodeSystem/claim-type|pharmacy",
        "patient={}&type=pharmacy",
    ),
    ("eob-production-without-claims", "patient={}", ""),
]


@pytest.mark.parametrize(("name", "lost", "kept"), EMPTY)
def test_a_search_that_should_find_rows_is_empty(
    spoil: Callable[[str], World], uhc: World, name: str, lost: str, kept: str
) -> None:
    lost, kept = (f"/{EOB}?{text.format(uhc.patients[0])}" for text in (lost, kept))
    assert total(spoil(name), lost) == 0 < total(uhc, lost)
    assert kept == f"/{EOB}?" or total(spoil(name), kept) == total(uhc, kept) > 0


def test_prefixes_of_service_dates_are_dropped(spoil: Callable[[str], World], uhc: World) -> None:
    world, path = spoil("eob-service-date-start-only"), query(uhc, EOB)
    found = {p: total(world, f"{path}&service-date={p}2019") for p in ("", "ge", "lt", "eq")}
    assert len(set(found.values())) == 1
    assert found[""] == total(uhc, f"{path}&service-date=2019")


def test_includes_are_refused(spoil: Callable[[str], World], uhc: World) -> None:
    world = spoil("eob-include-refused")
    world.member().outcome(f"{query(uhc, EOB)}&_include={EOB}:provider", 400)


def test_counts_are_wrong(spoil: Callable[[str], World], uhc: World) -> None:
    assert len(spoil("coverage-count-ignored").member().rows("/Coverage?_count=1")) == 3
    assert total(spoil("eob-total-wrong"), query(uhc, EOB)) == len(uhc.rows(EOB)) + 1


def test_pages_lose_and_repeat_rows(spoil: Callable[[str], World], uhc: World) -> None:
    lost = spoil("eob-page-loses-row").member().everything(query(uhc, EOB))
    assert len(lost) == len(uhc.rows(EOB)) - 2
    found = spoil("observation-page-repeats-row").member().everything("/Observation")
    assert len({row["id"] for row in found}) == len(uhc.rows("Observation")) < len(found)


def test_next_links_loop_and_leave(spoil: Callable[[str], World], uhc: World) -> None:
    pages = spoil("encounter-next-link-loops").member().pages("/Encounter", most=4)
    assert len(pages) == 4
    assert pages[1]["entry"] == pages[0]["entry"]
    bundle = spoil("eob-next-link-off-origin").member().json(query(uhc, EOB))
    assert (link(bundle, "next") or "").startswith("https://sandbox.fhir.example/R4?_getpages=")
    assert (link(bundle, "self") or "").startswith(BASE)


def test_included_rows_are_missing(spoil: Callable[[str], World], uhc: World) -> None:
    both = f"{query(uhc, EOB)}&_include={EOB}:provider&_include={EOB}:patient"
    for name, left in (("provider", "Patient"), ("patient", "Organization")):
        member = spoil(f"eob-include-{name}-missing").member()
        assert {r["resourceType"] for r in member.rows(both, "include")} == {left}
    traced = "/{}?_revinclude=Provenance:target"
    assert (
        not spoil("encounter-revinclude-missing")
        .member()
        .rows(traced.format("Encounter"), "include")
    )
    half = spoil("immunization-revinclude-half").member()
    path = traced.format("Immunization")
    assert len(half.rows(path, "include")) == len(uhc.member().rows(path, "include")) // 2


def test_bundles_are_wrong(spoil: Callable[[str], World], uhc: World) -> None:
    path = f"{query(uhc, EOB)}&_include={EOB}:provider"
    mixed = spoil("eob-include-as-match").member().json(path)
    assert {row["resourceType"] for row in of_mode(mixed, "match")} == {EOB, "Organization"}
    other = spoil("coverage-wrong-type-in-bundle").member().rows("/Coverage")
    assert {row["resourceType"] for row in other} == {"InsurancePlan"}
    assert not link(spoil("patient-self-link-missing").member().json("/Patient"), "self")


def test_posted_searches_are_wrong(spoil: Callable[[str], World]) -> None:
    half = spoil("encounter-post-finds-half").member()
    posted = half.ask("POST", "/Encounter/_search", data={"_count": "10"}).json()
    assert len(posted["entry"]) == 5
    assert len(half.json("/Encounter?_count=10")["entry"]) == 10
    refused = spoil("condition-post-refused").member()
    issue(refused.ask("POST", "/Condition/_search"), 405)
    assert refused.json("/Condition")["total"]


SHOWN: list[tuple[str, str, Callable[[dict[str, Any]], bool]]] = [
    ("eob-before-2016", EOB, lambda r: r["billablePeriod"]["start"] < "2016"),
    ("condition-before-2016", "Condition", lambda r: r["onsetDateTime"] < "2016"),
    ("patient-profile-missing", "Patient", lambda r: "profile" not in r["meta"]),
    ("condition-profile-missing", "Condition", lambda r: "profile" not in r["meta"]),
    ("coverage-profile-version", "Coverage", lambda r: "|2.0.0" in r["meta"]["profile"][0]),
    ("eob-version-id-missing", EOB, lambda r: "versionId" not in r["meta"]),
    ("coverage-not-in-force", "Coverage", lambda r: r["period"]["start"] > "2030"),
    (
        "eob-adjudication-missing",
        EOB,
        lambda r: "adjudication" not in str(r).replace("CodeSystem/adjudication", ""),
    ),
]


@pytest.mark.parametrize(("name", "kind", "wrong"), SHOWN)
def test_resources_are_wrong_in_read_and_search(
    spoil: Callable[[str], World],
    uhc: World,
    name: str,
    kind: str,
    wrong: Callable[[dict[str, Any]], bool],
) -> None:
    member, row = spoil(name).member(), uhc.rows(kind)[0]
    found = next(r for r in member.rows(query(uhc, kind)) if r["id"] == row.id)
    assert wrong(found)
    assert wrong(member.json(f"/{row.reference}"))
    assert uhc.member().json(f"/{row.reference}") == row.resource


def test_a_recent_claim_keeps_its_date(spoil: Callable[[str], World], uhc: World) -> None:
    last = uhc.rows(EOB)[-1]
    assert spoil("eob-before-2016").member().json(f"/{last.reference}") == last.resource


def test_claims_name_the_profile_of_another_kind(spoil: Callable[[str], World], uhc: World) -> None:
    rows = spoil("eob-profile-of-other-kind").member().everything(query(uhc, EOB))
    profiles = {row["meta"]["profile"][0].rpartition("-")[2] for row in rows}
    assert profiles == {"NonClinician|1.1.0"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("coverage-malformed", "Coverage"), ("observation-unknown-property", "Observation")],
)
def test_resources_are_no_longer_fhir(
    spoil: Callable[[str], World], uhc: World, name: str, kind: str
) -> None:
    shown = spoil(name).member().json(f"/{uhc.rows(kind)[0].reference}")
    with pytest.raises(ValidationError):
        get_fhir_model_class(kind).model_validate(shown)


def test_coverages_name_no_subscriber(spoil: Callable[[str], World], uhc: World) -> None:
    place = f"/{uhc.rows('Coverage')[0].reference}"
    assert "subscriberId" in uhc.member().json(place)
    assert "subscriberId" not in spoil("coverage-without-subscriber-id").member().json(place)


def test_totals_of_claims_are_of_no_kind(spoil: Callable[[str], World], uhc: World) -> None:
    shown = spoil("eob-amounts-without-kind").member().json(f"/{uhc.rows(EOB)[0].reference}")
    assert {str(total["category"]) for total in shown["total"]} == {"{'text': 'amount'}"}


def test_versioned_references_dangle(spoil: Callable[[str], World], uhc: World) -> None:
    member = spoil("eob-versioned-reference-dangling").member()
    reference = member.json(f"/{uhc.rows(EOB)[0].reference}")["insurance"][0]["coverage"][
        "reference"
    ]
    assert "/_history/" in reference
    member.outcome(f"/{reference}", 404)


def test_a_read_is_stale(spoil: Callable[[str], World], uhc: World) -> None:
    member = spoil("encounter-read-stale").member()
    assert member.json(f"/{uhc.rows('Encounter')[0].reference}")["status"] == "in-progress"
    assert {row["status"] for row in member.rows("/Encounter")} == {"finished"}


def test_versions_are_mixed_up(spoil: Callable[[str], World], uhc: World) -> None:
    row = uhc.rows("Coverage")[0]
    member = spoil("coverage-vread-ignores-version").member()
    assert member.json(f"/{row.reference}/_history/77") == row.resource
    claim = uhc.rows(EOB)[0]
    member = spoil("eob-vread-unsupported").member()
    member.outcome(f"/{claim.reference}/_history/1", 404)
    assert member.json(f"/{claim.reference}") == claim.resource


def test_errors_come_without_outcome(spoil: Callable[[str], World]) -> None:
    search = spoil("eob-error-without-outcome").member().get(f"/{EOB}")
    assert (search.status_code, search.json()["error"]) == (400, "Bad Request")
    world = spoil("coverage-refusal-without-outcome")
    for member, status in ((world.member(), 404), (world.member(0, "Patient"), 403)):
        response = member.get("/Coverage/unknown")
        assert response.status_code == status
        assert "resourceType" not in response.json()


def test_answers_are_wrong(spoil: Callable[[str], World], uhc: World) -> None:
    unknown = spoil("patient-read-unknown-200").member().json("/Patient/unknown")
    assert unknown["resourceType"] == "OperationOutcome"
    plain = spoil("patient-content-type-plain").member().get("/Patient")
    assert plain.headers["content-type"] == "application/json"
    procedure = uhc.rows("Procedure")[0]
    broken = spoil("procedure-read-fails").member()
    broken.outcome(f"/{procedure.reference}", 500)
    assert procedure.id in broken.ids("/Procedure")
    spoil("medicationdispense-search-unavailable").member().outcome("/MedicationDispense", 501)


def test_the_member_is_refused_what_is_his(spoil: Callable[[str], World], uhc: World) -> None:
    patient, broken = uhc.patients[0], spoil("patient-read-forbidden").member()
    broken.outcome(f"/Patient/{patient}", 403)
    assert broken.ids("/Patient") == {patient}
    blaming = spoil("eob-without-patient-401").member()
    assert "Bearer" in blaming.get(f"/{EOB}").headers["www-authenticate"]
    assert blaming.outcome(f"/{EOB}", 401)["code"] == "login"
    blaming.outcome(f"/{EOB}?patient={patient}&_nothing=x", 400)


def test_a_clinical_member_is_answered_404(clinical: World) -> None:
    path = f"/{EOB}?patient={clinical.patients[0]}"
    clinical.with_defect("eob-empty-search-404").member().outcome(path, 404)
    assert clinical.member().json(path)["total"] == 0


def test_the_capability_statement_is_wrong(spoil: Callable[[str], World]) -> None:
    spoil("members-metadata-missing").bearer().outcome("/metadata", 404)
    stated = spoil("members-metadata-fhir-version").bearer().json("/metadata")
    assert stated["fhirVersion"] == "4.3.0"
    short = spoil("members-metadata-omits-eob").bearer().json("/metadata")
    assert EOB not in {found["type"] for found in short["rest"][0]["resource"]}
