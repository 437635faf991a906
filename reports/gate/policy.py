"""Reads `gate.toml`; every mistake names file, line and what to do. Imports target's mistakes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import orjson
from jsonschema import Draft202012Validator

from conformance.contract import load_contract
from conformance.target.mistakes import explain, line_of
from reports.locate import RunError
from reports.wording import API_TITLES, web_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The key of `[coverage]` that is no area: the floor of every area without one of its own.
FLOOR = "floor"
Problem = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Waiver:
    """Accepts, until a day, that a clause does not hold: wholly, or just where it says.

    `case`, `resource` and `place` (a fingerprint that the gate prints) narrow it; `target` is the
    name of the only target it is for. "" is any.
    """

    clause: str
    reason: str
    owner: str
    expires: date
    link: str = ""
    case: str = ""
    resource: str = ""
    place: str = ""
    target: str = ""

    def __str__(self) -> str:
        parts = (("case", self.case), ("resource", self.resource), ("place", self.place))
        narrowed = ", ".join(f"{name} {value}" for name, value in parts if value)
        return f"{self.clause} ({narrowed})" if narrowed else self.clause


@dataclass(frozen=True, slots=True)
class Policy:
    """What a run must come to. Counts are the most accepted; `warnings` None accepts any number.

    `coverage` gives percent of the applicable clauses judged, by area.
    """

    errors: int = 0
    skips: int = 0
    warnings: int | None = None
    expected_skips: tuple[str, ...] = ()
    refuse_unused: bool = True
    partial: bool = False
    baseline: Path | None = None
    floor: float = 0.0
    coverage: Mapping[str, float] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()


def load_policy(path: Path) -> Policy:
    """Read a policy, with the waivers of the file it names.

    Raises:
        RunError: it cannot be read, or says something that cannot be.
    """
    data = _read(path)
    gate = data.get("gate", {})
    waivers = _waivers(data)
    if name := gate.get("waivers"):
        waivers += _waivers(_read(path.parent / name, only_waivers=True))
    coverage = dict(data.get("coverage", {}))
    return Policy(
        errors=gate.get("errors", 0),
        skips=gate.get("skips", 0),
        warnings=gate.get("warnings"),
        expected_skips=tuple(gate.get("expected_skips", ())),
        refuse_unused=gate.get("unused_waivers", "refuse") == "refuse",
        partial=gate.get("partial", False),
        baseline=path.parent / gate["baseline"] if "baseline" in gate else None,
        floor=coverage.pop(FLOOR, 0.0),
        coverage=coverage,
        waivers=waivers,
    )


def _waivers(data: Mapping[str, Any]) -> tuple[Waiver, ...]:
    entries = data.get("waivers", ())
    return tuple(
        Waiver(**{**entry, "expires": date.fromisoformat(entry["expires"])}) for entry in entries
    )


def _read(path: Path, *, only_waivers: bool = False) -> dict[str, Any]:
    text = _text(path)
    try:
        # A date may be written as text or as TOML's own.
        data: dict[str, Any] = orjson.loads(orjson.dumps(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise RunError(f"{path}: not TOML: {error}. Mend that line.") from None
    problems = [*explain(text, data, _validator())]
    problems = problems or [*_other_problems(text, data, only_waivers=only_waivers)]
    if problems:
        lines = (f"{path}, line {line}: {what}" for line, what in sorted(problems))
        raise RunError("\n".join(lines))
    return data


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RunError(
            f"{path}: there is no such policy file. docs/gate.md has one to start from."
        ) from None
    except UnicodeDecodeError as error:
        raise RunError(
            f"{path}: not UTF-8 text (byte {error.start}); save the file as UTF-8."
        ) from None
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror}. Name a file.") from None


@cache
def _validator() -> Draft202012Validator:
    schema = files("reports.gate").joinpath("policy.schema.json").read_bytes()
    return Draft202012Validator(orjson.loads(schema))


def _other_problems(text: str, data: Mapping[str, Any], *, only_waivers: bool) -> Iterator[Problem]:
    if only_waivers:
        for name in data.keys() - {"waivers"}:
            yield line_of(text, [name]), f"{name} stands in the policy; here are [[waivers]] only"
    areas = [*API_TITLES, FLOOR]
    for name in data.get("coverage", ()):
        if name not in areas:
            known = _meant(name, areas)
            yield line_of(text, ["coverage", name]), f"coverage.{name}: no such area; {known}"
    for number, waiver in enumerate(data.get("waivers", ())):
        at = ["waivers", str(number)]
        yield from ((line_of(text, [*at, key]), what) for key, what in _wrong(waiver))


def _wrong(waiver: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    known = {clause.id for clause in load_contract().clauses}
    if waiver["clause"] not in known:
        yield "clause", f"{waiver['clause']}: no such clause; {_meant(waiver['clause'], known)}"
    try:
        date.fromisoformat(waiver["expires"])
    except ValueError:
        yield "expires", f"{waiver['expires']} is not a day; write it as 2026-12-31"
    if "link" in waiver and not web_address(waiver["link"]):
        yield "link", f"{waiver['link']} is not a web address; write it as https://…"


def _meant(word: str, known: Any) -> str:
    close = get_close_matches(word.upper(), known, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else "see `flexcheck contract list`"
