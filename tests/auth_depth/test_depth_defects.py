"""Each defect of the standards' rules in depth makes the clauses fail that it says it breaks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.contract import load_contract
from conformance.mock.auth import DEPTH_MODULES
from conformance.mock.defects import REGISTRY

PROCESSES = 2
MODULES = {module.__name__ for module in DEPTH_MODULES}
DEFECTS = {name: found for name, found in REGISTRY.items() if found.change.__module__ in MODULES}
CONTRACT = load_contract()
SCRIPT = Path(__file__).with_name("depth_runs.py")
PLACES = (("tooele", "sandbox"), ("uhc", "sandbox"))
EXACT = "AUTH-REDIRECT-EXACT"
#: Which nearly right redirect URI shows which comparison.
REDIRECTS = {
    "authorize-redirect-normalised": {"an encoded letter", "a doubled slash"},
    "authorize-redirect-traversal": {"an encoded traversal", "a traversal"},
    "authorize-redirect-user-ignored": {"a user"},
    "authorize-redirect-host-contained": {"the host as a user", "a sub-domain", "another port"},
    "authorize-redirect-scheme-ignored": {"another scheme", "a scheme that runs"},
    "authorize-redirect-fragment-ignored": {"a fragment"},
    "authorize-redirect-trimmed": {"a space"},
    "authorize-redirect-any-registered": {"another application's"},
}
#: The same for other clauses that have many cases: what the defect shows in.
CASES = {
    "authorize-doubled-accepted": ("AUTH-REQUEST-DOUBLED", {"response_type", "scope"}),
    "authorize-empty-state-accepted": ("AUTH-REQUEST-EMPTY", {"state"}),
    "authorize-state-decoded-twice": ("AUTH-RESPONSE-STATE", {"encoded before"}),
    "consent-none-is-all": ("AUTH-CONSENT-DECLINED", {"every scope"}),
    "access-token-end-ignored": ("USE-INVALID-TOKEN", {"lengthened"}),
    "access-jwt-not-verified": (
        "USE-INVALID-TOKEN",
        {"JWT that nobody signed", "JWT of another environment"},
    ),
    "code-used-for-a-moment": ("TOKEN-CODE-SINGLE-USE", {"at the same time"}),
    "code-short": ("TOKEN-GUESSING-128", {"code"}),
    "token-numbered": ("TOKEN-GUESSING-128", {"access_token"}),
    "refresh-token-no-longer-than-must-be": ("TOKEN-GUESSING-160", {"refresh_token"}),
    "token-response-repeats-request": ("TOKEN-RESPONSE-ECHO", {"granted"}),
    "token-error-repeats-secret": ("TOKEN-RESPONSE-ECHO", {"refused"}),
}


def _jobs() -> list[dict[str, Any]]:
    jobs = []
    for name, found in DEFECTS.items():
        left = list(found.breaks)
        for deployment, environment in PLACES:
            here = [clause for clause in left if deployment in CONTRACT[clause].deployments]
            left = [clause for clause in left if clause not in here]
            if here:
                place = {"deployment": deployment, "environment": environment}
                jobs.append({"defect": name, **place, "clauses": here})
    return jobs


@pytest.fixture(scope="module")
def broken() -> dict[str, dict[str, set[str]]]:
    """The cases of each clause that do not hold, by defect; judged in a few processes."""
    jobs = _jobs()
    running = [_start(jobs[first::PROCESSES]) for first in range(PROCESSES)]
    found: dict[str, dict[str, set[str]]] = {}
    for process in running:
        said, _ = process.communicate(timeout=240)
        for line in said.splitlines():
            answer = json.loads(line)
            clauses = found.setdefault(answer["defect"], {})
            for clause, case, outcome in answer["findings"]:
                binding = CONTRACT[clause].expectation.binding
                if outcome == ("fail" if binding else "warning"):
                    clauses.setdefault(clause, set()).add(case)
    return found


def _start(jobs: list[dict[str, Any]]) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps(jobs))
    process.stdin.close()
    process.stdin = None
    return process


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_breaks_its_clauses(name: str, broken: dict[str, dict[str, set[str]]]) -> None:
    assert set(broken.get(name, {})) == set(DEFECTS[name].breaks)


@pytest.mark.parametrize("name", REDIRECTS)
def test_a_loose_comparison_shows_in_its_uri(
    name: str, broken: dict[str, dict[str, set[str]]]
) -> None:
    assert REDIRECTS[name] <= broken[name][EXACT]


@pytest.mark.parametrize("name", CASES)
def test_a_defect_shows_in_its_case(name: str, broken: dict[str, dict[str, set[str]]]) -> None:
    clause, cases = CASES[name]
    assert cases <= broken[name][clause]


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_says_what_it_does(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
    assert DEFECTS[name].does.endswith(".")


def test_every_module_has_defects() -> None:
    assert {found.change.__module__ for found in DEFECTS.values()} == MODULES


#: Proven by a server with TLS (`tests/client/test_client_tls.py`): the mock speaks http.
BY_TLS = {"USE-TLS", "USE-TLS-VERSION", "USE-TLS-CERTIFICATE", "USE-TLS-RENEWAL"}
OURS = re.compile(
    r"(AUTH|TOKEN)-(REQUEST|RESPONSE|BASIC|LIFETIME)-.+|AUTH-SCOPE-.+|AUTH-ERROR-(KNOWN|CHARACTERS)"
    r"|TOKEN-(PKCE-(ENFORCED|DOWNGRADE|CONFIDENTIAL|VERIFIER-FORM)|CODE-(EXPIRES|REVOKED)|ERROR-SHAPE)"
    r"|TOKEN-GUESSING-.+|TOKEN-(CONTEXT-PATIENT|CC-NO-PATIENT)|AUTH-(AUD|PAGE)-.+|AUTH-DISCOVERY-PKCE"
    r"|REFRESH-(NARROWER|SCOPE-RESTORED|OLD-ACCESS|AFTER-EXPIRY|ACCESS-TOKEN|CONTINUES|CONCURRENT)"
    r"|USE-(QUERY-TOKEN|OTHER-SCHEME|SCHEME-CASE|SCOPE-OUTCOME|TLS.*|CORS)"
)


def test_every_clause_in_depth_is_broken_by_a_defect() -> None:
    ours = {clause.id for clause in CONTRACT.clauses if OURS.fullmatch(clause.id)}
    proven = {clause for found in REGISTRY.values() for clause in found.breaks} | BY_TLS
    assert len(ours) >= 55
    assert ours - proven == set()
