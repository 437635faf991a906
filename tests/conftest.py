"""Makes what stands in this folder known to the tests in the folders below (`asking`).

With xdist, the tests of a file share a worker, since they share what a fixture made; the gates
share one too, since they share one judging of every rewrite and defect. What takes long begins
first, so that no worker waits for another at the end.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from measuring import measured

# It would import selenium's trio into every process that draws examples.
os.environ["HYPOTHESIS_NO_PLUGINS"] = "1"

from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

settings.register_profile("steady", deadline=None, max_examples=60)  # a busy machine is no failure
settings.load_profile("steady")

HERE = Path(__file__).parent
#: The folders whose tests are whole runs.
LONG = ("gates", "plugin", "login", "auth", "clauses", "redaction", "cli", "auth_depth", "reports")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders of long tests first, all else in its order."""
    ranks = {HERE / name: rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.path.parent, len(ranks)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure what is worth it."""
    with measured(item.path.name):
        return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where it is asked for

    class ByFile(LoadScopeScheduling):
        """xdist's `loadfile`, with the gates as one file."""

        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "gates" if file.startswith("tests/gates/") else file

    # xdist would have the files with the most tests go first: those of the validator.
    config.option.loadscopereorder = False
    return ByFile(config, log)
