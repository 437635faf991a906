"""One edition of the contract, from a JSON listing, a run log or this version. Imports `model`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from conformance.contract.model import Contract

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edition:
    """Clauses as `flexcheck contract list --json` gives them, by id, and what else is known.

    `deployment` is the one that a run log is limited to, `documents` the fingerprints it names;
    both are empty where the source does not say.
    """

    items: dict[str, Item]
    deployment: str = ""
    documents: dict[str, str] = field(default_factory=dict)

    def of(self, deployment: str) -> dict[str, Item]:
        """Return the items of one deployment, or all where none is named."""
        return {
            clause_id: item
            for clause_id, item in self.items.items()
            if not deployment or deployment in item.get("deployments", ())
        }


def edition_of(contract: Contract) -> Edition:
    """Return a loaded contract as an edition."""
    items = {clause.id: clause.to_json() for clause in contract.clauses}
    return Edition(items, documents=dict(contract.fingerprints))


def read_edition(path: Path) -> Edition:
    """Read an edition from a JSON listing, a `run.ndjson` or a run directory.

    Raises:
        ValueError: the file is none of them; the message says what, where and what to do.
    """
    file = path / "run.ndjson" if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: cannot be read: {error}") from error
    if text.lstrip().startswith("["):
        return Edition(_by_id(_listing(text, file), file))
    records = tuple(_records(text, file))
    header = next((record for record in records if record["type"] == "header"), {})
    return Edition(
        _by_id((record.get("clause") for record in records if record["type"] == "clause"), file),
        deployment=header.get("target", {}).get("deployment", ""),
        documents=dict(header.get("documents", {})),
    )


def _listing(text: str, file: Path) -> list[Any]:
    try:
        listing: list[Any] = json.loads(text)
    except json.JSONDecodeError as error:
        raise _no_edition(file, f"line {error.lineno}: {error.msg}") from error
    return listing


def _records(text: str, file: Path) -> Iterator[Item]:
    """Yield the lines of a run log; a last line cut short by a kill is left out."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            if number == len(lines) > 1:
                return
            raise _no_edition(file, f"line {number}: {error.msg}") from error
        if not isinstance(record, dict) or "type" not in record:
            raise _no_edition(file, f"line {number}: not a line of a run log")
        yield record


def _by_id(items: Iterable[Any], file: Path) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise _no_edition(file, "an item without id")
        found[item["id"]] = item
    if not found:
        raise _no_edition(file, "no clause in it")
    return found


def _no_edition(file: Path, problem: str) -> ValueError:
    fix = "give the output of `flexcheck contract list --json`, a run.ndjson or a run directory"
    return ValueError(f"{file}: {problem}; {fix}")
