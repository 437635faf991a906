"""Each matcher against single values: YES, NO, and MAY where FHIR R4 leaves room."""

from __future__ import annotations

import pytest
from search_rows import location, practitioner, role

from conformance.search import Criterion, Match, Selection, Token, definition_of, match, normalise
from conformance.search.matching import match_date, match_reference, match_string, match_token

YES, MAY, NO = Match.YES, Match.MAY, Match.NO


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        ("Salt Lake City", "Salt Lake City", YES),
        ("Salt Lake City", "salt LAKE", YES),
        ("Núñez", "nunez", YES),
        ("Nunez", "NÚÑ", YES),
        ("Nu\u0301n\u0303ez", "Núñez", YES),
        ("Evelyn", "eve", YES),
        ("Severine", "eve", NO),
        ("Provo", "Prova", NO),
        ("Provo", "Provo City", NO),
        ("St. Mary", "St Mary", MAY),
        ("O'Brien", "obrien", MAY),
        ("Salt  Lake", "Salt Lake", MAY),
        ("Carreno Quinones", "Quinones", MAY),
        ("Carreno Quinones", "uinones", NO),
        ("Straße", "STRASSE", MAY),
        ("1, Main", "1\\, Main", YES),
        ("Provo", "...", NO),
    ],
)
def test_a_string_matches_by_its_beginning(held: str, wanted: str, expected: Match) -> None:
    assert match_string(held, wanted) is expected


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        (Token("urn:s", "a"), "a", YES),
        (Token("urn:s", "a"), "urn:s|a", YES),
        (Token("urn:s", "a"), "urn:other|a", NO),
        (Token("urn:s", "a"), "|a", NO),
        (Token("", "a"), "|a", YES),
        (Token("", "a"), "urn:s|a", NO),
        (Token("urn:s", "a"), "urn:s|", YES),
        (Token("urn:s", "a"), "urn:t|", NO),
        (Token("urn:s", "a"), "b", NO),
        (Token("urn:s", "a"), "ab", NO),
        (Token("urn:s", "Ab"), "aB", MAY),
        (Token("urn:s", "Ab"), "urn:s|aB", MAY),
        (Token("urn:s", "Ab"), "urn:t|aB", NO),
        (Token("urn:s", "a|b"), "a\\|b", YES),
        (Token("urn:s\\", "a"), "urn:s\\\\|a", YES),
        (Token(None, "true"), "true", YES),
        (Token(None, "true"), "false", NO),
        (Token(None, "male"), "urn:gender|male", MAY),
        (Token(None, "male"), "|male", MAY),
        (Token(None, "male"), "urn:gender|female", NO),
        (Token("urn:s", "a"), "", NO),
    ],
)
def test_a_token_matches_by_code_and_system(held: Token, wanted: str, expected: Match) -> None:
    assert match_token(held, wanted) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("Abc", YES), ("abc", NO), ("Ab", NO), ("x,Abc", YES), ("urn:x|Abc", MAY)],
)
def test_an_id_is_always_case_sensitive(wanted: str, expected: Match) -> None:
    criterion = Criterion("_id", wanted)
    assert match(location(id="Abc"), definition_of("Location", "_id"), criterion) is expected


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        ("Organization/1", "Organization/1", YES),
        ("Organization/1", "1", YES),
        ("Organization/1", "Location/1", NO),
        ("Organization/1", "Organization/2", NO),
        ("Organization/11", "1", NO),
        ("http://x/fhir/Organization/1", "http://x/fhir/Organization/1", YES),
        ("http://x/fhir/Organization/1", "http://y/fhir/Organization/1", NO),
        ("http://x/fhir/Organization/1", "Organization/1", MAY),
        ("http://x/fhir/Organization/1", "1", MAY),
        ("http://x/fhir/Organization/1", "Organization/2", NO),
        ("Organization/1", "http://x/fhir/Organization/1", MAY),
        ("Organization/1/_history/2", "Organization/1", MAY),
        ("Organization/1", "Organization/1/_history/2", MAY),
        ("Organization/1/_history/2", "Organization/3", NO),
        ("#org", "org", NO),
        ("urn:uuid:1", "urn:uuid:1", YES),
        ("1", "Organization/1", NO),
        ("", "1", NO),
        ("Organization/1", "", NO),
        ("http://[", "Organization/1", NO),
    ],
)
def test_a_reference_matches_by_type_and_id(held: str, wanted: str, expected: Match) -> None:
    assert match_reference(held, wanted) is expected


NOON = "2020-06-15T12:00:00Z"


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        # The examples of search.html#date.
        ("2013-01-14T00:00Z", "eq2013-01-14T00:00Z", YES),
        ("2013-01-14", "2013-01-14", YES),
        ("2013-01-15", "2013-01-14", NO),
        ("2013-01-14", "ne2013-01-14", NO),
        ("2013-01-15", "ne2013-01-14", YES),
        ("2013-01-14", "lt2013-01-14T10:00", YES),
        ("2013-01-14", "gt2013-01-14T10:00", YES),
        ("2013-01-21/", "ge2013-03-14", YES),
        ("2013-01-21/", "le2013-03-14", YES),
        ("2013-03-15/", "sa2013-03-14", YES),
        ("2013-01-21/", "sa2013-03-14", NO),
        ("/2013-01-21", "sa2013-03-14", NO),
        ("2013-03-15/", "eb2013-03-14", NO),
        ("2013-01-21/", "eb2013-03-14", NO),
        ("/2013-01-21", "eb2013-03-14", YES),
        ("2013-03-14", "ap2013-03-14", YES),
        ("2013-03-14", "ap2013-03", YES),
        ("2013-03-14", "ap2013-03-16", MAY),
        # Year, month, day and instant.
        ("2020-06", "2020", YES),
        ("2020-12-31", "2020", YES),
        ("2021-01-01", "2020", NO),
        ("2020", "2020-06", NO),
        ("2020-02-29", "2020-02", YES),
        ("2020-12", "gt2020-11", YES),
        ("2020-12", "gt2020-12", NO),
        ("2020-12", "ge2020-12", YES),
        ("2020-12", "le2020-12", YES),
        ("2020-12", "lt2020-12", NO),
        ("2020-12", "sa2020-11", YES),
        ("2020-12", "eb2021", YES),
        (NOON, "ge2020-06-15T12:00:00Z", YES),
        (NOON, "lt2020-06-15T12:00:00Z", NO),
        (NOON, "gt2020-06-15T11:59:59.999Z", YES),
        (NOON, "2020-06-15T12:00Z", YES),
        # One moment, written in two zones.
        (NOON, "2020-06-15T14:00:00+02:00", YES),
        (NOON, "lt2020-06-15T12:00:01+02:00", NO),
        (NOON, "gt2020-06-15T08:00:00-05:00", NO),
        # Without a zone, the answer is certain only far from the edge.
        (NOON, "ge2020-06-15", MAY),
        (NOON, "lt2020-06-16", MAY),
        (NOON, "ge2020-06-10", YES),
        (NOON, "lt2020-06-10", NO),
        (NOON, "2020", YES),
        ("2020-06-15T12:00:00", "2020-06-15T12:00:00", YES),
        # A server may keep a point in time: the precision of an instant is not to be relied on.
        ("2020-06-15T12:00:00.75Z", "ge2020-06-15T12:00:00.7561Z", MAY),
        ("2020-06-15T12:00:00.7561Z", "ge2020-06-15T12:00:00.75Z", YES),
        ("2020-06-15T12:00:00.7561Z", "lt2020-06-15T12:00:00.75Z", NO),
        ("2020-06-15T12:00:00.7561Z", "gt2020-06-15T12:00:00.75Z", MAY),
        # What is no date is not for us to judge.
        (NOON, "yesterday", MAY),
        (NOON, "xx2020", MAY),
        ("2020-13-01", "2020", MAY),
        ("2020-02-30", "2020", MAY),
        ("9999", "2020", MAY),
        ("0000", "2020", MAY),
        ("2020/never", "2020", MAY),
        ("/", "2020", MAY),
    ],
)
def test_a_date_matches_by_its_span(held: str, wanted: str, expected: Match) -> None:
    assert match_date(held, wanted) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("urn:a", YES), ("urn:A", NO), ("urn:ab", NO), ("urn:x,urn:a", YES)],
)
def test_a_uri_matches_whole(value: str, expected: Match) -> None:
    row = location(meta={"profile": ["urn:a"]})
    criterion = Criterion("_profile", value)
    assert match(row, definition_of("Location", "_profile"), criterion) is expected


def test_a_special_parameter_is_never_judged() -> None:
    near = definition_of("Location", "near")
    assert match(location(), near, Criterion("near", "1|2")) is MAY


@pytest.mark.parametrize("value", ["", ",", ",,"])
def test_a_parameter_without_a_value_is_never_judged(value: str) -> None:
    assert Selection("Location", [("name", value)]).match(location(name="Main")) is MAY


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Provo,Lehi", YES),
        ("Lehi,Provo", YES),
        ("Lehi,Ogden", NO),
        ("Lehi\\,Provo", NO),
        ("Lehi\\\\,Provo", YES),
        ("Lehi,", NO),
    ],
)
def test_a_comma_means_or_unless_it_is_escaped(value: str, expected: Match) -> None:
    row = location(address={"city": "Provo"})
    assert Selection("Location", [("address-city", value)]).match(row) is expected


def test_an_escaped_comma_is_part_of_the_value() -> None:
    row = location(name="Doe, Roe and Sons")
    assert Selection("Location", [("name", "Doe\\, Roe")]).match(row) is YES


def test_several_parameters_mean_and() -> None:
    row = location(name="Main", address={"city": "Provo", "state": "UT"})
    assert Selection("Location", [("name", "main"), ("address-state", "UT")]).match(row) is YES
    assert Selection("Location", [("name", "main"), ("address-state", "NV")]).match(row) is NO
    assert Selection("Location", [("name", "m.ain"), ("address-state", "UT")]).match(row) is MAY


def test_one_parameter_twice_means_and() -> None:
    row = practitioner(name=[{"given": ["Ana", "Bo"]}])
    assert Selection("Practitioner", [("given", "Ana"), ("given", "Bo")]).match(row) is YES
    assert Selection("Practitioner", [("given", "Ana"), ("given", "Cy")]).match(row) is NO


def test_a_row_without_the_element_never_matches() -> None:
    assert Selection("PractitionerRole", [("specialty", "x")]).match(role()) is NO


def test_result_parameters_select_nothing() -> None:
    params = [("_count", "5"), ("_getpagesoffset", "2"), ("_include", "Location:organization")]
    selection = Selection("Location", [*params, ("_revinclude", "X:y"), ("name", "Main")])
    assert [criterion.name for _, criterion in selection.criteria] == ["name"]
    assert str(selection) == "name = Main"


def test_an_unknown_parameter_cannot_be_judged() -> None:
    with pytest.raises(KeyError, match="Location has no search parameter colour"):
        Selection("Location", [("colour", "red")])


def test_or_is_the_best_and_and_is_the_worst() -> None:
    assert NO < MAY < YES


def test_normalising_folds_case_accents_and_white_space() -> None:
    assert normalise("  NÚÑEZ \t y  Co ") == "nunez y co"
    assert normalise(" A  B ") == "a b"
