"""Member data in addresses: ids in paths, values in queries.

May import pseudonyms, words and the target model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from conformance.redaction.words import (
    KEPT_PARAMETERS,
    KEPT_STEPS,
    PUBLIC_TYPES,
    RESOURCE_TYPES,
    label_of_id,
)
from conformance.target.model import is_below, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.redaction.pseudonyms import Pseudonyms

_PREFIX = re.compile(r"(?:eq|ne|ge|gt|le|lt|sa|eb|ap)?(?=\d)")
#: Values that a run makes up itself, and what redaction left.
_OURS = re.compile(r"flexcheck[\w!.-]*|\[redacted\]")
#: A truth value, a small number, a year: they tell nothing.
_PLAIN = re.compile(r"true|false|\d{1,3}|(?:eq|ne|ge|gt|le|lt|sa|eb|ap)?\d{4}", re.IGNORECASE)
_STEP = re.compile(r"\$[a-z-]{1,40}|_search|_history")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_VERSION = re.compile(r"[\w.-]{1,12}")
#: What the values of a search parameter are called.
_LABELS = {
    **dict.fromkeys(("name", "family", "given"), "name"),
    **dict.fromkeys(("patient", "subject", "beneficiary"), "member"),
    **dict.fromkeys(("phone", "email", "telecom"), "contact"),
    "identifier": "identifier",
    "username": "login",
}


class Addresses:
    """Rewrites addresses: `bases` are those of the target, as they are sent."""

    def __init__(self, pseudonyms: Pseudonyms, bases: Iterable[str]) -> None:
        self._pseudonyms = pseudonyms
        self._bases = tuple(sorted((b for b in bases if b), key=len, reverse=True))
        self._origins = {origin_of(base) for base in self._bases}
        self._public_steps: set[str] = set(KEPT_STEPS)
        #: The same few hundred addresses of standards stand in every row.
        self._rewritten: dict[tuple[str, bool], tuple[str, int]] = {}

    def publish(self, url: str) -> None:
        """Know the steps of an address that the server publishes for everybody."""
        try:
            self._public_steps.update(urlsplit(url).path.split("/"))
        except ValueError:
            return
        self._rewritten.clear()

    def rewrite(self, url: str, *, defines: bool = False) -> str:
        """Return an address, absolute or relative, with pseudonyms for what tells of a member.

        `defines`: it names a system, a profile or an extension; then another host's stays as it is,
        but for ids of rows and values that are known.
        """
        known, version = self._rewritten.get((url, defines), ("", -1))
        if version != self._pseudonyms.version:
            known = self._rewrite(url, defines=defines)
            self._rewritten[url, defines] = (known, self._pseudonyms.version)
        return known

    def _rewrite(self, url: str, *, defines: bool) -> str:
        if url.startswith("#"):
            return f"#{self._id(url[1:], '')}"
        if url.startswith("urn:uuid:"):
            return f"urn:uuid:{self._id(url[9:], '')}"
        if url.startswith("urn:"):
            return url
        base = next((base for base in self._bases if is_below(base, url)), "")
        rest, hash_mark, fragment = url[len(base) :].partition("#")
        path, question_mark, query = rest.partition("?")
        scheme, host, path = ("", "", path) if base else _split(path)
        strange = defines and bool(host) and origin_of(f"{scheme}{host}") not in self._origins
        steps = self._steps(path, keep=strange)
        asked = self.query(query, _type_of(steps))
        said = fragment if strange else self.query(fragment)
        shown = f"{base}{scheme}{host}{steps}{question_mark}{asked}{hash_mark}{said}"
        return self._pseudonyms.text(shown) if strange else shown

    def _steps(self, path: str, *, keep: bool) -> str:
        out: list[str] = []
        for step in path.split("/"):
            before = out[-1] if out else ""
            if before in RESOURCE_TYPES - PUBLIC_TYPES and not step.startswith(("_", "$")):
                out.append(self._id(unquote(step), before) if step else step)
            elif keep or not step or self._is_plain(step, before):
                out.append(step)
            else:
                out.append(self._pseudonyms.of(unquote(step), "path"))
        return "/".join(out)

    def _is_plain(self, step: str, before: str) -> bool:
        return (
            step in RESOURCE_TYPES
            or (before == "_history" and bool(_VERSION.fullmatch(step)))
            or step in self._public_steps
            or bool(_STEP.fullmatch(step))
            or bool(_OURS.fullmatch(unquote(step)))
        )

    def _id(self, value: str, resource_type: str) -> str:
        if not value or _OURS.fullmatch(value):
            return value
        return self._pseudonyms.of(value, label_of_id(resource_type))

    def query(self, query: str, resource_type: str = "") -> str:
        """Return a query or a form as it was written, but for the values that tell."""
        return "&".join(self._pair(pair, resource_type) for pair in query.split("&"))

    def _pair(self, pair: str, resource_type: str) -> str:
        name, equals, raw = pair.partition("=")
        if not equals:
            return self._pseudonyms.of(pair, "value")
        value = unquote_plus(raw)
        shown = self.parameter(unquote_plus(name), value, resource_type)
        return pair if shown == value else f"{name}={quote(shown, safe='/:|,$.-_~')}"

    def parameter(self, name: str, value: str, resource_type: str = "") -> str:
        """Return the value of a search parameter or form field with pseudonyms in it."""
        plain = name.partition(":")[0].rpartition(".")[2]
        if plain in KEPT_PARAMETERS or name.startswith("flexcheck"):
            return self._pseudonyms.text(value)
        if "://" in value and "|" not in value:
            return self.rewrite(value)
        return ",".join(self._one(plain, part, resource_type) for part in value.split(","))

    def _one(self, name: str, value: str, resource_type: str) -> str:
        system, bar, own = value.rpartition("|")
        if bar:
            return f"{system}|{self._one(name, own, resource_type)}"
        kind, slash, own = value.rpartition("/")
        if slash and kind in RESOURCE_TYPES:
            return f"{kind}/{self._id(own, kind)}"
        if name in {"_id", "id"}:
            return self._id(value, resource_type)
        if not value or _OURS.fullmatch(value):
            return value
        return self._plain_or_hidden(name, value)

    def _plain_or_hidden(self, name: str, value: str) -> str:
        if name not in _LABELS:
            prefix = found[0] if (found := _PREFIX.match(value)) else ""
            if (moved := self._pseudonyms.day(value[len(prefix) :])) is not None:
                return f"{prefix}{moved}"
            if _PLAIN.fullmatch(value):
                return self._pseudonyms.known(value)
        return self._pseudonyms.of(value, _LABELS.get(name, "value"))


def _split(path: str) -> tuple[str, str, str]:
    """Return scheme with its slashes, host and path; nothing of the first two if relative."""
    scheme, mark, rest = path.partition("://")
    if not mark or not _SCHEME.fullmatch(scheme):
        return "", "", path
    host, slash, steps = rest.partition("/")
    return f"{scheme}://", host, f"{slash}{steps}"


def _type_of(steps: str) -> str:
    return next((step for step in reversed(steps.split("/")) if step in RESOURCE_TYPES), "")
