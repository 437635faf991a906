"""Authorization requests that are formed oddly, and the form of what is sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import authorization as check
from conformance.checks import odd_requests as odd
from conformance.checks import token_shape, tokens
from conformance.plugin.marks import cases_of
from suites.authorization import stimuli

if TYPE_CHECKING:
    from conformance.oauth import Authorization
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Changes, Lab

STATE = "flexcheck-state-8f14e45f"
#: Registered by nobody.
ELSEWHERE = "https://flexcheck.invalid/callback"
#: RFC 7636, appendix B.
CHALLENGE = {
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}
DOUBLED = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge")
EMPTY = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge")
STATES = {
    "reserved characters": "a+b/c=d&e?f#g;h:i@j!k$l'm(n)o*p,q[r]",
    "every printable character": "".join(map(chr, range(0x20, 0x7F))),
    "encoded before": "%41%2520%00+%2B&amp;x=%E4%F6",
}


def doubled(lab: Lab, name: str) -> Authorization:
    """Send a request that is good but for one parameter, which stands in it twice."""
    app = lab.pkce_app if name in CHALLENGE else lab.app
    good = {
        "response_type": "code",
        "client_id": app.id,
        "redirect_uri": app.redirect_uri,
        "scope": " ".join(lab.scopes),
        "state": STATE,
        **CHALLENGE,
    }
    changes: Changes = {**CHALLENGE} if name in CHALLENGE else {"state": STATE}
    flow = lab.flow(f"{name} twice", app, changes, pkce=False, again=((name, good[name]),))
    return flow.authorization


@pytest.mark.tier("negative")
@cases_of("AUTH-REQUEST-DOUBLED", DOUBLED)
def test_doubled(lab: Lab, case: str, finding: Judge) -> None:
    finding.assess(check.no_code([doubled(lab, case)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-REQUEST-DOUBLED-ERROR")
def test_doubled_is_told(lab: Lab, finding: Judge) -> None:
    wrong = [doubled(lab, name) for name in ("response_type", "scope", "state")]
    finding.assess(check.error_is(wrong, ["invalid_request"]))


@pytest.mark.tier("negative")
@cases_of("AUTH-REQUEST-DOUBLED-URI", ("first", "second"))
def test_two_redirect_uris(lab: Lab, case: str, finding: Judge) -> None:
    registered = lab.app.redirect_uri
    first, second = (ELSEWHERE, registered) if case == "first" else (registered, ELSEWHERE)
    flow = lab.flow(
        f"two redirect URIs, the {case} not registered",
        lab.app,
        {"redirect_uri": first},
        again=(("redirect_uri", second),),
    )
    finding.assess(odd.nobody_is_sent_to(flow.authorization, ELSEWHERE, registered))


@pytest.mark.tier("negative")
@cases_of("AUTH-REQUEST-EMPTY", EMPTY)
def test_empty(lab: Lab, case: str, finding: Judge) -> None:
    app = lab.pkce_app if case in CHALLENGE else lab.app
    pkce = False if case in CHALLENGE else None
    empty, absent = (
        lab.flow(f"{what} {case}", app, {case: value}, pkce=pkce).authorization
        for what, value in (("empty", ""), ("without", None))
    )
    finding.assess(odd.treated_alike(case, empty, absent))


@pytest.mark.clause("AUTH-REQUEST-UNKNOWN")
def test_unknown_parameter(lab: Lab, finding: Judge) -> None:
    flow = lab.flow("unknown parameter", lab.app, {"flexcheck_unknown": "1"})
    finding.assess(check.brings_code(flow.authorization))


@pytest.mark.clause("AUTH-RESPONSE-QUERY")
def test_answers_stand_in_the_query(lab: Lab, finding: Judge) -> None:
    finding.assess(
        odd.stands_in_query([lab.good.authorization, lab.good_pkce.authorization]),
        otherwise="nobody was sent back",
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-RESPONSE-QUERY", case="errors")
def test_errors_stand_in_the_query(lab: Lab, finding: Judge) -> None:
    finding.assess(
        odd.stands_in_query(stimuli.failed_requests(lab)), otherwise="nobody was sent back"
    )


@cases_of("AUTH-RESPONSE-STATE", STATES)
def test_state_is_exact(lab: Lab, case: str, finding: Judge) -> None:
    sent = lab.led(f"state with {case}", {"state": STATES[case]})
    finding.assess(check.state_is_unchanged([sent]), otherwise="nobody was sent back")


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-RESPONSE-STATE-LONG")
def test_long_state(lab: Lab, finding: Judge) -> None:
    sent = lab.led("state of 2,000 characters", {"state": "0123456789" * 200})
    finding.assess(check.state_is_unchanged([sent]), otherwise="nobody was sent back")


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-RESPONSE-STATE-UNICODE")
def test_state_beyond_ascii(lab: Lab, finding: Judge) -> None:
    sent = lab.led("state with odd characters", {"state": stimuli.ODD_STATE})
    finding.assess(check.state_is_unchanged([sent]), otherwise="nobody was sent back")


def failed(lab: Lab) -> list[Authorization]:
    """Send requests that are sent back with an error of each kind."""
    return [*stimuli.failed_requests(lab), doubled(lab, "response_type")]


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-ERROR-KNOWN")
def test_errors_are_the_standards(lab: Lab, finding: Judge) -> None:
    finding.assess(odd.error_is_known(failed(lab)), otherwise="no error was sent back")


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-ERROR-CHARACTERS")
def test_errors_are_plain(lab: Lab, finding: Judge) -> None:
    finding.assess(odd.error_is_plain(failed(lab)), otherwise="no error was sent back")


@pytest.mark.tier("negative")
@pytest.mark.clause("AUTH-SCOPE-DOUBLED")
def test_scope_named_twice(lab: Lab, finding: Judge) -> None:
    scope = lab.scopes[0]
    answer = lab.granted("scope named twice", scope, scope)
    finding.assess(
        (*tokens.granted([answer]), *token_shape.scope_is_told_once(answer)),
        otherwise=f"no token was had: {answer}",
    )


@pytest.mark.clause("AUTH-SCOPE-MORE")
def test_no_scope_beyond_the_request(lab: Lab, finding: Judge) -> None:
    answer = stimuli.one_scope(lab)
    finding.assess(
        tokens.scopes_within(answer, {"patient/Patient.read"}), otherwise="no token was had"
    )
