"""`flexcheck gate`: whether a run is good enough, by a policy. Imports runlog and the gate."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from conformance.cli import HELP
from conformance.verdict import HOLDS, NON_CONFORMANCE
from reports.gate.judging import Subject, judge
from reports.gate.policy import load_policy
from reports.gate.render import to_json, to_text
from reports.locate import RunError, load_group, load_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.runlog import Run


@click.command(
    context_settings=HELP,
    epilog="Example:  flexcheck gate latest --policy gate.toml --baseline runs/last-release",
    short_help="Refuse a run that a policy does not accept.",
)
@click.argument("run", metavar="RUN")
@click.option(
    "--policy",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What a run must come to (docs/gate.md).",
)
@click.option(
    "--baseline",
    default="",
    metavar="RUN",
    help="Refuse what became worse since this run; goes before the policy's own.",
)
@click.option(
    "--on",
    default="",
    metavar="DAY",
    help="The day by which waivers expire, such as 2026-12-31.  [default: today]",
)
@click.option("--json", "as_json", is_flag=True, help="All of it, with the places to waive.")
def gate(run: str, policy: Path, baseline: str, on: str, *, as_json: bool) -> None:
    """Refuse RUN where it does not come to what a policy asks, and say why in ten lines.

    It refuses a run for findings that do not hold and that no waiver accepts, environment errors
    and unexpected skips beyond a budget, too little coverage in an area, waivers that expired or
    accept nothing, what became worse since a baseline, and a run that did not end or judged
    nothing. RUN may be the directory of several targets: all are judged.

    Exit codes: 0 the policy holds, 1 refused, 2 the policy or the run cannot be used.
    """
    asked = load_policy(policy)
    source = baseline or (str(asked.baseline) if asked.baseline else "")
    subjects = _subjects(run, _baselines(source) if source else {})
    gated = judge(subjects, asked, _day(on))
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    text = to_text(gated, subjects)
    if as_json:
        text = orjson.dumps(to_json(gated, subjects), option=options).decode()
    click.echo(text.encode("utf-8", "backslashreplace").decode(), nl=False)
    raise SystemExit(HOLDS if gated.passed else NON_CONFORMANCE)


def _subjects(run: str, baselines: Mapping[str, Run]) -> list[Subject]:
    group = load_group(run)
    if group is None:
        found = load_run(run)
        name = _name(found)
        return [Subject(name, found, _baseline(name, baselines))]
    return [
        Subject(
            member.name,
            member.run,
            _baseline(member.name, baselines),
            member.verdict.sentence,
        )
        for member in group.members
    ]


def _baseline(name: str, baselines: Mapping[str, Run]) -> Run | None:
    if not baselines:
        return None
    if name not in baselines:
        raise RunError(
            f"the baseline has no run of the target {name!r}; it has {', '.join(baselines)}. "
            "Name a baseline of the same targets."
        )
    return baselines[name]


def _baselines(source: str) -> dict[str, Run]:
    """Return the baseline runs by the name of their target."""
    group = load_group(source)
    runs = [member.run for member in group.members if member.run] if group else [load_run(source)]
    for run in runs:
        if not run.complete:
            raise RunError(
                f"the baseline {source} holds a run that did not end. "
                "Name one that came to its verdict."
            )
    return {_name(run): run for run in runs}


def _name(run: Run) -> str:
    return str(run.header.get("target", {}).get("name", "")) or "the target"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now(UTC).date()
    except ValueError:
        raise RunError(f"--on {text} is not a day; write it as 2026-12-31.") from None
