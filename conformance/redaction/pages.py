"""What may be kept of a web page: its forms, never its words. May import pseudonyms."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.redaction.addresses import Addresses
    from conformance.redaction.pseudonyms import Pseudonyms

_TAGS = frozenset(("form", "input", "button", "select", "option", "textarea"))
_KEPT = frozenset(("type", "method", "checked", "selected", "required", "disabled", "enctype"))
#: A field's name of a usual kind stays; one that is made up may tell of somebody.
_LONGEST_NAME = 40


def forms_only(page: str, pseudonyms: Pseudonyms, addresses: Addresses) -> str:
    """Return the forms of an HTML page with their fields; values get pseudonyms."""
    reader = _Forms(pseudonyms, addresses)
    reader.feed(page)
    reader.close()
    return "".join(reader.out)


class _Forms(HTMLParser):
    def __init__(self, pseudonyms: Pseudonyms, addresses: Addresses) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._pseudonyms = pseudonyms
        self._addresses = addresses

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _TAGS:
            field = dict(attrs).get("name") or ""
            kept = "".join(self._attribute(name, value or "", field) for name, value in attrs)
            self.out.append(f"<{tag}{kept}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _TAGS:
            self.out.append(f"</{tag}>")

    def _attribute(self, name: str, value: str, field: str) -> str:
        if name == "action":
            value = self._addresses.rewrite(value)
        elif name == "name":
            word = value.replace("_", "").replace("-", "").replace(".", "")
            if not word.isalpha() or len(value) > _LONGEST_NAME:
                value = self._pseudonyms.of(value, "field")
        elif name == "value":
            value = self._addresses.parameter(field, value)
        elif name not in _KEPT:
            return ""
        return f' {name}="{escape(self._pseudonyms.text(value))}"'
