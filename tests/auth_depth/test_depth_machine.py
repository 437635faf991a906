"""Random orders of authorize, token, refresh, revoke and use keep to the rules; defects do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis.stateful import run_state_machine_as_test
from oauth_machine import BOUNDED, SEARCH, SHRUNK, Clock, OAuthMachine, Otherwise
from oauth_model import LISTED

from conformance.mock import start_mock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis import settings

#: Defects that random orders come upon within seconds.
FOUND = (
    "code-never-expires",
    "code-reuse-keeps-tokens",
    "pkce-plain-accepted",
    "refresh-after-revocation",
)
ALL = "Coverage, ExplanationOfBenefit, Patient"
#: What the shortest way to see a defect looks like to a person.
SCRIPT = f"""\
1. web asks for {ALL}, challenge none; the member declines nothing -> a code
2. web redeems code 1 -> a token for {ALL}
3. the member revokes web -> done
4. tokens 1 asks for Patient -> 200
   the rules say: 401"""


def drive(defects: Iterable[str], how: settings) -> None:
    clock = Clock()
    with start_mock(practitioners=5, clock=clock, defects=defects) as mock:
        run_state_machine_as_test(lambda: OAuthMachine(mock, clock), settings=how)


def test_the_mock_keeps_to_the_rules() -> None:
    drive([], BOUNDED)


@pytest.mark.parametrize("defect", FOUND)
def test_a_defect_is_found(defect: str) -> None:
    with pytest.raises(Otherwise) as found:
        drive([defect], SEARCH)
    *steps, wanted = str(found.value).splitlines()
    assert wanted.startswith("   the rules say: ")
    assert [step.partition(".")[0] for step in steps] == [str(n) for n in range(1, len(steps) + 1)]


def test_the_script_that_shows_a_defect_is_short() -> None:
    with pytest.raises(Otherwise) as found:
        drive(["access-token-revoked-accepted"], SHRUNK)
    assert str(found.value) == SCRIPT


def test_without_a_defect_the_search_holds_what_it_found() -> None:
    """The order that shows a defect above ends as the rules say where there is none."""
    clock = Clock()
    with start_mock(practitioners=5, clock=clock) as mock:
        machine = OAuthMachine(mock, clock)
        code = machine._ask("web", frozenset(LISTED), frozenset(), "right")
        held = machine.redeem(code, "nothing")
        machine.revoke(held)
        machine.use(held, LISTED[0])
        machine.teardown()
    assert machine.script[-1] == "4. tokens 1 asks for Patient -> 401"
