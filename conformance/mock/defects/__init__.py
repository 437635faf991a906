"""Named wrong behaviours, one module for each value they spoil. Imports the mock's own modules.

Importing a module registers its defects.
"""

from conformance.mock.defects import (
    answers,
    criteria,
    matching,
    members_access,
    members_answers,
    members_pages,
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

__all__ = ["MEMBERS_MODULES", "MODULES", "REGISTRY", "Defect", "Defects", "choose", "unknown"]
