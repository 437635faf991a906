"""Codes and tokens that nobody can guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import guessing
from conformance.checks.guessing import Issued
from conformance.plugin.marks import each_case
from conformance.target.recorded import PLACEHOLDER

if TYPE_CHECKING:
    from conformance.contract import Clause
    from conformance.oauth import TokenAnswer
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

#: Those whose codes and tokens are compared; other tests refresh them.
PURPOSES = ("access to be refreshed", "access not to be refreshed")
KINDS = ("code", "access_token", "refresh_token")


def codes(lab: Lab) -> list[Issued]:
    """Return codes: no two are the same, for each is good once."""
    if lab.by_person:
        pytest.skip(lab.needs_a_code())
    _ = answers(lab)  # a code is exchanged as soon as it is there
    flows = [lab.good, *(lab.flow(f"{what}: authorization", lab.app) for what in PURPOSES)]
    found = [flow.authorization for flow in flows]
    return [Issued(item.code, item.last.id) for item in found if item.code]


def answers(lab: Lab) -> list[TokenAnswer]:
    """Return the answers that brought tokens."""
    held = [lab.token_answer, *(lab.holding(what) for what in PURPOSES)]
    return [answer for answer in held if answer.granted]


def issued(lab: Lab, kind: str) -> list[Issued]:
    """Return what the server gave out of a kind; a token may be given out again."""
    if kind == "code":
        return codes(lab)
    tokens = {
        answer.tokens.access if kind == "access_token" else answer.tokens.refresh: answer
        for answer in answers(lab)
    }
    unknown = ("", PLACEHOLDER)  # a replay has no token
    return [Issued(token, it.exchange.id) for token, it in tokens.items() if token not in unknown]


@each_case("TOKEN-GUESSING-[0-9]+", lambda _: KINDS)
def test_nobody_can_guess(lab: Lab, clause: Clause, case: str, finding: Judge) -> None:
    finding.assess(
        guessing.has_room(issued(lab, case), case, int(clause.value)),
        otherwise=f"no {case} was had",
    )
