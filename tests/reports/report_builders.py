"""Runs made up for the tests of the reports. Imports runlog, exchanges and findings."""

from __future__ import annotations

from typing import Any

from conformance.contract.model import Clause, Source, Standard
from conformance.exchange import Exchange, Request, Response
from conformance.findings import Assertion, Expectation, Finding, Outcome
from conformance.runlog import Run

BASE = "https://directory.example.org/R4"
NASTY = "<script>alert('x')</script> \x1b[31mred\x00 \u202e & \"quoted\" ]]>"


def item(name: str, **more: Any) -> dict[str, Any]:
    """One clause as `flexcheck contract list --json` gives it."""
    return {
        "id": name,
        "expectation": "SHALL",
        "statement": "A search of Location by address-state returns the locations of that state, "
        "all of them and no others.",
        "deployments": ["tooele"],
        "area": "DIR",
        "resource": "Location",
        "topic": "search",
        "kind": "search-parameter",
        "source": [{"document": "tooele", "section": "Location", "lines": [405, 412]}],
        "verified_by": "test",
        **more,
    }


def clause(name: str, **more: Any) -> Clause:
    """One clause as the contract holds it."""
    fields: dict[str, Any] = {
        "expectation": Expectation.SHALL,
        "statement": "A search of Location by address-state returns the locations of that state.",
        "area": "DIR",
        "kind": "search-parameter",
        "topic": "search",
        "deployments": ("tooele",),
        "source": (Source("tooele", "Location", (405, 412)),),
        "standard": Standard(**STANDARD),
        "resource": "Location",
        "param": "address-state",
        **more,
    }
    return Clause(id=name, **fields)


def exchange(name: str = "ex-0041", **more: Any) -> Exchange:
    """One search that was answered."""
    body = more.pop("body", '{"resourceType":"Bundle","entry":[{"resource":{"id":"l1"}}]}')
    response = Response(
        status=more.pop("status", 200),
        headers=(("content-type", "application/fhir+json"),),
        body=body,
        size=len(body),
    )
    return Exchange(
        id=name,
        purpose="Location by address-state",
        started="2026-01-02T03:04:05Z",
        elapsed=0.12,
        request=Request(
            "GET",
            more.pop("url", f"{BASE}/Location?address-state=UT"),
            (("accept", "application/fhir+json"), ("user-agent", "flexcheck")),
        ),
        response=None if more.get("error") else response,
        error=more.pop("error", ""),
    )


def broken(number: int = 1, **more: Any) -> Assertion:
    """One assertion that does not hold."""
    fields = {
        "at": f"Bundle.entry[{number}].resource.address.state",
        "expected": "address-state = UT",
        "observed": "NV",
        "exchange": "ex-0041",
        **more,
    }
    return Assertion(holds=False, **fields)


def finding(clause: str, outcome: Outcome = Outcome.PASS, **more: Any) -> Finding:
    """One finding; failing ones have a broken assertion."""
    bad = outcome in (Outcome.FAIL, Outcome.WARNING)
    fields: dict[str, Any] = {
        "case": "",
        "message": "1 of 3 assertions broken" if bad else "",
        "assertions": (broken(),) if bad else (),
        "held": 2 if bad or outcome is Outcome.PASS else 0,
        "broken": 1 if bad else 0,
        "exchanges": ("ex-0041",),
        "test": f"suites/test_search.py::test_filters[{clause}]",
        "seconds": 0.25,
        **more,
    }
    return Finding(clause=clause, outcome=outcome, **fields)


def run_of(
    *findings: Finding,
    clauses: list[dict[str, Any]] | None = None,
    footer: dict[str, Any] | None = None,
    exchanges: tuple[Exchange, ...] | None = None,
    **header: Any,
) -> Run:
    """A run with these findings; by default it ended, with the exit code that fits."""
    items = clauses if clauses is not None else [item(f.clause) for f in findings]
    failed = any(f.outcome is Outcome.FAIL for f in findings)
    ended = {
        "finished": "2026-01-02T03:05:05Z",
        "seconds": 60.0,
        "exit_code": 1 if failed else 0,
        "reasons": ["1 finding failed"] if failed else [],
        "requests": 12,
        "outcomes": {},
    }
    target = {
        "name": "Tooele sandbox",
        "deployment": "tooele",
        "environment": "sandbox",
        "fhir_base": "",
        "directory_base": BASE,
        "argument": "sandbox.toml",
    }
    return Run(
        header={
            "schema": "flexcheck-run/1",
            "flexcheck": "0.1.0",
            "started": "2026-01-02T03:04:05Z",
            "target": target | header.pop("target", {}),
            "documents": {"tooele": "ab" * 32},
            "python": "3.12.1",
            "platform": "Linux",
            "arguments": [],
            "strict": False,
            "only": [],
            **header,
        },
        clauses={entry["id"]: entry for entry in items},
        exchanges={e.id: e for e in (exchanges if exchanges is not None else (exchange(),))},
        findings=findings,
        footer=ended if footer is None else footer,
    )


def mixed_run() -> Run:
    """A run with every outcome, several areas and resources, and clauses no test can judge."""
    clauses = [
        item("DIR-LOC-SEARCH-STATE", param="address-state", standard=STANDARD),
        item("DIR-LOC-READ", topic="read", statement="A Location can be read by its id."),
        item("DIR-LOC-SORT", expectation="SHOULD", statement="Results come in a stable order."),
        item("DIR-ORG-NTWK", resource="Organization", statement="Networks are found by type=ntwk."),
        item("DIR-ORG-READ", resource="Organization", topic="read", statement="Read of a network."),
        item("DIR-END-READ", resource="Endpoint", topic="read", statement="Read of an endpoint."),
        item(
            "DIR-META",
            resource="",
            topic="metadata",
            statement="/metadata answers.",
            errata=["E-1"],
        ),
        item(
            "PA-EOB-READ", area="PA", resource="ExplanationOfBenefit", statement="Read of an EOB."
        ),
        item(
            "DIR-OPS-FRESHNESS",
            expectation="SHOULD",
            resource="",
            topic="operations",
            statement="Directory data is updated within 30 calendar days.",
            verified_by={
                "not_tested": "not-observable",
                "because": "One run cannot see when the payer learned of the change.",
            },
        ),
    ]
    return run_of(
        finding(
            "DIR-LOC-SEARCH-STATE",
            Outcome.FAIL,
            case="address-state=UT",
            message="5 of 37 assertions broken",
            assertions=tuple(broken(number) for number in range(5)),
            held=32,
            broken=5,
        ),
        finding("DIR-LOC-READ"),
        finding("DIR-LOC-SORT", Outcome.WARNING),
        finding("DIR-ORG-NTWK", Outcome.FAIL, assertions=(broken(observed=NASTY),), exchanges=()),
        finding(
            "DIR-ORG-READ", Outcome.ERROR, message="connection refused", exchanges=("ex-0042",)
        ),
        finding("DIR-END-READ", Outcome.SKIP, message="the directory holds no Endpoint"),
        finding("DIR-META"),
        finding("PA-EOB-READ", Outcome.NOT_APPLICABLE, message="the target has no fhir_base"),
        clauses=clauses,
        exchanges=(exchange(), exchange("ex-0042", error="connection refused")),
    )


STANDARD = {
    "name": "FHIR R4",
    "section": "3.1.1.5.14",
    "url": "https://hl7.org/fhir/R4/search.html#string",
}
