"""What the gates run: every rewrite, put together in packs, and every named defect of the mock."""

from __future__ import annotations

import os

import rewrites_of_answers
import rewrites_of_content
import rewrites_of_results
import rewrites_of_searches
from judging import Job
from rewriting import REWRITES, packed

from conformance.contract import load_contract
from conformance.mock.defects import REGISTRY

MODULES = (rewrites_of_answers, rewrites_of_content, rewrites_of_results, rewrites_of_searches)
#: Rewrites are made for the Provider Directory; each area has gates of its own.
AREA = "DIR"
CLAUSES = {
    clause.id: clause
    for clause in load_contract().clauses
    if clause.area == AREA and clause.not_tested is None
}

#: With FLEXCHECK_GATES=alone each rewrite and each defect has a whole run of its own: minutes.
ALONE = os.environ.get("FLEXCHECK_GATES") == "alone"

PACKS = (
    [(name,) for name in REWRITES]
    if ALONE
    else [tuple(found.name for found in pack) for pack in packed(REWRITES.values(), CLAUSES)]
)
#: In which run each rewrite is judged.
RUN_OF = {name: names[0] for names in PACKS for name in names}

DEFECTS = {
    name: found.breaks
    for name, found in REGISTRY.items()
    if any(clause.startswith(f"{AREA}-") for clause in found.breaks)
}
#: Defects that are judged in a whole run too, from different places in the mock's flow.
WHOLE = tuple({REGISTRY[name].seam: name for name in DEFECTS}.values())[::2]


def resources_of(clauses: tuple[str, ...]) -> set[str]:
    """Return what clauses are about: resource types, "" for the directory as such."""
    return {CLAUSES[clause].resource for clause in clauses}


def job_of(name: str) -> Job:
    """Return the run that judges a defect: of the clauses of its resource type, and general ones.

    Networks are Organizations.
    """
    codes = {clause.split("-")[1] for clause in DEFECTS[name]}
    networks = {"ORG", "NET", "NETWORK"}
    if ALONE or not all(resources_of(DEFECTS[name])):
        return Job(name, defects=(name,))
    own = sorted(codes | networks if networks & codes else codes)
    general = ("METADATA", "FHIR-VERSION", "IG-VERSION")
    return Job(name, defects=(name,), only=tuple(f"DIR-{code}" for code in (*own, *general)))
