"""Pages of login and consent: who may show them in a frame."""

from __future__ import annotations

import pytest
from builders import Said, exchange

from conformance.checks import pages as check
from conformance.oauth import PageSeen

DENIED = ("x-frame-options", "DENY")


def said(*policies: str, more: tuple[tuple[str, str], ...] = ()) -> Said:
    """Judge a page with these policies, each in a header of its own."""
    told = tuple(("content-security-policy", policy) for policy in policies)
    page = exchange(headers=(*told, *more))
    return Said(check.keep_out_of_frames([PageSeen("login", page)]))


@pytest.mark.parametrize(
    "policy",
    [
        "frame-ancestors 'none'",
        "default-src 'self';frame-ancestors 'SELF' https://portal.example",
        "Frame-Ancestors 'none'",
        "default-src *, frame-ancestors https://*.example.com:8443/login",
        "frame-ancestors localhost:3000 example.com:*",
        "frame-ancestors",
    ],
)
def test_a_page_that_names_who_may_frame_it_is_kept(policy: str) -> None:
    assert said(policy).holds


@pytest.mark.parametrize(
    "sources",
    ["*", "https://*", "'self' *", "https:", "https://*:443", "*.com", "https://a.example http:"],
)
def test_a_page_that_anyone_may_frame_is_not(sources: str) -> None:
    policy = f"default-src 'self'; frame-ancestors {sources}"
    assert policy in said(policy).only.observed
    # Browsers that know frame-ancestors do not look at the other header.
    assert said(policy, more=(DENIED,)).only


@pytest.mark.parametrize("policy", ["", "default-src 'none'", "x-frame-ancestors 'none'"])
def test_without_frame_ancestors_the_other_header_tells(policy: str) -> None:
    assert said(policy, more=(DENIED,)).holds
    assert said(policy).only
    assert said(policy, more=(("x-frame-options", "ALLOW-FROM https://a.example"),)).only


def test_of_several_policies_one_suffices() -> None:
    assert said("frame-ancestors *", "frame-ancestors 'none'").holds
    assert said("frame-ancestors *; frame-ancestors 'none'").only
