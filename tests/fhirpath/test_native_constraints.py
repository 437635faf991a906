"""Native constraints say what the general engine says of the same expression."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.fhirpath import EvaluationError, Node, Scope, compile_constraint, compile_expression
from profiles.fhirpath.corrections import corrected
from profiles.fhirpath.native import NATIVE
from profiles.fhirpath.xhtml import read_narrative

EXTRAS = st.fixed_dictionaries({}, optional={"id": st.just("x"), "extension": st.just([{}])})


def primitives(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A value, what stands beside it, or both."""
    return st.fixed_dictionaries({}, optional={"": values, "_": EXTRAS})


def objects(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of these members; a primitive is `{"": value, "_": beside}`."""
    return st.fixed_dictionaries({}, optional=members).map(_joined)


def _joined(members: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in members.items():
        if isinstance(value, dict) and set(value) <= {"", "_"}:
            found |= {name: value[""]} if "" in value else {}
            found |= {f"_{name}": value["_"]} if "_" in value else {}
        else:
            found[name] = value
    return found


TEXTS = primitives(st.sampled_from(["a", "#p", "#q", "#", "x#p"]))
TIMES = primitives(
    st.sampled_from(
        [
            *("2020", "2020-02", "2020-02-29", "2020-02-30", "2020-03-01", "20200101", ""),
            *("2020-03-01T10:00:00Z", "2020-03-01T11:00:00+02:00", "2020-03-01T10:00:00.5Z"),
        ]
    )
)
NUMBERS = primitives(st.sampled_from([0, 1, 1.5, -2, 1000]))
EXTENSIONS = st.lists(st.just({"url": "u", "valueString": "x"}), max_size=2)
QUANTITIES = objects(
    value=NUMBERS,
    code=primitives(st.sampled_from(["mg", "g", "m"])),
    system=primitives(st.just("http://unitsofmeasure.org")),
    comparator=primitives(st.just("<")),
    extension=EXTENSIONS,
)
# No `#p` but in references: native dom-3 takes every such text for one.
META = objects(
    versionId=primitives(st.just("1")), lastUpdated=TIMES, security=st.lists(st.just({"code": "R"}))
)
CONTAINED = objects(
    resourceType=st.just("Patient"),
    id=st.sampled_from(["p", "q"]),
    meta=META,
    contained=st.just([{"resourceType": "Patient"}]),
    managingOrganization=objects(reference=TEXTS),
)
RESOURCES = objects(
    id=st.just("o"),
    contained=st.lists(CONTAINED, max_size=2),
    subject=objects(reference=TEXTS, identifier=st.just({"value": "v"})),
    instantiatesUri=st.lists(st.just("#p"), max_size=1),
    text=objects(status=primitives(st.just("generated")), div=primitives(st.just("<div/>"))),
).map(lambda members: {"resourceType": "ServiceRequest", **members})
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"{}>{}</div>'
NARRATIVES = st.builds(
    DIV.format,
    st.sampled_from(["", ' class="x"', ' onclick="x"']),
    st.sampled_from(["", " ", "a", "<p>a</p>", "<script/>", "&nbsp;", "&none;", "<b>", "\x00"]),
)
FOCUS = {
    "Element": st.one_of(
        st.sampled_from(["", "a", 0, False]),
        st.builds(Node, st.sampled_from([None, "", "a"]), st.just("string"), EXTRAS),
        objects(id=st.just("i"), a=TEXTS, b=st.sampled_from([[], {}, [{}], None, ["x"]])),
        RESOURCES,
    ),
    "Extension": objects(
        url=st.just("u"),
        extension=EXTENSIONS,
        valueString=TEXTS,
        valueQuantity=QUANTITIES,
        valueDateTime=TIMES,
    ),
    "Period": objects(start=TIMES, end=TIMES, extension=EXTENSIONS),
    "ServiceRequest": RESOURCES,
    "Quantity": QUANTITIES,
    "ContactPoint": objects(system=TEXTS, value=TEXTS),
    "Ratio": objects(numerator=QUANTITIES, denominator=QUANTITIES, extension=EXTENSIONS),
    "Range": objects(low=QUANTITIES, high=QUANTITIES),
    "Reference": objects(reference=TEXTS, display=TEXTS),
    "xhtml": NARRATIVES,
}
CONTEXT = {
    "ele-1": "Element", "ext-1": "Extension", "per-1": "Period", "qty-3": "Quantity",
    "cpt-2": "ContactPoint", "sqty-1": "Quantity", "rat-1": "Ratio", "rng-2": "Range",
    "ref-1": "Reference", "txt-1": "xhtml", "txt-2": "xhtml",
    **{f"dom-{number}": "ServiceRequest" for number in range(2, 7)},
}  # fmt: skip


def holds_in_general(key: str, text: str, focus: Any, scope: Scope, model: Any) -> bool:
    context_type = "" if key == "ele-1" else CONTEXT[key]
    expression = compile_expression(corrected(text, key), context_type=context_type, model=model)
    return expression.holds(focus, scope)


@pytest.mark.parametrize(("key", "text"), sorted(NATIVE), ids=lambda value: value[:5])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_native_and_general_code_agree(
    key: str, text: str, data: st.DataObject, model: Any
) -> None:
    focus = data.draw(FOCUS[CONTEXT[key]], label="focus")
    resource = focus if CONTEXT[key] == "ServiceRequest" else data.draw(RESOURCES, label="resource")
    scope = Scope(resource=resource, root=data.draw(st.sampled_from([None, {"id": "other"}])))
    native = compile_constraint(text, key, model=model)
    assert native.holds(focus, scope) is holds_in_general(key, text, focus, scope, model)


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("ele-1", {"a": 1}, {"id": "x"}),
        ("ext-1", {"url": "u", "valueCode": "x"}, {"url": "u", "valueCode": "x", "extension": [1]}),
        ("per-1", {"start": "2020", "end": "2021"}, {"start": "2021", "end": "2020"}),
        ("per-1", {"end": "2021"}, {"start": "2020", "end": "2020-01"}),
        ("dom-2", {}, {"contained": [{"contained": [{}]}]}),
        ("dom-4", {"contained": [{}]}, {"contained": [{"meta": {"versionId": "1"}}]}),
        ("dom-5", {"contained": [{}]}, {"contained": [{"meta": {"security": [{}]}}]}),
        ("dom-6", {"text": {"div": "x"}}, {}),
        ("qty-3", {"code": "g", "system": "s"}, {"code": "g"}),
        ("cpt-2", {"value": "1", "system": "phone"}, {"value": "1"}),
        ("cpt-2", {"value": ["1"]}, {"value": "1", "system": ["phone"]}),
        ("sqty-1", {"value": 1}, {"comparator": "<"}),
        ("rat-1", {"numerator": {"a": 1}, "denominator": {"a": 1}}, {"numerator": {"a": 1}}),
        ("rng-2", {"low": {"value": 1}}, {"low": {"value": 2}, "high": {"value": 1}}),
        ("ref-1", {"display": "x"}, {"reference": "#none"}),
        ("txt-1", DIV.format("", "<p>a</p>"), DIV.format("", "<form/>")),
        ("txt-2", DIV.format("", "a"), DIV.format("", " \n")),
    ],
)  # fmt: skip
def test_native_code_tells_right_from_wrong(key: str, good: Any, bad: Any) -> None:
    text = next(text for name, text in NATIVE if name == key)
    constraint = compile_constraint(text, key)
    assert constraint.holds(good, Scope(resource=good))
    assert not constraint.holds(bad, Scope(resource=bad))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<p><div>a</div></p>", "the element div is not allowed in a paragraph"),
        ('<a onclick="x">a</a>', "the attribute a.onclick is not allowed"),
        ('<p href="x">a</p>', "the attribute p.href is not allowed"),
        ('<p xmlns="urn:x">a</p>', "the namespace of p is 'urn:x'"),
        ("<p>a", "the XHTML cannot be read: mismatched tag"),
        ("&none;", "the entity &none; is unknown"),
        ("<p>" * 2000, "the XHTML cannot be read: nested too deeply"),
        ("\ud800", "the XHTML cannot be read: 'utf-8' codec"),
    ],
)
def test_a_fault_of_a_narrative_says_what_is_wrong(content: str, fault: str) -> None:
    assert [found for found in read_narrative(DIV.format("", content)).faults if fault in found]


def test_a_narrative_has_no_document_type_to_hide_entities_in() -> None:
    bomb = '<!DOCTYPE div [<!ENTITY a "aaaa">]>' + DIV.format("", "&a;")
    assert read_narrative(bomb).faults == (
        "the XHTML cannot be read: a document type is not allowed",
    )


def test_a_narrative_is_a_div_of_xhtml() -> None:
    assert read_narrative("<p>a</p>").faults == (
        "a narrative is a div, not p",
        "the namespace is None, not 'http://www.w3.org/1999/xhtml'",
    )


def test_an_unreadable_day_is_an_error_and_does_not_hold(model: Any) -> None:
    period = {"start": "20200101", "end": "2021-01-01"}
    (text,) = [text for key, text in NATIVE if key == "per-1"]
    with pytest.raises(EvaluationError):
        compile_expression(text, context_type="Period", model=model).evaluate(period)
    assert not compile_constraint(text, "per-1").holds(period)


def test_a_value_with_nothing_of_its_type_is_no_value(model: Any) -> None:
    text = "extension.exists() != value.exists()"
    constraint = compile_constraint(text, "ext-1", context_type="Extension", model=model)
    assert constraint.holds({"url": "u", "valuePeriod": {"start": "2020"}})
    assert not constraint.holds({"url": "u", "valuePeriod": {"system": "s", "code": "c"}})
    general = compile_expression(text, context_type="Extension", model=model)
    assert not general.holds({"url": "u", "valuePeriod": {"system": "s", "code": "c"}})
