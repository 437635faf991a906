"""Token requests that are formed oddly, the form of the answers, codes sent at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.auth import odd
from conformance.auth.server import good_form, refresh_form
from conformance.checks import bearer, odd_requests, token_shape, tokens
from conformance.client.together import together
from conformance.plugin.marks import cases_of
from suites.authorization import stimuli
from suites.authorization.test_client_credentials import good as system_token
from suites.authorization.test_refresh import good as refreshed

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.auth.odd import Pairs
    from conformance.oauth import TokenAnswer, Tokens
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Changes, Lab

NO_TOKEN = "no token was had"  # noqa: S105 - a sentence
NO_SECRET = "the client has no secret: name one in [client] of the target file"  # noqa: S105
DOUBLED = ("grant_type", "code", "redirect_uri", "client_id", "client_secret")
EMPTY = ("grant_type", "code", "redirect_uri", "client_id", "client_secret")
JSON = {"Content-Type": "application/json"}
OF_CODES = {"code", "redirect_uri"}
SHOWN = "a token in an address stands in the server's logs"
#: How many requests come at one moment.
AT_ONCE = 4


def of(lab: Lab, kept: Tokens) -> Pairs:
    """Return the fields of a good refresh."""
    return [(name, value) for name, value in refresh_form(lab.app, kept).items() if value]


def sent(lab: Lab, purpose: str, send: Callable[[Pairs], TokenAnswer]) -> TokenAnswer:
    """Exchange a code of its own, or the kept token, in a way of its own."""
    if lab.by_person:
        return lab.once(("token", purpose), lambda: lab.kept.ask(lambda kept: send(of(lab, kept))))
    flow = lab.flow(f"{purpose}: authorization", lab.app)
    if not flow.authorization.code:
        pytest.skip(f"no code was had: {flow.authorization.ending}")
    return lab.once(("token", purpose), lambda: send([*good_form(flow).items()]))


def attempt(
    lab: Lab, purpose: str, changes: Changes, headers: dict[str, str] | None = None
) -> TokenAnswer:
    """Exchange a code of its own, or the kept token, with a request good but for the changes."""
    if not lab.by_person:
        return lab.attempt(purpose, changes, headers=headers)
    if OF_CODES & changes.keys():
        pytest.skip(lab.needs_a_code())
    return lab.once(("token", purpose), lambda: lab.kept.refresh(purpose, changes, headers=headers))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-REQUEST-GET")
def test_get(lab: Lab, finding: Judge) -> None:
    lab.spare_the_kept(SHOWN)
    answer = sent(lab, "token by GET", lambda form: odd.by_get(lab.server, form, "token by GET"))
    finding.assess(tokens.refused([answer]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-REQUEST-QUERY")
def test_in_the_address(lab: Lab, finding: Judge) -> None:
    lab.spare_the_kept(SHOWN)
    what = "token request in the address"
    answer = sent(lab, what, lambda form: odd.in_address(lab.server, form, what))
    finding.assess(tokens.refused([answer]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-REQUEST-JSON")
def test_json(lab: Lab, finding: Judge) -> None:
    answer = attempt(lab, "token request in JSON", {}, JSON)
    finding.assess(tokens.refused([answer]))


@pytest.mark.tier("negative")
@cases_of("TOKEN-REQUEST-DOUBLED", DOUBLED)
def test_doubled(lab: Lab, case: str, finding: Judge) -> None:
    what = f"token request with {case} twice"

    def send(form: Pairs) -> TokenAnswer:
        again = [pair for pair in form if pair[0] == case]
        if not again:
            pytest.skip(lab.needs_a_code() if case in OF_CODES else NO_SECRET)
        return odd.posted(lab.server, [*form, *again], what)

    finding.assess(tokens.refused([sent(lab, what, send)]))


@pytest.mark.tier("negative")
@cases_of("TOKEN-REQUEST-EMPTY", EMPTY)
def test_empty(lab: Lab, case: str, finding: Judge) -> None:
    empty = attempt(lab, f"token request with empty {case}", {case: ""})
    absent = attempt(lab, f"token request without {case}", {case: None})
    finding.assess(odd_requests.answered_alike(case, empty, absent))


@pytest.mark.clause("TOKEN-REQUEST-UNKNOWN")
def test_unknown_parameter(lab: Lab, finding: Judge) -> None:
    answer = attempt(lab, "token request with an unknown field", {"flexcheck_unknown": "1"})
    finding.assess(tokens.granted([answer]))


def by_basic(lab: Lab, purpose: str, secret: str) -> TokenAnswer:
    """Exchange a code, the client shown by HTTP Basic and not in the body."""
    headers = odd.basic(lab.server, lab.app, secret)
    return attempt(lab, purpose, {"client_id": None, "client_secret": None}, headers)


@pytest.mark.clause("TOKEN-BASIC-ACCEPTED")
def test_secret_by_basic(lab: Lab, finding: Judge) -> None:
    if not lab.app.secret:
        pytest.skip(NO_SECRET)
    finding.assess(tokens.granted([by_basic(lab, "secret by Basic", lab.app.secret)]))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-BASIC-REFUSED")
def test_wrong_secret_by_basic(lab: Lab, finding: Judge) -> None:
    if not lab.app.secret:
        pytest.skip(NO_SECRET)
    answer = by_basic(lab, "wrong secret by Basic", stimuli.WRONG_SECRET)
    finding.assess(
        (*tokens.refused([answer]), *token_shape.challenges(answer, bearer.UNAUTHORIZED, "Basic"))
    )


@pytest.mark.clause("TOKEN-RESPONSE-SHAPE")
def test_shape_of_tokens(lab: Lab, finding: Judge) -> None:
    pkce = lab.target.deployment == "tooele" and not lab.by_person
    answers = [lab.token_answer, *([lab.pkce_tokens] if pkce else [])]
    finding.assess(token_shape.has_shape_of_tokens(answers), otherwise=NO_TOKEN)


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-ERROR-SHAPE")
def test_shape_of_errors(lab: Lab, finding: Judge) -> None:
    finding.assess(
        token_shape.has_shape_of_error(stimuli.refused_tokens(lab)),
        otherwise="no token request was refused",
    )


@pytest.mark.clause("TOKEN-CONTEXT-PATIENT")
def test_patient_is_read(lab: Lab, finding: Judge) -> None:
    answer, patient = lab.access, lab.named_patient
    if not patient:
        pytest.skip("the token response names no patient (judged by TOKEN-SMART-PATIENT)")
    use = lab.use("member's Patient", answer.tokens.access, "Patient", patient)
    finding.assess(bearer.is_patient(use))


@pytest.mark.clause("TOKEN-CC-NO-PATIENT")
def test_no_member_of_the_applications_own(lab: Lab, finding: Judge) -> None:
    finding.assess(tokens.has_no_field([system_token(lab)], "patient"), otherwise=NO_TOKEN)


@pytest.mark.clause("TOKEN-LIFETIME-HOUR")
def test_an_hour_at_most(lab: Lab, finding: Judge) -> None:
    finding.assess(
        tokens.lives_at_most([lab.token_answer, refreshed(lab)], 3600),
        otherwise="no expires_in was told",
    )


@pytest.mark.tier("intrusive")
@pytest.mark.clause("TOKEN-CODE-SINGLE-USE", case="at the same time")
def test_code_has_one_first_use(lab: Lab, finding: Judge) -> None:
    what = "code at the same time"
    flow = lab.flow(f"{what}: authorization", lab.app)
    if not flow.authorization.code:
        pytest.skip(f"no code was had: {flow.authorization.ending}")
    answers = lab.once(
        what,
        lambda: together([lambda: lab.server.redeem(flow, purpose=what) for _ in range(AT_ONCE)]),
    )
    finding.assess(token_shape.one_at_most(answers))


@pytest.mark.tier("negative")
@pytest.mark.clause("TOKEN-CODE-REUSE-REVOKES", case="the refresh token")
def test_second_use_revokes_the_refresh_token(lab: Lab, finding: Judge) -> None:
    first, _ = stimuli.twice_used(lab)
    finding.assess(tokens.refused([lab.refreshed("refresh after the code's second use", first)]))
