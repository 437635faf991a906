"""Searches in every form: OR, AND, pairs, tokens, dates, escapes, references, modifiers."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from conformance.plugin.marks import clauses_like
from conformance.search import RESULT_PARAMETERS, Token, as_query, definition_of, escape, values_of
from conformance.search.combining import (
    Candidate,
    alternatives,
    candidates,
    repeated,
    spread,
    telling_pair,
)
from conformance.search.dates import span_of
from conformance.search.modifiers import INVENTED, MODIFIERS
from conformance.search.sampling import LONGEST
from suites.fhir.stimuli import NO_SUCH_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.client import FhirApi
    from conformance.client.api import Params
    from conformance.contract import Clause
    from conformance.records import Search

#: Prefix and precision of a date value: each prefix, and each precision, at least once.
DATE_FORMS = (
    *("eq year", "eq month", "eq day", "eq instant", "eq zone", "no day", "ne day", "gt instant"),
    *("gt month", "ge zone", "ge day", "lt instant", "le zone", "le month", "sa day", "eb month"),
    "ap day",
)
PRECISIONS = {"year": 4, "month": 7, "day": 10}
#: A zone other than the one servers write in.
ELSEWHERE = timezone(timedelta(hours=5, minutes=30))
#: What a backslash takes the meaning of (search.html#escaping).
RESERVED = ",|$\\"
#: Among how many rows dates are compared.
BENCH = 8
TOKEN_FORMS = ("code", "system", "another system", "no system")


def listed(clause: Clause, *types: str) -> list[str]:
    """Return the selecting parameters that the document lists, of these types or of all.

    `patient` of a member is what every row has: it tells nothing apart.
    """
    rows = clauses_like(
        f"{clause.area}-(?!NET)[A-Z]+-SEARCH-.*", resource=clause.resource, kind="search-parameter"
    )
    return [
        row.param
        for row in rows
        if row.param not in RESULT_PARAMETERS
        and (not types or row.type in types)
        and not (row.param == "patient" and clause.area == "PA")
    ]


def own(clause: Clause, *types: str) -> list[str]:
    """Return the listed parameters of a resource's own."""
    return [name for name in listed(clause, *types) if not name.startswith("_")]


def valued(clause: Clause) -> list[str]:
    """Return the parameters that compare with single values."""
    return own(clause, "string", "token", "reference")


def listable(clause: Clause) -> list[str]:
    """Return the parameters that take a list of values: all that are listed."""
    return listed(clause, "string", "token", "reference", "date")


def repeatable(clause: Clause) -> list[str]:
    """Return the parameters that are given twice: those with single values, and dates."""
    return [*valued(clause), *listed(clause, "date")]


def pairs(clause: Clause) -> list[str]:
    """Return every two listed parameters, as `a + b`."""
    return [f"{one} + {other}" for one, other in combinations(listed(clause), 2)]


def token_forms(clause: Clause) -> list[str]:
    """Return each token parameter in each form but `system|code`, which has a clause of its own."""
    return [f"{name} {form}" for name in own(clause, "token") for form in TOKEN_FORMS]


def date_forms(clause: Clause) -> list[str]:
    """Return each date parameter with each form of a date."""
    return [f"{name} {form}" for name in listed(clause, "date") for form in DATE_FORMS]


def texts(clause: Clause) -> list[str]:
    """Return the parameters in whose values reserved characters may stand."""
    return own(clause, "string", "token")


def references(clause: Clause) -> list[str]:
    """Return the reference parameters; the member's own, too: it selects the same in each form."""
    rows = clauses_like(
        f"{clause.area}-[A-Z]+-SEARCH-.*", resource=clause.resource, type="reference"
    )
    return [row.param for row in rows]


def modified(clause: Clause) -> list[str]:
    """Return parameters with modifiers, as `name:modifier`."""
    names = own(clause)
    types = {name: definition_of(clause.resource, name).type for name in names}
    found = [f"{name}:{modifier}" for name in names for modifier in MODIFIERS[types[name]]]
    return [*found, f"{names[0]}:{INVENTED}"]


def weighed(api: FhirApi, kind: str, name: str) -> list[Candidate]:
    """Return values to search by, worked out once."""
    return api.once(
        ("candidates", kind, name),
        lambda: candidates(api.holdings(kind).rows, definition_of(kind, name)),
    )


def asked(api: FhirApi, kind: str, *params: tuple[str, str]) -> Search:
    """Search by several parameters in pages of the target's size."""
    names = " and ".join(dict.fromkeys(name for name, _ in params))
    size = ("_count", str(api.page_size))
    return api.search(kind, (*params, size), purpose=f"search {kind} by {names}")


def either(api: FhirApi, kind: str, name: str) -> Search | None:
    """Search by two values of one parameter in a list."""
    if name == "_id":
        ids = spread(api.holdings(kind).rows, 2)
        return asked(api, kind, (name, ",".join(ids))) if len(ids) > 1 else None
    found = alternatives(weighed(api, kind, name))
    return asked(api, kind, (name, f"{found[0].value},{found[1].value}")) if found else None


def twice(api: FhirApi, kind: str, name: str) -> Search | None:
    """Search by one parameter given twice; by a date as from one day up to another."""
    if definition_of(kind, name).type == "date":
        bounds = _bounds(api, kind, name)
        return asked(api, kind, *((name, bound) for bound in bounds)) if bounds else None
    found = repeated(weighed(api, kind, name))
    return asked(api, kind, *((name, item.value) for item in found)) if found else None


def _bounds(api: FhirApi, kind: str, name: str) -> tuple[str, str] | None:
    """Return `ge` and `lt` with times that some rows lie between, and some on either side."""
    rows = api.holdings(kind).rows.values()
    texts = {text for row in rows for text in values_of(row, definition_of(kind, name))}
    bounds = {bound for text in texts for bound in text.split("/")}
    ordered = sorted((span.start, bound) for bound in bounds if (span := span_of(bound)))
    third = len(ordered) // 3
    return (f"ge{ordered[third][1]}", f"lt{ordered[-third][1]}") if third else None


def together(api: FhirApi, kind: str, case: str) -> Search | None:
    """Search by two parameters."""
    names = case.split(" + ")
    if "_id" in names:
        return _among_ids(api, kind, *(name for name in names if name != "_id"))
    one, other = (weighed(api, kind, name) for name in names)
    found = telling_pair(one, other)
    return asked(api, kind, *zip(names, (f.value for f in found), strict=True)) if found else None


def _among_ids(api: FhirApi, kind: str, name: str) -> Search | None:
    """Search by a value among ids: two of rows that hold it, two of rows that do not."""
    for found in weighed(api, kind, name)[-1:]:
        others = [row_id for row_id in api.holdings(kind).rows if row_id not in found.ids]
        ids = [*sorted(found.ids)[:2], *spread(others, 2)]
        return asked(api, kind, ("_id", ",".join(ids)), (name, found.value))
    return None


def by_token(api: FhirApi, kind: str, case: str) -> Search | None:
    """Search by a token parameter as `code`, `system|`, `|code`, or `system|` of no one."""
    name, form = case.split(" ", 1)
    definition = definition_of(kind, name)
    values = {item.value for item in weighed(api, kind, name)}
    rows = api.holdings(kind).rows.values()
    held = (value for row in rows for value in values_of(row, definition))
    token = next((t for t in held if isinstance(t, Token) and as_query(t) in values), None)
    if token is None:
        return None
    value = {
        "code": as_query(token),
        "no system": f"|{as_query(token)}",
        "system": f"{escape(token.system or NO_SUCH_SYSTEM)}|",
        # Where all rows are of one system, only this tells whether it is read.
        "another system": f"{NO_SUCH_SYSTEM}|",
    }[form]
    return asked(api, kind, (name, value))


def by_date(api: FhirApi, kind: str, case: str) -> Search | None:
    """Search a few rows by a date in some form; None where no row is known so precisely."""
    name, prefix, precision = case.split(" ")
    held = {
        row_id: values[0].partition("/")[0]
        for row_id, row in api.holdings(kind).rows.items()
        if (values := values_of(row, definition_of(kind, name))) and values[0][:1] != "/"
    }
    chosen, middle = bench_of(held)
    value = written(middle, precision)
    if not value:
        return None
    prefix = "" if prefix == "no" else prefix
    return asked(api, kind, ("_id", ",".join(chosen)), (name, f"{prefix}{value}"))


def bench_of(held: Mapping[str, str]) -> tuple[list[str], str]:
    """Choose rows to compare by date, and the date of one of them, by row id.

    Two lie as close together as any in the middle, and the date is that of the earlier one: what
    is compared less precisely than it is written then shows. The others are from all over.
    """
    spans = {row_id: span for row_id, text in held.items() if (span := span_of(text))}
    ordered = sorted(spans, key=lambda row_id: (spans[row_id].start, row_id))
    if not ordered:
        return [], ""
    quarter = len(ordered) // 4
    middle = ordered[quarter : len(ordered) - quarter]
    near = [
        (spans[later].start - spans[earlier].start, earlier, later)
        for earlier, later in pairwise(middle)
        if spans[later].start > spans[earlier].start
    ]
    pair = min(near)[1:] if near else (middle[len(middle) // 2],)
    chosen = dict.fromkeys((*pair, *spread(ordered, BENCH - len(pair))))
    return sorted(chosen), held[pair[0]]


def may_be_refused(case: str) -> bool:
    """Whether a form of a date has a prefix that servers need not know.

    Every server has those that compare; no rule of R4 asks for the others (search.html#prefix).
    """
    return case.split(" ")[1] in {"ne", "sa", "eb", "ap"}


def written(value: str, precision: str) -> str:
    """Write a held date less precisely, or in another zone; "" where it does not say so much."""
    if precision in PRECISIONS:
        length = PRECISIONS[precision]
        return value[:length] if len(value) >= length else ""
    span = span_of(value)
    if span is None or (precision == "instant" and span.zoned):
        return value if span else ""
    zone = ELSEWHERE if precision == "zone" else UTC
    # The noon of what is known by its day only tells nothing of that day, but of all others.
    noon = timedelta() if "T" in value else timedelta(hours=12)
    return (span.start + noon).astimezone(zone).isoformat(timespec="milliseconds")


def escaped(api: FhirApi, kind: str, name: str) -> list[Search]:
    r"""Search by two values around `\,`, which is no OR; for a token around `\|`, too.

    A value with `\$` and one with `\\` behind it is no value that is held. What is held with
    a reserved character in it is searched as well, one value for each.
    """
    found = weighed(api, kind, name)
    if not found:
        return []
    several = alternatives(found) or (found[0], Candidate("flexchecknone", frozenset()))
    values = [f"{several[0].value}\\,{several[1].value}"]
    values += [f"{several[0].value}\\{reserved}" for reserved in "$\\"]
    rows = api.holdings(kind).rows.values()
    held = [value for row in rows for value in values_of(row, definition_of(kind, name))]
    tokens = (value for value in held if isinstance(value, Token) and value.system)
    values += [f"{token.system}\\|{as_query(token)}" for token in list(tokens)[:1]]
    texts = sorted({value.code if isinstance(value, Token) else str(value) for value in held})
    for reserved in RESERVED:
        values += [escape(text) for text in texts if reserved in text and len(text) <= LONGEST][:1]
    return [asked(api, kind, (name, value)) for value in dict.fromkeys(values)]


def by_reference(api: FhirApi, kind: str, name: str) -> tuple[Search, Search] | None:
    """Search by a reference as `Type/id` and as the absolute address of that resource."""
    patient = dict(api.needs_of(kind)).get("patient", "") if name == "patient" else ""
    held = [item.value for item in weighed(api, kind, name)]
    held += [f"Patient/{patient}"] if patient else []
    local = next((value for value in reversed(held) if value.count("/") == 1), "")
    if not local:
        return None
    return asked(api, kind, (name, local)), asked(api, kind, (name, f"{api.base}/{local}"))


def by_modifier(api: FhirApi, kind: str, case: str) -> Search | None:
    """Search with a modifier, by a value that the parameter itself would take otherwise."""
    name, _, modifier = case.partition(":")
    found = weighed(api, kind, name)
    if not found:
        return None
    value = found[-1].value
    value = {
        "missing": "true",
        "exact": value.swapcase(),
        "contains": value[1:] or value,
    }.get(modifier, value)
    purpose = f"search {kind} by {case}"
    return api.search(kind, ((case, value), ("_count", str(api.page_size))), purpose=purpose)


def limited(api: FhirApi, kind: str, *params: tuple[str, str], purpose: str) -> Search:
    """Search for one page only."""
    given: Params = params
    return api.search(kind, given, purpose=purpose, max_rows=1)
