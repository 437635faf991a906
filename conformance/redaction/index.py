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

from conformance.redaction.writing import (
    anchor_of,
    base64_cores,
    in_base64,
    written,
    written_as_word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

#: How many new forms are kept apart before they join others: those need not be sorted anew.
YOUNG = 256
#: A tier of forms is at least so many times as large as the next, so that there are few of them,
#: and each form is sorted anew a few times only, however many there come to be.
GROWTH = 4


@dataclass(slots=True)
class _Form:
    """One way of writing a value; its pattern is compiled when it is first needed.

    `order` says which form is tried first: the value as such, a longer one before its parts.
    """

    order: tuple[bool, int, str]
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
    """Some forms that are known: never changed, so that threads may read it.

    `always` are forms without an anchor; `of_anchor` those of each word of the automaton.
    """

    forms: tuple[_Form, ...] = ()
    always: tuple[_Form, ...] = ()
    of_anchor: tuple[tuple[_Form, ...], ...] = ()
    automaton: AhoCorasick | None = None

    @classmethod
    def of(cls, forms: Sequence[_Form]) -> _Known:
        by_anchor: dict[str, list[_Form]] = {}
        for form in forms:
            by_anchor.setdefault(form.anchor, []).append(form)
        always = tuple(by_anchor.pop("", ()))
        of_anchor = tuple(tuple(found) for found in by_anchor.values())
        automaton = AhoCorasick([*by_anchor]) if by_anchor else None
        return cls(tuple(forms), always, of_anchor, automaton)

    def candidates(self, text: str) -> Iterator[_Form]:
        """Yield the forms whose anchor stands in a text."""
        yield from self.always
        if self.automaton is not None:
            for number in numbers_in(self.automaton, text):
                yield from self.of_anchor[number]


def numbers_in(automaton: AhoCorasick, text: str) -> set[int]:
    """Return which of an automaton's words stand in a text."""
    try:
        hits = automaton.find_matches_as_indexes(text, overlapping=True)
    except UnicodeEncodeError:  # half a surrogate pair, out of JSON; no word holds one
        whole = text.encode("utf-8", errors="replace").decode()
        hits = automaton.find_matches_as_indexes(whole, overlapping=True)
    return {hit[0] for hit in hits}


class Index:
    """Values and what stands in their place; learning and replacing may go on at the same time.

    `base64`: values are also looked for in what base64 makes of them.
    """

    def __init__(self, *, base64: bool = False) -> None:
        self._base64 = base64
        self._values: dict[str, str] = {}
        #: Tiers of forms, the largest first; `_known` has those that are young besides.
        self._old: list[_Known] = []
        self._young: list[_Form] = []
        self._known: tuple[_Known, ...] = ()
        self._stale = False
        self._learning = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def learn(self, values: Mapping[str, str], *, words: bool = False) -> None:
        """Remember values, each with what is to stand in its place; the first one given stays.

        `words`: they are not looked for within longer words.
        """
        with self._learning:
            for value, instead in values.items():
                if value not in self._values:
                    self._values[value] = instead
                    pattern = partial(written_as_word if words else written, value)
                    self._young += _forms(value, instead, pattern, base64=self._base64)
                    self._stale = True

    def replace(self, text: str) -> str:
        """Return the text without any known value, however it is written."""
        found = [form for known in self._now() for form in known.candidates(text)]
        # Longest first: a value may be part of another.
        for form in sorted(found, key=lambda form: form.order):
            if form.anchor in text:
                text = form.replace(text)
        return text

    def _now(self) -> tuple[_Known, ...]:
        if self._stale:
            with self._learning:
                if self._stale:  # no other thread has done it meanwhile
                    self._renew()
        return self._known

    def _renew(self) -> None:
        if len(self._young) > YOUNG:
            forms, self._young = self._young, []
            while self._old and len(self._old[-1].forms) < GROWTH * len(forms):
                forms = [*self._old.pop().forms, *forms]
            self._old.append(_Known.of(forms))
        self._known, self._stale = (*self._old, _Known.of(self._young)), False


def _forms(
    value: str, instead: str, pattern: Callable[[], str], *, base64: bool
) -> Iterator[_Form]:
    order = (-len(value), value)
    yield _Form((False, *order), anchor_of(value), instead, pattern)
    for core in base64_cores(value) if base64 else ():
        yield _Form((True, *order), anchor_of(core), instead, partial(in_base64, core))
