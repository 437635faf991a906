"""Has xdist keep the tests that share what was asked of the target in one worker.

xdist's own `loadgroup` marks node ids in a way that pytest 9.2 no longer sees. Imports xdist, which
is there when this module is asked for.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

from conformance.plugin.grouping import group_of


class ByResource(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Keeps the tests of one resource of one API in one worker, and those of authorization."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
