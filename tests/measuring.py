"""What takes part in measuring coverage.

To measure takes as long again as the tests themselves, and most of it would see the same lines
once more: the processes that tests start, but those of a few files, and what goes through a corpus.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Files of tests whose processes are measured: each kind of run once.
MEASURED = frozenset(
    {
        *("test_auth_canary.py", "test_future_run.py", "test_plan.py"),
        *("test_doctor.py", "test_login_doctor.py", "test_login_browser.py"),
    }
)
#: Files of tests that repeat what others go through, many times over: not measured themselves.
REPEATING = frozenset(
    {
        *("test_official_cases.py", "test_validator_corpus.py", "test_snapshot_agreement.py"),
        *("test_fhirpath_bad_input.py", "test_checks_oddities.py", "test_redaction_index.py"),
        *("test_depth_machine.py", "test_search_properties.py", "test_other_member_ways.py"),
    }
)
#: What makes coverage measure a process that is started (`patch = subprocess`).
_VARIABLES = {key: value for key, value in os.environ.items() if key.startswith("COVERAGE")}


@contextmanager
def measured(file: str) -> Iterator[None]:
    """Run the tests of a file with as much measuring as it is worth."""
    if file in MEASURED:
        os.environ.update(_VARIABLES)
    else:
        for key in _VARIABLES:
            os.environ.pop(key, None)
    here, in_threads = sys.gettrace(), threading.gettrace()
    if file in REPEATING:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]  # typeshed knows no end of tracing
    try:
        yield
    finally:
        sys.settrace(here)
        threading.settrace(in_threads)  # type: ignore[arg-type]
