"""What an expression means; the official suite has the language, this has the engine's own."""

from __future__ import annotations

import gc
import weakref
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from profiles.fhirpath import (
    EvaluationError,
    FhirPathSyntaxError,
    Node,
    NotEvaluable,
    Scope,
    compile_expression,
)
from profiles.fhirpath.model import NoModel

if TYPE_CHECKING:
    from profiles.fhirpath import TypeModel

OBSERVATION = {
    "resourceType": "Observation",
    "valueQuantity": {"value": 185.5, "unit": "lbs", "code": "[lb_av]"},
    "effectiveDateTime": "2020-01",
    "_status": {"extension": [{"url": "u"}]},
    "contained": [{"resourceType": "Patient", "id": "p"}],
    "subject": {"reference": "#p"},
}


def evaluate(text: str, node: Any = OBSERVATION, **options: Any) -> list[Any]:
    return compile_expression(text, **options).evaluate(node, Scope(resource=node))


def test_a_choice_element_is_found_by_its_name_with_and_without_a_model(model: TypeModel) -> None:
    for options in ({}, {"model": model, "context_type": "Observation"}):
        assert evaluate("Observation.value.value", **options) == [185.5]
        assert evaluate("valueQuantity.unit", **options) == ["lbs"]


def test_strict_mode_refuses_what_a_type_does_not_have(model: TypeModel) -> None:
    with pytest.raises(FhirPathSyntaxError, match=r"^column 9: Observation has no element valu"):
        compile_expression(
            "true or valueQuantity",
            context_type="Observation",
            model=model,
            strict=True,
        )


def test_a_primitive_with_extensions_only_exists_and_has_no_value() -> None:
    assert evaluate("status.exists()") == [True]
    assert evaluate("status.hasValue()") == [False]
    assert evaluate("status.extension('u').exists()") == [True]
    assert evaluate("status") == [None]


def test_nulls_of_a_padded_list_are_no_items() -> None:
    name = {"given": [None, "B"], "_given": [{"id": "x"}, None]}
    assert evaluate("given.count()", name) == [2]
    assert evaluate("given.where(hasValue())", name) == ["B"]
    assert evaluate("given.id", name) == ["x"]


def test_a_primitive_focus_may_carry_its_extensions() -> None:
    node = Node(None, "code", {"extension": [{"url": "u", "valueString": "x"}]})
    assert evaluate("extension('u').value", node) == ["x"]


def test_texts_are_compared_as_what_their_type_says(model: TypeModel) -> None:
    period = {"start": "2020-01-01T10:00:00+02:00", "end": "2020-01-01T09:00:00Z"}
    typed = compile_expression("start <= end", context_type="Period", model=model)
    assert typed.holds(period)
    assert compile_expression("start < end", context_type="Period", model=model).holds(period)
    same = {"start": "2020-01-01T10:00:00+02:00", "end": "2020-01-01T08:00:00Z"}
    assert compile_expression("start = end", context_type="Period", model=model).holds(same)


def test_what_precision_leaves_open_is_empty_and_does_not_hold(model: TypeModel) -> None:
    expression = compile_expression("start <= end", context_type="Period", model=model)
    period = {"start": "2020-01-01", "end": "2020-01"}
    assert expression.evaluate(period) == []
    assert not expression.holds(period)


@pytest.mark.parametrize(
    ("text", "holds"),
    [("{}", False), ("'a'", True), ("true", True), ("false", False), ("(1 | 2) and true", False)],
)
def test_a_constraint_holds_as_the_hl7_validator_has_it(text: str, holds: bool) -> None:  # noqa: FBT001
    assert compile_expression(text).holds({}) is holds


def test_several_items_as_one_boolean_are_an_error() -> None:
    with pytest.raises(EvaluationError, match="2 items are found"):
        evaluate("(1 | 2) and true")


def test_floats_of_json_are_the_decimals_they_were_written_as() -> None:
    assert evaluate("a = 0.1 and a + 0.2 = 0.3", {"a": 0.1}) == [True]
    assert evaluate("a = b", {"a": Decimal("1.50"), "b": 1.5}) == [True]
    assert evaluate("a > 1", {"a": 1.5}) == [True]


def test_a_boolean_is_no_number() -> None:
    assert evaluate("a = 1", {"a": True}) == [False]


def test_a_contained_resource_is_resolved_without_help() -> None:
    assert evaluate("subject.resolve().id") == ["p"]
    assert evaluate("subject.resolve() is Patient") == [True]


def test_other_references_are_resolved_by_the_caller_or_not_at_all() -> None:
    node = {"reference": "Patient/1"}
    expression = compile_expression("resolve().id")
    assert expression.evaluate(node, Scope(resolver=lambda text: {"id": text})) == ["Patient/1"]
    assert expression.evaluate(node) == []


@pytest.mark.parametrize("text", ["code.memberOf('vs')", "conformsTo('p')", "slice('a', 'b')"])
def test_what_nobody_can_say_is_not_evaluable(text: str) -> None:
    expression = compile_expression(text)
    for scope in (Scope(), Scope(member_of=lambda *_: None, conforms_to=lambda *_: None)):
        with pytest.raises(NotEvaluable):
            expression.holds({"code": "x"}, scope)


def test_membership_and_conformance_are_asked_of_the_caller() -> None:
    asked: list[Any] = []

    def answer(what: Any, url: str) -> bool:
        asked.append((what, url))
        return url == "yes"

    scope = Scope(member_of=answer, conforms_to=answer)
    assert compile_expression("code.memberOf('yes')").holds({"code": "x"}, scope)
    assert not compile_expression("conformsTo('no')").holds({"code": "x"}, scope)
    assert asked == [("x", "yes"), ({"code": "x"}, "no")]


def test_what_a_short_circuit_skips_need_not_be_evaluable() -> None:
    assert compile_expression("true or memberOf('vs')").holds({})
    assert compile_expression("iif(true, true, memberOf('vs'))").holds({})


def test_variables_of_the_caller_and_of_fhir_are_known() -> None:
    scope = Scope(resource={"id": "r"}, root={"id": "o"}, variables={"mine": [1, 2]})
    expression = compile_expression("%resource.id & %rootResource.id & %context.id & %ucum")
    assert expression.evaluate({"id": "c"}, scope) == ["rochttp://unitsofmeasure.org"]
    assert compile_expression("%mine.count()").evaluate({}, scope) == [2]
    assert compile_expression("%vs-x").evaluate({}) == ["http://hl7.org/fhir/ValueSet/x"]
    with pytest.raises(EvaluationError, match="%other has no value"):
        compile_expression("%other").evaluate({}, scope)


@pytest.mark.parametrize(
    ("text", "column"),
    [("a.b(", 5), ("a ? b", 3), ("nothing()", 1), ("a.where()", 3), ("@2020-13-01", 1), ("", 1)],
)
def test_a_syntax_error_names_the_column(text: str, column: int) -> None:
    with pytest.raises(FhirPathSyntaxError) as caught:
        compile_expression(text)
    assert caught.value.column == column


def test_an_expression_nested_beyond_measure_is_refused() -> None:
    for text in ("(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1"):
        with pytest.raises(FhirPathSyntaxError, match="nested too deeply"):
            compile_expression(text)


def test_descendants_of_a_deep_resource_need_no_stack() -> None:
    node: dict[str, Any] = {"linkId": "0"}
    for _ in range(10_000):
        node = {"linkId": "x", "item": [node]}
    assert evaluate("descendants().linkId.count()", node) == [10_000]


@pytest.mark.parametrize("value", [None, [], [[]], {"a": {"b": [None, [1]]}}, 1.5, "x", {"_a": 1}])
def test_malformed_elements_raise_nothing(value: Any) -> None:
    for text in ("a.b.c.exists()", "a.extension('u')", "children().children()", "descendants()"):
        evaluate(text, {"a": value})
        evaluate(text, value)


def test_types_are_told_where_the_resource_alone_knows_them(model: TypeModel) -> None:
    options = {"model": model, "context_type": "Observation"}
    assert evaluate("value is Quantity", **options) == [True]
    assert evaluate("value.ofType(Quantity).unit", **options) == ["lbs"]
    assert evaluate("(effective as dateTime).toString().length()", **options) == [7]
    assert evaluate("descendants().as(Reference).reference", **options) == ["#p"]
    assert evaluate("contained.first().is(DomainResource)", **options) == [True]
    with pytest.raises(FhirPathSyntaxError, match="there is no type Quontity"):
        compile_expression("value is Quontity", **options)


def test_a_type_known_beforehand_needs_no_typed_mode(model: TypeModel) -> None:
    known = compile_expression("$this as dateTime", context_type="dateTime", model=model)
    assert not known.typed
    assert known.evaluate("2020") == ["2020"]
    assert compile_expression("value is Quantity", context_type="Extension", model=model).typed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 'mg' < 1 'g'", [True]),
        ("100 'mg/dL' = 1 'g/L'", [True]),
        ("1 'furlong' = 1 'furlong'", [True]),
        ("1 'furlong' = 1 'm'", []),
        ("1 'kg' = 1 'm'", [False]),
        ("1 year = 12 months", [True]),
        ("120 'mm[Hg]' > 1 'kPa'", [True]),
    ],
)
def test_quantities_are_compared_in_one_unit(text: str, found: list[bool]) -> None:
    assert evaluate(text) == found


def test_replacement_knows_groups() -> None:
    expression = r"'11/30/1972'.replaceMatches('(\\d+)/(\\d+)/(?<y>\\d+)', '${y}-$2')"
    assert evaluate(expression) == ["1972-30"]


def test_numbers_too_long_to_round_are_compared_as_they_are() -> None:
    assert evaluate("a ~ b", {"a": 0, "b": 1e28}) == [False]
    assert evaluate("a ~ b", {"a": 1e28, "b": 1e28}) == [True]


def test_an_unknown_code_of_encode_gives_nothing() -> None:
    assert evaluate("'x'.encode(a)", {"a": {"b": 1}}) == []


def test_what_is_no_element_of_its_type_is_absent(model: TypeModel) -> None:
    options = {"context_type": "ContactPoint", "model": model}
    assert evaluate("system.exists()", {"system": ["phone"]}, **options) == [False]
    assert evaluate("period.exists()", {"period": {"code": "x"}}, **options) == [False]
    assert evaluate("period.exists()", {"period": "2020"}, **options) == [False]


def test_quantities_with_the_same_unit_text_are_compared_by_value(model: TypeModel) -> None:
    expression = compile_expression("low <= high", context_type="Range", model=model)
    low = {"value": 1, "unit": "cells", "code": "a", "system": "http://unitsofmeasure.org"}
    assert expression.holds({"low": low, "high": {**low, "value": 2, "code": "b"}})
    assert not expression.holds({"low": low, "high": {"value": 2, "unit": "x", "code": "b"}})


def test_an_expression_is_compiled_once_and_goes_with_its_model() -> None:
    model = NoModel()
    first = compile_expression("a.b", model=model)
    assert compile_expression("a.b", model=model) is first
    assert compile_expression("a.b", model=model, context_type="Patient") is not first
    gone = weakref.ref(model)
    del model, first
    gc.collect()
    assert gone() is None
