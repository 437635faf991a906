"""What stands in an evidence archive: log, reports, statements, manifest, in-toto statement. Pure.

Imports runlog, the reports and the verdict.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from conformance.findings import Outcome
from conformance.runlog import parse_run
from reports.digest import digest_of
from reports.evidence.archive import deflate
from reports.evidence.attestations import parse
from reports.evidence.build import build
from reports.evidence.signing import envelope, public_pem
from reports.formats import FORMATS
from reports.verdict import verdict_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from conformance.runlog import Run

LOG, MANIFEST = "run.ndjson.gz", "manifest.json"
STATEMENT, ENVELOPE, PUBLIC_KEY = "statement.json", "statement.dsse.json", "signer.pub"
ATTESTATIONS, REPORTS = "attestations.toml", "reports"
SCHEMA = "flexcheck-evidence/1"
#: Members that the manifest does not list: itself, and what says who stands for it.
OUTSIDE = frozenset({MANIFEST, STATEMENT, ENVELOPE})

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"


def members_of(
    log: bytes, attestations: bytes | None = None, key: Ed25519PrivateKey | None = None
) -> dict[str, bytes]:
    """Return every member of a run's archive; the same log, statements and key give the same.

    Raises:
        ValueError: the log is none.
        RunError: the statements are none.
    """
    run = parse_run(log)
    members = {LOG: deflate(log), **reports_of(run, attestations)}
    if attestations is not None:
        members[ATTESTATIONS] = attestations
    if key:
        members[PUBLIC_KEY] = public_pem(key.public_key())
    manifest = members[MANIFEST] = manifest_of(run, members, build())
    statement = statement_of(run, log, manifest)
    if key:
        members[ENVELOPE] = envelope(statement, key)
    else:
        members[STATEMENT] = statement
    return members


def reports_of(run: Run, attestations: bytes | None) -> dict[str, bytes]:
    """Return the archived reports of a run by member name."""
    path = Path(ATTESTATIONS)
    stated = parse(attestations, run, path) if attestations is not None else ()
    return {
        f"{REPORTS}/{kind.filename}": kind.content(run, stated)
        for kind in FORMATS.values()
        if kind.always
    }


def manifest_of(run: Run, members: Mapping[str, bytes], made_by: str) -> bytes:
    """Return the manifest: each member's SHA-256, and what run and archive were made with."""
    header, verdict = run.header, verdict_of(run)
    return _json(
        {
            "schema": SCHEMA,
            "made_by": made_by,
            "target": header.get("target", {}),
            "started": header.get("started", ""),
            "finished": run.footer.get("finished"),
            "complete": run.complete,
            "verdict": verdict.word,
            "sentence": verdict.sentence,
            "contract": header.get("documents", {}),
            "packs": header.get("packs", {}),
            "tools": {
                "flexcheck": header.get("flexcheck", ""),
                "python": header.get("python", ""),
                "pytest": header.get("pytest", ""),
                "platform": header.get("platform", ""),
                **header.get("tools", {}),
            },
            "members": {
                name: {"sha256": sha256(members[name]).hexdigest(), "size": len(members[name])}
                for name in sorted(members)
            },
        }
    )


def statement_of(run: Run, log: bytes, manifest: bytes) -> bytes:
    """Return the in-toto statement (v1) on a run, with a test-result predicate (v0.1)."""
    statuses = {record.id: record.status for record in digest_of(run).records}
    documents = run.header.get("documents", {})
    return _json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [
                {"name": MANIFEST, "digest": {"sha256": sha256(manifest).hexdigest()}},
                {"name": "run.ndjson", "digest": {"sha256": sha256(log).hexdigest()}},
            ],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "result": _result(run),
                "configuration": [
                    {"name": f"contract/{name}", "digest": {"sha256": fingerprint}}
                    for name, fingerprint in sorted(documents.items())
                ],
                "passedTests": _with(statuses, Outcome.PASS),
                "warnedTests": _with(statuses, Outcome.WARNING),
                "failedTests": _with(statuses, Outcome.FAIL),
            },
        }
    )


def _result(run: Run) -> str:
    """Return PASSED, WARNED or FAILED; what came to no verdict did not pass."""
    if not verdict_of(run).good:
        return "FAILED"
    warned = any(finding.outcome is Outcome.WARNING for finding in run.findings)
    return "WARNED" if warned else "PASSED"


def _with(statuses: Mapping[str, str], wanted: str) -> list[str]:
    return [name for name, status in statuses.items() if status == wanted]


def _json(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
