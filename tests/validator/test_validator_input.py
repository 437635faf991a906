"""Whatever the input is, there is a report."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles import Validator

VALIDATOR = Validator()


def nested(levels: int) -> bytes:
    inner = b'"extension":[{"url":"http://a",'
    start = b'{"resourceType":"Patient",' + inner
    return start + inner * levels + b'"valueString":"x"' + b"}]" * (levels + 1) + b"}"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b"null",
        b"\x00",
        b"\xff\xfe",
        b'{"resourceType":"Patient","name":[{"family":"\\ud800"}]}',
        '{"resourceType":"Patient","name":[{"family":"\ud800"}]}',
        b'{"resourceType":"Observation","valueQuantity":{"value":1e400}}',
        b'{"resourceType":"Observation","valueQuantity":{"value":NaN}}',
        b'{"resourceType":"Patient","a":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        nested(450),
        b'{"resourceType":"Nonsense"}',
        b'{"resourceType":["Patient"]}',
        b"{}",
        pytest.param(b'"' + b"x" * 105_000_000 + b'"', id="105 MB"),
    ],
)
def test_what_is_no_resource_is_one_fatal_issue(text: bytes | str) -> None:
    (issue,) = VALIDATOR.validate(text).issues
    assert issue.severity == "fatal"
    assert 0 < len(issue.message) < 300


def test_as_deep_as_anyone_nests_is_read() -> None:
    assert VALIDATOR.validate(nested(60)).valid


def test_a_property_that_is_there_twice_is_an_error() -> None:
    text = '{"resourceType":"Patient","gender":"male","gender":"female"}'
    report = VALIDATOR.validate(text)
    assert [each.message for each in report.issues if each.severity == "error"] == [
        "the property 'gender' is there twice"
    ]
    assert not report.valid


@pytest.mark.parametrize(
    "text",
    [
        '{"resourceType" : "Patient"}',
        '{"resourceType":"Patient","id":"a","name":[{"text":"\\":"}]}',
    ],
)
def test_no_property_is_taken_for_doubled(text: str) -> None:
    assert VALIDATOR.validate(text).valid


def test_a_byte_order_mark_is_passed_over() -> None:
    assert VALIDATOR.validate(b'\xef\xbb\xbf{"resourceType":"Patient"}').valid


@pytest.mark.parametrize("odd", [["searchset"], {"a": 1}, 5, None, True])
def test_a_bundle_of_an_odd_type_or_mode_has_a_verdict(odd: Any) -> None:
    entry = {"fullUrl": "urn:x:y", "resource": {"resourceType": "Patient"}}
    link = {"relation": "next", "url": "http://x/Patient"}
    for more in (
        {"type": odd, "link": [link], "entry": [entry, {**entry, "fullUrl": odd}]},
        {"type": "searchset", "link": [link], "entry": [{**entry, "search": {"mode": odd}}]},
        {"type": "searchset", "link": [{"relation": odd}, {"relation": "self", "url": odd}]},
    ):
        assert not VALIDATOR.validate({"resourceType": "Bundle", **more}).valid


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["url", "coding", "system", "code", "reference", "extension", "id", "resource"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
names = st.sampled_from(
    [
        *("id", "meta", "text", "contained", "extension", "_birthDate", "identifier", "name"),
        *("entry", "type", "code", "valueQuantity", "component", "item", "total", "category"),
    ]
)
kinds = st.sampled_from(["Patient", "Bundle", "Observation", "ExplanationOfBenefit", "Parameters"])
claims = st.sampled_from(
    [
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient",
        "http://hl7.org/fhir/StructureDefinition/bp",
        "http://hl7.org/fhir/us/carin-bb/StructureDefinition/C4BB-ExplanationOfBenefit-Pharmacy",
    ]
)


@settings(max_examples=300, deadline=None)
@given(kinds, st.dictionaries(names, values, max_size=5), claims)
def test_no_resource_is_too_strange_for_a_verdict(
    kind: str, fields: dict[str, Any], claim: str
) -> None:
    report = VALIDATOR.validate({**fields, "resourceType": kind}, [claim])
    assert all(each.message and each.expression.startswith(kind) for each in report.issues)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_are_too_strange_for_a_verdict(text: bytes) -> None:
    assert not VALIDATOR.validate(text).valid
