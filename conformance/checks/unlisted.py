"""What a server does with a parameter that its document does not list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.checks.wording import answer, is_outcome, listed
from conformance.findings import Assertion
from conformance.records import entries_of, is_searchset, link_of, query_of
from conformance.search import Match, Selection, definitions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange
    from conformance.records import Search


class Handling(StrEnum):
    """The classes of an answer to an unlisted parameter."""

    REJECTED = "rejected with an OperationOutcome"
    REJECTED_BARE = "rejected without an OperationOutcome"
    IGNORED = "ignored"
    IGNORED_BUT_NAMED = "ignored, yet named in the self link"
    APPLIED = "applied"
    SERVER_ERROR = "a server error"
    OTHER = "neither refused nor searched"


@dataclass(frozen=True, slots=True)
class Probe:
    """A search with an unlisted parameter, and the same search without it.

    For a name that the standard does not define, `value` is one that no row can hold.
    """

    name: str
    value: str
    asked: Search
    baseline: Search


def classify(probe: Probe) -> Handling:
    """Say what the server did with the parameter, by comparing the rows with and without it."""
    page = probe.asked.first
    if page.status >= 500:  # noqa: PLR2004 - HTTP's server errors
        return Handling.SERVER_ERROR
    if page.status >= 400:  # noqa: PLR2004 - HTTP's client errors
        return Handling.REJECTED if is_outcome(page) else Handling.REJECTED_BARE
    if not is_searchset(page):
        return Handling.OTHER
    if _unchanged(probe):
        named = probe.name in query_of(link_of(page, "self"))
        return Handling.IGNORED_BUT_NAMED if named else Handling.IGNORED
    return Handling.APPLIED


def _unchanged(probe: Probe) -> bool:
    """Whether the rows are those of the search without the parameter.

    A row that breaks the parameter proves that it was not applied (a server need not give rows
    in the same order twice); so does the same first page.
    """
    if probe.name in {"_sort", "_elements"}:
        return not _is_reshaped(probe)
    if probe.name not in definitions_of(probe.asked.resource_type):
        return any(probe.asked.matches) or not any(probe.baseline.matches)
    selection = Selection(probe.asked.resource_type, ((probe.name, probe.value),))
    if any(selection.match(entry.resource) is Match.NO for entry in probe.asked.matches):
        return True
    return _keys(probe.asked.first) == _keys(probe.baseline.first)


def _is_reshaped(probe: Probe) -> bool:
    """Whether the same rows came in the order, or with the elements only, that were asked for."""
    asked, without = (list(search.matches) for search in (probe.asked, probe.baseline))
    if probe.name == "_sort":
        keys, before = ([entry.key for entry in found] for found in (asked, without))
        return keys != before and keys == sorted(keys, reverse=probe.value.startswith("-"))
    whole = {entry.key: entry.resource for entry in without}
    return any(len(entry.resource) < len(whole.get(entry.key, {})) for entry in asked)


def _keys(page: Exchange) -> list[str]:
    return sorted(entry.key for entry in entries_of(page) if entry.mode != "outcome")


def unlisted_is_not_applied(probe: Probe) -> Iterator[Assertion]:
    """A parameter that is not listed selects nothing.

    Where there is no row even without it, an empty answer demonstrates nothing.
    """
    if not probe.baseline.answered:
        return
    handling = classify(probe)
    if probe.asked.answered and not any(probe.baseline.matches):
        return
    yield Assertion(
        handling is not Handling.APPLIED,
        f"parameter {probe.name}",
        "not applied",
        _observed(probe, handling),
        probe.asked.first.id,
    )


def unlisted_is_refused(probe: Probe) -> Iterator[Assertion]:
    """A parameter that is not listed is refused, and the answer says so."""
    handling = classify(probe)
    yield Assertion(
        handling is Handling.REJECTED,
        f"parameter {probe.name}",
        str(Handling.REJECTED),
        _observed(probe, handling),
        probe.asked.first.id,
    )


def other_include_adds_nothing(search: Search, asked: str) -> Iterator[Assertion]:
    """An include that is not listed is refused with an OperationOutcome, or adds nothing."""
    page = search.first
    added = sorted({entry.key for entry in search.included})
    if page.status >= 500:  # noqa: PLR2004 - HTTP's server errors
        handling = Handling.SERVER_ERROR
    elif page.status >= 400:  # noqa: PLR2004 - HTTP's client errors
        handling = Handling.REJECTED if is_outcome(page) else Handling.REJECTED_BARE
    elif not is_searchset(page):
        handling = Handling.OTHER
    else:
        handling = Handling.APPLIED if added else Handling.IGNORED
    yield Assertion(
        handling in {Handling.REJECTED, Handling.IGNORED}, asked, f"{Handling.REJECTED}, or no row",
        f"{handling}: adds {listed(added)}" if added else f"{handling}: {answer(page)}", page.id,
    )  # fmt: skip


def _observed(probe: Probe, handling: Handling) -> str:
    if handling in {Handling.APPLIED, Handling.IGNORED, Handling.IGNORED_BUT_NAMED}:
        rows, without = len(_keys(probe.asked.first)), len(_keys(probe.baseline.first))
        return f"{handling}: {rows} rows on the first page, {without} without it"
    return f"{handling}: {answer(probe.asked.first)}"
