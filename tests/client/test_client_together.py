"""Requests at the same time: all are sent, all are recorded, none shows a secret."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from rough_server import http

from conformance.client.together import together
from conformance.redaction import MASK, Redactor

if TYPE_CHECKING:
    from conftest import Dial, Serve


def test_all_start_before_one_has_ended() -> None:
    meeting = threading.Barrier(4, timeout=30)
    assert together([lambda number=number: (meeting.wait(), number)[1] for number in range(4)]) == [
        0, 1, 2, 3,
    ]  # fmt: skip


def test_what_one_raises_comes_out() -> None:
    def fail() -> int:
        raise LookupError("the second")

    with pytest.raises(LookupError, match="the second"):
        together([lambda: 1, fail])


def test_each_request_is_recorded_once(serve: Serve, dial: Dial) -> None:
    harness = dial(serve(http(b"{}")).base)
    answers = together([harness.get] * 4)
    assert [answer.status for answer in answers] == [200] * 4
    recorded = harness.recorder.drain()
    assert {item.id for item in recorded} == {answer.id for answer in answers}
    assert len(recorded) == 4


def test_secrets_learned_at_the_same_time_are_all_known() -> None:
    redactor = Redactor()
    secrets = [f"planted-secret-{number:04d}-value" for number in range(200)]

    def learn(first: int) -> None:
        for secret in secrets[first::4]:
            redactor.learn(secret)
            redactor.text(secret)

    together([lambda first=first: learn(first) for first in range(4)])
    assert {redactor.text(secret) for secret in secrets} == {MASK}
