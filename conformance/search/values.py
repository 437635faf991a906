"""What a resource holds for a search parameter, by parameter type. Imports search modules only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.search.elements import elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.search.definitions import ParameterDefinition

#: The string fields of the datatypes that a string parameter searches whole (search.html#string).
STRING_FIELDS = (
    *("text", "family", "given", "prefix", "suffix"),
    *("line", "city", "district", "state", "postalCode", "country"),
)
#: A ContactPoint's system is a kind of contact, not a namespace (search.html#token).
CONTACT_SYSTEMS = frozenset({"phone", "fax", "email", "pager", "url", "sms", "other"})


@dataclass(frozen=True, slots=True)
class Token:
    """A code with its system; `system` is None where the element's type has none (id, boolean)."""

    system: str | None
    code: str

    def __str__(self) -> str:
        return f"{self.system}|{self.code}" if self.system else self.code


def strings(node: Any) -> Iterator[str]:
    """Yield what a string parameter compares with: a string, or the parts of a name or address."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name in STRING_FIELDS:
            value = node.get(name)
            parts = value if isinstance(value, list) else [value]
            yield from (part for part in parts if isinstance(part, str))


def tokens(node: Any) -> Iterator[Token]:
    """Yield the tokens of a code, boolean, id, Coding, CodeableConcept, Identifier or contact."""
    if isinstance(node, bool):
        yield Token(None, "true" if node else "false")
    elif isinstance(node, str):
        yield Token(None, node)
    elif isinstance(node, dict):
        yield from _tokens_of_structure(node)


def _tokens_of_structure(node: Mapping[str, Any]) -> Iterator[Token]:
    codings = node.get("coding")
    if isinstance(codings, list):
        for coding in codings:
            yield from tokens(coding)
        return
    code = node.get("code", node.get("value"))
    if isinstance(code, str):
        system = node.get("system")
        if isinstance(system, str) and system in CONTACT_SYSTEMS:
            yield Token(None, code)
        else:
            yield Token(system if isinstance(system, str) else "", code)


def references(node: Any) -> Iterator[str]:
    """Yield the literal reference of a Reference, as written."""
    reference = node.get("reference") if isinstance(node, dict) else None
    if isinstance(reference, str):
        yield reference


def dates(node: Any) -> Iterator[str]:
    """Yield a date, dateTime or instant as written, a Period as `start/end` (ISO 8601)."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        bounds = [node.get("start"), node.get("end")]
        if any(isinstance(bound, str) for bound in bounds):
            yield "/".join(bound if isinstance(bound, str) else "" for bound in bounds)


def uris(node: Any) -> Iterator[str]:
    """Yield a uri as written."""
    if isinstance(node, str):
        yield node


_READERS: dict[str, Callable[[Any], Iterator[Any]]] = {
    "string": strings,
    "token": tokens,
    "reference": references,
    "date": dates,
    "uri": uris,
}


#: What was read last, by row and definition; both are kept so that their ids stay theirs.
_READ: dict[tuple[int, int], tuple[Mapping[str, Any], ParameterDefinition, tuple[Any, ...]]] = {}
#: More than the rows of all types have for their parameters in most runs; then it begins anew.
_MOST = 200_000


def values_of(resource: Mapping[str, Any], definition: ParameterDefinition) -> tuple[Any, ...]:
    """Return what a resource holds for a parameter: str, or `Token` for a token parameter.

    Every search is judged on every known row, so a row is read once for each parameter. It must
    not be changed in place meanwhile; what a server sent never is.
    """
    key = id(resource), id(definition)
    known = _READ.get(key)
    if known is None:
        if len(_READ) >= _MOST:
            _READ.clear()
        known = _READ[key] = resource, definition, tuple(_values(resource, definition))
    return known[2]


def _values(resource: Mapping[str, Any], definition: ParameterDefinition) -> list[Any]:
    read = _READERS.get(definition.type)
    if read is None:
        return []
    return [
        value
        for path in definition.paths
        for element in elements(resource, path)
        for value in read(element)
    ]
