"""One judging of every rewrite and named defect, shared by all gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalogue import (
    AUTHORIZATION_RUNS,
    DEFECT_RUNS,
    DIRECT_RUNS,
    HONEST_RUNS,
    REWRITE_RUNS,
    WHOLE_RUNS,
)
from judging import judge

if TYPE_CHECKING:
    from judging import Verdict


@pytest.fixture(scope="session")
def verdicts() -> dict[str, Verdict]:
    """Return what came of every run, by the name of the job."""
    honest = (*AUTHORIZATION_RUNS.values(), *DIRECT_RUNS.values(), *HONEST_RUNS.values())
    return judge(run.job for run in (*honest, *REWRITE_RUNS, *WHOLE_RUNS, *DEFECT_RUNS))
