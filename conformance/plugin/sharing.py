"""How xdist workers share what one run may ask of a target. Imports target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from conformance.target import Target


def share_of(target: Target, workers: int) -> Target:
    """Return the target with one worker's part of what it may be asked; 0 stays unlimited."""
    if workers <= 1:
        return target
    limits = target.limits
    budget = max(1, limits.request_budget // workers) if limits.request_budget else 0
    shared = replace(
        limits,
        requests_per_second=limits.requests_per_second / workers,
        request_budget=budget,
        concurrency=max(1, limits.concurrency // workers),
    )
    return replace(target, limits=shared)


def keep_to_concurrency(config: pytest.Config, target: Target) -> None:
    """Have no more workers than requests may be under way at once: each sends one at a time."""
    asked = getattr(config.option, "tx", None) or []
    if len(asked) > target.limits.concurrency:
        config.option.tx = list(asked)[: target.limits.concurrency]
