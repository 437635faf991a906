"""How well a directory is kept: counts and samples of what a person looking for care trips over."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.checks.rows import is_network
from conformance.checks.wording import listed
from conformance.findings import Assertion
from conformance.search import Match, Selection, values_of
from conformance.search.dates import span_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from conformance.records import Search

    Row = Mapping[str, Any]

NPI = "http://hl7.org/fhir/sid/us-npi"
#: Days within which a directory is updated (42 CFR 422.120(b)).
FRESH = 30
NUCC = "http://nucc.org/provider-taxonomy"
NETWORK = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/network-reference"
#: What stands before an NPI when its check digit is computed (45 CFR 162.406; ISO/IEC 7812).
NPI_PREFIX = "80840"
_NPI, _NUCC = re.compile(r"[12]\d{9}"), re.compile(r"[0-9A-Z]{9}X")
_STATE, _ZIP = re.compile(r"[A-Z]{2}"), re.compile(r"\d{5}(-?\d{4})?")
#: A North American number with or without country code; an extension may follow.
_PHONE = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}\d*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _items(node: Any) -> list[Any]:
    if node is None:
        return []
    return [item for item in node if item is not None] if isinstance(node, list) else [node]


def _objects(node: Any) -> list[dict[str, Any]]:
    """Return what has a form to be judged; that the rest has none is said by the validator."""
    return [item for item in _items(node) if isinstance(item, dict)]


def _key(row: Row) -> str:
    return f"{row.get('resourceType')}/{row.get('id')}"


def _counted(kind: str, what: str, judged: int, bad: list[str]) -> Iterator[Assertion]:
    if judged:
        share = f"{len(bad)} of {judged}"
        yield Assertion(
            not bad, kind, what, f"{share} are not: {listed(bad)}" if bad else f"all {judged} are"
        )


def _each(
    kind: str, what: str, rows: Iterable[Row], values: Callable[[Row], Iterator[tuple[str, bool]]]
) -> Iterator[Assertion]:
    found = [(_key(row), *pair) for row in rows for pair in values(row)]
    bad = [f"{key} ({value})" for key, value, good in found if not good]
    yield from _counted(kind, what, len(found), bad)


def is_npi(value: str) -> bool:
    """Whether ten digits are an NPI by their check digit (Luhn, with the prefix 80840)."""
    if not _NPI.fullmatch(value):
        return False
    digits = [int(digit) for digit in reversed(NPI_PREFIX + value)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _npis(row: Row) -> Iterator[str]:
    for item in _objects(row.get("identifier")):
        if item.get("system") == NPI:
            yield str(item.get("value", ""))


def npis_are_valid(kind: str, rows: Iterable[Row]) -> Iterator[Assertion]:
    """Each NPI has ten digits of which the last is the check digit."""
    yield from _each(
        kind, "an NPI with its check digit", rows,
        lambda row: ((value, is_npi(value)) for value in _npis(row)),
    )  # fmt: skip


def telecoms_are_sane(kind: str, rows: Iterable[Row]) -> Iterator[Assertion]:
    """Each phone and fax is a number that can be dialled, each e-mail an address."""

    def values(row: Row) -> Iterator[tuple[str, bool]]:
        for item in _objects(row.get("telecom")):
            value, system = str(item.get("value", "")), item.get("system")
            if system in ("phone", "fax"):
                yield value, bool(_PHONE.fullmatch(re.sub(r"\D", "", value)))
            elif system == "email":
                yield value, bool(_EMAIL.fullmatch(value))

    yield from _each(kind, "a number or address that reaches somebody", rows, values)


def addresses_are_sane(kind: str, rows: Iterable[Row]) -> Iterator[Assertion]:
    """Each address of the United States has a city, a state of two letters and a ZIP code."""

    def values(row: Row) -> Iterator[tuple[str, bool]]:
        for item in _objects(row.get("address")):
            state, code = str(item.get("state", "")), str(item.get("postalCode", ""))
            if item.get("country", "US") in ("US", "USA"):
                whole = bool(item.get("city") and _STATE.fullmatch(state) and _ZIP.fullmatch(code))
                yield f"{item.get('city')}, {state} {code}", whole

    yield from _each(kind, "an address with city, state and ZIP code", rows, values)


def specialties_have_the_form(kind: str, rows: Iterable[Row]) -> Iterator[Assertion]:
    """Each specialty of the NUCC taxonomy has its form: ten characters, the last an X."""

    def values(row: Row) -> Iterator[tuple[str, bool]]:
        for concept in _objects(row.get("specialty")):
            for coding in _objects(concept.get("coding")):
                if coding.get("system") == NUCC:
                    code = str(coding.get("code", ""))
                    yield code, bool(_NUCC.fullmatch(code))

    yield from _each(kind, "a code of NUCC's form", rows, values)


def rows_are_active(kind: str, rows: Iterable[Row]) -> Iterator[Assertion]:
    """What the directory shows is in use."""
    told = [row for row in rows if "active" in row]
    yield from _counted(
        kind, "active", len(told), [_key(row) for row in told if row["active"] is not True]
    )


def _networks(row: Row) -> list[str]:
    found = [item for item in _objects(row.get("extension")) if item.get("url") == NETWORK]
    references = (item.get("valueReference") for item in found)
    return [str(item.get("reference")) for item in references if isinstance(item, dict)]


def roles_name_networks(rows: Iterable[Row]) -> Iterator[Assertion]:
    """Most roles say in which networks they are: a member looks for a provider by these."""
    rows = list(rows)
    without = [_key(row) for row in rows if not _networks(row)]
    if rows:
        yield Assertion(
            2 * len(without) < len(rows), "PractitionerRole", "most roles with a network",
            f"{len(without)} of {len(rows)} without: {listed(without)}",
        )  # fmt: skip


def networks_are_told_apart(
    roles: Iterable[Row], organizations: Mapping[str, Row]
) -> Iterator[Assertion]:
    """Networks that roles name are there, are networks, and have more than one name."""
    named = sorted({reference for role in roles for reference in _networks(role)})
    held = {reference: organizations.get(reference.rpartition("/")[2]) for reference in named}
    lost = [reference for reference, row in held.items() if row is None or not is_network(row)]
    yield from _counted("networks", "networks that are there", len(named), lost)
    names = Counter(str(row.get("name")) for row in held.values() if row)
    if len(named) > 1 and names:
        yield Assertion(
            len(names) > 1, "names of networks", f"{len(named)} networks told apart",
            f"{len(names)} names: {listed(names)}",
        )  # fmt: skip


def rows_are_there_once(kind: str, rows: Iterable[Row]) -> Iterator[Assertion]:
    """No NPI stands in two rows of a type, and no two rows say the same."""
    rows = list(rows)
    counted = Counter(value for row in rows for value in _npis(row))
    twice = [f"NPI {value} ({number} rows)" for value, number in counted.items() if number > 1]
    same: dict[str, list[str]] = {}
    for row in rows:
        content = {name: node for name, node in row.items() if name not in {"id", "meta", "text"}}
        same.setdefault(repr(sorted(content.items())), []).append(_key(row))
    twice += [" = ".join(keys) for keys in same.values() if len(keys) > 1]
    yield from _counted(kind, "there once", len(rows), twice)


def _last_updated(row: Row) -> str:
    meta = row.get("meta")
    return str(meta.get("lastUpdated")) if isinstance(meta, dict) else ""


def times_are_past(kind: str, rows: Iterable[Row], now: datetime) -> Iterator[Assertion]:
    """No row was updated in the future; the oldest and the newest time are told.

    So is how many rows are older than the days within which a directory has to be updated: a row
    that did not change need not be newer.
    """
    told = {_key(row): span.start for row in rows if (span := span_of(_last_updated(row)))}
    if told:
        ahead = [key for key, time in told.items() if time > now]
        oldest, newest = min(told.values()), max(told.values())
        old = sum((now - time).days > FRESH for time in told.values())
        seen = (
            f"{oldest:%Y-%m-%d} to {newest:%Y-%m-%d}, the newest {(now - newest).days} days old,"
            f" {old} of {len(told)} older than {FRESH} days"
        )
        yield Assertion(
            not ahead, kind, "updated before now",
            f"{seen}; in the future: {listed(ahead)}" if ahead else seen,
        )  # fmt: skip


def searches_keep_their_word(kind: str, searches: Iterable[Search]) -> Iterator[Assertion]:
    """What a search brought is what it asked for: no row from another state."""
    judged, bad = 0, []
    for search in searches:
        selection = Selection(kind, search.params)
        for entry in search.matches:
            judged += 1
            if selection.match(entry.resource) is Match.NO:
                held = "; ".join(
                    listed(values_of(entry.resource, definition)) or "nothing"
                    for definition, _ in selection.criteria
                )
                bad.append(f"{entry.key} ({held}) for {selection}")
    yield from _counted(kind, "rows that were asked for", judged, bad)
