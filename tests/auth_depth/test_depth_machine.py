"""Random orders of authorize, token, refresh, revoke and use keep to the rules; defects do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis.stateful import run_state_machine_as_test
from oauth_machine import BOUNDED, SEARCH, SHRUNK, Clock, OAuthMachine, Otherwise

from conformance.mock import start_mock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis import settings

#: A defect, and what the last line of the script says that the rules wanted instead.
FOUND = {
    "code-reusable": "no token",
    "code-reuse-keeps-tokens": "401",
    "code-not-bound-to-client": "no token",
    "code-never-expires": "no token",
    "pkce-plain-accepted": "invalid_request",
    "pkce-verifier-not-checked": "no token",
    "pkce-secret-is-enough": "no token",
    "client-secret-not-checked": "no token",
    "consent-declined-scope-granted": "tokens for",
    "refresh-widens-scope": "no token",
    "refresh-token-single-use": "a token",
    "refresh-after-revocation": "no token",
    "access-token-expired-accepted": "401",
    "access-token-revoked-accepted": "401",
}
#: Those whose script is made as short as it gets, which takes some seconds.
SHORTENED = {"code-reusable": 3, "access-token-revoked-accepted": 4}


def drive(defects: Iterable[str], how: settings) -> None:
    clock = Clock()
    with start_mock(practitioners=5, clock=clock, defects=defects) as mock:
        run_state_machine_as_test(lambda: OAuthMachine(mock, clock), settings=how)


def test_the_mock_keeps_to_the_rules() -> None:
    drive([], BOUNDED)


@pytest.mark.parametrize("defect", FOUND.keys() - SHORTENED.keys())
def test_a_defect_is_found(defect: str) -> None:
    with pytest.raises(Otherwise) as found:
        drive([defect], SEARCH)
    assert f"the rules say: {FOUND[defect]}" in str(found.value)


@pytest.mark.parametrize("defect", SHORTENED)
def test_the_script_that_shows_a_defect_is_short(defect: str) -> None:
    with pytest.raises(Otherwise) as found:
        drive([defect], SHRUNK)
    *steps, wanted = str(found.value).splitlines()
    assert wanted.strip() == f"the rules say: {FOUND[defect]}"
    assert len(steps) == SHORTENED[defect], found.value
    assert [step.partition(".")[0] for step in steps] == [str(n) for n in range(1, len(steps) + 1)]
