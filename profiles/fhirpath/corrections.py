"""Published constraints that were corrected later, `corrections.json`. Imports nothing of ours.

The same corrections are why HL7's validator and the published text disagree on these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import orjson


@dataclass(frozen=True, slots=True)
class Correction:
    """What is evaluated for a published expression, and why.

    Attributes:
        published: the expression as it stands in the package.
        instead: what is evaluated for it.
        because: why the published one cannot be meant.
        source: where it was corrected.
        key: the constraint that is meant; "" for every constraint with that expression.
    """

    published: str
    instead: str
    because: str
    source: str
    key: str = ""


@cache
def corrections() -> tuple[Correction, ...]:
    """Return all corrections."""
    data = files("profiles.fhirpath").joinpath("corrections.json").read_bytes()
    return tuple(Correction(**row) for row in orjson.loads(data))


def corrected(expression: str, key: str = "") -> str:
    """Return what is to be evaluated for a constraint's expression.

    >>> corrected("telecom or endpoint")
    'telecom.exists() or endpoint.exists()'
    >>> corrected("value.exists()")
    'value.exists()'
    """
    for correction in corrections():
        if correction.published == expression and correction.key in {"", key}:
            return correction.instead
    return expression
