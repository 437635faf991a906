"""Expansion: what is listed, what is only known to be there, what cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from profiles.packages import load_default_packages, load_packages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from profiles.definitions import ValueSet

S, T, FAR = "urn:s", "urn:t", "urn:far"
SYSTEM = {
    "resourceType": "CodeSystem",
    "url": S,
    "content": "complete",
    "property": [{"code": "status"}],
    "concept": [
        {"code": "a", "concept": [{"code": "aa"}, {"code": "ab", "concept": [{"code": "aba"}]}]},
        {"code": "b", "property": [{"code": "status", "valueCode": "retired"}]},
    ],
}
FRAGMENT = {**SYSTEM, "url": "urn:fragment", "content": "fragment"}
EMPTY = {**SYSTEM, "url": "urn:empty", "concept": []}
ALL = frozenset({"a", "aa", "ab", "aba", "b"})


def value_set(url: str, *include: dict, **compose: Any) -> dict[str, Any]:
    return {
        "resourceType": "ValueSet",
        "url": url,
        "compose": {"include": list(include), **compose},
    }


def listed(system: str, *codes: str) -> dict[str, Any]:
    return {"system": system, "concept": [{"code": code} for code in codes]}


def where(op: str, value: str, name: str = "concept") -> dict[str, Any]:
    return {"system": S, "filter": [{"property": name, "op": op, "value": value}]}


@pytest.fixture
def expanded(make_tgz: Callable[..., Path]) -> Callable[..., ValueSet]:
    def expand(*include: dict, others: tuple[dict, ...] = (), **compose: Any) -> ValueSet:
        own = value_set("urn:v", *include, **compose)
        found = load_packages([make_tgz(SYSTEM, FRAGMENT, EMPTY, own, *others)]).value_set("urn:v")
        assert found is not None
        return found

    return expand


def test_listed_codes_are_in_whether_or_not_their_system_is_known(expanded: Any) -> None:
    found = expanded(listed(S, "a"), listed(FAR, "x", "y"))
    assert found.codes == {S: frozenset({"a"}), FAR: frozenset({"x", "y"})}
    assert not found.unknown
    assert not found.whole_systems


def test_a_whole_system_that_is_known_is_listed(expanded: Any) -> None:
    found = expanded({"system": S})
    assert found.codes == {S: ALL}
    assert not found.whole_systems


@pytest.mark.parametrize("system", [FAR, "urn:fragment", "urn:empty"])
def test_a_whole_system_without_a_full_list_is_in_as_a_whole(expanded: Any, system: str) -> None:
    found = expanded({"system": system})
    assert found.whole_systems == {system}
    assert not found.codes
    assert not found.unknown


def test_a_filter_on_a_system_that_no_package_holds_cannot_be_told(expanded: Any) -> None:
    found = expanded({**where("is-a", "a"), "system": FAR}, listed(S, "a"))
    assert found.unknown == {FAR}
    assert found.codes == {S: frozenset({"a"})}
    assert not found.incomplete


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        (where("is-a", "a"), {"a", "aa", "ab", "aba"}),
        (where("descendent-of", "a"), {"aa", "ab", "aba"}),
        (where("is-not-a", "a"), {"b"}),
        (where("generalizes", "aba"), {"a", "ab", "aba"}),
        (where("=", "a", "code"), {"a"}),
        (where("in", "a, b", "code"), {"a", "b"}),
        (where("not-in", "a,b", "code"), {"aa", "ab", "aba"}),
        (where("regex", "a[ab]?", "code"), {"a", "aa", "ab"}),
        (where("exists", "true", "status"), {"b"}),
        (where("exists", "false", "status"), {"a", "aa", "ab", "aba"}),
        (where("=", "retired", "status"), {"b"}),
        (where("=", "ab", "parent"), {"aba"}),
        (where("=", "aba", "child"), {"ab"}),
        (where("exists", "false", "child"), {"aa", "aba", "b"}),
    ],
)
def test_a_filter_selects_its_codes(expanded: Any, condition: dict, codes: set[str]) -> None:
    assert expanded(condition).codes == {S: frozenset(codes)}


def test_every_filter_of_an_include_holds_at_once(expanded: Any) -> None:
    both = where("is-a", "a")
    both["filter"] = [*both["filter"], *where("is-a", "ab")["filter"]]
    assert expanded(both).codes == {S: frozenset({"ab", "aba"})}


@pytest.mark.parametrize(
    "condition",
    [
        where("is-a", "gone"),
        where("=", "x", "unheard-of"),
        where("child-of", "a"),
        where("regex", "(", "code"),
    ],
    ids=["code", "property", "operator", "expression"],
)
def test_a_filter_that_the_facts_do_not_decide_cannot_be_told(
    expanded: Any, condition: dict
) -> None:
    found = expanded(condition)
    assert found.unknown == {S}
    assert not found.codes


def test_what_is_excluded_is_out(expanded: Any) -> None:
    found = expanded({"system": S}, exclude=[listed(S, "a"), where("is-a", "ab")])
    assert found.codes == {S: frozenset({"aa", "b"})}


def test_codes_excluded_from_a_system_that_has_no_list_leave_it_untold(expanded: Any) -> None:
    found = expanded({"system": FAR}, exclude=[listed(FAR, "x")])
    assert found.unknown == {FAR}
    assert not found.whole_systems


def test_a_value_set_is_imported(expanded: Any) -> None:
    other = value_set("urn:other", {"system": S})
    assert expanded({"valueSet": ["urn:other"]}, others=(other,)).codes == {S: ALL}


def test_a_system_with_a_value_set_means_what_is_in_both(expanded: Any) -> None:
    other = value_set("urn:other", listed(S, "a"), listed(T, "a"))
    found = expanded({"system": S, "valueSet": ["urn:other"]}, others=(other,))
    assert found.codes == {S: frozenset({"a"})}


def test_two_value_sets_of_one_include_mean_what_is_in_both(expanded: Any) -> None:
    others = (value_set("urn:1", listed(S, "a", "b")), value_set("urn:2", listed(S, "b", "aa")))
    found = expanded({"valueSet": ["urn:1", "urn:2"]}, others=others)
    assert found.codes == {S: frozenset({"b"})}


def test_an_imported_value_set_that_no_package_holds_leaves_every_code_untold(
    expanded: Any,
) -> None:
    found = expanded({"valueSet": ["urn:gone"]}, listed(S, "a"))
    assert found.codes == {S: frozenset({"a"})}
    assert found.unknown == {"urn:gone"}
    assert found.incomplete


def test_a_value_set_that_imports_itself_ends(expanded: Any) -> None:
    other = value_set("urn:other", {"valueSet": ["urn:v"]}, listed(S, "b"))
    found = expanded({"valueSet": ["urn:other"]}, listed(S, "a"), others=(other,))
    assert found.codes == {S: frozenset({"a", "b"})}


def test_inactive_codes_are_out_where_the_value_set_says_so(expanded: Any) -> None:
    assert expanded({"system": S}, inactive=False).codes == {S: ALL - {"b"}}


def test_a_pinned_version_of_a_system_is_taken_where_it_is_there(make_tgz: Any) -> None:
    old = {**SYSTEM, "version": "1.0.0", "concept": [{"code": "old"}]}
    new = {**SYSTEM, "version": "2.0.0", "concept": [{"code": "new"}]}
    sets = (
        value_set("urn:1", {"system": S, "version": "2.0.0"}),
        value_set("urn:2", {"system": S, "version": "7.0.0"}),
    )
    library = load_packages([make_tgz(old, new, *sets)])
    assert library.value_set("urn:1").codes == {S: frozenset({"new"})}
    assert library.value_set("urn:2").codes == {S: frozenset({"old"})}


def test_a_value_set_without_content_cannot_be_told(make_tgz: Any) -> None:
    bare = {"resourceType": "ValueSet", "url": "urn:bare"}
    found = load_packages([make_tgz(bare)]).value_set("urn:bare")
    assert found.unknown == {"urn:bare"}
    assert found.incomplete


def test_an_expansion_that_comes_with_the_value_set_is_taken(make_tgz: Any) -> None:
    given = {
        "resourceType": "ValueSet",
        "url": "urn:given",
        "expansion": {"contains": [{"system": FAR, "code": "x"}]},
    }
    found = load_packages([make_tgz(given)]).value_set("urn:given")
    assert found.codes == {FAR: frozenset({"x"})}


@pytest.fixture(scope="module")
def defaults() -> Any:
    return load_default_packages()


CARIN = "http://hl7.org/fhir/us/carin-bb/ValueSet/"
CORE = "http://hl7.org/fhir/ValueSet/"


@pytest.mark.parametrize(
    ("url", "count", "whole", "unknown"),
    [
        (CARIN + "C4BBAdjudication", 14, (), ()),
        (CORE + "languages", 56, (), ()),
        (CORE + "all-languages", 0, ("urn:ietf:bcp:47",), ()),
        (CORE + "mimetypes|4.0.1", 0, ("urn:ietf:bcp:13",), ()),
        (CORE + "ucum-units", 0, ("http://unitsofmeasure.org",), ()),
        (CORE + "administrative-gender|4.0.1", 4, (), ()),
        (CORE + "condition-code", 1, (), ("http://snomed.info/sct",)),
        (
            CARIN + "CDCICD910CMDiagnosisCodes",
            0,
            (
                "http://hl7.org/fhir/sid/icd-10-cm",
                "http://terminology.hl7.org/CodeSystem/icd9",
            ),
            (),
        ),
        ("http://terminology.hl7.org/ValueSet/v3-ActIncidentCode", 5, (), ()),
    ],
)
def test_value_sets_of_the_guides_expand_as_published(
    defaults: Any, url: str, count: int, whole: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    found = defaults.value_set(url)
    assert sum(len(codes) for codes in found.codes.values()) == count
    assert found.whole_systems == set(whole)
    assert found.unknown == set(unknown)
