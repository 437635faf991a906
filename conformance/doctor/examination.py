"""The whole examination of a target, in the order in which things depend on each other.

May import the room, target, client and rehearsal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.client import Client, Recorder
from conformance.doctor.access import access
from conformance.doctor.discovery import discovery
from conformance.doctor.judged import Outlook, outlook
from conformance.doctor.model import Note, Severity, wrong
from conformance.doctor.network import origins
from conformance.doctor.token import token
from conformance.redaction import Redactor
from conformance.rehearsal import rehearse
from conformance.target import TargetError
from conformance.verdict import INCONCLUSIVE, USAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.target import Target


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found at a target, and what a run will judge (None where nobody asked)."""

    target: Target
    notes: tuple[Note, ...]
    outlook: Outlook | None = None

    @property
    def exit_code(self) -> int:
        """2 where the file is at fault, 3 where a run would be inconclusive, else 0."""
        found = {note.severity for note in self.notes}
        if Severity.CONFIGURATION in found:
            return USAGE
        short = bool(self.outlook and self.outlook.inconclusive)
        return INCONCLUSIVE if short or Severity.ENVIRONMENT in found else 0

    def to_json(self) -> dict[str, Any]:
        """Return what `flexcheck doctor --json` prints."""
        return {
            "target": self.target.name,
            "file": str(self.target.path),
            "exit_code": self.exit_code,
            "notes": [note.to_json() for note in self.notes],
            "clauses": self.outlook.to_json() if self.outlook else None,
        }


def examine(target: Target, only: Sequence[str] = (), *, rehearsing: bool = True) -> Examination:
    """Look at everything; the target gets a few requests, of which one refreshes.

    Raises:
        RehearsalFailed: the suites could not be run on the mock.
    """
    notes = tuple(_notes(target))
    found = outlook(target, rehearse(target, only)) if rehearsing else None
    return Examination(target, notes, found)


def _notes(target: Target) -> Iterator[Note]:
    yield from access(target)
    try:
        yield from origins(target)
        with Client(target, Recorder(), Redactor()) as client:
            yield from discovery(client, target)
            yield from token(client, target)
    except TargetError as error:
        yield wrong("network", str(error), "mend [network] in the target file")
