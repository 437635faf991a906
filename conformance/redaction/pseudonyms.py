"""Stable names in the place of member data, good for one run. May import the index and words.

A pseudonym is an HMAC of the value under a key that the run makes and never stores: nobody can
make it from a guessed value, and two runs give two.
"""

from __future__ import annotations

import hmac
import re
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import accumulate
from random import Random
from secrets import token_hex

from conformance.redaction.excerpts import Excerpts
from conformance.redaction.index import Index
from conformance.redaction.secrets import MASK
from conformance.redaction.words import COMMON

#: A shorter value is replaced where it stands as a value, not where it is part of a text.
SHORTEST = 4
#: A word alone of a free text is looked for in other texts from this length on.
SHORTEST_TEXT = 12
_LETTERS, _DIGITS = "bcdfghjkmnpqrstvwxz", "23456789"
_PAIRS = 5
#: FHIR date, dateTime and instant, from a month on; in an address, the + of an offset is a blank.
DATE = re.compile(
    r"(?P<month>\d{4}-\d{2})(?P<day>-\d{2})?"
    r"(?(day)(?P<rest>T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[ +-]\d{2}:\d{2})?)?)"
)
_YEARS_BACK = 180
#: How many days more the calendar has, of those that there are.
STRETCH = 0.1
_LONG_NUMBER = 1_000_000


def new_key() -> str:
    """Return a key for one run: it goes to the run's processes, and nowhere else."""
    return token_hex(32)


class Pseudonyms:
    """Knows each value that was replaced, and finds it again in texts.

    Equal values get equal pseudonyms, wherever they stand; the label is that of the place where a
    value was met first. `public` is text whose words are nobody's: what quotes it is not looked
    for.
    """

    def __init__(self, key: str, today: date | None = None, public: str = "") -> None:
        self._public = public
        self._key = bytes.fromhex(key)
        self._today = today or date.today()  # noqa: DTZ011 - the calendar only starts somewhere
        self._given: dict[str, str] = {}
        self._made: set[str] = set()
        self._index = Index()
        self._excerpts = Excerpts(public)

    def __repr__(self) -> str:
        return f"Pseudonyms({len(self._given)} values)"

    @property
    def version(self) -> int:
        """Another number whenever more values are known."""
        return len(self._given) + len(self._index)

    def of(self, value: str, label: str, *, free: bool = False) -> str:
        """Return the pseudonym of a value (`name-b7k2x9d4f3`), and know the value from now on.

        A pseudonym stays what it is. `free` is a text of somebody's own words: a common word in
        it is not looked for elsewhere, but a passage of it is.
        """
        if value in self._made or value == MASK or not value.strip():
            return value
        known = self._given.get(value)
        if known is None:
            known = self._given[value] = f"{label}-{self._suffix(value)}"
            self._made.add(known)
            self._know(value, known, free=free)
        return known

    def known(self, value: str) -> str:
        """Return the pseudonym of a value that has one, else the value."""
        return self._given.get(value, value)

    def text(self, text: str) -> str:
        """Return a text with every known value, and every passage of a free text, replaced."""
        return self._excerpts.replace(self._index.replace(text))

    def number(self, number: int) -> int:
        """Return another number of as many digits for one that is long enough to be an id."""
        if abs(number) < _LONG_NUMBER:
            return number
        text = str(abs(number))
        most: int = 10 ** len(text)
        instead = int.from_bytes(self._digest(text), "big") % most
        self._index.learn({text: f"number-{self._suffix(text)}"})
        return instead | 1

    def day(self, text: str) -> str | None:
        """Return another date or time for a month, a day or a moment; None for any other text.

        Days keep their order, and the time of day and the offset stay; a run's calendar begins
        up to a year before today and stretches by some days in ten, at random.
        """
        if not (found := DATE.fullmatch(text)):
            return None
        try:
            moved = self._moved(date.fromisoformat(f"{found['month']}{found['day'] or '-01'}"))
        except (ValueError, OverflowError):
            return None  # 4021-33 is no month: it may be a member's number
        shown = moved.isoformat() if found["day"] else moved.isoformat()[:7]
        return f"{shown}{found['rest'] or ''}"

    def _know(self, value: str, instead: str, *, free: bool) -> None:
        if free:
            self._excerpts.learn(value, instead)
        alone = value.strip()
        least = SHORTEST_TEXT if free and not any(map(str.isdigit, alone)) else SHORTEST
        if len(alone) < least or alone.lower() in COMMON:
            return
        if free and (len(alone) > Excerpts.LONG or alone in self._public):
            return
        # "grove" stands in "groves" by chance; a longer value stands in no other word.
        word = alone.isalpha() and alone.islower() and len(alone) < SHORTEST_TEXT
        self._index.learn(dict.fromkeys((alone, alone.upper()), instead), words=word)

    def _digest(self, value: str) -> bytes:
        return hmac.new(self._key, value.encode("utf-8", "surrogatepass"), sha256).digest()

    def _suffix(self, value: str) -> str:
        """Letter, digit, letter, digit: no word and no number can stand in it by chance."""
        number, out = int.from_bytes(self._digest(value)[:16], "big"), []
        for _ in range(_PAIRS):
            number, letter = divmod(number, len(_LETTERS))
            number, digit = divmod(number, len(_DIGITS))
            out.append(_LETTERS[letter] + _DIGITS[digit])
        return "".join(out)

    def _moved(self, day: date) -> date:
        last, extra = self._calendar
        before = min(max((last - day).days, 0), len(extra) - 1)
        return day - timedelta(days=extra[before])

    @cached_property
    def _calendar(self) -> tuple[date, list[int]]:
        """Return the calendar's last day, and by how much each day before it is moved back.

        Who knows one true date knows the next ones, but those of years before to weeks only.
        """
        random = Random(self._digest("calendar"))  # noqa: S311 - seeded by a keyed digest
        steps = (int(random.random() < STRETCH) for _ in range(366 * _YEARS_BACK))
        moved = accumulate(steps, initial=random.randrange(30, 365))
        return self._today + timedelta(days=365), list(moved)
