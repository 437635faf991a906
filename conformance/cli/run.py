"""`flexcheck run`: the suites under pytest. May import target; pytest does the rest."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from conformance.contract import ContractError, load_contract
from conformance.plugin.addressing import check_argument
from conformance.plugin.applicability import unknown_selections
from conformance.plugin.keys import EXIT_CODE
from conformance.plugin.settings import SIGN, SUITES, why_no_run_directory
from conformance.target import TargetError
from conformance.verdict import BUG, INCONCLUSIVE, USAGE

if TYPE_CHECKING:
    from types import FrameType

#: Pytest speaks only of what is wrong with the run itself; reports say what was found.
QUIET = (
    *("-qq", "--no-header", "--no-summary", "--disable-warnings", "--tb=short"),
    *("-p", "no:cacheprovider", "--flexcheck-quiet"),
    # At the end of any run it imports all of hypothesis, which no suite uses: a second's wait.
    *("-p", "no:hypothesispytest"),
)

EXAMPLES = """\b
Examples:
  flexcheck run
  flexcheck run --target sandbox.toml
  flexcheck run --target sandbox.toml --only DIR-LOC --strict
  flexcheck run --target sandbox.toml -- -n 2 -x
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--target",
    default="",
    metavar="FILE|mock[:DEPLOYMENT[:ENVIRONMENT]]",
    help="What to test; the embedded mock without it.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="CLAUSE|AREA",
    help="Judge only this clause, area or leading part of a clause id (repeatable).",
)
@click.option("--strict", is_flag=True, help="A SHOULD that does not hold fails.")
@click.option("--out", default="", metavar="DIR", help="Run directory [default: runs/<UTC time>].")
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
def run(
    *, target: str, only: tuple[str, ...], strict: bool, out: str, pytest_args: tuple[str, ...]
) -> None:
    """Judge a target clause by clause and leave a run directory.

    The run directory holds run.ndjson, summary.json, junit.xml, report.html and allure-results/.
    Arguments after `--` go to pytest.
    """
    _refuse_mistakes(target, only, out)
    arguments = [
        *(str(SUITES), "-c", str(SUITES / "run.ini"), f"--rootdir={SUITES.parent}", *QUIET),
        *(("--target", target) if target else ()),
        *(part for word in only for part in ("--only", word)),
        *(("--should-fails",) if strict else ()),
        *(("--out", out) if out else ()),
        *pytest_args,
    ]
    os.environ[SIGN] = "1"
    signal.signal(signal.SIGTERM, _as_interrupt)
    ending = _Ending()
    code = pytest.main(arguments, plugins=[ending])
    raise SystemExit(_our_code(code) if ending.code is None else ending.code)


class _Ending:
    """Learns flexcheck's exit code where pytest came so far."""

    code: int | None = None

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        self.code = config.stash.get(EXIT_CODE, None)


def _refuse_mistakes(target: str, only: tuple[str, ...], out: str) -> None:
    """Tell what is wrong before anything starts, in one line each on stderr."""
    try:
        check_argument(target)
        problems = unknown_selections(only, load_contract().clauses)
    except (TargetError, ContractError) as error:
        problems = [str(error)]
    if out:
        problems += why_no_run_directory(Path(out))
    if problems:
        for problem in problems:
            click.echo(f"flexcheck: {problem}", err=True)
        raise SystemExit(USAGE)


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    """End a run on SIGTERM as on Ctrl-C, so that what was judged is kept and reported."""
    raise KeyboardInterrupt


def _our_code(code: int | pytest.ExitCode) -> int:
    """Translate pytest's own exit code of a run that never became one of ours."""
    return {
        pytest.ExitCode.OK: 0,
        pytest.ExitCode.TESTS_FAILED: 1,
        pytest.ExitCode.INTERRUPTED: INCONCLUSIVE,
        pytest.ExitCode.USAGE_ERROR: USAGE,
        pytest.ExitCode.NO_TESTS_COLLECTED: INCONCLUSIVE,
    }.get(pytest.ExitCode(code), BUG)
