"""Whatever the JSON holds, a constraint holds, does not hold, or is not evaluable."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_packages import CORE, structure_definitions

from profiles.fhirpath import (
    FhirPathError,
    NotEvaluable,
    Scope,
    compile_constraint,
    compile_expression,
)

KEYS = (
    "code value valueQuantity valueDateTime valueString coding system unit start end low high id "
    "extension url reference contained resource entry item text div meta name use path type "
    "kind element answer linkId fullUrl resourceType _value _start _code"
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**30),
    st.floats(),
    st.sampled_from(["", "a", "#a", "2020-02-30", "2020", "10:00", "1.5", "Patient", "\ud800"]),
)


def json_of(keys: list[str]) -> st.SearchStrategy[Any]:
    """JSON values whose objects have these keys."""
    return st.recursive(
        SCALARS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(keys), inner, max_size=5)
        ),
        max_leaves=25,
    )


ANY_JSON = json_of(KEYS.split())
#: Where each call finds something.
OPERANDS = st.fixed_dictionaries(
    {"value": st.one_of(SCALARS, ANY_JSON), "end": st.one_of(SCALARS, ANY_JSON)},
    optional={"start": SCALARS, "item": st.lists(st.one_of(SCALARS, ANY_JSON), max_size=3)},
)
#: Calls that no published constraint makes, on whatever is there.
CALLS = [
    *("value.substring(end)", "value.substring(1, end)", "value.round(end)", "value.power(end)"),
    *("value.log(end)", "value.sqrt()", "value.exp()", "value.ln()", "value.abs()"),
    *("value.floor()", "value.ceiling()", "value.truncate()"),
    *("value + end", "value - end", "value * end", "value / end", "value div end", "value mod end"),
    *("value & end", "value < end", "value ~ end", "value = end", "value in end", "-value"),
    *("item[value]", "item.skip(value)", "item.take(value)", "item.sort()", "item.sort(-value)"),
    *("value.lowBoundary(end)", "value.highBoundary()", "value.precision()"),
    *("value.comparable(end)", "value.toString()"),
    *("value.toQuantity()", "value.toDateTime()", "value.toDecimal()", "value.toTime()"),
    *("value.toDate()", "value.toInteger()", "value.toString()", "value.toBoolean()"),
    *("value.split(end)", "value.join(end)", "value.encode(end)", "value.decode('hex')"),
    *("value.decode('base64')", "value.unescape('json')", "value.escape('html')", "value.type()"),
    *("value.matches(end)", "value.replaceMatches('a', end)", "value.replace(end, 'x')"),
    *("value.toChars()", "value.trim()", "value.upper()", "value.indexOf(end)", "value.length()"),
    *("value.toDateTime() + 3 days", "value.toDateTime() - 99999 years", "value.htmlChecks()"),
    *("item.repeat(item)", "item.aggregate($total + value, 1)", "descendants().as(string)"),
    *("item.distinct()", "item | value", "item.exclude(value)", "item.subsetOf(value)"),
    *("value.extension('a')", "value.hasValue()", "value.getValue()", "value.resolve()"),
]  # fmt: skip


@pytest.mark.parametrize("text", CALLS)
@settings(max_examples=40, deadline=None)
@given(node=OPERANDS)
def test_an_evaluation_gives_items_or_an_error_of_its_own(text: str, node: Any) -> None:
    expression = compile_expression(text)
    try:
        assert isinstance(expression.evaluate(node, Scope(resource=node)), list)
    except FhirPathError as error:
        assert str(error)  # noqa: PT017 - that there is a message is what is asserted


@pytest.fixture(scope="module")
def published() -> list[tuple[str, str, str]]:
    if not CORE.exists():
        pytest.skip("../shared/fhir-packages is not here")
    found = {}
    for text in structure_definitions(CORE).values():
        for element in orjson.loads(text).get("snapshot", {}).get("element", ()):
            for constraint in element.get("constraint", ()):
                if "expression" in constraint:
                    found[constraint["expression"]] = (element["path"], constraint["key"])
    return [(text, *place) for text, place in found.items()]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_published_constraint_is_judged_or_not_evaluable(
    published: list[tuple[str, str, str]], model: Any, data: st.DataObject
) -> None:
    text, path, key = data.draw(st.sampled_from(published))
    names = sorted({*re.findall(r"[a-z]\w+", text), "id", "value", "valueQuantity"})
    node = data.draw(json_of(names))
    constraint = compile_constraint(text, key, context_type=path, model=model)
    try:
        assert constraint.holds(node, Scope(resource=node)) in {True, False}
    except NotEvaluable as error:
        assert "cannot be answered" in str(error)  # noqa: PT017 - the only one there is
