"""Many values looked for in one pass over a text. Imports nothing of ours.

A value is first looked for by its anchor, a part that every way of writing it leaves alone; only
where that stands in a text is the value's own pattern tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick

from conformance.redaction.writing import anchor_of, base64_cores, in_base64, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


@dataclass(slots=True)
class _Form:
    """One way of writing a value; its pattern is compiled when it is first needed."""

    anchor: str
    instead: str
    pattern: Callable[[], str]
    _compiled: re.Pattern[str] | None = None

    def replace(self, text: str) -> str:
        if self._compiled is None:
            self._compiled = re.compile(self.pattern())
        return self._compiled.sub(lambda _: self.instead, text)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known at one moment: never changed, so that threads may read it.

    `always` and `of_anchor` hold places in `forms`, which are in the order of their use.
    """

    forms: tuple[_Form, ...] = ()
    always: tuple[int, ...] = ()
    of_anchor: tuple[tuple[int, ...], ...] = ()
    automaton: AhoCorasick | None = None

    @classmethod
    def of(cls, forms: Iterable[_Form]) -> _Known:
        ordered = tuple(forms)
        by_anchor: dict[str, list[int]] = {}
        for place, form in enumerate(ordered):
            by_anchor.setdefault(form.anchor, []).append(place)
        always = tuple(by_anchor.pop("", ()))
        of_anchor = tuple(tuple(places) for places in by_anchor.values())
        return cls(ordered, always, of_anchor, AhoCorasick([*by_anchor]) if by_anchor else None)

    def candidates(self, text: str) -> Iterator[_Form]:
        """Yield the forms whose anchor stands in a text, in their order."""
        places = set(self.always)
        if self.automaton is not None:
            for number in numbers_in(self.automaton, text):
                places.update(self.of_anchor[number])
        return (self.forms[place] for place in sorted(places))


def numbers_in(automaton: AhoCorasick, text: str) -> set[int]:
    """Return which of an automaton's words stand in a text."""
    try:
        hits = automaton.find_matches_as_indexes(text, overlapping=True)
    except UnicodeEncodeError:  # half a surrogate pair, out of JSON; no word holds one
        whole = text.encode("utf-8", errors="replace").decode()
        hits = automaton.find_matches_as_indexes(whole, overlapping=True)
    return {hit[0] for hit in hits}


class Index:
    """Values and what stands in their place; learning and replacing may go on at the same time."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._known: _Known | None = _Known()
        self._learning = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def learn(self, values: Mapping[str, str]) -> None:
        """Remember values, each with what is to stand in its place; the first one given stays."""
        with self._learning:
            new = {key: instead for key, instead in values.items() if key not in self._values}
            if new:
                self._values = {**self._values, **new}
                self._known = None

    def replace(self, text: str) -> str:
        """Return the text without any known value, however it is written."""
        for form in self._now().candidates(text):
            if form.anchor in text:
                text = form.replace(text)
        return text

    def _now(self) -> _Known:
        known = self._known
        if known is None:
            with self._learning:
                known = self._known = _Known.of(_forms(self._values))
        return known


def _forms(values: Mapping[str, str]) -> Iterator[_Form]:
    # Longest first: a value may be part of another.
    ordered = sorted(values, key=lambda value: (-len(value), value))
    for value in ordered:
        yield _Form(anchor_of(value), values[value], partial(written, value))
    for value in ordered:
        for core in base64_cores(value):
            yield _Form(anchor_of(core), values[value], partial(in_base64, core))
