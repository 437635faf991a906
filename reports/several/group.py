"""The runs of one directory with a common verdict. Imports runlog, digest and verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from conformance.runlog import read_run
from conformance.verdict import HOLDS, gravest
from reports.digest import digest_of
from reports.verdict import WORDS, Verdict, verdict_of
from reports.wording import clean, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.runlog import Run
    from reports.digest import Digest

#: Written by `conformance.cli.several`: which runs belong together, in the order asked for.
INDEX = "targets.json"


@dataclass(frozen=True, slots=True)
class Member:
    """One target's run; `run` is None where it left no log (a usage error, or it never began)."""

    argument: str
    folder: str
    exit_code: int
    run: Run | None
    digest: Digest | None

    @property
    def name(self) -> str:
        """The target's own name, else what the command line called it."""
        target = self.run.header.get("target", {}) if self.run else {}
        return clean(str(target.get("name") or self.argument))

    @property
    def verdict(self) -> Verdict:
        """The run's verdict; of a run without log, what its exit code says."""
        if self.run:
            found = verdict_of(self.run)
            code = gravest([found.exit_code, self.exit_code])
            return found if code == found.exit_code else replace(found, exit_code=code)
        sentence = f"{self.name} left no run log: nothing of it was judged."
        return Verdict(self.exit_code, WORDS[self.exit_code], sentence, (sentence,))


@dataclass(frozen=True, slots=True)
class Group:
    """All runs, and what they come to together."""

    members: tuple[Member, ...]

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict of all; it holds only where every target does."""
        verdicts = [member.verdict for member in self.members]
        code = gravest(verdict.exit_code for verdict in verdicts)
        holding = sum(verdict.exit_code == HOLDS for verdict in verdicts)
        sentence = f"{holding} of {counted(len(verdicts), 'target')} hold what was judged."
        if code == HOLDS:
            sentence = f"All {len(verdicts)} targets hold what was judged of them."
        return Verdict(code, WORDS[code], sentence, tuple(v.sentence for v in verdicts))

    def differing(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each clause with its status per target, where the targets do not agree.

        A target that the clause does not concern, or that left no log, has "".
        """
        known = dict.fromkeys(
            record.id
            for member in self.members
            if member.digest
            for record in member.digest.records
        )
        tables = [_statuses(member) for member in self.members]
        for name in known:
            row = tuple(table.get(name, "") for table in tables)
            if len({status for status in row if status}) > 1:
                yield name, row


def _statuses(member: Member) -> dict[str, str]:
    records = member.digest.records if member.digest else ()
    return {record.id: str(record.status) for record in records}


def read_group(folder: Path) -> Group:
    """Read `targets.json` and the run logs that it names.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no index of runs, or a log is none.
    """
    index = orjson.loads((folder / INDEX).read_bytes())
    return Group(tuple(_member(folder, entry) for entry in index["targets"]))


def _member(folder: Path, entry: dict[str, str | int]) -> Member:
    log = folder / str(entry["folder"]) / "run.ndjson"
    run = read_run(log) if log.is_file() else None
    return Member(
        argument=str(entry["argument"]),
        folder=str(entry["folder"]),
        exit_code=int(entry["exit_code"]),
        run=run,
        digest=digest_of(run) if run else None,
    )
