"""`flexcheck run`: the suites under pytest. May import target; pytest does the rest."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from conformance.cli import HELP
from conformance.cli.several import run_each
from conformance.contract import ContractError, load_contract
from conformance.plugin.addressing import check_argument
from conformance.plugin.applicability import unknown_selections
from conformance.plugin.keys import EXIT_CODE
from conformance.plugin.settings import SIGN, SUITES, new_run_directory, why_no_run_directory
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
    # It looks for, and imports, whatever else could run coroutines; no suite has any.
    *("-p", "no:anyio"),
)

EXAMPLES = """\b
Examples:
  flexcheck run
  flexcheck run --target sandbox.toml
  flexcheck run --target sandbox.toml --only DIR-LOC --strict
  flexcheck run --target sandbox.toml -- -n 2 -x
  flexcheck run --target sandbox.toml --target production.toml
  flexcheck run --target production.toml --plan
"""


@click.command(context_settings=HELP, epilog=EXAMPLES)
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="FILE|mock[:DEPLOYMENT[:ENVIRONMENT]]",
    help="What to test; the embedded mock without it. Several give one verdict beside each own.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="CLAUSE|AREA",
    help="Judge only this clause, area or leading part of a clause id (repeatable).",
)
@click.option("--strict", is_flag=True, help="A SHOULD that does not hold fails.")
@click.option("--out", default="", metavar="DIR", help="Run directory [default: runs/<UTC time>].")
@click.option("--plan", is_flag=True, help="Tell what would be sent, by endpoint; send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
def run(  # noqa: PLR0913 - each is an option
    *,
    targets: tuple[str, ...],
    only: tuple[str, ...],
    strict: bool,
    out: str,
    plan: bool,
    as_json: bool,
    pytest_args: tuple[str, ...],
) -> None:
    """Judge a target clause by clause and leave a run directory.

    The run directory holds run.ndjson, summary.json, junit.xml, report.html and allure-results/.
    Several targets are judged one after the other: each has such a directory below the run
    directory, which holds their common summary.json, junit.xml and report.html.
    Arguments after `--` go to pytest.
    """
    _refuse_mistakes(targets, only, out)
    if plan:
        from conformance.cli.plan import print_plans  # noqa: PLC0415 - no run needs its weight

        print_plans(targets, only, as_json=as_json)
        return
    if as_json:
        raise click.UsageError("--json prints a plan: give --plan too; a run writes summary.json")
    signal.signal(signal.SIGTERM, _as_interrupt)
    options = [part for word in only for part in ("--only", word)]
    if len(targets) > 1:
        given = [*options, *(("--strict",) if strict else ()), *(("--", *pytest_args))]
        raise SystemExit(run_each(targets, given, Path(out) if out else new_run_directory()))
    arguments = [
        *(str(SUITES), "-c", str(SUITES / "run.ini"), f"--rootdir={SUITES.parent}", *QUIET),
        *(part for target in targets for part in ("--target", target)),
        *options,
        *(("--should-fails",) if strict else ()),
        *(("--out", out) if out else ()),
        *pytest_args,
    ]
    os.environ[SIGN] = "1"
    ending = _Ending()
    code = pytest.main(arguments, plugins=[ending])
    raise SystemExit(_our_code(code) if ending.code is None else ending.code)


class _Ending:
    """Learns flexcheck's exit code where pytest came so far."""

    code: int | None = None

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        self.code = config.stash.get(EXIT_CODE, None)


def _refuse_mistakes(targets: tuple[str, ...], only: tuple[str, ...], out: str) -> None:
    """Tell what is wrong before anything starts, in one line each on stderr."""
    try:
        for target in targets:
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
