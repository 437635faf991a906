"""Named wrong behaviours, one module for each value they spoil. Imports the mock's own modules.

Importing a module registers its defects.
"""

from conformance.mock.defects import (
    answers,
    criteria,
    matching,
    metadata,
    pages,
    reads,
    rows,
    vocabulary,
)
from conformance.mock.defects.registry import REGISTRY, Defect, Defects, choose, unknown

MODULES = (vocabulary, criteria, matching, pages, reads, rows, answers, metadata)

__all__ = ["MODULES", "REGISTRY", "Defect", "Defects", "choose", "unknown"]
