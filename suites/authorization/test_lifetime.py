"""Tokens and codes at the end of their time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import bearer, tokens
from suites.authorization import aging

if TYPE_CHECKING:
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab


@pytest.mark.clause("TOKEN-LIFETIME-FULL")
def test_the_token_lives_its_time(lab: Lab, finding: Judge) -> None:
    finding.assess(bearer.opens([aging.last_use(lab)]))


@pytest.mark.clause("TOKEN-LIFETIME-ENDS")
def test_the_token_ends_with_its_time(lab: Lab, finding: Judge) -> None:
    use = aging.late_use(lab)
    finding.assess(
        (*bearer.status_is([use.exchange], bearer.UNAUTHORIZED), *bearer.brings_no_data([use]))
    )


@pytest.mark.parametrize(
    "deployment",
    [
        pytest.param("tooele", marks=pytest.mark.clause("USE-EXPIRED-401", case="refreshed")),
        pytest.param("uhc", marks=pytest.mark.clause("TOKEN-LIFETIME-ENDS", case="refreshed")),
    ],
)
def test_the_token_of_a_refresh_ends_with_its_time(
    lab: Lab,
    deployment: str,  # noqa: ARG001 - whose clause it is
    finding: Judge,
) -> None:
    use = aging.late_renewed_use(lab)
    finding.assess(
        (*bearer.status_is([use.exchange], bearer.UNAUTHORIZED), *bearer.brings_no_data([use]))
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CODE-EXPIRES")
def test_a_code_ends(lab: Lab, finding: Judge) -> None:
    if lab.target.limits.code_seconds:
        aging.code(lab)
    finding.assess(tokens.refused([aging.old_code(lab)]))


@pytest.mark.clause("REFRESH-AFTER-EXPIRY")
def test_a_refresh_after_a_401(lab: Lab, finding: Judge) -> None:
    old, new, again = aging.renewed_use(lab)
    finding.assess(
        (
            *bearer.status_is([old.exchange], bearer.UNAUTHORIZED),
            *tokens.granted([new]),
            *bearer.opens([again]),
        )
    )


@pytest.mark.clause("USE-INVALID-TOKEN", case="expired")
def test_an_expired_token_is_refused(lab: Lab, finding: Judge) -> None:
    use = aging.late_use(lab)
    finding.assess(bearer.status_is([use.exchange], bearer.UNAUTHORIZED))


@pytest.mark.clause("USE-INVALID-TOKEN-ERROR", case="expired")
def test_an_expired_token_is_named(lab: Lab, finding: Judge) -> None:
    use = aging.late_use(lab)
    finding.assess(
        bearer.challenge_names([use.exchange], "invalid_token"),
        otherwise="there was no WWW-Authenticate",
    )
