"""`flexcheck diff`: what changed between two runs. Imports runlog and the comparison."""

from __future__ import annotations

import click
import orjson

from conformance.cli import HELP
from conformance.verdict import HOLDS, INCONCLUSIVE, NON_CONFORMANCE
from reports.compare.render import diff_of, to_json, to_text
from reports.locate import load_run


@click.command(
    context_settings=HELP,
    epilog="Example:  flexcheck diff runs/2026-01-02T03-04-05Z latest",
    short_help="Say what changed between two runs.",
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="All of it, as JSON.")
def diff(before: str, after: str, *, as_json: bool) -> None:
    """Say what is new, fixed, changed, flaky or no longer judged in run B against run A.

    It also tells how the target itself changed: its CapabilityStatement, the latency of its
    endpoints and how many resources were seen. A and B are run directories, run.ndjson files, or
    "latest".

    Exit codes: 0 nothing became worse, 1 something did (new, no longer judged, or a warning that
    now fails), 3 one of the runs did not end or judged nothing.
    """
    found = diff_of(load_run(before), load_run(after))
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    text = orjson.dumps(to_json(found), option=options).decode() if as_json else to_text(found)
    click.echo(text.encode("utf-8", "backslashreplace").decode(), nl=False)
    if found.comparison.regressions:
        raise SystemExit(NON_CONFORMANCE)
    whole = all(run.complete and run.findings for run in (found.before, found.after))
    raise SystemExit(HOLDS if whole else INCONCLUSIVE)
