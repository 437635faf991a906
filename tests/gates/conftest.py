"""One judging of every rewrite and named defect, shared by all gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalogue import DEFECTS, PACKS, WHOLE, job_of
from judging import Job, judge

if TYPE_CHECKING:
    from judging import Verdict


@pytest.fixture(scope="session")
def verdicts() -> dict[str, Verdict]:
    """Return what came of every run, by the name of the job."""
    return judge(
        [
            Job("direct", direct=True),
            Job("honest"),
            *(Job(names[0], rewrites=names) for names in PACKS),
            *(job_of(name) for name in DEFECTS),
            *(Job(f"{name} (whole)", defects=(name,)) for name in WHOLE),
        ]
    )
