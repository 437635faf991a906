"""Named wrong behaviours, one module for each value they spoil. Imports the mock's own modules.

Importing a module registers its defects.
"""

from conformance.mock.defects import (
    answers,
    authorized,
    clinical_answers,
    clinical_search,
    criteria,
    matching,
    members_access,
    members_answers,
    members_hidden,
    members_pages,
    members_patient,
    members_promises,
    members_rows,
    members_search,
    metadata,
    pages,
    reads,
    rows,
    vocabulary,
)
from conformance.mock.defects.registry import REGISTRY, Defect, Defects, choose, unknown

# Those of the directory, then those of Patient Access: the clauses they break say where they act.
MODULES = (vocabulary, criteria, matching, pages, reads, rows, answers, metadata)
MEMBERS_MODULES = (
    members_access,
    members_search,
    members_pages,
    members_rows,
    members_answers,
)
# What a fault of a shared service does: they spoil several types, or what only a whole run sees.
SHARED_MODULES = (
    members_hidden,
    members_patient,
    members_promises,
    clinical_search,
    clinical_answers,
    authorized,
)

__all__ = [
    "MEMBERS_MODULES",
    "MODULES",
    "REGISTRY",
    "SHARED_MODULES",
    "Defect",
    "Defects",
    "choose",
    "unknown",
]
