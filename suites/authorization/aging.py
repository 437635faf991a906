"""The one wait of a run: a token and a code grow old together, and are tried at both ends."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance import clock
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.auth import Flow
    from conformance.oauth import TokenAnswer, Use
    from suites.authorization.lab import Lab

#: How much of a token's life is left when it is tried for the last time: a part, seconds at most.
PART, MOST = 0.25, 2.0


def token(lab: Lab) -> TokenAnswer:
    """Return the token that grows old; skip where its time is not told, or too long to wait."""
    _ = lab.patient  # asked for before the wait
    answer = lab.usable(stimuli.token_to_expire(lab))
    with suppress(pytest.skip.Exception):
        renewed(lab)  # it grows old beside the other
    if answer.lifetime is None or answer.lifetime > stimuli.PATIENCE:
        told = "no expires_in" if answer.lifetime is None else f"expires_in {answer.lifetime:g}"
        pytest.skip(
            f"{told}: a run waits {stimuli.PATIENCE:g} seconds at most for a token to expire"
        )
    return answer


def renewed(lab: Lab) -> TokenAnswer:
    """Return the token of a refresh, which grows old as well."""
    before = lab.holding("a token whose refresh is to expire")
    return lab.usable(lab.refreshed("a refreshed token to expire", before))


def late_renewed_use(lab: Lab) -> Use:
    """Use the token of a refresh just after its time."""
    _late_uses(lab)
    return _renewed_use(lab)


def _renewed_use(lab: Lab) -> Use:
    answer = renewed(lab)
    if answer.lifetime is None or answer.lifetime > stimuli.PATIENCE:
        pytest.skip("the refreshed token tells no time, or one that is too long to wait")
    _sleep_until(answer.received + answer.lifetime + stimuli.GRACE)
    return lab.use("refreshed token after its time", answer.tokens.access)


def _late_uses(lab: Lab) -> None:
    """Try both tokens at their end, the one first that ends first: later both were long over."""
    first = token(lab)
    with suppress(pytest.skip.Exception):
        last_use(lab)  # once its time is over, it would be too late for that
    ends = [(first.received + (first.lifetime or 0.0), stimuli.expired_use)]
    with suppress(pytest.skip.Exception):
        second = renewed(lab)
        ends.append((second.received + (second.lifetime or 0.0), _renewed_use))
    for _, use in sorted(ends, key=lambda pair: pair[0]):
        with suppress(pytest.skip.Exception):
            use(lab)


def code(lab: Lab) -> tuple[Flow, float]:
    """Return a code that grows old unused, and the `clock.monotonic()` at which it was had."""

    def had() -> tuple[Flow, float]:
        return lab.flow("a code to expire", lab.app), clock.monotonic()

    return lab.once("a code to expire, when", had)


def last_use(lab: Lab) -> Use:
    """Use the token shortly before its time is over."""
    answer = token(lab)
    if lab.target.limits.code_seconds and not lab.by_person:
        code(lab)
    life = answer.lifetime or 0.0
    end = answer.received + life

    def send() -> tuple[Use, bool]:
        _sleep_until(end - min(life * PART, MOST))
        use = lab.use("token in its last moment", answer.tokens.access, "Patient", lab.patient)
        return use, clock.monotonic() < end

    use, in_time = lab.once("last moment", send)
    if not in_time:
        pytest.skip("the answer came after the token's time: nothing was demonstrated")
    return use


def late_use(lab: Lab) -> Use:
    """Use the token just after its time."""
    _late_uses(lab)
    return stimuli.expired_use(lab)


def old_code(lab: Lab) -> TokenAnswer:
    """Exchange a code after its time."""
    life = lab.target.limits.code_seconds
    if not 0 < life <= stimuli.PATIENCE:
        told = f"{life:g} seconds" if life else "not told"
        pytest.skip(
            f"how long codes live: {told} (limits.code_seconds); a run waits"
            f" {stimuli.PATIENCE:g} seconds at most"
        )
    flow, had = code(lab)
    if not flow.authorization.code:
        pytest.skip(f"no code was had: {flow.authorization.ending}")
    _sleep_until(had + life + stimuli.GRACE)
    return lab.redeemed("a code after its time", flow)


def renewed_use(lab: Lab) -> tuple[Use, TokenAnswer, Use]:
    """Use an old token, refresh, and send the same request with the new one."""
    answer = token(lab)
    old = late_use(lab)
    new = lab.live("refresh after expiry", lambda purpose: lab.refreshed(purpose, answer))
    return old, new, lab.use("request repeated after a refresh", new.tokens.access)


def _sleep_until(when: float) -> None:
    clock.sleep(max(0.0, when - clock.monotonic()))
