"""The plugin's command line options, and whether it is asked for at all. Imports pytest only."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was asked to do."""

    target: str
    only: tuple[str, ...]
    strict: bool
    out: Path
    quiet: bool


def add_options(parser: pytest.Parser) -> None:
    """Add flexcheck's options to pytest's; their names are those of `flexcheck run` where free."""
    group = parser.getgroup("flexcheck", "conformance of a FLEX FHIR API")
    group.addoption(
        "--target",
        metavar="FILE",
        help="target file, or mock[:DEPLOYMENT[:ENVIRONMENT]]; the embedded mock without it",
    )
    group.addoption(
        "--only",
        action="append",
        default=[],
        metavar="CLAUSE|AREA",
        help="judge only this clause, area or leading part of a clause id (repeatable)",
    )
    group.addoption("--out", metavar="DIR", help="run directory; runs/<UTC time> without it")
    group.addoption(
        "--should-fails",
        action="store_true",
        help="a SHOULD that does not hold fails (flexcheck run --strict)",
    )
    group.addoption("--flexcheck-quiet", action="store_true", help=argparse.SUPPRESS)


def wants_flexcheck(config: pytest.Config) -> bool:
    """Whether this pytest run is one of the suites: the plugin is inert in all others."""
    if config.getoption("--target"):
        return True
    spec = find_spec("suites")
    if spec is None or not spec.submodule_search_locations:
        return False
    home = Path(next(iter(spec.submodule_search_locations))).resolve()
    return any(_names_suites(argument, home, config) for argument in config.args)


def _names_suites(argument: str, home: Path, config: pytest.Config) -> bool:
    name = argument.partition("::")[0]
    if config.getoption("pyargs") and name.partition(".")[0] == "suites":
        return True
    return (config.invocation_params.dir / name).resolve().is_relative_to(home)


def settings_of(config: pytest.Config) -> Settings:
    """Read the options."""
    out = config.getoption("--out")
    # Microseconds, so that two runs started in one second do not share a directory.
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S-%fZ")
    base = config.invocation_params.dir
    return Settings(
        target=config.getoption("--target") or "",
        only=tuple(config.getoption("--only")),
        strict=bool(config.getoption("--should-fails")),
        out=base / out if out else base / "runs" / stamp,
        quiet=bool(config.getoption("--flexcheck-quiet")),
    )
