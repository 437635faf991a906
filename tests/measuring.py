"""Which processes that tests start take part in measuring coverage."""

from __future__ import annotations

import os


def unmeasured(**more: str) -> dict[str, str]:
    """Return an environment for a process that would only repeat what others are measured at.

    To measure coverage nearly doubles the time of a run.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
    return {**inherited, **more}
