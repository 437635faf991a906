"""The authorization suites on a live target: what the refresh token of a login lets them judge."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from login_browser import live_file
from login_live import run
from login_tokens import refresh_token_of, rotation

from conformance.auth import AuthorizationServer, KeptAccess
from conformance.auth.stored import access_by
from conformance.auth.token_store import FileStore, Kept
from conformance.client import Client, Recorder
from conformance.mock.server import start_mock
from conformance.plugin import controller
from conformance.redaction import Redactor
from conformance.target import load_target
from reports.evidence.rejudging import rejudge

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.mock.server import RunningMock
    from conformance.runlog import Run

AREAS = ("AUTH", "TOKEN", "SCOPE", "REFRESH", "USE")
JUDGED = {"pass", "fail", "warning"}
#: Requests that show the kept token where it could be read or ended.
RISKY = {
    "token by GET",
    "token request in the address",
    "refresh: another client",
    "refresh at the same time (tooele)",
    "a refresh token as a token",
}
SCOPES = ["patient/Patient.read", "patient/Coverage.read", "patient/ExplanationOfBenefit.read"]
TOKENS = ("access_token", "refresh_token")
#: What defects show in answers to a kept token, by deployment: their clauses fail or warn.
BROKEN = {
    "uhc": {
        "token-response-cacheable": {"TOKEN-RESPONSE-NO-STORE", "TOKEN-RESPONSE-NO-CACHE"},
        "token-type-missing": {"TOKEN-RESPONSE-TYPE"},
        "token-request-json": {"TOKEN-REQUEST-JSON"},
        "token-doubled-accepted": {"TOKEN-REQUEST-DOUBLED"},
        "refresh-widens-scope": {"REFRESH-NO-WIDER-SCOPE"},
        "refresh-takes-access-token": {"REFRESH-ACCESS-TOKEN"},
        "access-token-in-query": {"USE-QUERY-TOKEN"},
        "access-scopes-not-enforced": {"USE-INSUFFICIENT-SCOPE"},
        "token-lifetime-a-day": {"TOKEN-LIFETIME-HOUR"},
    },
    "tooele": {
        "token-expires-in-string": {"TOKEN-FIELD-EXPIRES-IN"},
        "client-secret-not-checked": {"REFRESH-PARAM-CLIENT-SECRET", "TOKEN-PARAM-CLIENT-SECRET"},
        "refresh-gives-refresh-token": {"REFRESH-NO-NEW-REFRESH-TOKEN"},
        "refresh-same-access-token": {"REFRESH-NEW-ACCESS-TOKEN"},
        "refresh-scope-ignored": {"REFRESH-NARROWER"},
        "access-any-scheme": {"USE-OTHER-SCHEME"},
    },
}


def kept_target(mock: RunningMock, folder: Path, *tiers: str, **login: Any) -> tuple[Path, str]:
    """Write the target file of a person who has logged in, and return the token that is kept."""
    told = tomllib.loads(mock.target_file.read_text())
    scopes = told["client"].get("scopes") or SCOPES
    target = live_file(
        mock,
        folder,
        login=login or {"store_file": "kept.json"},
        client={"scopes": scopes},
        **({"safety": {"tiers": list(tiers)}} if tiers else {}),
    )
    token = refresh_token_of(mock)
    FileStore(folder / "kept.json").keep(Kept(token, scopes=tuple(scopes)))
    return target, token


def only(*areas: str) -> list[str]:
    return [part for area in areas for part in ("--only", area)]


def by_clause(found: Run) -> dict[str, set[str]]:
    outcomes = defaultdict(set)
    for item in found.findings:
        outcomes[item.clause].add(item.outcome.value)
    return outcomes


def judged(found: Run) -> set[str]:
    return {clause for clause, seen in by_clause(found).items() if seen & JUDGED}


def still_good(target: Path) -> bool:
    loaded = load_target(target)
    with Client(loaded, Recorder(), Redactor()) as client:
        server = AuthorizationServer(client, loaded)
        store = FileStore(target.parent / "kept.json")
        answer, _ = access_by(server, server.app(), store, "after the run")
    return answer.granted and len(answer.scopes) > 2


@pytest.mark.parametrize("deployment", ["uhc", "tooele"])
def test_a_kept_token_lets_every_area_be_judged(tmp_path: Path, deployment: str) -> None:
    with start_mock(deployment=deployment, practitioners=5) as mock:
        target, token = kept_target(mock, tmp_path)
        code, found, printed = run(target, *only(*AREAS))
        assert code == 0, printed
        kept = FileStore(tmp_path / "kept.json").read()
        assert kept
        assert kept.refresh == token
        assert still_good(target)
    assert {clause.split("-")[0] for clause in judged(found)} == set(AREAS)
    assert {"TOKEN-RESPONSE-NO-STORE", "REFRESH-NARROWER", "USE-QUERY-TOKEN"} <= judged(found)
    skipped = [item.message for item in found.findings if item.clause == "TOKEN-CODE-SINGLE-USE"]
    assert any(f"flexcheck login --target {target}" in message for message in skipped)
    texts = [path.read_text(errors="replace") for path in tmp_path.rglob("out/**/*.*")]
    assert texts
    assert not any(token in text for text in [*texts, printed])


def test_production_gets_only_good_requests_with_a_kept_token(tmp_path: Path) -> None:
    with start_mock(deployment="uhc", environment="production", practitioners=5) as mock:
        target, _ = kept_target(mock, tmp_path)
        code, found, printed = run(target, *only(*AREAS))
        assert code == 0, printed
    assert {clause.split("-")[0] for clause in judged(found)} == set(AREAS)
    asked = [item for item in found.exchanges.values() if item.request.url.endswith("/token")]
    assert asked
    assert {item.status for item in asked} == {200}
    # Fewer scopes are not asked for: a server could take them for good.
    assert not [item for item in asked if item.purpose in {"one scope", "refresh: narrower scope"}]


@pytest.mark.parametrize("tiers", [("safe", "negative"), ("safe", "negative", "intrusive")])
def test_what_could_end_the_kept_token_is_sent_at_tier_intrusive_only(
    tmp_path: Path, tiers: tuple[str, ...]
) -> None:
    with start_mock(practitioners=5) as mock:
        target, _ = kept_target(mock, tmp_path, *tiers)
        public = tomllib.loads(mock.target_file.read_text())["public_client"]
        tables = tomllib.loads(target.read_text()) | {"public_client": public}
        target.write_bytes(tomli_w.dumps(tables).encode())
        clauses = ("TOKEN-REQUEST", "REFRESH-OTHER-CLIENT", "REFRESH-REUSABLE", "USE-INVALID-TOKEN")
        _, found, _ = run(target, *only(*clauses))
    sent = RISKY & {item.purpose for item in found.exchanges.values()}
    assert sent == (RISKY if "intrusive" in tiers else set())


@pytest.mark.parametrize("deployment", sorted(BROKEN))
def test_defects_show_in_answers_to_a_kept_token(tmp_path: Path, deployment: str) -> None:
    expected = BROKEN[deployment]
    with start_mock(deployment=deployment, practitioners=5, defects=list(expected)) as mock:
        target, _ = kept_target(mock, tmp_path)
        clauses = sorted(set[str]().union(*expected.values()))
        code, found, printed = run(target, *only(*clauses))
    assert code == 1, printed
    seen = by_clause(found)
    assert {clause for clause in clauses if seen[clause] & {"fail", "warning"}} == set(clauses)


def test_a_token_that_is_replaced_each_time_is_good_after_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation(monkeypatch)
    with start_mock(deployment="uhc", practitioners=5) as mock:
        target, token = kept_target(mock, tmp_path, "safe", "negative")
        code, found, printed = run(target, *only("TOKEN", "SCOPE", "REFRESH", "USE", "PA-PAT"))
        assert code == 0, printed
        kept = FileStore(tmp_path / "kept.json").read()
        assert kept
        assert kept.refresh != token
        assert still_good(target)
    assert "REFRESH-CONTINUES" in judged(found)


def test_a_pipelines_token_that_is_replaced_serves_every_part_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation(monkeypatch)
    with start_mock(deployment="uhc", practitioners=5) as mock:
        target, token = kept_target(
            mock, tmp_path, method="refresh-token", refresh_token_env="FLEX_REFRESH"
        )
        code, found, printed = run(
            target, *only("TOKEN", "REFRESH", "PA-PAT"), "--", "-n", "0", FLEX_REFRESH=token
        )
    assert code == 0, printed
    assert {"REFRESH-CONTINUES", "TOKEN-RESPONSE-TYPE", "PA-PAT-WELL-FORMED"} <= judged(found)


def test_a_run_on_a_kept_token_is_judged_again_from_its_log(tmp_path: Path) -> None:
    with start_mock(deployment="uhc", practitioners=5) as mock:
        target, _ = kept_target(mock, tmp_path)
        _, found, _ = run(target, *only("TOKEN", "REFRESH", "PA-PAT"))
    header = json.loads((tmp_path / "out" / "run.ndjson").read_text().splitlines()[0])
    assert header["settings"]["kept_login"]["scopes"]
    again = rejudge((tmp_path / "out" / "run.ndjson").read_bytes())
    assert again.failure == ""
    assert again.differing == ()
    # Of tokens the log has nothing to measure.
    measured = {(f"TOKEN-GUESSING-{bits}", kind) for bits in (128, 160) for kind in TOKENS}
    assert {(item.clause, item.case) for item in again.open} == measured
    assert {(item.before, item.after) for item in again.open} == {("pass", "skip")}
    assert len(again.same) + len(again.in_part) + len(again.open) == len(found.findings)


def test_what_the_login_told_is_read_once(mock: RunningMock, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "kept.json")
    store.keep(Kept(refresh_token_of(mock), patient="p1", scopes=tuple(SCOPES)))
    target = load_target(live_file(mock, tmp_path, login={"store_file": "kept.json"}))
    redactor = Redactor()
    with Client(target, Recorder(), redactor) as client:
        server = AuthorizationServer(client, target)
        access = KeptAccess(server, server.app())
        store.remove()  # as a keyring that is locked by and by
        assert (access.patient, access.scopes) == ("p1", frozenset(SCOPES))


def test_no_keyring_is_opened_for_a_public_directory(
    mock: RunningMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = load_target(live_file(mock, tmp_path, login={"store_file": "kept.json"}))
    monkeypatch.setattr(controller, "told_by_login", lambda _target: {"patient": "p1"})
    assert controller.kept_login(target, ["DIR", "DIR-LOC-READ"]) is None
    assert controller.kept_login(target, ["DIR", "PA-PAT-READ"]) == {"patient": "p1"}
    assert controller.kept_login(target, []) == {"patient": "p1"}
