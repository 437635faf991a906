"""Whether an archive is as it was made: every byte of it, and who stands for it. Pure.

Imports the contents, the archive and signing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from conformance.runlog import parse_run
from reports.evidence.archive import NoArchive, inflate, unpack
from reports.evidence.build import build
from reports.evidence.contents import (
    ATTESTATIONS,
    ENVELOPE,
    LOG,
    MANIFEST,
    OUTSIDE,
    PUBLIC_KEY,
    STATEMENT,
    manifest_of,
    reports_of,
    statement_of,
)
from reports.evidence.signing import key_id, opened, public_of
from reports.locate import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from conformance.runlog import Run


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found: problems (nothing may be relied on), notes, the log where it can be read.

    `signer` is the id of the key in the archive that signed it, "" without signature.
    """

    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    signer: str = ""
    log: bytes = field(default=b"", repr=False)
    run: Run | None = field(default=None, repr=False)


def examine(data: bytes, public: Ed25519PublicKey | None = None) -> Examined:
    """Examine an archive; with `public`, it must be signed by that very key."""
    try:
        members = unpack(data)
        log = inflate(members[LOG])
        run = parse_run(log)
        manifest = orjson.loads(members[MANIFEST])
        listed: dict[str, dict[str, Any]] = manifest["members"]
        made_by = str(manifest["made_by"])
        problems = [*_differing(members, listed)]
    except KeyError as error:
        return Examined((f"{error} is missing",))
    except (NoArchive, ValueError, TypeError, AttributeError) as error:
        return Examined((str(error),))
    inside = {name: content for name, content in members.items() if name not in OUTSIDE}
    if not problems and manifest_of(run, inside, made_by) != members[MANIFEST]:
        problems.append(f"{MANIFEST} does not say what the run log says")
    signer, signing = _signed(members, statement_of(run, log, members[MANIFEST]), public)
    problems += signing
    # Reports are made again last: they take longer than all else.
    problems += [] if problems else _reports(run, members, made_by)
    return Examined(tuple(problems), tuple(_notes(made_by, signer, public)), signer, log, run)


def _differing(members: Mapping[str, bytes], listed: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(listed.keys() - members.keys()):
        yield f"{name} is missing"
    for name in sorted(members.keys() - listed.keys() - OUTSIDE):
        yield f"{name} was added: the manifest does not list it"
    for name in sorted(listed.keys() & members.keys()):
        if sha256(members[name]).hexdigest() != listed[name]["sha256"]:
            yield f"{name} was changed: its SHA-256 is not the manifest's"


def _signed(
    members: Mapping[str, bytes], statement: bytes, public: Ed25519PublicKey | None
) -> tuple[str, list[str]]:
    """Return who signed the archive, and what is wrong with the statement on it."""
    if (STATEMENT in members) == (ENVELOPE in members):
        return "", [f"there must be one of {STATEMENT} and {ENVELOPE}"]
    if ENVELOPE not in members:
        wrong = [] if members[STATEMENT] == statement else [_other(STATEMENT)]
        wrong += ["it is not signed"] if public else []
        return "", wrong
    if PUBLIC_KEY not in members:
        return "", [f"{PUBLIC_KEY} is missing"]
    try:
        key = public or public_of(members[PUBLIC_KEY])
        payload = opened(members[ENVELOPE], key)
    except ValueError as error:
        return "", [f"{ENVELOPE}: {error}"]
    return key_id(key), [] if payload == statement else [_other(ENVELOPE)]


def _other(name: str) -> str:
    return f"{name} is about another run log or manifest"


def _reports(run: Run, members: Mapping[str, bytes], made_by: str) -> Iterator[str]:
    """Yield each archived report that the log does not give again."""
    if made_by != build():
        return  # another build may word its reports otherwise: see the notes
    try:
        again = reports_of(run, members.get(ATTESTATIONS))
    except RunError as error:
        yield f"{ATTESTATIONS}: {error.format_message()}"
        return
    for name, content in again.items():
        if name in members and members[name] != content:
            yield f"{name} is not the report that the run log gives"


def _notes(made_by: str, signer: str, public: Ed25519PublicKey | None) -> Iterator[str]:
    if made_by != build():
        yield f"made by {made_by}: its reports were not made again by {build()}"
    if not signer:
        yield "not signed: whoever changed it could have made a new manifest too"
    elif not public:
        yield f"signed by the key {signer[:16]}…, which was not compared: give --pub"
