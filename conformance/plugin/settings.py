"""The plugin's command line options, and whether it is asked for at all. Imports pytest only."""

from __future__ import annotations

import argparse
import os
import sys
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
    replay: Path | None = None
    without: frozenset[str] = frozenset()


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
    group.addoption(
        "--replay", metavar="RUN.NDJSON", help="judge the exchanges of a run log again, offline"
    )
    group.addoption("--replay-without", metavar="FILE", help=argparse.SUPPRESS)
    group.addoption("--flexcheck-quiet", action="store_true", help=argparse.SUPPRESS)


#: Our suites stand beside `conformance`, installed or not. The name `suites` alone could be a
#: folder of another project, in front of ours on the path.
SUITES = Path(__file__).resolve().parents[2] / "suites"
#: Set where the suites are run; xdist workers and `flexcheck run` have no command line to read.
SIGN = "FLEXCHECK_SUITES"
#: pytest options that list something and run nothing.
LISTING = (
    *("collectonly", "help", "version", "markers", "showfixtures"),
    *("show_fixtures_per_test", "setuponly", "setupplan", "cacheshow"),
)


def may_be_ours() -> bool:
    """Whether this process may run the suites, told before pytest reads its command line.

    Our options have common names. Were they always there, another project in this environment
    whose conftest.py adds a `--target` could not run its tests at all.
    """
    here = Path.cwd()
    words = [str(here), *(word for word in sys.argv[1:] if not word.startswith("-"))]
    return (
        SIGN in os.environ
        or any(_is_in_suites(word, here) for word in words)
        or ("--pyargs" in sys.argv and any(_is_suites_module(word) for word in words))
    )


def wants_flexcheck(config: pytest.Config) -> bool:
    """Whether this pytest run is one of the suites: the plugin is inert in all others."""
    here, by_module = config.invocation_params.dir, config.getoption("pyargs")
    return may_be_ours() and any(
        _is_in_suites(word, here) or (by_module and _is_suites_module(word)) for word in config.args
    )


def _is_in_suites(word: str, here: Path) -> bool:
    try:
        return (here / word.partition("::")[0]).resolve().is_relative_to(SUITES)
    except (OSError, ValueError):  # an argument that is no path at all
        return False


def _is_suites_module(word: str) -> bool:
    if word.partition("::")[0].partition(".")[0] != "suites":
        return False
    spec = find_spec("suites")
    return spec is not None and spec.origin == str(SUITES / "__init__.py")


def only_lists(config: pytest.Config) -> bool:
    """Whether nothing is to be run, so that nothing is to be written."""
    return any(config.getoption(name, None) for name in LISTING)


def why_no_run_directory(out: Path) -> list[str]:
    """Say why a folder cannot become a run directory; nothing where it can."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        return [f"--out {out}: exists already and is not an empty folder; name a new one"]
    return []


def new_run_directory() -> Path:
    """Return the run directory of a run that was given none, relative to where it starts."""
    # Microseconds, so that two runs started in one second do not share a directory.
    return Path("runs", datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S-%fZ"))


def _lines_of(name: str | None) -> frozenset[str]:
    """Return the tests that another replay judges: of each xdist worker there is one."""
    return frozenset(Path(name).read_text(encoding="utf-8").splitlines() if name else ())


def settings_of(config: pytest.Config) -> Settings:
    """Read the options."""
    out = config.getoption("--out")
    base = config.invocation_params.dir
    return Settings(
        target=config.getoption("--target") or "",
        only=tuple(config.getoption("--only")),
        strict=bool(config.getoption("--should-fails")),
        out=base / (out or new_run_directory()),
        quiet=bool(config.getoption("--flexcheck-quiet")),
        replay=base / replay if (replay := config.getoption("--replay")) else None,
        without=_lines_of(config.getoption("--replay-without")),
    )
