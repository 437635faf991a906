"""Workers share the pace and the budget of a run, and are no more than may ask at once."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.plugin.sharing import keep_to_concurrency, share_of
from conformance.target import Limits, Target


def target(**limits: Any) -> Target:
    return Target("x", "uhc", "sandbox", Path("t.toml"), limits=Limits(**limits))


@pytest.mark.parametrize(
    ("workers", "pace", "budget"), [(1, 6.0, 100), (3, 2.0, 33), (200, 0.03, 1)]
)
def test_workers_together_ask_no_more_than_one_would(
    workers: int, pace: float, budget: int
) -> None:
    shared = share_of(target(requests_per_second=6.0, request_budget=100), workers).limits
    assert shared.requests_per_second == pytest.approx(pace)
    assert shared.request_budget == budget


def test_what_is_unlimited_stays_so() -> None:
    limits = share_of(target(requests_per_second=0, request_budget=0), 4).limits
    assert (limits.requests_per_second, limits.request_budget) == (0, 0)


@pytest.mark.parametrize(("workers", "at_once"), [(1, 8), (2, 4), (3, 2), (8, 1)])
def test_workers_share_what_may_be_under_way(workers: int, at_once: int) -> None:
    assert share_of(target(concurrency=8), workers).limits.concurrency == at_once


@pytest.mark.parametrize(("asked", "had"), [(1, 1), (2, 2), (5, 2)])
def test_there_are_no_more_workers_than_requests_at_once(asked: int, had: int) -> None:
    config: Any = SimpleNamespace(option=SimpleNamespace(tx=["popen"] * asked))
    keep_to_concurrency(config, target(concurrency=2))
    assert config.option.tx == ["popen"] * had


def test_a_run_without_workers_is_left_alone() -> None:
    config: Any = SimpleNamespace(option=SimpleNamespace())
    keep_to_concurrency(config, target())
    assert not hasattr(config.option, "tx")
