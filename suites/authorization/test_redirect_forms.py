"""Redirect URIs that are nearly the registered one, each with a finding of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from conformance.checks import odd_requests as check
from conformance.plugin.marks import cases_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

ELSEWHERE = "flexcheck.invalid"


def _elsewhere(uri: str) -> str:
    """Return a URI at a host of nobody's, with the path of this one."""
    return f"https://{ELSEWHERE}{urlsplit(uri).path}"


def _at(uri: str, place: str) -> str:
    """Return a URI with another host part."""
    scheme, _, rest = uri.partition("://")
    slash = rest.find("/")
    return f"{scheme}://{place}{rest[slash:] if slash >= 0 else ''}"


def _place(uri: str) -> str:
    return uri.partition("://")[2].partition("/")[0]


#: What is done to the registered URI. RFC 9700, 4.1.3 wants strings compared, not addresses.
FORMS: dict[str, Callable[[str], str]] = {
    "a fragment": lambda uri: f"{uri}#flexcheck",
    "a query": lambda uri: f"{uri}?flexcheck=1",
    "a trailing slash": lambda uri: f"{uri}/",
    "a longer path": lambda uri: f"{uri}/flexcheck",
    "an encoded traversal": lambda uri: f"{uri}/%2e%2e/flexcheck",
    "a traversal": lambda uri: f"{uri}/../flexcheck",
    "a doubled slash": lambda uri: _at(uri, f"{_place(uri)}/"),
    "an encoded letter": lambda uri: f"{uri[:-1]}%{ord(uri[-1]):02X}",
    "a path in capitals": lambda uri: uri[: len(uri) // 2] + uri[len(uri) // 2 :].swapcase(),
    "a host in capitals": lambda uri: _at(uri, _place(uri).swapcase()),
    "another scheme": lambda uri: f"invalid.flexcheck.app://{uri.partition('://')[2]}",
    "a scheme that runs": lambda uri: f"javascript://{uri.partition('://')[2]}",
    "another host": _elsewhere,
    "a user": lambda uri: _at(uri, f"flexcheck@{_place(uri)}"),
    "the host as a user": lambda uri: _at(uri, f"{_place(uri)}@{ELSEWHERE}"),
    "the host behind a backslash": lambda uri: _at(uri, rf"{ELSEWHERE}\@{_place(uri)}"),
    "a sub-domain": lambda uri: _at(uri, f"flexcheck.{_place(uri)}"),
    "the host as a sub-domain": lambda uri: _at(
        uri, f"{_place(uri).partition(':')[0]}.{ELSEWHERE}"
    ),
    "another port": lambda uri: _at(uri, f"{_place(uri).partition(':')[0]}:8999"),
    "a space": lambda uri: f"{uri} ",
    "a line break": lambda uri: f"{uri}\r\nX-Flexcheck: 1",
}


@pytest.mark.tier("negative")
@cases_of("AUTH-REDIRECT-EXACT", FORMS)
def test_nearly_the_registered_one(lab: Lab, case: str, finding: Judge) -> None:
    registered = lab.app.redirect_uri
    uri = FORMS[case](registered)
    asked = lab.led(f"redirect URI: {case}", {"redirect_uri": uri})
    finding.assess(check.nobody_is_sent_to(asked, uri, registered))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-REDIRECT-EXACT", case="another application's")
def test_the_one_of_another_application(lab: Lab, finding: Judge) -> None:
    ours, theirs = lab.app.redirect_uri, lab.public_app.redirect_uri
    asked = lab.led("redirect URI: another application's", {"redirect_uri": theirs})
    finding.assess(check.nobody_is_sent_to(asked, theirs, ours))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-REDIRECT-EXACT", case="another application's, to the public one")
def test_the_one_of_the_confidential_application(lab: Lab, finding: Judge) -> None:
    ours, theirs = lab.public_app.redirect_uri, lab.app.redirect_uri
    flow = lab.flow(
        "redirect URI of the confidential client", lab.public_app, {"redirect_uri": theirs}
    )
    finding.assess(check.nobody_is_sent_to(flow.authorization, theirs, ours))
