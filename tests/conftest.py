"""Makes what stands in this folder known to the tests in the folders below (`asking`).

With xdist, the tests of a file share a worker, since they share what a fixture made; the gates
share one too, since they share one judging of every rewrite and defect.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the group of each test for `--dist loadgroup`."""
    for item in items:
        gates = item.path.is_relative_to(HERE / "gates")
        group = "gates" if gates else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
