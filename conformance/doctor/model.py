"""What an examination finds. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a note is: the file's fault is one of configuration, the network's is not."""

    GOOD = "ok"
    HINT = "hint"
    CONFIGURATION = "wrong"
    ENVIRONMENT = "failed"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing looked at: which, what was found, and what to do ("" where nothing is)."""

    topic: str
    severity: Severity
    said: str
    fix: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the item of `flexcheck doctor --json`."""
        return {
            "topic": self.topic,
            "severity": self.severity.value,
            "said": self.said,
            "fix": self.fix,
        }


def good(topic: str, said: str) -> Note:
    """Return a note that all is well."""
    return Note(topic, Severity.GOOD, said)


def hint(topic: str, said: str, fix: str) -> Note:
    """Return a note on what a run can do without."""
    return Note(topic, Severity.HINT, said, fix)


def wrong(topic: str, said: str, fix: str) -> Note:
    """Return a note on what stands in the target file or beside it."""
    return Note(topic, Severity.CONFIGURATION, said, fix)


def failed(topic: str, said: str, fix: str) -> Note:
    """Return a note on what the network or the target does."""
    return Note(topic, Severity.ENVIRONMENT, said, fix)
