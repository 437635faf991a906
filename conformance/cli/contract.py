"""`flexcheck contract`: lists, shows, counts, compares clauses. May import the contract only."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli import HELP
from conformance.contract import (
    Clause,
    ContractError,
    compare,
    coverage,
    edition_of,
    load_contract,
    read_edition,
)
from conformance.contract.render import (
    attestation_list,
    clause_card,
    clause_table,
    coverage_table,
    difference_list,
    erratum_card,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.contract import Contract, Erratum

_LIST_EXAMPLES = """\b
Examples:
  flexcheck contract list --resource Location
  flexcheck contract list --unverified --json
  flexcheck contract list --errata
"""
_SHOW_EXAMPLES = """\b
Examples:
  flexcheck contract show DIR-LOC-SEARCH-ADDRESS-STATE
  flexcheck contract show ERR-DIR-REINCLUDE --json
"""
_COVERAGE_EXAMPLES = """\b
Examples:
  flexcheck contract coverage
  flexcheck contract coverage --json
"""
_DIFF_EXAMPLES = """\b
Examples:
  flexcheck contract list --json > before.json
  flexcheck contract diff before.json
  flexcheck contract diff runs/2026-01-05T10-00-00Z runs/latest --json
"""


@click.group(context_settings=HELP, epilog="Example: flexcheck contract show DIR-METADATA")
def contract() -> None:
    """Read what the documents promise, clause by clause."""


@contract.command("list", epilog=_LIST_EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.option("--area", default="", metavar="A", help="Only this area, for instance DIR.")
@click.option("--resource", default="", metavar="R", help="Only this FHIR resource type.")
@click.option("--deployment", default="", metavar="D", help="Only what holds for this deployment.")
@click.option("--unverified", is_flag=True, help="Only what no test verifies.")
@click.option("--errata", is_flag=True, help="Instead: the errata that these clauses rest on.")
def list_(*, as_json: bool, unverified: bool, errata: bool, **wanted: str) -> None:
    """List the clauses of all deployments, or the errata of the documents."""
    whole = _contract()
    clauses = _chosen(whole, wanted)
    if unverified:
        clauses = tuple(clause for clause in clauses if clause.not_tested)
    narrowed = unverified or any(wanted.values())
    found = _errata_of(whole, clauses) if narrowed else whole.errata
    if as_json:
        click.echo(_json([item.to_json() for item in (found if errata else clauses)]))
    else:
        click.echo("\n".join(_erratum_cards(found) if errata else clause_table(clauses)))


@contract.command(epilog=_SHOW_EXAMPLES)
@click.argument("clause_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(*, clause_id: str, as_json: bool) -> None:
    """Show one clause, or one erratum, with all that is known of it."""
    whole = _contract()
    found = _find(whole, clause_id.upper())
    if as_json:
        click.echo(_json(found.to_json()))
    elif isinstance(found, Clause):
        click.echo("\n".join(clause_card(whole, found)))
    else:
        click.echo("\n".join(erratum_card(found)))


@contract.command("coverage", epilog=_COVERAGE_EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def coverage_(*, as_json: bool) -> None:
    """Count clauses by area and resource, and list those that no request can test."""
    whole = _contract()
    rows = coverage(whole.clauses)
    if as_json:
        not_tested = [clause.to_json() for clause in whole.clauses if clause.not_tested]
        click.echo(_json({"rows": [row.to_json() for row in rows], "not_tested": not_tested}))
        return
    click.echo("\n".join([*coverage_table(rows), "", *attestation_list(whole.clauses)]))


@contract.command(epilog=_DIFF_EXAMPLES)
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="[NEW]", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff(*, old: Path, new: Path | None, as_json: bool) -> None:
    """Show what a new edition of the contract changes.

    OLD and NEW are files that `flexcheck contract list --json` wrote, run logs or run
    directories; without NEW, OLD is compared with the contract of this version. Exit code 0 where
    they agree, 1 where they differ.
    """
    try:
        before = read_edition(old)
        difference = compare(before, read_edition(new) if new else edition_of(_contract()))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(_json(difference.to_json()))
    else:
        click.echo("\n".join(difference_list(difference)))
    raise SystemExit(0 if difference.empty else 1)


def _contract() -> Contract:
    try:
        return load_contract()
    except ContractError as error:
        raise click.UsageError(str(error)) from error


def _chosen(whole: Contract, wanted: dict[str, str]) -> tuple[Clause, ...]:
    """Return the clauses of an area, resource and deployment; one that is unknown is refused."""
    clauses = whole.clauses
    for option, value in wanted.items():
        if value:
            known = {name.lower(): name for clause in whole.clauses for name in _of(clause, option)}
            name = known.get(value.lower())
            if name is None:
                raise click.UsageError(
                    f"--{option} {value}: no clause has it; use one of {_names(known.values())}"
                )
            clauses = tuple(clause for clause in clauses if name in _of(clause, option))
    return clauses


def _of(clause: Clause, option: str) -> tuple[str, ...]:
    if option == "deployment":
        return clause.deployments
    return (clause.area,) if option == "area" else (clause.resource,)


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(name for name in names if name))


def _errata_of(whole: Contract, clauses: tuple[Clause, ...]) -> tuple[Erratum, ...]:
    cited = {erratum_id for clause in clauses for erratum_id in clause.errata}
    return tuple(erratum for erratum in whole.errata if erratum.id in cited)


def _find(whole: Contract, wanted: str) -> Clause | Erratum:
    everything: dict[str, Clause | Erratum] = {erratum.id: erratum for erratum in whole.errata}
    everything |= whole.by_id
    if wanted in everything:
        return everything[wanted]
    close = get_close_matches(wanted, everything, n=5, cutoff=0.6)
    hint = f"did you mean {', '.join(close)}?" if close else "see `flexcheck contract list`"
    raise click.UsageError(f"{wanted}: no clause or erratum has this id; {hint}")


def _erratum_cards(errata: tuple[Erratum, ...]) -> Iterable[str]:
    for erratum in errata:
        yield from erratum_card(erratum)
        yield ""


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
