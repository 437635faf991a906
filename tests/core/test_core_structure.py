"""Whether a resource is well-formed FHIR R4."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import profiles
from profiles import Issue, structural_issues

LOCATION = {
    "resourceType": "Location",
    "id": "l1",
    "status": "active",
    "name": "Main",
    "address": {"line": ["1 Main St"], "city": "Provo"},
    "extension": [{"url": "http://x", "valueBoolean": True}],
}


def nested(levels: int) -> dict[str, Any]:
    extension: dict[str, Any] = {"url": "http://x", "valueString": "deep"}
    for _ in range(levels):
        extension = {"url": "http://x", "extension": [extension]}
    return {"resourceType": "Location", "extension": [extension]}


def test_the_example_in_the_documentation_runs() -> None:
    found = doctest.testmod(profiles)
    assert found.attempted >= 3
    assert found.failed == 0


def test_a_well_formed_resource_has_no_issue() -> None:
    assert structural_issues(LOCATION) == ()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "red"}, "Location.colour"),
        ({"name": 5}, "Location.name"),
        ({"name": ["Main"]}, "Location.name"),
        ({"alias": "Main"}, "Location.alias"),
        ({"address": [{}]}, "Location.address"),
        ({"address": {"town": "Provo"}}, "Location.address.town"),
        ({"telecom": [{"system": "phone"}, {"rank": 0}]}, "Location.telecom[1].rank"),
        ({"id": "not an id"}, "Location.id"),
        ({"managingOrganization": "Organization/1"}, "Location.managingOrganization"),
    ],
)
def test_what_is_not_well_formed_is_named_by_its_place(change: dict[str, Any], place: str) -> None:
    issues = structural_issues({**LOCATION, **change})
    assert [issue.expression for issue in issues] == [place]
    assert issues[0].severity == "error"
    # A value of the wrong format is `invalid`, what should not be there at all is `structure`.
    assert issues[0].code == ("invalid" if place.endswith((".id", ".rank")) else "structure")
    assert issues[0].message


def test_every_fault_has_its_issue() -> None:
    places = {it.expression for it in structural_issues({**LOCATION, "a": 1, "b": 2, "name": 5})}
    assert places == {"Location.a", "Location.b", "Location.name"}


def test_a_required_element_that_is_absent_is_an_issue() -> None:
    issues = structural_issues({"resourceType": "OrganizationAffiliation", "active": "yes please"})
    assert issues
    assert structural_issues({"resourceType": "Bundle"}) == (
        Issue(
            "error",
            "required",
            "Bundle",
            "type: at least 1 expected, 0 found",
            "http://hl7.org/fhir/StructureDefinition/Bundle|4.0.1",
            "Bundle.type",
        ),
    )


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "", None, "R4B", "location", "Locations", 5, [], {}, True, "os", "fhirtypes"),
        *("Address", "Element", "BackboneElement", "Extension"),
        *(
            "Resource",
            "DomainResource",
            "Ünï",
            "Location ",
            "Location\x00",
            "..Location",
            "__init__",
        ),
    ],
)
def test_what_names_no_resource_type_is_one_issue(name: Any) -> None:
    (issue,) = structural_issues({"resourceType": name, "id": "x"})
    assert issue == Issue(
        "fatal", "structure", "resourceType", f"{name!r} is no FHIR resource type"
    )


def test_a_resource_without_a_type_is_one_issue() -> None:
    assert structural_issues({})[0].severity == "fatal"


@pytest.mark.parametrize("name", ["X", "Address", "../x", None, 5, []])
def test_a_contained_resource_of_no_type_is_named_by_its_place(name: Any) -> None:
    known = {"resourceType": "Practitioner", "id": "p"}
    row = {**LOCATION, "contained": [known, {"resourceType": name}]}
    (issue,) = structural_issues(row)
    assert issue.expression == "Location.contained[1].resourceType"
    assert structural_issues({**LOCATION, "contained": [known]}) == ()


def test_a_fault_of_a_contained_resource_is_named_by_its_place() -> None:
    contained = {"resourceType": "Practitioner", "id": "p", "colour": "red"}
    (issue,) = structural_issues({**LOCATION, "contained": [contained]})
    assert issue.expression == "Location.contained[0].colour"


@pytest.mark.parametrize(
    ("address", "found"),
    [("Provo", "a string"), (5, "a simple value"), ([{}], "an array"), (True, "a simple value")],
)
def test_what_should_be_an_object_is_said_in_plain_words(address: Any, found: str) -> None:
    (issue,) = structural_issues({**LOCATION, "address": address})
    assert issue.expression == "Location.address"
    assert issue.message == f"an object is expected, not {found}"


def test_a_very_long_type_is_shown_in_part() -> None:
    (issue,) = structural_issues({"resourceType": "x" * 10_000})
    assert len(issue.message) < 200


def test_a_nested_resource_is_well_formed_as_far_as_anyone_nests() -> None:
    assert structural_issues(nested(60)) == ()


def test_a_resource_nested_too_deeply_is_one_issue() -> None:
    (issue,) = structural_issues(nested(900))
    assert issue == Issue("fatal", "too-long", "Location", "nested too deeply to be read")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["url", "coding", "system", "start", "given", "_given", "id", "extension"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
elements = st.sampled_from(
    [
        *(
            "id",
            "meta",
            "text",
            "contained",
            "extension",
            "identifier",
            "name",
            "telecom",
            "address",
        ),
        *("active", "type", "period", "position", "hoursOfOperation", "availableTime", "_name", ""),
    ]
)


@given(
    st.sampled_from(["Location", "Organization", "Practitioner", "PractitionerRole", "Bundle"]),
    st.dictionaries(elements, values, max_size=4),
)
def test_no_resource_is_too_strange_to_be_judged(kind: str, fields: dict[str, Any]) -> None:
    for issue in structural_issues({**fields, "resourceType": kind}):
        assert issue.expression.startswith(kind)
        assert issue.message
