"""Which tests' processes take part in measuring coverage.

To measure nearly doubles the time of a run, and most runs that tests start only repeat what those
of a few files go through.
"""

from __future__ import annotations

import os

#: Files of tests whose processes are measured: a run of each kind.
MEASURED = frozenset(
    {
        *("test_auth_canary.py", "test_future_run.py", "test_login_kept_suites.py"),
        *("test_runs.py", "test_several_targets.py", "test_returned_runs.py"),
        *("test_doctor.py", "test_login_doctor.py", "test_plan.py", "test_login_browser.py"),
    }
)
#: What makes coverage measure a process that is started (`patch = subprocess`).
_VARIABLES = {key: value for key, value in os.environ.items() if key.startswith("COVERAGE")}


def measure(file: str) -> None:
    """Have the processes that a file's tests start measured, or not."""
    if file in MEASURED:
        os.environ.update(_VARIABLES)
    else:
        for key in _VARIABLES:
            os.environ.pop(key, None)
