"""Narrative: an XHTML div of allowed elements with content (txt-1, txt-2). Imports `problems`.

https://hl7.org/fhir/R4/narrative.html#xhtml
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from profiles.validator.problems import problem, shown

if TYPE_CHECKING:
    from profiles.validator.problems import Found
    from profiles.validator.scope import Scope

XHTML = "http://www.w3.org/1999/xhtml"
_ALLOWED = (
    "p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym "
    "cite blockquote hr address bdo kbd sub sup ul ol li dl dt dd pre table caption "
    "colgroup col thead tr tfoot tbody th td code samp img map area ins del style"
)
_ATTRIBUTES = (
    "title style class id lang xml:lang dir accesskey tabindex span width align valign char "
    "charoff abbr axis headers scope rowspan colspan summary border frame rules cellspacing "
    "cellpadding href name rel rev src alt longdesc height usemap ismap shape coords nohref "
    "cite datetime type start value compact nowrap bgcolor xmlns hreflang charset target "
    "color face size clear"
)
ALLOWED = frozenset(_ALLOWED.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)([A-Za-z]+);")
REMEMBERED = 2_000
_good: set[int] = set()


def div(value: Any, scope: Scope) -> Found:
    """Narrative.div: well-formed XHTML that holds nothing active."""
    if type(value) is not str:
        return problem("structure", "a string is expected", "json", rule="json")
    mark = hash(value)
    if mark in _good:
        return None
    if (fault := _fault(value)) is not None:
        key, said = fault
        return problem("invalid", said, f"key:{key}", rule=key)
    if len(_good) < REMEMBERED:
        _good.add(mark)
    return None


class _DocumentType(Exception):  # noqa: N818 - it never leaves this file
    """The text declares a document type."""


class _Reader:
    def __init__(self) -> None:
        self.fault: tuple[str, str] | None = None
        self.content = False
        self.first = True

    def doctype(self, *_: Any) -> None:
        """No document type: it could define entities that grow without end."""
        raise _DocumentType

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("|")[2]
        if self.first:
            self._root(name)
        elif tag not in ALLOWED:
            self.fault = self.fault or ("txt-1", f"the element {shown(tag)} is not allowed")
        self.content = self.content or tag == "img"
        for each in attributes:
            short = each.rpartition("|")[2]
            if short not in ATTRIBUTES and not each.startswith("http"):
                said = f"the attribute {shown(short)} is not allowed on {tag}"
                self.fault = self.fault or ("txt-1", said)

    def _root(self, name: str) -> None:
        self.first = False
        if name != f"{XHTML}|div":
            self.fault = ("txt-1", f"a div of the namespace {XHTML} is expected, not {shown(name)}")

    def data(self, text: str) -> None:
        self.content = self.content or not text.isspace()


def _fault(text: str) -> tuple[str, str] | None:
    if not text.strip():
        return "ele-1", "a value cannot be empty"
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator="|")
    parser.StartElementHandler = reader.start
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.CharacterDataHandler = reader.data
    try:
        parser.Parse(ENTITY.sub(lambda each: unescape(each[0]), text), True)
    except _DocumentType:
        return "txt-1", "a document type is not allowed"
    except (expat.ExpatError, UnicodeError) as error:
        return "txt-1", f"is no well-formed XHTML: {error}"
    if reader.fault is None and not reader.content:
        return "txt-2", "the narrative has no text and no image"
    return reader.fault
