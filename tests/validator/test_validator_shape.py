"""JSON shape, primitive formats and cardinality of base types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles import Validator

    Errors = Callable[..., list[tuple[str, str]]]

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "name": [{"family": "Y", "given": ["Ann", "B."]}],
    "birthDate": "1980-02-29",
    "multipleBirthInteger": 2,
}


def test_a_sound_resource_has_no_error(errors: Errors) -> None:
    assert errors(PATIENT) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "red"}, "Patient.colour"),
        ({"valueString": "x"}, "Patient.valueString"),
        ({"name": {"family": "Y"}}, "Patient.name"),
        ({"name": []}, "Patient.name"),
        ({"name": None}, "Patient.name"),
        ({"name": [None]}, "Patient.name[0]"),
        ({"name": [{}]}, "Patient.name[0]"),
        ({"name": [{"id": "n"}]}, "Patient.name[0]"),
        ({"name": [{"family": ["Y"]}]}, "Patient.name[0].family"),
        ({"name": [{"family": {"x": 1}}]}, "Patient.name[0].family"),
        ({"name": [{"family": ""}]}, "Patient.name[0].family"),
        ({"name": [{"family": None}]}, "Patient.name[0].family"),
        ({"name": [{"family": 7}]}, "Patient.name[0].family"),
        ({"name": [{"given": "Ann"}]}, "Patient.name[0].given"),
        ({"name": [{"given": ["Ann", 7]}]}, "Patient.name[0].given[1]"),
        ({"active": "true"}, "Patient.active"),
        ({"active": 1}, "Patient.active"),
        ({"maritalStatus": [{"text": "single"}]}, "Patient.maritalStatus"),
        ({"multipleBirthBoolean": True}, "Patient"),
        ({"_birthDate": {"id": "b", "colour": 1}}, "Patient.birthDate.colour"),
        ({"_birthDate": None}, "Patient.birthDate"),
        ({"_name": [{"id": "x"}]}, "Patient._name"),
        ({"communication": [{"preferred": True}]}, "Patient.communication[0]"),
    ],
)
def test_what_is_not_of_the_shape_is_named_by_its_place(
    errors: Errors, change: dict[str, Any], place: str
) -> None:
    assert [at for at, _ in errors({**PATIENT, **change})] == [place]


@pytest.mark.parametrize(
    "name",
    [
        {
            "given": ["Ann", None],
            "_given": [None, {"extension": [{"url": "http://x", "valueCode": "a"}]}],
        },
        {"given": ["Ann"], "_given": [{"id": "g"}]},
        {"_family": {"extension": [{"url": "http://x", "valueCode": "a"}]}},
        {"family": "Y", "_family": {"id": "f"}},
    ],
)
def test_a_sibling_pads_and_stands_in(errors: Errors, name: dict[str, Any]) -> None:
    assert errors({**PATIENT, "name": [name]}) == []


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ({"_family": {"id": "f"}}, "Patient.name[0].family"),
        ({"given": ["Ann"], "_given": {"id": "f"}}, "Patient.name[0].given"),
    ],
)
def test_a_sibling_without_a_value_needs_an_extension(
    errors: Errors, name: dict[str, Any], place: str
) -> None:
    assert [at for at, _ in errors({**PATIENT, "name": [name]})] == [place]


def test_what_the_hl7_validator_passes_over_is_a_warning(validator: Validator) -> None:
    report = validator.validate({**PATIENT, "name": [{"given": ["Ann", None]}, {"given": []}]})
    warned = {each.expression for each in report.issues if each.severity == "warning"}
    assert report.valid
    assert {"Patient.name[0].given[1]", "Patient.name[1].given"} <= warned


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("Boolean", [True], ["true", 1]),
        ("Integer", [0, -(2**31)], [2**31, 1.5, "1", True, 1.0]),
        ("UnsignedInt", [0], [-1]),
        ("PositiveInt", [1], [0, 2**31]),
        ("Decimal", [1, 1.25, -3e10], ["1", True]),
        (
            "Date",
            ["2020", "2020-02", "2020-02-29"],
            ["2021-02-29", "20200101", "2020-1-1", "0000", " 2020"],
        ),
        (
            "DateTime",
            ["2020", "2020-02-29", "2020-01-01T10:00:00Z", "2020-01-01T10:00:00.123+14:00"],
            [
                "2020-01-01T10:00:00",
                "2020-01-01T10:00Z",
                "2020-01-01T25:00:00Z",
                "2020-01T10:00:00Z",
            ],
        ),
        ("Instant", ["2020-01-01T10:00:00Z"], ["2020-01-01", "2020-02-30T10:00:00Z"]),
        ("Time", ["10:00:00"], ["10:00", "24:00:00"]),
        ("Code", ["a", "a b"], [" a", "a  b", "a "]),
        ("Id", ["a-1.B"], ["a_b", "x" * 65]),
        (
            "Uri",
            ["http://x", "urn:oid:2.16.840.1", "x"],
            ["http://a b", "oid:1", "uuid:1", "urn:oid:1.2.3", "urn:uuid:ABC"],
        ),
        ("Url", ["http://x"], ["a b"]),
        ("Canonical", ["http://x|1"], ["a b"]),
        ("Oid", ["urn:oid:1.2"], ["1.2"]),
        (
            "Uuid",
            ["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"],
            ["urn:uuid:C757873D-EC9A-4326-A141-556F43239520"],
        ),
        ("Base64Binary", ["YWJj", "YW Jj"], ["YWJ"]),
        ("String", [" a\n\tb "], ["\u0001", "\ud800"]),
        ("Markdown", ["# a"], [""]),
    ],
)
def test_primitives_have_a_format(
    errors: Errors, name: str, good: list[Any], bad: list[Any]
) -> None:
    def of(value: Any) -> dict[str, Any]:
        return {**PATIENT, "extension": [{"url": "http://x", f"value{name}": value}]}

    assert [value for value in good if errors(of(value))] == []
    place = [("Patient.extension[0].value" + name)]
    assert [value for value in bad if [at for at, _ in errors(of(value))] != place] == []


def test_a_long_string_is_refused_and_a_long_base64_is_not(errors: Errors) -> None:
    long = "x" * (1024 * 1024 + 4)
    assert errors({**PATIENT, "name": [{"family": long}]}) == [("Patient.name[0].family", "string")]
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": long}
    assert errors(binary) == []


def test_the_id_of_a_resource_is_an_id(errors: Errors) -> None:
    assert errors({**PATIENT, "id": "not an id"}) == [("Patient.id", "id")]
