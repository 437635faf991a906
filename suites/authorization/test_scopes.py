"""Which scopes are granted, and what they open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import authorization, bearer, tokens
from conformance.plugin.marks import each_clause
from suites.authorization import stimuli

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.contract import Clause
    from conformance.findings import Assertion
    from conformance.oauth import TokenAnswer
    from conformance.plugin.judge import Judge
    from suites.authorization.lab import Lab

PATIENT = "patient/Patient.read"
#: Scopes that neither document lists: another type, case, family, verb.
UNLISTED = (
    "patient/AllergyIntolerance.read",
    "patient/patient.read",
    "user/Patient.read",
    "patient/Patient.write",
    "offline_access",
)
WILDCARDS = ("patient/*.read", "patient/*.*", "user/*.read")
#: Whose data a scope without a resource of its own opens.
NETWORK = "public/Network.read"


@pytest.mark.clause("SCOPE-EXPLICIT")
def test_only_what_was_named(lab: Lab, finding: Judge) -> None:
    finding.assess(
        tokens.scopes_within(stimuli.one_scope(lab), {PATIENT}), otherwise="no token was had"
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("SCOPE-WILDCARD")
def test_wildcards(lab: Lab, finding: Judge) -> None:
    finding.assess(
        (*judged(lab, WILDCARDS, beside=PATIENT), *judged(lab, WILDCARDS[:1], beside="")),
        otherwise="no request with a wildcard was answered",
    )


@pytest.mark.tier("negative")
@pytest.mark.clause("SCOPE-UNLISTED")
def test_unlisted(lab: Lab, finding: Judge) -> None:
    finding.assess(judged(lab, UNLISTED, beside=PATIENT))


def judged(lab: Lab, scopes: Iterable[str], *, beside: str) -> Iterator[Assertion]:
    """Ask for each scope, beside a listed one or alone: it is refused or left out."""
    for scope in scopes:
        asked = [beside, scope] if beside else [scope]
        if lab.by_person:
            yield from judged_at_refresh(lab, asked)
            continue
        flow = lab.flow(f"scope {' '.join(asked)}", lab.app, scopes=asked)
        if not flow.authorization.code:
            yield from authorization.no_code([flow.authorization])
            continue
        answer = lab.redeemed(f"token for {' '.join(asked)}", flow)
        yield from tokens.scopes_within(answer, {beside})


def judged_at_refresh(lab: Lab, asked: list[str]) -> Iterator[Assertion]:
    """The same with a kept token: a refresh brings no scope that the member did not grant."""
    text = " ".join(asked)
    answer = lab.refreshed(f"refresh for {text}", lab.token_answer, {"scope": text})
    if answer.granted:
        yield from tokens.scopes_within(answer, lab.kept_scopes)
    else:
        yield from tokens.refused([answer])


@pytest.mark.clause("SCOPE-SPACES")
def test_several(lab: Lab, finding: Judge) -> None:
    if len(lab.scopes) < 2:  # noqa: PLR2004 - several
        pytest.skip("the client asks for one scope only; name more in [client] scopes")
    finding.assess(tokens.scopes_include(*several(lab)))


def several(lab: Lab) -> tuple[TokenAnswer, Iterable[str]]:
    """Return the answer to a request for several scopes, and these; of a kept token, a refresh."""
    if not lab.by_person:
        return lab.tokens, lab.scopes
    scopes = sorted(lab.kept_scopes)
    named: dict[str, str | None] = {"scope": " ".join(scopes)}
    return lab.refreshed("refresh: every scope named", lab.token_answer, named), scopes


@each_clause("SCOPE-PATIENT-[A-Z]+", kind="scope")
def test_member_scope(lab: Lab, clause: Clause, finding: Judge) -> None:
    lab.see_that_kept_has(clause.value)
    answer = stimuli.listed_grant(lab)
    granted = [*tokens.scopes_include(answer, [clause.value])]
    if answer.granted:
        patient, token = lab.patient, stimuli.listed_access(lab).tokens.access
        use = lab.use(f"scope {clause.value}", token, clause.resource, patient)
        granted += bearer.opens([use])
    finding.assess(granted)


@pytest.mark.clause("SCOPE-TEN")
def test_exactly_the_listed_ones(lab: Lab, finding: Judge) -> None:
    listed = [clause.value for clause in stimuli.member_scopes(lab)]
    lab.see_that_kept_has(*listed)
    answer = stimuli.listed_grant(lab)
    finding.assess((*tokens.scopes_include(answer, listed), *tokens.scopes_within(answer, listed)))


@each_clause("SCOPE-PUBLIC-[A-Z]+", kind="scope")
def test_public_scope(lab: Lab, clause: Clause, finding: Judge) -> None:
    answer = lab.system(f"client credentials for {clause.value}", clause.value)
    granted = [*tokens.scopes_include(answer, [clause.value])]
    path = "Organization?type=ntwk" if clause.value == NETWORK else clause.resource
    if answer.granted and path and lab.target.directory_base:
        kind = path.partition("?")[0]
        url = f"{lab.target.directory_base}/{path}{'&' if '?' in path else '?'}_count=2"
        use = lab.fetch(f"scope {clause.value}", answer.tokens.access, url, kind)
        granted += bearer.opens([use])
    finding.assess(granted)
