"""Where the plugin leaves, on a pytest item, what other plugins may read. Imports findings only."""

from __future__ import annotations

import pytest

from conformance.contract.model import Clause
from conformance.findings import Finding

#: The clause an item judges; absent on tests that are not flexcheck's.
CLAUSE = pytest.StashKey[Clause]()
#: The finding, once the item was judged.
FINDING = pytest.StashKey[Finding]()
#: On the config: flexcheck's own exit code, once it is known. `pytest.main` gives a code back as
#: pytest's of the same number, which means something else.
EXIT_CODE = pytest.StashKey[int]()
