"""Reads a target file; every mistake is one error that names file, line and what to do."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
from jsonschema import Draft202012Validator

from conformance.target.address import as_sent
from conformance.target.mistakes import explain, line_of
from conformance.target.model import (
    ClientConfig,
    Limits,
    Login,
    Network,
    OtherMember,
    Target,
    origin_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A number of rows or bytes is whole, though TOML may write it 50.0.
WHOLE = frozenset(Limits.__slots__) - {
    *("requests_per_second", "timeout_seconds", "retry_after_cap", "code_seconds"),
}
APIS = frozenset({"fhir_base", "directory_base"})
NO_API = (
    "target names no API: there is nothing to test. Add directory_base (Provider Directory) or"
    " fhir_base (Patient Access)."
)


class TargetError(Exception):
    """A target that cannot be used: says what, where and what to do."""


def load_target(path: Path, *, argument: str | None = None, needs_api: bool = True) -> Target:
    """Read and check a target file.

    Args:
        path: the file.
        argument: what the user typed to name it; the path where that is not told.
        needs_api: refuse a target without any API. The mock of a deployment may have none yet.

    Raises:
        TargetError: the file is missing, is no TOML, or says something that cannot be.
    """
    text = _read(path)
    data = _parse(path, text)
    try:
        problems = [*explain(text, data, _validator()), *_other_problems(path, text, data)]
        about = data.get("target")
        if needs_api and isinstance(about, dict) and not APIS & about.keys():
            problems.append((line_of(text, ["target"]), NO_API))
    except (ValueError, RecursionError):  # no message can be made of what stands there
        problems = [(1, "a value is too long or too deep to be meant; shorten it")]
    if problems:
        raise TargetError(
            "\n".join(f"{path}, line {line}: {what}" for line, what in sorted(problems))
        )
    return _build(path, data, str(path) if argument is None else argument)


def _read(path: Path) -> str:
    try:
        # Editors on Windows put a byte order mark in front.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise TargetError(
            f"{path}: there is no such target file. Copy one from targets/, or run `flexcheck"
            " mock`, which writes one."
        ) from None
    except IsADirectoryError:
        raise TargetError(f"{path} is a folder; name the target file in it.") from None
    except UnicodeDecodeError as error:
        raise TargetError(
            f"{path}: not UTF-8 text (byte {error.start}); save the file as UTF-8."
        ) from None
    except (OSError, ValueError) as error:
        raise TargetError(f"{path}: cannot be read: {error}. Name a file you can read.") from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said, line = str(error), text.count("\n") + 1
        what, _, place = said.rpartition(" (at ")
        if place.startswith("line "):
            line = int(place.removeprefix("line ").split(",")[0])
        _refuse(path, line, f"not TOML: {what or said}. Mend that line.")
    except (ValueError, RecursionError):  # a number of 5,000 digits, a list 1,000 deep
        _refuse(path, 1, "not TOML that can be read: a value is too long or too deep. Shorten it.")


def _refuse(path: Path, line: int, what: str) -> NoReturn:
    raise TargetError(f"{path}, line {line}: {what}")


@cache
def _validator() -> Draft202012Validator:
    schema = files("conformance").joinpath("schemas/target.schema.json").read_bytes()
    return Draft202012Validator(orjson.loads(schema))


def _other_problems(path: Path, text: str, data: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """What no schema says; tables and values of a wrong type were told already."""
    about, network, limits = (data.get(name) for name in ("target", "network", "limits"))
    for key, value in limits.items() if isinstance(limits, dict) else ():
        if isinstance(value, float) and math.isnan(value):
            yield line_of(text, ["limits", key]), f"limits.{key}: nan is no number; write one"
    if isinstance(about, dict):
        for key in ("fhir_base", "directory_base", "authorization_base"):
            yield from _address_problem(text, ["target", key], about.get(key))
    if isinstance(network, dict):
        yield from _address_problem(text, ["network", "proxy"], network.get("proxy"))
        for key in ("ca_bundle", "client_certificate", "client_key"):
            name = network.get(key)
            if isinstance(name, str) and name and not _is_file(place := _beside(path, name)):
                what = f"network.{key}: there is no file {place}; mend the path or take it out"
                yield line_of(text, ["network", key]), what


def _address_problem(text: str, at: list[str], url: Any) -> Iterator[tuple[int, str]]:
    """Say what is wrong with an address beyond its shape. Never shows a password in it."""
    if not isinstance(url, str):
        return
    line, name = line_of(text, at), ".".join(at)
    authority = url.partition("://")[2].partition("/")[0]
    if "@" in authority:
        instead = (
            "set it in the environment variable HTTPS_PROXY and take the line out"
            if at[-1] == "proxy"
            else "take out what stands before the @"
        )
        yield line, f"{name}: a user name or password never stands in the file; {instead}"
    elif url.startswith(("http://", "https://")) and authority and _unusable(url):
        yield line, f"{name}: {url!r} has no usable host and port, such as https://host:8443/R4"


def _unusable(url: str) -> bool:
    try:
        return not (as_sent(url) and origin_of(url)) or url != url.strip()
    except ValueError:
        return True


def _beside(path: Path, name: str) -> Path:
    """Return a file that the target file names relative to itself or to the user's home."""
    try:
        return (path.parent / Path(name).expanduser()).resolve()
    except (OSError, RuntimeError, ValueError):  # no such home, or no path at all
        return path.parent / name


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except (OSError, ValueError):  # a name too long, or with a null character
        return False


def _build(path: Path, data: dict[str, Any], argument: str) -> Target:
    about: dict[str, Any] = {
        # What is compared with an address that was sent has to be written as that is.
        key: as_sent(value) if key.endswith("_base") else value
        for key, value in data["target"].items()
    }
    limits = {
        key: int(value) if key in WHOLE else value for key, value in data.get("limits", {}).items()
    }
    safety = data.get("safety", {}).get("tiers")
    optional = {"safety": tuple(safety)} if safety is not None else _careful(about["environment"])
    return Target(
        **about,
        **optional,
        path=path.resolve(),
        argument=argument,
        client=_client(data.get("client", {})),
        public_client=_client(data.get("public_client", {})),
        login=Login(**data.get("login", {})),
        other_member=_other_member(data.get("other_member", {})),
        network=_network(path, data.get("network", {})),
        limits=Limits(**limits),
        samples=_samples(data.get("samples", {})),
        future=tuple(data.get("future", {}).get("declares", ())),
        bodies=data.get("evidence", {}).get("bodies", ""),
    )


def _client(data: dict[str, Any]) -> ClientConfig:
    return ClientConfig(**{**data, "scopes": tuple(data.get("scopes", ()))})


def _careful(environment: str) -> dict[str, tuple[str, ...]]:
    """Production gets the safe tier only, unless the file says otherwise (DESIGN, section 6)."""
    return {"safety": ("safe",)} if environment == "production" else {}


def _network(path: Path, data: dict[str, str]) -> Network:
    """Resolve file names beside the target file."""
    return Network(
        **{
            key: value if key == "proxy" else str(_beside(path, value))
            for key, value in data.items()
        }
    )


def _other_member(data: dict[str, Any]) -> OtherMember:
    return OtherMember(data.get("username", ""), _texts(data.get("rows", {})))


def _samples(data: dict[str, dict[str, Any]]) -> dict[str, dict[str, tuple[str, ...]]]:
    return {resource: _texts(samples) for resource, samples in data.items()}


def _texts(data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return values that are written as one text or as a list of them."""
    return {
        name: (values,) if isinstance(values, str) else tuple(values)
        for name, values in data.items()
    }
