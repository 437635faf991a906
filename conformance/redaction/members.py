"""Member data in FHIR resources by path, and in other JSON by name. May import the room's modules.

Whatever string is not known to be a code, an address or a date gets a pseudonym (45 CFR
164.514(b)(2) lists what identifies a person); amounts and quantities stay.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from conformance.redaction.secrets import MASK
from conformance.redaction.words import (
    ADDRESSES,
    CODE,
    CODES,
    DEFINING,
    KEPT_MEMBERS,
    LABELS,
    PLACE,
    PUBLIC_TYPES,
    RESOURCE_TYPES,
    label_of_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.redaction.addresses import Addresses
    from conformance.redaction.pseudonyms import Pseudonyms

_YEAR = re.compile(r"\d{4}")
#: How FHIR and OAuth name elements; a key that looks otherwise may be data.
_NAME = re.compile(r"(?:_?[a-z][A-Za-z]{0,60}|[a-z]+(?:_[a-z]+)*|valueBase64Binary)")
_SHORT_ID = re.compile(r"[A-Za-z]{0,3}\d{0,2}")
_CONTACTS = frozenset(("phone", "fax", "email", "pager", "url", "sms", "other"))
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{0,30}")
_BINARY = frozenset(("data", "hash", "valueBase64Binary"))
_XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


def is_public(document: Any) -> bool:
    """Whether a document only defines things, and tells of nobody."""
    return isinstance(document, dict) and document.get("resourceType") in PUBLIC_TYPES


class MemberData:
    """Rewrites documents; `rewrite` returns a new one and leaves the one given alone."""

    def __init__(self, pseudonyms: Pseudonyms, addresses: Addresses) -> None:
        self._pseudonyms = pseudonyms
        self._addresses = addresses

    def rewrite(self, document: Any) -> Any:
        """Return a FHIR resource with pseudonyms for whatever tells of a member."""
        if is_public(document):
            return document
        resource_type = document.get("resourceType")
        if resource_type != "Bundle":
            return self._resource(document)
        # What a Bundle says of itself is the moment of the answer.
        own = {name: document[name] for name in ("meta", "timestamp") if name in document}
        return {name: own.get(name, value) for name, value in self._resource(document).items()}

    def rewrite_other(self, document: Any, name: str = "") -> Any:
        """Return JSON that is no FHIR resource; only what OAuth names is known not to tell."""
        if isinstance(document, dict):
            return {
                self._name(key): self.rewrite_other(value, key) for key, value in document.items()
            }
        if isinstance(document, list):
            return [self.rewrite_other(value, name) for value in document]
        if isinstance(document, str):
            return self._member_of_answer(document, name)
        return self._number(document)

    def _member_of_answer(self, text: str, name: str) -> str:
        if name in KEPT_MEMBERS or text == MASK:
            return self._pseudonyms.text(text)
        if name in {"patient", "sub", "fhirUser", "profile"}:
            kind, _, own = text.rpartition("/")
            return f"{kind}/{self._id(own)}" if kind else self._id(own)
        return self._pseudonyms.of(text, LABELS.get(name, "text"), free=True)

    def _id(self, value: str, resource_type: str = "Patient") -> str:
        return self._pseudonyms.of(value, label_of_id(resource_type))

    def _resource(self, resource: Mapping[str, Any], holder: str = "") -> dict[str, Any]:
        kind = resource.get("resourceType")
        known = kind if isinstance(kind, str) and kind in RESOURCE_TYPES else holder
        return {
            self._name(name): (
                self._id(value, known)
                if name == "id" and isinstance(value, str)
                else self._value(value, name, resource)
            )
            for name, value in resource.items()
        }

    def _name(self, name: str) -> str:
        return name if _NAME.fullmatch(name) else self._pseudonyms.of(name, "element")

    def _value(self, value: Any, name: str, parent: Mapping[str, Any]) -> Any:
        if isinstance(value, dict):
            if "resourceType" in value:
                return value if is_public(value) else self._resource(value)
            return self._element(value, name)
        if isinstance(value, list):
            return [self._value(item, name, parent) for item in value]
        if isinstance(value, str):
            return self._text(value, name, parent)
        return self._number(value)

    def _element(self, element: Mapping[str, Any], name: str) -> dict[str, Any]:
        holder = {**element, "__name__": name}
        return {self._name(key): self._value(value, key, holder) for key, value in element.items()}

    def _number(self, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        return self._pseudonyms.number(value)

    def _text(self, text: str, name: str, parent: Mapping[str, Any]) -> str:
        if name == "id":
            return text if _SHORT_ID.fullmatch(text) else self._id(text, "")
        if (moved := self._pseudonyms.day(text)) is not None:
            return moved
        if _tells_nothing(text, name):
            return text
        if name not in ADDRESSES:
            return self._hidden(text, name, parent)
        return self._addresses.rewrite(text, defines=_defines(name, parent))

    def _hidden(self, text: str, name: str, parent: Mapping[str, Any]) -> str:
        if name in _BINARY:
            return b64encode(self._pseudonyms.of(text, "data").encode()).decode()
        if name == "div":
            return _XHTML.format(self._pseudonyms.of(text, "narrative", free=True))
        if name == "value":
            return self._pseudonyms.of(text, _label_of_value(parent))
        holder = parent.get("__name__")
        label = "name" if name == "text" and holder == "name" else LABELS.get(name, "text")
        if name == "text" and holder == "address":
            label = "address"
        return self._pseudonyms.of(text, label, free=label in {"text", "display"})


def _tells_nothing(text: str, name: str) -> bool:
    if name in {"url", "system"}:  # an extension within an extension; a kind of contact
        return bool(_WORD.fullmatch(text))
    if name in {"expression", "location"}:
        return bool(PLACE.fullmatch(text))
    if name in CODES:
        return bool(CODE.fullmatch(text))
    return bool(_YEAR.fullmatch(text)) and _is_date(name)


def _defines(name: str, parent: Mapping[str, Any]) -> bool:
    """Whether an element names a definition, which is nobody's."""
    extends = parent.get("__name__") in {"extension", "modifierExtension"}
    return name in DEFINING or (name == "url" and extends)


def _is_date(name: str) -> bool:
    lowered = name.lower()
    return lowered.endswith(("date", "datetime", "issued", "created", "start", "end", "period"))


def _label_of_value(parent: Mapping[str, Any]) -> str:
    system = parent.get("system")
    return "contact" if system in _CONTACTS else "identifier"
