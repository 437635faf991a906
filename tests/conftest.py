"""Makes what stands in this folder known to the tests in the folders below (`asking`).

With xdist, the tests of a file share a worker, since they share what a fixture made; the gates
share one too, since they share one judging of every rewrite and defect.
"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where it is asked for

    class ByFile(LoadScopeScheduling):
        """xdist's `loadfile`, with the gates as one file."""

        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "gates" if file.startswith("tests/gates/") else file

    return ByFile(config, log)
