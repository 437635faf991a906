"""Reads a target file; every mistake is one error that names file, line and what to do."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson
from jsonschema import Draft202012Validator

from conformance.target.model import ClientConfig, Limits, Network, Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonschema.exceptions import ValidationError

#: What a person meant by keys that are refused for a reason of their own.
EXPLAINED = {
    "secret": "a secret never stands in the file: name its environment variable with secret_env,"
    " or a file only its owner can read with secret_file",
    "client_secret": "a secret never stands in the file: use secret_env or secret_file",
    "refresh_token": "a token never stands in the file: `flexcheck login` keeps it for you",
}


class TargetError(Exception):
    """A target that cannot be used: says what, where and what to do."""


def load_target(path: Path, *, argument: str | None = None) -> Target:
    """Read and check a target file.

    Raises:
        TargetError: the file is missing, is no TOML, or says something that cannot be.
    """
    text = _read(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TargetError(f"{path}: not TOML: {error}. Mend that line.") from None
    problems = sorted(_validator().iter_errors(data), key=lambda error: list(error.path))
    if problems:
        raise TargetError("\n".join(_explain(path, text, problem) for problem in problems))
    _demand_an_api(path, data)
    return _build(path, data, str(path) if argument is None else argument)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TargetError(
            f"{path}: there is no such target file. Copy one from targets/, or run `flexcheck"
            " mock`, which writes one."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TargetError(f"{path}: cannot be read as a text file: {error}") from None


@cache
def _validator() -> Draft202012Validator:
    schema = files("conformance").joinpath("schemas/target.schema.json").read_bytes()
    return Draft202012Validator(orjson.loads(schema))


def _explain(path: Path, text: str, problem: ValidationError) -> str:
    at = [str(part) for part in problem.absolute_path]
    if problem.validator == "additionalProperties":
        return _explain_unknown(path, text, at, problem)
    place = ".".join(at) or "the file"
    return f"{path}, line {line_of(text, at)}: {place}: {_say(problem)}"


def _explain_unknown(path: Path, text: str, at: list[str], problem: ValidationError) -> str:
    schema: Any = problem.schema
    instance: Any = problem.instance
    known = list(schema["properties"])
    unknown = next(key for key in instance if key not in known)
    hint = EXPLAINED.get(unknown) or _suggest(unknown, known)
    place = ".".join([*at, unknown])
    return f"{path}, line {line_of(text, [*at, unknown])}: {place} is not a known key; {hint}"


def _suggest(word: str, known: Iterable[str]) -> str:
    known = list(known)
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"


def _say(problem: ValidationError) -> str:
    value, wanted = problem.instance, cast("Any", problem.validator_value)
    if problem.validator == "enum":
        allowed = [str(item) for item in wanted]
        return f"{value!r} is none of {', '.join(allowed)}; {_suggest(str(value), allowed)}"
    if problem.validator == "pattern":
        return f"{value!r} is not an http(s) address without query, such as https://host/R4"
    if problem.validator == "required":
        missing = problem.message.split("'")[1]
        return f"{missing} is missing; add `{missing} = …`"
    return problem.message


def line_of(text: str, at: list[str]) -> int:
    """Return the line (from 1) where a key of a TOML text stands, else its table's, else 1."""
    table, best = "", 1
    wanted_table, key = ".".join(at[:-1]), at[-1] if at else ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            table = header[1].replace(" ", "").replace('"', "")
            if table == ".".join(at):
                return number
            best = number if table == wanted_table else best
        elif table == wanted_table and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
            return number
    return best


def _demand_an_api(path: Path, data: dict[str, Any]) -> None:
    if not {"fhir_base", "directory_base"} & data["target"].keys():
        raise TargetError(
            f"{path}: [target] names no API: there is nothing to test. Add directory_base"
            " (Provider Directory) or fhir_base (Patient Access)."
        )


def _build(path: Path, data: dict[str, Any], argument: str) -> Target:
    about = {
        key: value.rstrip("/") if key.endswith("_base") else value
        for key, value in data["target"].items()
    }
    client = dict(data.get("client", {}))
    client["scopes"] = tuple(client.get("scopes", ()))
    safety = data.get("safety", {}).get("tiers")
    optional = {"safety": tuple(safety)} if safety is not None else _careful(about["environment"])
    return Target(
        **about,
        **optional,
        path=path.resolve(),
        argument=argument,
        client=ClientConfig(**client),
        login=data.get("login", {}).get("method", ""),
        network=_network(path, data.get("network", {})),
        limits=Limits(**data.get("limits", {})),
        samples=_samples(data.get("samples", {})),
        future=tuple(data.get("future", {}).get("declares", ())),
    )


def _careful(environment: str) -> dict[str, tuple[str, ...]]:
    """Production gets the safe tier only, unless the file says otherwise (DESIGN, section 6)."""
    return {"safety": ("safe",)} if environment == "production" else {}


def _network(path: Path, data: dict[str, str]) -> Network:
    """Resolve file names beside the target file; a missing one is told now, not mid-run."""
    resolved = dict(data)
    for key in ("ca_bundle", "client_certificate", "client_key"):
        if key in data:
            place = (path.parent / Path(data[key]).expanduser()).resolve()
            if not place.is_file():
                raise TargetError(f"{path}: network.{key}: there is no file {place}")
            resolved[key] = str(place)
    return Network(**resolved)


def _samples(data: dict[str, dict[str, Any]]) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        resource: {
            name: (values,) if isinstance(values, str) else tuple(values)
            for name, values in samples.items()
        }
        for resource, samples in data.items()
    }
