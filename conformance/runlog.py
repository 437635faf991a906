"""The run log `run.ndjson`: header, clauses, exchanges, findings, footer; written and read here.

May import the contract model, exchanges and findings. Every report is made from this file alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

import orjson

from conformance.exchange import Exchange, Request, Response
from conformance.findings import Assertion, Coverage, ElementCount, Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType

SCHEMA = "flexcheck-run/1"


@dataclass(frozen=True, slots=True)
class Run:
    """One run as its log tells it; `footer` is empty where the run did not end (incomplete).

    `clauses` holds the contract's items as `flexcheck contract list --json` gives them, so that
    an old run is read with the contract it was judged by.
    """

    header: dict[str, Any]
    clauses: dict[str, dict[str, Any]]
    exchanges: dict[str, Exchange]
    findings: tuple[Finding, ...]
    footer: dict[str, Any] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return bool(self.footer)


class RunLog:
    """Appends one JSON line at a time and flushes each, so that an interrupted run keeps all."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._file.close()

    def _write(self, kind: str, content: dict[str, Any]) -> None:
        self._file.write(orjson.dumps({"type": kind, **content}) + b"\n")
        self._file.flush()

    def header(self, content: dict[str, Any]) -> None:
        """Write the first line: who ran what against which target, with which contract."""
        self._write("header", {"schema": SCHEMA, **content})

    def clauses(self, items: Iterable[dict[str, Any]]) -> None:
        """Write the clauses this run was judged by."""
        for item in items:
            self._write("clause", {"clause": item})

    def exchange(self, content: dict[str, Any]) -> None:
        """Write one exchange (`exchange_to_json`)."""
        self._write("exchange", content)

    def finding(self, content: dict[str, Any]) -> None:
        """Write one finding (`finding_to_json`)."""
        self._write("finding", content)

    def footer(self, content: dict[str, Any]) -> None:
        """Write the last line: its absence marks a run that did not end."""
        self._write("footer", content)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON data of plain types (xdist carries nothing else).

    What most findings do not have is left out: `coverage`, and `times` where it is 1.
    """
    data = {**asdict(finding), "outcome": finding.outcome.value}
    for item in data["assertions"]:
        if item["times"] == 1:
            del item["times"]
    if finding.coverage is None:
        del data["coverage"]
    else:
        told = {"seen": finding.coverage.seen, "never_seen": finding.coverage.never_seen}
        data["coverage"] = {**told, **data["coverage"]}
    return data


def finding_from_json(data: dict[str, Any]) -> Finding:
    """Return the finding that `finding_to_json` wrote."""
    known = {key: data[key] for key in Finding.__slots__ if key != "coverage"}
    known["outcome"] = Outcome(data["outcome"])
    known["assertions"] = tuple(Assertion(**item) for item in data["assertions"])
    known["exchanges"] = tuple(data["exchanges"])
    return Finding(**known, coverage=_coverage(data.get("coverage")))


def _coverage(data: dict[str, Any] | None) -> Coverage | None:
    if data is None:
        return None
    elements = tuple(ElementCount(**item) for item in data["elements"])
    return Coverage(data["profile"], data["resources"], elements)


def exchange_to_json(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as JSON data; the parsed document is left out, the body says it."""
    response = exchange.response
    return {
        "id": exchange.id,
        "purpose": exchange.purpose,
        "started": exchange.started,
        "elapsed": exchange.elapsed,
        "own": exchange.own,
        "error": exchange.error,
        "request": {
            "method": exchange.request.method,
            "url": exchange.request.url,
            "headers": exchange.request.headers,
            "body": exchange.request.body,
        },
        "response": response
        and {
            "status": response.status,
            "headers": response.headers,
            "body": response.body,
            "size": response.size,
            "problem": response.problem,
        },
    }


def exchange_from_json(data: dict[str, Any]) -> Exchange:
    """Return the exchange that `exchange_to_json` wrote; its document is not parsed again."""
    request = data["request"]
    answer = data["response"]
    return Exchange(
        id=data["id"],
        purpose=data["purpose"],
        started=data["started"],
        elapsed=data["elapsed"],
        error=data["error"],
        own=data.get("own", 0.0),
        request=Request(
            request["method"], request["url"], _pairs(request["headers"]), request["body"]
        ),
        response=answer
        and Response(
            status=answer["status"],
            headers=_pairs(answer["headers"]),
            body=answer["body"],
            size=answer["size"],
            problem=answer["problem"],
        ),
    )


def _pairs(items: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in items)


def _clause_from_json(data: dict[str, Any]) -> dict[str, Any]:
    clause: dict[str, Any] = data["clause"]
    if not isinstance(clause["id"], str):
        raise TypeError("a clause's id is text")
    return clause


#: What each type of line becomes.
_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "header": dict,
    "clause": _clause_from_json,
    "exchange": exchange_from_json,
    "finding": finding_from_json,
    "footer": dict,
}


def read_run(path: Path) -> Run:
    """Read `run.ndjson` (or the run directory that holds it).

    A last line cut short by a kill is left out. `ValueError` says which line is not a run log's.
    """
    log = path / "run.ndjson" if path.is_dir() else path
    return parse_run(log.read_bytes(), str(log))


def parse_run(content: bytes, name: str = "run.ndjson") -> Run:
    """Read the content of a run log; `name` is what errors call it."""
    parts: dict[str, list[Any]] = {kind: [] for kind in _READERS}
    lines = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            record = orjson.loads(line)
            parts[record["type"]].append(_READERS[record["type"]](record))
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines):
                break
            raise ValueError(f"{name}, line {number}: not a line of a run log") from error
    if not parts["header"]:
        raise ValueError(f"{name}: no header line: this is no flexcheck run log")
    return Run(
        header=parts["header"][0],
        clauses={clause["id"]: clause for clause in parts["clause"]},
        exchanges={exchange.id: exchange for exchange in parts["exchange"]},
        findings=tuple(parts["finding"]),
        footer=parts["footer"][0] if parts["footer"] else {},
    )
