"""What the gates run: every rewrite, put together in packs, and every named defect of the mock."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import rewrites_of_answers
import rewrites_of_bundles
import rewrites_of_content
import rewrites_of_forms
import rewrites_of_habits
import rewrites_of_http
import rewrites_of_includes
import rewrites_of_members
import rewrites_of_paging
import rewrites_of_quality
import rewrites_of_searches
from judging import Job
from rewriting import REWRITES, UNREADABLE, is_deep, is_profiled, packed
from worlds import WORLDS

from conformance.contract import load_contract
from conformance.mock.defects import REGISTRY
from conformance.plugin.applicability import is_selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rewriting import Rewrite

MODULES = (
    *(rewrites_of_answers, rewrites_of_bundles, rewrites_of_content, rewrites_of_includes),
    *(rewrites_of_forms, rewrites_of_habits, rewrites_of_http, rewrites_of_quality),
    *(rewrites_of_members, rewrites_of_paging, rewrites_of_searches),
)
CLAUSES_OF = {name: world.clauses for name, world in WORLDS.items()}
#: No mock shows it: a member is one Patient, so that no search has a second page.
NEVER_SHOWN = frozenset({"PA-PAT-PAGING-COMPLETE"}) | {
    # Nor does a person of the mock refer to anything.
    *("PA-PAT-REFERENCES-RESOLVE", "DIR-PRAC-REFERENCES-RESOLVE"),
    # Nor does it have all that these profiles mark as must-support.
    *(f"DIR-{code}-MUST-SUPPORT" for code in ("AFF", "HSVC", "LOC", "NET", "ORG", "PRAC", "ROLE")),
    *("PA-EOB-MUST-SUPPORT", "PA-ENC-MUST-SUPPORT", "PA-PAT-MUST-SUPPORT"),
}
#: Nor this: the only token that is searched is a code, whose system no row writes.
NEVER_JUDGED = frozenset({"PA-IMM-TOKEN-SYSTEM"})
CLAUSES = {key: clause for clauses in CLAUSES_OF.values() for key, clause in clauses.items()}
AREAS = frozenset(world.area for world in WORLDS.values())

#: With FLEXCHECK_GATES=alone each rewrite and each defect has a whole run of its own: minutes.
ALONE = os.environ.get("FLEXCHECK_GATES") == "alone"
#: Every rewrite is made for the type that a document says most of, where it breaks something there;
#: for all types so many, and such, that each clause is broken.
RICHEST = {"directory": "ROLE", "tooele": "EOB"}
NEEDED = ("directory", "tooele", "uhc")
GENERAL = {"DIR": ("METADATA", "FHIR-VERSION", "IG-VERSION"), "PA": ("METADATA", "FHIR-VERSION")}


@dataclass(frozen=True, slots=True)
class Run:
    """A job of the gates, and what is to be seen in it: the clauses that its defect breaks.

    That is nothing for a run with rewrites; they say themselves what they break.
    """

    job: Job
    breaks: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.job.name

    @property
    def clauses(self) -> frozenset[str]:
        """The tested clauses that are judged in it."""
        only = self.job.only or (WORLDS[self.job.world].area,)
        known = CLAUSES_OF[self.job.world].items()
        judged = {key for key, clause in known if is_selected(clause, only)}
        judged = judged if self.job.deep else {key for key in judged if not is_deep(key)}
        profiled = self.job.profiled
        return frozenset(judged if profiled else {key for key in judged if not is_profiled(key)})


def general(area: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return `--only` values: resource types of an area, and what is said of the API as such."""
    return tuple(f"{area}-{code}" for code in (*codes, *GENERAL[area]))


def concerning(world: str) -> list[Rewrite]:
    """Return the rewrites that have something to break; or nothing at all, anywhere."""
    clauses = CLAUSES_OF[world]
    return [found for found in REWRITES.values() if found.must_break(clauses) or not found.breaks]


def covering(world: str) -> list[Rewrite]:
    """Return rewrites that break each clause that can be, and no more of them than it takes."""
    clauses = CLAUSES_OF[world]
    sharp = [found for found in concerning(world) if UNREADABLE not in found.also]
    chosen: list[Rewrite] = []
    breaks = {found.name: found.must_break(clauses) for found in sharp}
    left = set().union(*breaks.values())
    while left:
        best = max(sharp, key=lambda found: len(breaks[found.name] & left))
        left -= breaks[best.name]
        chosen.append(best)
    return chosen


def rewrite_runs() -> Iterator[Run]:
    """Yield the runs with rewrites; the first of a pack names it."""
    for world in NEEDED:
        wholly = covering(world)
        in_part = [found for found in concerning(world) if found not in wholly]
        if world in RICHEST:
            only = general(WORLDS[world].area, [RICHEST[world]])
            here = Run(Job("", world, only=only, deep=True)).clauses
            seen = [found for found in in_part if found.must_break(here) or not found.breaks]
            wholly += [found for found in in_part if found not in seen]
            yield from _packs(world, seen, only)
        yield from _packs(world, wholly)


def _packs(world: str, rewrites: list[Rewrite], only: tuple[str, ...] = ()) -> Iterator[Run]:
    for deep in (False, True):
        chosen = [found for found in rewrites if found.is_deep == deep]
        judged = Run(Job("", world, only=only, deep=deep)).clauses
        # Those that would meet at a type that is not judged may trip over each other there, too.
        packs = [(found,) for found in chosen] if ALONE else packed(chosen, CLAUSES_OF[world])
        for pack in packs:
            names = tuple(found.name for found in pack)
            # What else validation would say of a rewrite is nothing that the gate holds it to.
            profiled = any(is_profiled(key) for found in pack for key in found.must_break(judged))
            how = {"only": only, "deep": deep, "profiled": profiled}
            yield Run(Job(f"{world}: {names[0]}", world, rewrites=names, **how))


REWRITE_RUNS = tuple(rewrite_runs())
#: In which run each rewrite is judged, of each mock.
REWRITTEN = {
    f"{run.job.world}: {name}": (REWRITES[name], run)
    for run in REWRITE_RUNS
    for name in run.job.rewrites
}


#: What shows in one of the mocks only: where the member has no claims.
SHOWN_BY = {"eob-empty-search-404": "clinical"}


def defect_runs() -> Iterator[Run]:
    """Yield the runs of the defects: each clause is demonstrated by the first mock that has it."""
    for name, found in REGISTRY.items():
        left = set(found.breaks)
        for world, clauses in CLAUSES_OF.items():
            here = left & clauses.keys() if SHOWN_BY.get(name, world) == world else set()
            left -= here
            if here:
                only = only_of(WORLDS[world].area, here)
                deep = any(map(is_deep, here))
                job = Job(f"{name}, {world}", world, defects=(name,), only=only, deep=deep)
                yield Run(job, frozenset(here))


def only_of(area: str, clauses: set[str]) -> tuple[str, ...]:
    """Return what is judged of a defect: its resource type, and what is general.

    Networks are Organizations.
    """
    codes = {clause.split("-")[1] for clause in clauses}
    networks = {"ORG", "NET", "NETWORK"}
    if ALONE or not all(CLAUSES[clause].resource for clause in clauses):
        return ()
    networked = area == "DIR" and networks & codes
    return general(area, sorted(codes | networks if networked else codes))


def resources_of(clauses: Iterable[str]) -> set[tuple[str, str]]:
    """Return what clauses are about: area and resource type, "" for an API as such."""
    contract = load_contract()
    return {(contract[clause].area, contract[clause].resource) for clause in clauses}


DEFECT_RUNS = tuple(defect_runs())


def whole_runs() -> Iterator[Run]:
    """Yield whole runs of some defects, from different places in the mock's flow."""
    for area in sorted(AREAS):
        of_area = [run for run in DEFECT_RUNS if WORLDS[run.job.world].area == area]
        by_seam = {REGISTRY[run.job.defects[0]].seam: run for run in of_area}
        for run in tuple(by_seam.values())[::2]:
            job = replace(run.job, name=f"{run.name} (whole)", only=())
            yield Run(job)


WHOLE_RUNS = tuple(whole_runs())
HONEST_RUNS = {name: Run(Job(f"{name}: honest", name, deep=True)) for name in WORLDS}
#: Long enough for a test to use a token, short enough to wait for its end.
LIFETIME = 2
AUTHORIZATION = ("AUTH", "TOKEN", "REFRESH", "SCOPE", "USE")
#: Honest runs of what tests/auth breaks: here only the proxy is in question.
AUTHORIZATION_RUNS = {
    name: Run(
        Job(
            f"authorization: {name}", "tooele", only=AUTHORIZATION, direct=direct, lifetime=LIFETIME
        )
    )
    for name, direct in (("honest", False), ("direct", True))
}
DIRECT_RUNS = {name: Run(Job(f"{name}: direct", name, direct=True, deep=True)) for name in WORLDS}
