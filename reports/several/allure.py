"""Allure results of several runs in one folder. Imports the group and Allure's modules.

Allure reads one file of environment, executor and configuration from a folder: each tells of all
runs, and what is true of one only is led by its folder in the run directory.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reports.allure import results_of
from reports.allure_files import TREE, files_about, run_facts, verdict_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.runlog import Run
    from reports.several.group import Group, Member


def files_of(group: Group) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each file of the common folder."""
    runs = [*_told_apart(group)]
    for run in runs:
        yield from results_of(run)
    names = ", ".join(member.name for member in group.members)
    started = min((str(run.header.get("started", "")) for run in runs), default="")
    files = files_about(_facts(group), names, started, ("parentSuite", *TREE))
    for name, text in files.items():
        yield name, text.encode()


def _facts(group: Group) -> Iterator[tuple[str, str]]:
    """Yield the common verdict, then each target's own; one without log has a verdict too."""
    yield from verdict_facts(group.verdict)
    for member in group.members:
        for name, value in _facts_of(member):
            yield f"{member.folder}.{name}", value


def _facts_of(member: Member) -> Iterator[tuple[str, str]]:
    yield from verdict_facts(member.verdict)
    if member.run:
        yield from run_facts(member.run)


def _told_apart(group: Group) -> Iterator[Run]:
    """Yield the runs; of one name, the later ones have their folder's too.

    Ids of results, attachments and histories follow from a target's name: Allure would take one
    for a retry of another, or one file for another.
    """
    seen: set[str] = set()
    for member in group.members:
        if member.run:
            again = member.name in seen
            yield _renamed(member.run, f"{member.name} ({member.folder})") if again else member.run
            seen.add(member.name)


def _renamed(run: Run, name: str) -> Run:
    target = {**run.header.get("target", {}), "name": name}
    return replace(run, header={**run.header, "target": target})
