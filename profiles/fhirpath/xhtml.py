"""What XHTML a narrative may hold (https://hl7.org/fhir/R4/narrative.html, txt-1 and txt-2).

Imports nothing of ours. Expat reads the text; it is told to refuse every document type, so there
are no entities to expand but HTML's own names.
"""

from __future__ import annotations

from dataclasses import dataclass
from html.entities import name2codepoint
from typing import Any
from xml.parsers import expat

_NAMESPACE = "http://www.w3.org/1999/xhtml"
#: Chapters 7-11 (but for section 4 of 9) and 15 of HTML 4.0, links and images.
_ELEMENTS = frozenset({
    "a", "abbr", "acronym", "address", "area", "b", "bdo", "big", "blockquote", "br", "caption",
    "cite", "code", "col", "colgroup", "dd", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "map", "ol", "p", "pre", "q", "samp",
    "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "tt", "ul", "var",
})  # fmt: skip
_ATTRIBUTES = frozenset({
    "title", "style", "class", "id", "lang", "xml:lang", "xml:space", "dir", "accesskey",
    "tabindex", "span", "width", "align", "valign", "char", "charoff", "abbr", "axis", "headers",
    "scope", "rowspan", "colspan", "idref",
})  # fmt: skip
_OWN_ATTRIBUTES = {
    "a": {"href", "name", "charset", "type", "hreflang", "rel", "rev", "shape", "coords"},
    "area": {"shape", "coords", "href", "nohref", "alt"},
    "blockquote": {"cite"},
    "img": {"src", "border", "alt", "longdesc", "height", "usemap", "ismap"},
    "map": {"name"},
    "pre": {"space"},
    "q": {"cite"},
    "table": {"summary", "border", "frame", "rules", "cellspacing", "cellpadding"},
    "td": {"nowrap"},
}
_NONE: set[str] = set()
#: What may not stand in a paragraph.
_BLOCKS = frozenset({"div", "blockquote", "table", "ol", "ul", "p"})
#: A narrative deeper than this is taken for an attack.
_DEEPEST = 1000


class _Reader:
    """Collects faults while expat reads."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.open: list[str] = []
        self.paragraphs = 0
        self.content = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.open:
            self.root(name, attributes)
        elif name not in _ELEMENTS:
            self.faults.append(f"the element {name} is not allowed in a narrative")
        elif self.paragraphs and name in _BLOCKS:
            self.faults.append(f"the element {name} is not allowed in a paragraph")
        if attributes and self.open:
            self.check(name, attributes)
        self.open.append(name)
        self.paragraphs += name == "p"
        self.content = self.content or name == "img"
        if len(self.open) > _DEEPEST:
            raise expat.ExpatError("nested too deeply")

    def root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "div":
            self.faults.append(f"a narrative is a div, not {name}")
        if attributes.get("xmlns") != _NAMESPACE:
            self.faults.append(f"the namespace is {attributes.get('xmlns')!r}, not {_NAMESPACE!r}")

    def check(self, name: str, attributes: dict[str, str]) -> None:
        own = _OWN_ATTRIBUTES.get(name, _NONE)
        for attribute, value in attributes.items():
            if attribute == "xmlns" and value != _NAMESPACE:
                self.faults.append(f"the namespace of {name} is {value!r}, not {_NAMESPACE!r}")
            if not (attribute in _ATTRIBUTES or attribute in own or attribute[:5] == "xmlns"):
                self.faults.append(f"the attribute {name}.{attribute} is not allowed")

    def end(self, name: str) -> None:
        self.open.pop()
        self.paragraphs -= name == "p"

    def text(self, data: str) -> None:
        self.content = self.content or not data.isspace()

    def entity(self, name: str, _is_parameter: bool) -> None:  # noqa: FBT001 - expat's signature
        self.content = True
        if name not in name2codepoint:
            self.faults.append(f"the entity &{name}; is unknown")

    def doctype(self, name: str | None, *_rest: Any) -> None:
        if name is not None:  # None: the foreign DTD asked for below
            raise expat.ExpatError("a document type is not allowed")


@dataclass(frozen=True, slots=True)
class Narrative:
    """What was found in a narrative's XHTML.

    Attributes:
        faults: what txt-1 does not allow, or why it cannot be read.
        content: whether there is something that is not white space (txt-2).
    """

    faults: tuple[str, ...]
    content: bool


def read_narrative(text: str) -> Narrative:
    """Read the XHTML of a narrative.

    >>> read_narrative('<div xmlns="http://www.w3.org/1999/xhtml"><p>Fine&nbsp;</p></div>').faults
    ()
    >>> read_narrative('<div xmlns="http://www.w3.org/1999/xhtml"><script> </script></div>')
    Narrative(faults=('the element script is not allowed in a narrative',), content=False)
    """
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.UseForeignDTD(True)  # HTML's named entities are then skipped, not refused
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.SkippedEntityHandler = reader.entity
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(text.encode(), True)
    except (expat.ExpatError, UnicodeEncodeError) as error:
        reader.faults.append(f"the XHTML cannot be read: {error}")
    return Narrative(tuple(reader.faults), reader.content)
