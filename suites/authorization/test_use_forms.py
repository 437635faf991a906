"""Tokens that are carried or made otherwise than the standard says."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from conformance.checks import bearer, refusals
from conformance.oauth import Use
from conformance.plugin.marks import cases_of
from suites.authorization import stimuli
from suites.authorization.stimuli import FOREIGN
from suites.authorization.test_use import beyond_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.findings import Assertion
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

SCHEMES = {
    "Basic": "Basic {}",
    "Token": "Token {}",
    "none": "{}",
    "two of them": "Basic, Bearer {}",
}
#: What is done to a good token.
TAMPERED: dict[str, Callable[[str], str]] = {
    "shortened": lambda token: token[:-1],
    "lengthened": lambda token: f"{token}A",
    "in the other case": str.swapcase,
    "reversed": lambda token: token[::-1],
}


def with_header(lab: Lab, purpose: str, value: str) -> Use:
    """Ask for the member's Patient with an `Authorization` header as it is."""
    patient = lab.patient
    url = f"{lab.target.fhir_base}/Patient/{patient}"
    exchange = lab.once(
        ("header", purpose),
        lambda: lab.client.get(url, purpose=purpose, headers={"Authorization": value}),
    )
    return Use(exchange, "Patient", patient)


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-QUERY-TOKEN")
def test_token_in_the_address(lab: Lab, finding: Judge) -> None:
    patient, token = lab.patient, quote(lab.access.tokens.access, safe="")
    base = lab.target.fhir_base
    paths = [f"Patient/{patient}", f"Coverage?patient={patient}"]
    uses = [
        lab.fetch(
            "token in the address",
            "",
            f"{base}/{path}{'&' if '?' in path else '?'}access_token={token}",
            path.partition("?")[0].partition("/")[0],
        )
        for path in paths
    ]
    finding.assess(bearer.brings_no_data(uses))


@pytest.mark.tier("negative")
@cases_of("USE-OTHER-SCHEME", SCHEMES)
def test_another_scheme(lab: Lab, case: str, finding: Judge) -> None:
    use = with_header(lab, f"scheme: {case}", SCHEMES[case].format(lab.access.tokens.access))
    finding.assess(
        (*bearer.status_is([use.exchange], bearer.UNAUTHORIZED), *bearer.brings_no_data([use]))
    )


@cases_of("USE-SCHEME-CASE", ("bearer", "BEARER"))
def test_the_scheme_in_another_case(lab: Lab, case: str, finding: Judge) -> None:
    use = with_header(lab, f"scheme: {case}", f"{case} {lab.access.tokens.access}")
    finding.assess(bearer.opens([use]))


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-SCOPE-OUTCOME")
def test_every_type_beyond_the_scopes(lab: Lab, finding: Judge) -> None:
    patient, answer = lab.patient, stimuli.one_scope_access(lab)
    kinds = [
        clause.resource
        for clause in stimuli.member_scopes(lab)
        if clause.value not in answer.scopes
    ]
    uses = [lab.use("missing scope", answer.tokens.access, kind, patient) for kind in kinds]
    finding.assess(
        refusals.forbidden_with_outcome(uses), otherwise="no type was beyond the token's scopes"
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-SCOPE-CHALLENGE")
def test_a_missing_scope_is_named(lab: Lab, finding: Judge) -> None:
    finding.assess(bearer.scope_is_challenged([beyond_scope(lab)]), otherwise="no answer was a 403")


@pytest.mark.tier("negative")
@cases_of("USE-INVALID-TOKEN", TAMPERED)
def test_tampered(lab: Lab, case: str, finding: Judge) -> None:
    token = lab.server.secret(TAMPERED[case](lab.access.tokens.access))
    finding.assess(refused(lab, f"token {case}", token))


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-INVALID-TOKEN", case="a refresh token")
def test_a_refresh_token(lab: Lab, finding: Judge) -> None:
    lab.spare_the_kept("only the authorization server is to see a refresh token")
    answer = lab.usable(lab.token_answer)
    if not answer.tokens.refresh:
        pytest.skip(f"no refresh token was had: {answer}")
    finding.assess(refused(lab, "a refresh token as a token", answer.tokens.refresh))


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-INVALID-TOKEN", case="a code")
def test_a_code(lab: Lab, finding: Judge) -> None:
    flow = lab.flow("a code as a token: authorization", lab.app)
    if not flow.authorization.code:
        pytest.skip(f"no code was had: {flow.authorization.ending}")
    finding.assess(refused(lab, "a code as a token", flow.authorization.code))


@pytest.mark.tier("negative")
@cases_of("USE-INVALID-TOKEN", ("JWT that nobody signed", "JWT of another environment"))
def test_a_token_of_somebody_else(lab: Lab, case: str, finding: Judge) -> None:
    algorithm = "none" if "nobody" in case else "HS256"
    issuer = lab.target.fhir_base if "nobody" in case else FOREIGN
    token = lab.server.secret(jwt(lab, algorithm, issuer))
    finding.assess(refused(lab, case, token))


def refused(lab: Lab, purpose: str, token: str) -> list[Assertion]:
    """Use a token that is none: 401, and no data."""
    use = lab.use(purpose, token, "Patient", lab.patient)
    return [
        *bearer.status_is([use.exchange], bearer.UNAUTHORIZED),
        *bearer.brings_no_data([use]),
    ]


def jwt(lab: Lab, algorithm: str, issuer: str) -> str:
    """Return a JSON Web Token for the member, with a signature that no server made."""
    claims = {
        "iss": issuer,
        "aud": issuer,
        "sub": lab.patient,
        "patient": lab.patient,
        "scope": " ".join(lab.scopes),
        "exp": 4_000_000_000,
    }
    parts = [
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": algorithm, "typ": "JWT"}, claims)
    ]
    signature = "" if algorithm == "none" else "Zm9yZ2VkLWJ5LWZsZXhjaGVjay1mb3JnZWQtYnktZmxleGNo"
    return ".".join((*parts, signature))


@pytest.mark.tier("negative")
@pytest.mark.clause("USE-INVALID-TOKEN", case="revoked")
def test_a_revoked_token(lab: Lab, finding: Judge) -> None:
    uses, _ = stimuli.after_revocation(lab)
    finding.assess(
        (
            *bearer.status_is([use.exchange for use in uses], bearer.UNAUTHORIZED),
            *bearer.brings_no_data(uses),
        )
    )


@pytest.mark.clause("USE-CORS")
def test_foreign_pages(lab: Lab, finding: Judge) -> None:
    answer = lab.access
    exchange = lab.once(
        "foreign origin",
        lambda: lab.client.get(
            f"{lab.target.fhir_base}/Patient/{lab.patient}",
            purpose="request of a foreign page",
            headers={"Origin": FOREIGN, "Authorization": f"Bearer {answer.tokens.access}"},
        ),
    )
    finding.assess(refusals.shares_no_credentials(exchange, FOREIGN))
