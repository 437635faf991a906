"""Prints what `flexcheck run --plan` found, for a terminal of 80 columns. May import planning."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click
import orjson

from conformance.planning import HOW, plan_of
from conformance.plugin.addressing import reach
from conformance.rehearsal import RehearsalFailed, rehearse
from conformance.verdict import BUG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.planning import Endpoint, Plan

WIDTH = 80
#: How many purposes of an endpoint a terminal shows.
SHOWN = 6


def print_plans(targets: Sequence[str], only: Sequence[str], *, as_json: bool) -> None:
    """Rehearse a run on each target and print what it would send."""
    plans = []
    for argument in targets or ("mock",):
        with reach(argument) as target:
            if not as_json:
                click.echo(f"Rehearsing a run on {target.name} …", err=True)
            try:
                plans.append(plan_of(target, rehearse(target, only)))
            except RehearsalFailed as failed:
                click.echo(f"flexcheck: the rehearsal did not run: {failed}", err=True)
                raise SystemExit(BUG) from None
    if as_json:
        listed = [plan.to_json() for plan in plans]
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2))
    else:
        click.echo("\n\n".join("\n".join(_lines(plan)) for plan in plans))


def _lines(plan: Plan) -> Iterator[str]:
    yield f"What a run on {plan.target.name} would send"
    yield from textwrap.wrap(HOW, WIDTH)
    api = ""
    for endpoint in plan.endpoints:
        if endpoint.api != api:
            api = endpoint.api
            yield ""
            yield api
        yield f"{endpoint.requests:6}  {endpoint.method:4} {endpoint.path}"
        yield from textwrap.wrap(
            _purposes(endpoint), WIDTH, initial_indent=" " * 13, subsequent_indent=" " * 13
        )
    yield ""
    yield from _totals(plan)


def _purposes(endpoint: Endpoint) -> str:
    shown = [f"{name} {number}" for name, number in endpoint.purposes[:SHOWN]]
    more = len(endpoint.purposes) - SHOWN
    return ", ".join([*shown, *([f"and {more} more purposes"] if more > 0 else [])])


def _totals(plan: Plan) -> Iterator[str]:
    limits, tiers = plan.target.limits, ", ".join(plan.target.safety) or "none"
    yield f"{plan.requests:6}  requests on the mock; tiers: {tiers}"
    bound = (
        f"at most {plan.most:,} where the target holds more rows: max_pages {limits.max_pages},"
        f" crawl_rows {limits.crawl_rows}, page_size {limits.page_size},"
        f" request_budget {limits.request_budget or 'unlimited'}; what is asked to come back"
        " later (429, 503) or needs a new token is asked once more"
    )
    yield from textwrap.wrap(bound, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
    if plan.seconds:
        pace = f"{limits.requests_per_second:g} requests a second"
        yield f"        {plan.seconds:.0f} s at least, at {pace}"
    if plan.without_token:
        why = f"no member's token: {plan.without_token}"
        yield from textwrap.wrap(
            why, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8, break_long_words=False
        )
