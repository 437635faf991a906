"""Which redirect URIs are accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import authorization as check
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab


def scheme_of(uri: str) -> str:
    """Return the scheme of a redirect URI, with its colon and slashes."""
    return uri.partition("://")[0] + "://"


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-REDIRECT-EXACT")
def test_only_the_registered_one(lab: Lab, finding: Judge) -> None:
    finding.assess(
        (
            *check.returns_to_asked(lab.good.authorization),
            *check.nobody_is_sent(stimuli.wrong_redirects(lab)),
        )
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-REDIRECT-HTTPS")
def test_http_is_refused(lab: Lab, finding: Judge) -> None:
    registered = lab.app.redirect_uri
    if scheme_of(registered) == "http://":
        pytest.skip("the registered redirect URI starts with http:// itself")
    rest = registered.partition("://")[2]
    asked = lab.led("http redirect URI", {"redirect_uri": f"http://{rest}"})
    finding.assess(check.nobody_is_sent([asked]))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-REDIRECT-LOCALHOST-REFUSED")
def test_localhost_is_refused(lab: Lab, finding: Judge) -> None:
    asked = lab.led("localhost", {"redirect_uri": "http://localhost:3000/callback"})
    finding.assess(check.nobody_is_sent([asked]))


@pytest.mark.clause("AUTH-REDIRECT-LOCALHOST")
def test_localhost_is_accepted(lab: Lab, finding: Judge) -> None:
    if not lab.app.redirect_uri.startswith(("http://localhost", "http://127.0.0.1")):
        pytest.skip("the registered redirect URI is not at localhost")
    finding.assess(check.returns_to_asked(lab.good.authorization))


@pytest.mark.clause("AUTH-REDIRECT-SCHEME")
def test_schemes(lab: Lab, finding: Judge) -> None:
    finding.assess(
        assertion
        for flow in (lab.good, lab.good_pkce)
        for assertion in check.returns_to_asked(flow.authorization)
    )


@pytest.mark.clause("AUTH-REDIRECT-MOBILE")
def test_own_scheme(lab: Lab, finding: Judge) -> None:
    if scheme_of(lab.public_app.redirect_uri) in ("http://", "https://"):
        pytest.skip("the public client's redirect URI has no scheme of its own")
    back = lab.good_pkce.authorization
    finding.assess((*check.returns_to_asked(back), *check.brings_code(back)))
