"""`attestations.toml`: what people state of clauses that no request can verify.

Imports target's mistakes and runlog.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import orjson
from jsonschema import Draft202012Validator

from conformance.target.mistakes import explain, line_of
from reports.locate import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conformance.runlog import Run

Problem = tuple[int, str]
_SHA256 = 64


@dataclass(frozen=True, slots=True)
class Attested:
    """A file that was seen: its name from the statement's folder, and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Who states, of which day, that a clause holds or not, and what was seen of it."""

    clause: str
    who: str
    when: date
    seen: str
    holds: bool = True
    files: tuple[Attested, ...] = ()


def read_attestations(path: Path, run: Run) -> tuple[bytes, tuple[Statement, ...]]:
    """Return the file as it is and its statements, each file of theirs checked.

    Raises:
        RunError: it cannot be read, or says something that cannot be.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RunError(
            f"{path}: cannot be read: {error.strerror}. docs/evidence.md has an example."
        ) from None
    return content, parse(content, run, path, folder=path.parent)


def parse(
    content: bytes, run: Run, path: Path, *, folder: Path | None = None
) -> tuple[Statement, ...]:
    """Return the statements of a file; with `folder`, the files they name are checked there.

    Raises:
        RunError: names file, line and what to do.
    """
    try:
        text = content.decode("utf-8-sig")
        data: dict[str, Any] = orjson.loads(orjson.dumps(tomllib.loads(text)))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RunError(f"{path}: not TOML: {error}. Mend that line.") from None
    problems = [*explain(text, data, _validator())]
    problems = problems or [*_wrong(text, data, run, folder)]
    if problems:
        lines = (f"{path}, line {line}: {what}" for line, what in sorted(problems))
        raise RunError("\n".join(lines))
    return tuple(_statement(entry) for entry in data.get("statements", ()))


@cache
def _validator() -> Draft202012Validator:
    schema = files("reports.evidence").joinpath("attestations.schema.json").read_bytes()
    return Draft202012Validator(orjson.loads(schema))


def _statement(entry: Mapping[str, Any]) -> Statement:
    return Statement(
        clause=entry["clause"],
        who=entry["who"],
        when=date.fromisoformat(entry["when"]),
        seen=entry["seen"],
        holds=entry.get("holds", True),
        files=tuple(Attested(file["name"], file["sha256"]) for file in entry.get("files", ())),
    )


def _wrong(text: str, data: Mapping[str, Any], run: Run, folder: Path | None) -> Iterator[Problem]:
    for number, entry in enumerate(data.get("statements", ())):
        at = ["statements", str(number)]
        if said := _wrong_clause(entry["clause"], run):
            yield line_of(text, [*at, "clause"]), said
        if said := _wrong_day(entry["when"]):
            yield line_of(text, [*at, "when"]), said
        for file in entry.get("files", ()):
            if said := _wrong_file(file, folder):
                yield line_of(text, [*at, "files"]), said


def _wrong_clause(name: str, run: Run) -> str:
    if name not in run.clauses:
        return f"{name}: no clause of this run; see `flexcheck contract list`"
    if run.clauses[name].get("verified_by") == "test":
        return f"{name}: requests verify this clause; a statement cannot take their place"
    return ""


def _wrong_day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return f"{text} is not a day; write it as 2026-12-31"
    # One day more: it may be tomorrow already where the witness is.
    if day > datetime.now(UTC).date() + timedelta(days=1):
        return f"{text} has not come yet; write the day on which it was seen"
    return ""


def _wrong_file(file: Mapping[str, str], folder: Path | None) -> str:
    name, told = file["name"], file["sha256"]
    if len(told) != _SHA256 or told.strip("0123456789abcdef"):
        return f"{name}: {told} is no SHA-256; `sha256sum {name}` prints it"
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        return f"{name}: name a file in or below this file's folder"
    if folder is None:
        return ""
    try:
        found = sha256((folder / name).read_bytes()).hexdigest()
    except OSError as error:
        return f"{name}: cannot be read: {error.strerror}; put it beside this file"
    return "" if found == told else f"{name}: its SHA-256 is {found}, not the one stated"
