"""Says of each mistake in a target file what it is, on which line, and what to write instead.

Imports nothing of ours.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import get_close_matches
from itertools import takewhile
from operator import eq
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

Problem = tuple[int, str]

#: What a person meant by keys that are refused for a reason of their own.
EXPLAINED = {
    "secret": "a secret never stands in the file: name its environment variable with secret_env,"
    " or a file only its owner can read with secret_file",
    "client_secret": "a secret never stands in the file: use secret_env or secret_file",
    "password": "a secret never stands in the file",
    "access_token": "a token never stands in the file",
    "token": "a token never stands in the file",
    "refresh_token": "a token never stands in the file: `flexcheck login` keeps it for you",
}
KINDS = {
    "boolean": "true or false",
    "string": 'text in quotes ("…")',
    "integer": "a whole number",
    "number": "a number",
    "array": 'a list (["…", "…"])',
    "object": "a table ([name] and keys under it)",
}
#: What is wrong by the schema's other rules; {} is the rule's value.
SAID = {
    "minimum": "is too small; it must be at least {}",
    "maximum": "is too large; it must be at most {}",
    "exclusiveMinimum": "is too small; it must be more than {}",
    "minLength": "is empty; give a value or take the line out",
    "minItems": "is empty; give a value or take the line out",
    "uniqueItems": "names something twice; name it once",
    "oneOf": 'is neither text nor a list of texts, such as "a" or ["a", "b"]',
    "pattern": "is not an http(s) address without query, such as https://host/R4",
}
#: How much of a wrong value a message shows.
SHOWN = 60
_TABLE = re.compile(r"\s*\[\[?([^\[\]]+)\]")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def explain(text: str, data: dict[str, Any], validator: Draft202012Validator) -> Iterator[Problem]:
    """Yield line and explanation of everything that the schema refuses in a file."""
    for error in validator.iter_errors(data):
        yield from _explain(text, error)


def _explain(text: str, error: ValidationError) -> Iterator[Problem]:
    at = [str(part) for part in error.absolute_path]
    if error.validator == "additionalProperties":
        yield from _unknown_keys(text, at, error)
    elif "propertyNames" in error.absolute_schema_path:
        where = [*at, str(error.instance)]
        what = "is no resource type; write it as FHIR does, such as Location"
        yield line_of(text, where), f"{'.'.join(where)}: {error.instance!r} {what}"
    else:
        yield line_of(text, at), f"{'.'.join(at) or 'the file'}: {_say(error)}"


def _unknown_keys(text: str, at: list[str], error: ValidationError) -> Iterator[Problem]:
    schema: Any = error.schema
    instance: Any = error.instance
    known = list(schema["properties"])
    what = "key" if at else "table"
    for unknown in instance:
        if unknown not in known:
            hint = EXPLAINED.get(unknown) or _suggest(unknown, known)
            where = [*at, unknown]
            yield line_of(text, where), f"{'.'.join(where)} is not a known {what}; {hint}"


def _suggest(word: str, known: Iterable[str]) -> str:
    known = list(known)
    begun = [name for name in known if len(word) > 2 and name.startswith(word)]  # noqa: PLR2004
    close = begun or get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"


def _say(error: ValidationError) -> str:
    """Say what is wrong with a value, and what would be right."""
    rule, wanted = str(error.validator), cast("Any", error.validator_value)
    shown = _shown(error.instance)
    if rule == "enum":
        allowed = [str(item) for item in wanted]
        return f"{shown} is not allowed; {_suggest(str(error.instance), allowed)}"
    if rule == "required":
        missing = error.message.split("'")[1]
        how = f"`{missing} = …`" if error.absolute_path else f"the table [{missing}]"
        return f"{missing} is missing; add {how}"
    if rule == "type":
        return f"{shown} is not {KINDS[wanted]}; write it so"
    return f"{shown} {SAID[rule].format(wanted)}" if rule in SAID else error.message


def _shown(value: Any) -> str:
    """Show a value in short, and never what stands before the @ of an address."""
    text = re.sub(r"//[^/\s]*@", "//…@", repr(value))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def line_of(text: str, at: list[str]) -> int:
    """Return the line (from 1) where a key of a TOML text stands, else what it stands in, else 1.

    It knows tables, arrays of tables, dotted keys and inline tables, not keys inside a multi-line
    string.
    """
    best, most, table = 1, 0, []
    entries: Counter[str] = Counter()
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _TABLE.match(line):
            path = table = _parts(header[1])
            # Whoever asks without a number means any entry of an array of tables.
            if line.lstrip().startswith("[[") and "".join(at[len(table) :][:1]).isdigit():
                path = table = [*table, str(entries[header[1]])]
                entries[header[1]] += 1
        elif key := _KEY.match(line):
            path = [*table, *_parts(key[1])]
        else:
            continue
        shared = len([*takewhile(lambda pair: eq(*pair), zip(path, at, strict=False))])
        if shared > most:
            best, most = number, shared
    return best


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]
