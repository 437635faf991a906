"""Bundles: fullUrls, links, what a search found, documents and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator_workshop import Workshop

    Errors = Callable[..., list[tuple[str, str]]]

PATIENT: dict[str, Any] = {"resourceType": "Patient"}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "o",
    "status": "final",
    "code": {"text": "x"},
}
CONDITION = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}}
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


def bundle(kind: str, *entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries), **more}


def entry(resource: dict[str, Any], url: str | None = None) -> dict[str, Any]:
    name = f"{resource['resourceType']}/{resource.get('id', '1')}"
    return {"fullUrl": url or f"http://x/fhir/{name}", "resource": resource}


OUTCOME: dict[str, Any] = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "warning", "code": "not-found"}],
}
AS_OUTCOME = {"mode": "outcome"}
UUID = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"
PATIENT_1 = {**PATIENT, "id": "1"}


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        (bundle("collection", entry(PATIENT_1)), None),
        (bundle("collection", {"resource": PATIENT_1}), "Bundle.entry[0]"),
        (
            bundle("searchset", {"resource": OUTCOME, "search": {"mode": "outcome"}}),
            "Bundle.entry[0]",
        ),
        (bundle("collection", entry(PATIENT, "http://x/fhir/Patient/1")), "Bundle.entry[0]"),
        (bundle("collection", entry(PATIENT, UUID)), None),
        (bundle("collection", entry(PATIENT_1, "http://x/fhir/Patient/2")), "Bundle.entry[0]"),
        (bundle("collection", entry(PATIENT_1, "Patient/1")), "Bundle.entry[0]"),
        (
            bundle("collection", entry({**PATIENT_1, "gender": "x"})),
            "Bundle.entry[0].resource.gender",
        ),
    ],
)
def test_a_bundle_identifies_and_judges_its_entries(
    errors: Errors, resource: dict[str, Any], place: str | None
) -> None:
    assert [at for at, _ in errors(resource)] == ([place] if place else [])


def test_a_reference_is_resolved_in_its_bundle(errors: Errors) -> None:
    url = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"
    organization = {"resourceType": "Organization", "name": "x"}
    condition = {**CONDITION, "id": "c", "subject": {"reference": url}}
    found = errors(bundle("collection", entry(condition), entry(organization, url)))
    assert found == [("Bundle.entry[0].resource.subject", "Condition.subject")]


def link(*relations: str) -> list[dict[str, str]]:
    return [{"relation": each, "url": "http://x/fhir/Patient?name=y"} for each in relations]


@pytest.mark.parametrize(
    ("kind", "relations", "place"),
    [
        ("searchset", ["self", "next", "previous"], None),
        ("searchset", ["self", "self"], "Bundle.link[1].relation"),
        ("searchset", ["other", "other"], None),
        ("history", ["next"], None),
        ("collection", ["self"], None),
        ("collection", ["next"], "Bundle.link[0].relation"),
    ],
)
def test_links_stand_once_and_pages_are_those_of_a_search(
    errors: Errors, kind: str, relations: list[str], place: str | None
) -> None:
    resource = {"resourceType": "Bundle", "type": kind, "link": link(*relations)}
    assert [at for at, _ in errors(resource)] == ([place] if place else [])


@pytest.mark.parametrize(
    ("resource", "mode", "right"),
    [
        (PATIENT_1, "match", True),
        (OBSERVATION, "match", False),
        (OBSERVATION, "include", True),
        (PATIENT, "match", False),
        (OUTCOME, "outcome", True),
        (OBSERVATION, "outcome", False),
        (OBSERVATION, None, True),
    ],
)
def test_what_a_search_found_is_what_its_mode_says(
    errors: Errors, resource: dict[str, Any], mode: str | None, *, right: bool
) -> None:
    found = {"fullUrl": UUID, "resource": resource}
    if mode:
        found["search"] = {"mode": mode}
    wrong = [] if right else [("Bundle.entry[0].resource", "Bundle.entry.search.mode")]
    assert errors(bundle("searchset", found, link=link("self"))) == wrong


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("http://x/fhir/Patient", False),
        ("Patient?name=a", False),
        ("http://x/fhir?_type=Patient,Group", False),
        ("http://x/fhir?_type=Patient,Observation", True),
        ("http://x/fhir/Patient/_search?name=a", True),  # not understood
        ("http://[", True),
    ],
)
def test_the_types_that_were_searched_are_read_off_the_self_link(
    errors: Errors, url: str, *, right: bool
) -> None:
    found = {**entry(OBSERVATION), "search": {"mode": "match"}}
    resource = bundle("searchset", found, link=[{"relation": "self", "url": url}])
    assert (errors(resource) == []) is right


MORE = {
    "identifier": {"system": "urn:ietf:rfc:3986", "value": UUID},
    "timestamp": "2020-01-01T10:00:00Z",
}


def composition(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Composition",
        "id": "c",
        "status": "final",
        "type": {"text": "x"},
        "date": "2020",
        "title": "x",
        "author": [{"display": "x"}],
        "text": {"status": "generated", "div": DIV.format("x")},
        **more,
    }


def section(**more: Any) -> dict[str, Any]:
    return {"text": {"status": "generated", "div": DIV.format("x")}, **more}


def test_a_document_starts_with_a_composition(errors: Errors) -> None:
    assert errors(bundle("document", entry(PATIENT_1), **MORE)) == [("Bundle", "bdl-11")]


TO_PATIENT = {"reference": "Patient/1"}


@pytest.mark.parametrize(
    ("more", "step"),
    [
        ({"subject": TO_PATIENT}, "subject"),
        ({"attester": [{"mode": "legal", "party": TO_PATIENT}]}, "attester[0].party"),
        ({"event": [{"detail": [TO_PATIENT]}]}, "event[0].detail[0]"),
        ({"section": [section(focus=TO_PATIENT)]}, "section[0].focus"),
        (
            {"section": [section(section=[section(entry=[TO_PATIENT])])]},
            "section[0].section[0].entry[0]",
        ),
    ],
)
def test_a_document_has_what_its_composition_refers_to(
    errors: Errors, more: dict[str, Any], step: str
) -> None:
    head = entry(composition(**more))
    assert errors(bundle("document", head, entry(PATIENT_1), **MORE)) == []
    missing = [(f"Bundle.entry[0].resource.{step}", "document")]
    assert errors(bundle("document", head, **MORE)) == missing
    elsewhere = errors(bundle("document", head, entry(PATIENT_1, UUID), **MORE))
    assert elsewhere == [*missing, ("Bundle.entry[1]", "document")]


def test_each_entry_of_a_document_is_reached_forward_or_backward(errors: Errors) -> None:
    head = entry(composition(subject=TO_PATIENT))
    back = {**OBSERVATION, "subject": TO_PATIENT}
    assert errors(bundle("document", head, entry(PATIENT_1), entry(back), **MORE)) == []
    alone = errors(bundle("document", head, entry(PATIENT_1), entry(OBSERVATION), **MORE))
    assert alone == [("Bundle.entry[2]", "document")]


def test_in_a_document_a_type_and_id_without_the_url_lead_nowhere(errors: Errors) -> None:
    head = entry(composition(subject={"reference": UUID}, section=[section(entry=[TO_O])]))
    observation = {**OBSERVATION, "subject": TO_PATIENT}
    found = errors(bundle("document", head, entry(PATIENT_1, UUID), entry(observation), **MORE))
    assert found == [("Bundle.entry[2].resource.subject", "document")]


TO_O = {"reference": "Observation/o"}


def test_a_message_has_what_it_is_about(errors: Errors) -> None:
    header = {
        "resourceType": "MessageHeader",
        "id": "m",
        "eventUri": "http://x/e",
        "source": {"endpoint": "http://x"},
        "focus": [TO_PATIENT],
    }
    assert errors(bundle("message", entry(header), entry(PATIENT_1))) == []
    found = errors(bundle("message", entry(header)))
    assert found == [("Bundle.entry[0].resource.focus[0]", "message")]


def test_no_reference_leads_to_two_entries(errors: Errors) -> None:
    first = {**PATIENT_1, "meta": {"versionId": "1"}}
    second = {**PATIENT_1, "meta": {"versionId": "2"}}
    observation = {**OBSERVATION, "subject": TO_PATIENT}
    found = errors(bundle("collection", entry(first), entry(second), entry(observation)))
    assert found == [("Bundle.entry[2].resource.subject", "Bundle.entry")]
    observation = {**OBSERVATION, "subject": {"reference": "Patient/1/_history/2"}}
    assert errors(bundle("collection", entry(first), entry(second), entry(observation))) == []


def test_a_reference_leads_to_the_type_that_it_says(errors: Errors) -> None:
    patient = {**PATIENT_1, "generalPractitioner": [{"reference": f"Practitioner/{UUID[9:]}"}]}
    other = {"resourceType": "Organization", "name": "x"}
    found = errors(bundle("collection", entry(patient), entry(other, UUID)))
    place = "Bundle.entry[0].resource.generalPractitioner[0]"
    assert found == [(place, "Reference.reference")]


def test_a_constraint_of_a_bundle_finds_what_its_entries_contain(workshop: Workshop) -> None:
    text = "entry.resource.all(device.resolve().exists())"
    rule = {"key": "x-1", "severity": "error", "expression": text}
    url = workshop.make("p", "Bundle", {"id": "Bundle", "constraint": [rule]})
    device = {"resourceType": "Device", "id": "d", "status": "active"}
    holder = {**OBSERVATION, "contained": [device], "device": {"reference": "#d"}}
    assert workshop.errors(bundle("collection", entry(holder)), url) == []
    holder = {**OBSERVATION, "device": {"reference": "#gone"}}
    found = workshop.errors(bundle("collection", entry(holder)), url)
    assert [at for at, said in found if said.startswith("x-1")] == ["Bundle"]
