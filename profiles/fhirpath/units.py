"""Units of measure: enough of UCUM to compare quantities (https://ucum.org). Imports nothing.

A unit is understood if it is made of the atoms below; of any other only the same text is equal.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from functools import lru_cache

#: FHIRPath's calendar units (N1, Time-valued Quantities) by what may be written.
CALENDAR = {
    word: name
    for name in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for word in (name, f"{name}s")
}
#: The UCUM units that are the same as a calendar unit; a UCUM year or month is not one.
DEFINITE = {
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
_PREFIXES = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
    "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip
#: Atoms that take a prefix: their size, and the unit that is measured in (none: a base unit).
_METRIC = {
    "m": ("1", ""), "s": ("1", ""), "g": ("1", ""), "rad": ("1", ""), "K": ("1", ""),
    "C": ("1", ""), "cd": ("1", ""), "Cel": ("1", ""), "[IU]": ("1", ""), "[iU]": ("1", "[IU]"),
    "L": ("1", "dm3"), "l": ("1", "dm3"), "mol": ("6.0221367", "10*23"), "eq": ("1", "mol"),
    "osm": ("1", "mol"), "Hz": ("1", "s-1"), "N": ("1", "kg.m/s2"), "Pa": ("1", "N/m2"),
    "J": ("1", "N.m"), "W": ("1", "J/s"), "A": ("1", "C/s"), "V": ("1", "J/C"),
    "bar": ("100000", "Pa"), "cal": ("4.184", "J"), "t": ("1000", "kg"), "kat": ("1", "mol/s"),
    "U": ("1", "umol/min"), "m[Hg]": ("133.322", "kPa"), "m[H2O]": ("9.80665", "kPa"),
    "Gy": ("1", "J/kg"), "Bq": ("1", "s-1"), "Ohm": ("1", "V/A"), "F": ("1", "C/V"),
}  # fmt: skip
_PLAIN = {
    "min": ("60", "s"), "h": ("60", "min"), "d": ("24", "h"), "wk": ("7", "d"),
    "a": ("365.25", "d"), "mo": ("30.4375", "d"), "%": ("0.01", "1"), "10*": ("10", "1"),
    "10^": ("10", "1"), "[ppth]": ("0.001", "1"), "[ppm]": ("0.000001", "1"),
    "[in_i]": ("2.54", "cm"), "[ft_i]": ("12", "[in_i]"), "[mi_i]": ("5280", "[ft_i]"),
    "[lb_av]": ("453.59237", "g"), "[oz_av]": ("28.349523125", "g"), "[gr]": ("64.79891", "mg"),
    "[degF]": ("1", ""), "[pH]": ("1", ""), "[drp]": ("0.05", "mL"),
    "[foz_us]": ("29.5735295625", "mL"), "deg": ("0.017453292519943295", "rad"),
}  # fmt: skip
_PARTS = re.compile(
    r"([./()])|\{[^}]*\}|(10\*|10\^|[A-Za-z%\[][^./(){}\d+\-]*(?:2O\])?|\d+)([+-]?\d+)?"
)

#: A unit in base units: its size and the exponents of the base units.
Canonical = tuple[Decimal, frozenset[tuple[str, int]]]


@lru_cache(maxsize=4096)
def canonical(unit: str) -> Canonical | None:
    """Return a UCUM unit in base units; None if it is not understood.

    >>> canonical("mg") == canonical("g/10*3")
    True
    >>> canonical("furlong") is None
    True
    """
    parts = _split(unit)
    try:
        found = _term(parts) if parts else None
    except (KeyError, IndexError, ArithmeticError):
        return None
    if found is None or parts:
        return None
    return found[0].normalize(), frozenset((k, n) for k, n in found[1].items() if n)


def _split(unit: str) -> list[tuple[str, str, str]]:
    parts, at = [], 0
    while at < len(unit):
        match = _PARTS.match(unit, at)
        if match is None:
            return []
        parts.append((match[1] or "", match[2] or "", match[3] or ""))
        at = match.end()
    return parts[::-1]


def _term(parts: list[tuple[str, str, str]]) -> tuple[Decimal, Counter[str]]:
    size, base, sign = Decimal(1), Counter[str](), 1
    while parts:
        mark, atom, exponent = parts.pop()
        if mark == ")":
            break
        if mark in {".", "/"}:
            sign = -1 if mark == "/" else 1
            continue
        factor, inner = _term(parts) if mark == "(" else _atom(atom)
        power = sign * int(exponent or 1)
        size *= factor**power
        for name, count in inner.items():
            base[name] += count * power
    return size, base


def _atom(atom: str) -> tuple[Decimal, Counter[str]]:
    if not atom or atom.isdigit():  # an annotation, or a number
        return Decimal(atom or 1), Counter()
    if atom in _METRIC or atom in _PLAIN:
        return _defined(atom, *(_METRIC.get(atom) or _PLAIN[atom]))
    length = 2 if atom.startswith("da") else 1
    factor, base = _defined(atom[length:], *_METRIC[atom[length:]])
    return factor.scaleb(_PREFIXES[atom[:length]]), base


def _defined(atom: str, size: str, unit: str) -> tuple[Decimal, Counter[str]]:
    if not unit:
        return Decimal(size), Counter({atom: 1})
    factor, base = _term(_split(unit))
    return Decimal(size) * factor, base
