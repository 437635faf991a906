"""Search values on the wire: escapes, folding, tokens, references. Imports nothing of the mock."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SEPARATOR = {",": re.compile(r"(?<!\\)((?:\\\\)*),"), "|": re.compile(r"(?<!\\)((?:\\\\)*)\|")}
_ESCAPE = re.compile(r"\\([\\,|$])")


def split(text: str, separator: str, most: int = 0) -> list[str]:
    r"""Split at separators that no backslash escapes (FHIR R4 search: `\,` is a comma)."""
    marked = _SEPARATOR[separator].sub("\\1\0", text, count=most)
    return marked.split("\0")


def unescape(text: str) -> str:
    r"""Return a value with `\,`, `\|`, `\$` and `\\` read."""
    return _ESCAPE.sub(r"\1", text)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return a string as FHIR compares it: without case, accents and runs of white space."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def token_accepts(wanted: str, found: str) -> bool:
    """Judge a token value (`code`, `system|code`, `|code`, `system|`) on a `system|code`."""
    system, _, code = found.partition("|")
    parts = [unescape(part) for part in split(wanted, "|", most=1)]
    if len(parts) == 1:
        return code == parts[0]
    return system == parts[0] and parts[1] in ("", code)


def reference_accepts(wanted: str, found: str, base: str) -> bool:
    """Judge a reference value (`id`, `Type/id` or a URL of this server) on a `Type/id`.

    The version of what is found does not count: a search for a patient finds every version of it.
    """
    local, found = unescape(wanted).removeprefix(f"{base}/"), unversioned(found)
    return found == local or ("/" not in local and found.partition("/")[2] == local)


def unversioned(reference: str) -> str:
    """Return a reference without the version it may name (`Type/id/_history/2`)."""
    return reference.partition("/_history/")[0]
