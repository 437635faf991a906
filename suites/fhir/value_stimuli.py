"""Values that tell how a parameter compares: near misses, beginnings, systems, references."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlencode

from conformance.checks.forms import is_refused_as_it_should
from conformance.records import Ending, Search
from conformance.search import (
    Match,
    Selection,
    Token,
    as_query,
    definition_of,
    normalise,
    sample_values,
    values_of,
)
from suites.fhir.stimuli import (
    HELD_BY_NONE,
    NO_SUCH_SYSTEM,
    listed_parameters,
    search_for,
    searches_by,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.client import FhirApi
    from conformance.contract import Clause

#: A type that no listed parameter refers to.
ANOTHER_TYPE = "Basic"


def nothing_to_find(api: FhirApi, clause: Clause) -> list[Search]:
    """Search by values that no row holds, each near to one that is held.

    One is longer: what looks at a beginning only, as a truncated index does, finds rows by it. An
    id is in another case and shorter, too, and a reference is to another type of the same id.
    """
    definition = definition_of(clause.resource, clause.param)
    rows = api.holdings(clause.resource).rows.values()
    held = next(iter(sample_values(rows, definition, most=1)), "")
    # No id is longer than 64 characters.
    near = [f"{held[:48]}flexchecknone" if held else HELD_BY_NONE[definition.type]]
    if held and clause.param == "_id":
        near += [held.swapcase(), held[:-1]]
    if held.count("/") == 1 and definition.type == "reference":
        near.append(f"{ANOTHER_TYPE}/{held.partition('/')[2]}")
    found = [
        search_for(api, clause.resource, clause.param, value)
        for value in near
        if value and not _is_held(api, clause, value)
    ]
    # What can be no target at all may be refused.
    return [search for search in found if not _is_of_another_type(search, clause.param)]


def _is_of_another_type(search: Search, name: str) -> bool:
    value = dict(search.params)[name]
    return value.startswith(f"{ANOTHER_TYPE}/") and is_refused_as_it_should(search.first)


def _is_held(api: FhirApi, clause: Clause, value: str) -> bool:
    selects = Selection(clause.resource, ((clause.param, value),)).match
    return any(selects(row) is not Match.NO for row in api.holdings(clause.resource).rows.values())


def string_variants(api: FhirApi, clause: Clause) -> Iterator[Search]:
    """Search by the string parameters in other words.

    In upper case, without accents, by a beginning; by all but the first character, and by that
    behind a percent sign: what goes to SQL as it comes finds it anywhere.
    """
    for row in listed_parameters(api, clause, type="string"):
        rows = api.holdings(clause.resource).rows.values()
        for value in sample_values(rows, definition_of(clause.resource, row.param), most=1):
            beginning, inside = value[: max(3, len(value) // 2)].rstrip(), value[1:].lstrip()
            variants = (value.upper(), normalise(value), beginning, inside, f"%{inside}")
            for variant in dict.fromkeys(variants):
                yield search_for(api, clause.resource, row.param, variant)


def encodings(api: FhirApi, clause: Clause) -> Iterator[tuple[Search, Search]]:
    """Search by a listed parameter as usual, and with each byte of the value percent-encoded.

    By one whose rows one page holds: the other is read by its address, without further pages.
    """
    for row in listed_parameters(api, clause):
        for usual in searches_by(api, clause.resource, row.param)[:1]:
            value = usual.params[0][1]
            if usual.complete and len(usual.pages) == 1 and usual.ids:
                written = "".join(f"%{byte:02x}" for byte in value.encode())
                query = f"{quote_plus(row.param)}={written}&{urlencode(usual.params[1:])}"
                page = api.get(f"{clause.resource}?{query}", purpose="another percent-encoding")
                url = f"{api.base}/{clause.resource}"
                yield usual, Search.of(url, usual.params, (page,), Ending.LIMIT)
                return


def token_forms(api: FhirApi, clause: Clause) -> Iterator[Search]:
    """Search by the token parameters as `system|code`, and by the code in a system of no one."""
    for row in listed_parameters(api, clause, type="token"):
        definition = definition_of(clause.resource, row.param)
        rows = list(api.holdings(clause.resource).rows.values())
        codes = sample_values(rows, definition, most=1)
        held = (value for resource in rows for value in values_of(resource, definition))
        token = next(
            (v for v in held if isinstance(v, Token) and v.system and as_query(v) in codes), None
        )
        if token is not None:
            for system in (token.system, NO_SUCH_SYSTEM):
                value = f"{system}|{as_query(token)}"
                yield search_for(api, clause.resource, row.param, value)


def reference_forms(api: FhirApi, clause: Clause) -> Iterator[tuple[Search, Search]]:
    """Search by the reference parameters as `Type/id` and as `id`."""
    needed = dict(api.needs_of(clause.resource))
    for row in listed_parameters(api, clause, type="reference"):
        rows = api.holdings(clause.resource).rows.values()
        held = sample_values(rows, definition_of(clause.resource, row.param), most=1)
        # Where what every search needs finds nothing as an id alone, no row is known to sample.
        if not held and row.param == "patient" and (patient := needed.get("patient")):
            held = [f"Patient/{patient}"]
        for value in held:
            bare = value.rsplit("/", 1)[-1]
            if bare != value and "://" not in value:
                yield (
                    search_for(api, clause.resource, row.param, value),
                    search_for(api, clause.resource, row.param, bare),
                )
