"""An app registration is held against its documents, and printed as the portal asks for it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import tomli_w
from click.testing import CliRunner, Result

from conformance.cli.preflight import preflight
from conformance.contract import load_contract
from conformance.preflight import form, read_application, review
from conformance.preflight.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parents[2] / "targets" / "app-example.toml"
TOOELE = {
    "app.deployment": "tooele",
    "app.api_type": "Patient",
    "questionnaire": None,
    "app.scopes": ["patient/Patient.read"],
}
MOBILE = {"app.kind": "mobile", "support.platform": "iOS"}
ORGANIZATION = {
    "organization.contact_number": "8015550100",
    "organization.name": "Example",
    "organization.tax_id": "00-0000000",
    "organization.mailing_address": "1 Example Street",
    "organization.physical_address": "1 Example Street",
    "organization.officers_convicted": False,
    "organization.privacy_policy_shared": True,
    "organization.privacy_policy_url": "https://app.example.com/privacy",
    "organization.offices_in_listed_regions": False,
}
SANDBOX = {
    "app.environment": "sandbox",
    "app.redirect_uri": "http://localhost:3000/api/auth/smart/callback",
    "questionnaire": None,
}


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    """Return clauses and keys of what is wrong with the example, some answers changed."""

    def judge(changes: dict[str, Any]) -> list[tuple[str, str]]:
        found = review(read_application(changed(tmp_path, changes)))
        return [(remark.clause.id, remark.fault.key) for remark in found.remarks]

    return judge


def changed(folder: Path, changes: dict[str, Any]) -> Path:
    data: dict[str, Any] = tomllib.loads(EXAMPLE.read_text())
    for key, value in changes.items():
        table, _, name = key.partition(".")
        place, name = (data, table) if not name else (data.setdefault(table, {}), name)
        if value is None:
            place.pop(name, None)
        else:
            place[name] = value
    path = folder / "app.toml"
    path.write_bytes(tomli_w.dumps(data).encode())
    return path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(preflight, arguments)


def test_the_example_has_nothing_to_mend_and_is_printed_as_a_form() -> None:
    result = invoke(str(EXAMPLE))
    assert result.exit_code == 0
    assert "Nothing to mend, nothing to better" in result.stdout
    assert "Identity Verification Method        HSID (Standard Login)" in result.stdout
    assert "      https://app.example.com/api/auth/smart/callback\n" in result.stdout
    assert "REG-ONE-HEALTHCARE-ID" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    "changes", [SANDBOX, TOOELE, {**TOOELE, **ORGANIZATION}, {**TOOELE, **SANDBOX}], ids=range(4)
)
def test_a_good_registration_of_each_kind_has_nothing_to_mend(
    check: Callable[..., Any], changes: dict[str, Any]
) -> None:
    assert check(changes) == []


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("AUTH-REDIRECT-HTTPS", {"app.redirect_uri": "http://app.example.com/cb"}, "app.redirect_uri"),
    ("AUTH-REDIRECT-HTTPS", {"app.redirect_uri": "com.example.app://cb"}, "app.redirect_uri"),
    (
        "AUTH-REDIRECT-LOCALHOST-REFUSED",
        {"app.redirect_uri": "https://localhost/cb"},
        "app.redirect_uri",
    ),
    (
        "AUTH-REDIRECT-HTTPS",
        {**TOOELE, "app.redirect_uri": "https://127.0.0.1/cb"},
        "app.redirect_uri",
    ),
    (
        "AUTH-REDIRECT-MOBILE",
        {**TOOELE, **SANDBOX, "app.redirect_uri": "com.example.app://cb"},
        "app.redirect_uri",
    ),
    (
        "AUTH-REDIRECT-FORMAT",
        {**TOOELE, **MOBILE, "app.redirect_uri": "myapp://cb"},
        "app.redirect_uri",
    ),
    ("AUTH-REDIRECT-EXACT", {"app.redirect_uri": "https://app.example.com/*"}, "app.redirect_uri"),
    ("AUTH-REDIRECT-EXACT", {"app.redirect_uri": "https://a.example/#x"}, "app.redirect_uri"),
    ("AUTH-REDIRECT-EXACT", {"app.redirect_uri": "https://u@a.example/"}, "app.redirect_uri"),
    ("AUTH-REDIRECT-EXACT", {"app.redirect_uri": "app.example.com/cb"}, "app.redirect_uri"),
    (
        "REG-ONE-REDIRECT",
        {**TOOELE, "app.redirect_uri": ["https://a.example/cb", "https://b.example/cb"]},
        "app.redirect_uri",
    ),
    ("REG-PER-PLATFORM", {**TOOELE, "support.platform": ["iOS", "Android"]}, "support.platform"),
    ("REG-DIGITS-ONLY", {"support.phone": "+1 (801) 555-0100"}, "support.phone"),
    ("REG-DIGITS-ONLY", {"support.phone": "\u0661\u0662\u0663"}, "support.phone"),
    ("REG-DIGITS-ONLY", {"support.phone_country": "+1"}, "support.phone_country"),
    ("REG-APP-EMAIL", {"support.email": "support at example.com"}, "support.email"),
    ("REG-APP-WEBSITE", {**SANDBOX, "support.website": "example"}, "support.website"),
    ("REG-PRIVACY-URL", {"app.privacy_policy_url": "see our site"}, "app.privacy_policy_url"),
    (
        "REG-STAKEHOLDERS",
        {"stakeholders": [{"name": f"N{i}", "email": f"n{i}@a.example"} for i in range(11)]},
        "stakeholders",
    ),
    ("REG-STAKEHOLDERS", {"stakeholders": [{"name": "N"}]}, "stakeholders"),
    ("REG-API-TYPE-CMS-2025", {"app.api_type": "Patient Access CMS 2025"}, "app.api_type"),
    ("REG-API-TYPE-PATIENT-ACCESS", {"app.api_type": "Public"}, "app.api_type"),
    ("REG-APP-API-TYPE", {**TOOELE, "app.api_type": "Member"}, "app.api_type"),
    ("REG-APP-API-TYPE", {**TOOELE, "app.api_type": "Public"}, "app.api_type"),
    ("SCOPE-UNLISTED", {"app.scopes": ["patient/patient.read"]}, "app.scopes"),
    ("SCOPE-UNLISTED", {"app.scopes": ["patient/*.read"]}, "app.scopes"),
    ("SCOPE-WILDCARD", {**TOOELE, "app.scopes": ["patient/*.read"]}, "app.scopes"),
    ("REG-PLATFORM-WEBSITE", {"support.platform": "iOS"}, "support.platform"),
    ("REG-PLATFORM-ID-NO", {"support.platform_id": "123"}, "support.platform_id"),
    ("REG-SANDBOX-FIRST", {"app.registered_in_sandbox": False}, "app.registered_in_sandbox"),
    ("REG-TERMS", {"app.accepts_terms": False}, "app.accepts_terms"),
    ("REG-PRODUCTION-QUESTIONNAIRE", {"questionnaire": None}, "questionnaire"),
    (
        "REG-IDENTITY-VERIFICATION",
        {"questionnaire.identity_verification": "OHID"},
        "questionnaire.identity_verification",
    ),
    (
        "REG-QUESTION-THIRD-PARTY",
        {"questionnaire.third_party_names": ["Vendor LLC"]},
        "questionnaire.third_party",
    ),
    (
        "REG-QUESTION-THIRD-PARTY",
        {"questionnaire.third_party": True},
        "questionnaire.third_party",
    ),
    ("REG-QUESTION-COST", {"questionnaire.cost_details": "$5 a month"}, "questionnaire.cost"),
    ("REG-QUESTION-COST", {"questionnaire.cost": True}, "questionnaire.cost"),
    (
        "REG-QUESTION-VOLUME",
        {"questionnaire.volume_per_month": 10},
        "questionnaire.volume_per_day",
    ),
    ("REG-QUESTION-VOLUME", {"questionnaire.volume_per_day": 0}, "questionnaire.volume_per_day"),
    (
        "REG-QUESTION-PERMISSIONS",
        {"questionnaire.device_permissions": ["Microphone"]},
        "questionnaire.device_permissions",
    ),
    (
        "REG-QUESTION-PERMISSIONS",
        {**MOBILE, "questionnaire.device_permissions": ["Fingerprint"]},
        "questionnaire.device_permissions",
    ),
    (
        "REG-QUESTION-ENCRYPTION",
        {"questionnaire.encrypted_at_rest": False},
        "questionnaire.encrypted_at_rest",
    ),
    (
        "REG-QUESTION-ENCRYPTION",
        {"questionnaire.encrypted_in_transit": False},
        "questionnaire.encrypted_in_transit",
    ),
    (
        "REG-QUESTION-DELETION",
        {"questionnaire.deletion_policy": False},
        "questionnaire.deletion_policy",
    ),
    ("REG-QUESTION-CHANGES", {"questionnaire.key_changes": "new"}, "questionnaire.key_changes"),
    (
        "REG-QUESTION-CHANGES",
        {"app.first_registration": False, "questionnaire.key_changes": "new"},
        "questionnaire.key_changes",
    ),
    (
        "REG-QUESTION-WEBSITE",
        {"questionnaire.website": "https://vendor.example"},
        "questionnaire.website",
    ),
    (
        "REG-ORGANIZATION-PRIVACY-POLICY",
        {**TOOELE, **ORGANIZATION, "organization.privacy_policy_shared": False},
        "organization.privacy_policy_shared",
    ),
]


@pytest.mark.parametrize(
    ("clause", "changes", "key"), BROKEN, ids=[f"{row[0]}-{i}" for i, row in enumerate(BROKEN)]
)
def test_what_is_wrong_is_told_once_with_its_clause(
    check: Callable[..., Any], clause: str, changes: dict[str, Any], key: str
) -> None:
    assert check(changes) == [(clause, key)]


def test_every_rule_is_seen_broken() -> None:
    assert {found.clause for found in RULES} == {clause for clause, _, _ in BROKEN}


@pytest.mark.parametrize("deployment", ["uhc", "tooele"])
def test_every_field_that_must_be_filled_is_missed(tmp_path: Path, deployment: str) -> None:
    path = tmp_path / "empty.toml"
    path.write_text(
        f'[app]\ndeployment = "{deployment}"\nenvironment = "production"\n'
        "registered_in_sandbox = true\n[questionnaire]\n[organization]\n"
    )
    app = read_application(path)
    missed = {remark.fault.key for remark in review(app).remarks}
    wanted = {
        item.key for _, fields in form.sections_of(app) for item in fields if not item.optional
    }
    assert missed == wanted - {"app.environment"}


def test_each_field_names_a_clause_that_asks_for_it() -> None:
    contract = load_contract()
    pages = (form.ORGANIZATION, form.APP_DETAILS, form.SUPPORT, form.QUESTIONNAIRE)
    fields = [item for page in pages for item in page.fields]
    for item in fields:
        if item.deployments != form.BOTH:
            assert set(item.deployments) <= set(contract[item.clause].deployments)
    asked = {clause.id for clause in contract.rows(kind="questionnaire")}
    assert asked <= {item.clause for item in fields}


def test_a_remark_says_what_to_do_and_exits_1(tmp_path: Path) -> None:
    path = changed(tmp_path, {"support.phone": "+1 801", "app.registered_in_sandbox": False})
    result = invoke(str(path))
    assert result.exit_code == 1
    assert "mend: REG-DIGITS-ONLY (SHALL)" in result.stdout
    assert "  what   support.phone: '+1 801' is not digits only" in result.stdout
    assert '  do     write "1801"' in result.stdout
    assert "better: REG-SANDBOX-FIRST (SHOULD)" in result.stdout
    assert "1 to mend, 1 to better" in result.stdout


def test_what_could_be_better_only_is_0(tmp_path: Path) -> None:
    assert invoke(str(changed(tmp_path, {"app.registered_in_sandbox": False}))).exit_code == 0


def test_json_has_the_remarks_the_form_and_what_is_left(tmp_path: Path) -> None:
    result = invoke(str(changed(tmp_path, {"support.phone": "x"})), "--json")
    told = json.loads(result.stdout)
    assert (told["holds"], told["remarks"][0]["clause"]) == (False, "REG-DIGITS-ONLY")
    assert told["form"][0]["fields"][0] == {"label": "App Name", "answer": "Example Health"}
    assert "REG-PRODUCTION-REVIEW" in {item["clause"] for item in told["for_a_person"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[app", "not TOML"),
        ("[app]\nname = 1\n", "line 1: app: deployment is missing"),
        (
            '[app]\ndeployment = "uhc"\nenvironment = "prod"\n',
            "line 3: app.environment: 'prod' is not allowed; did you mean production?",
        ),
        (
            '[app]\ndeployment = "uhc"\nenvironment = "sandbox"\nredirect_url = "x"\n',
            "line 4: app.redirect_url is not a known key; did you mean redirect_uri?",
        ),
        (
            '[app]\ndeployment = "uhc"\nenvironment = "sandbox"\naccepts_terms = "yes"\n',
            "line 4: app.accepts_terms: 'yes' is not true or false",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_2_and_names_the_line(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "app.toml"
    path.write_text(text)
    result = invoke(str(path))
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_that_is_not_there_is_2() -> None:
    result = invoke("no.toml")
    assert (result.exit_code, "there is no such file" in result.stderr) == (2, True)


def _policy(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., httpx.Response]) -> None:
    def stream(method: str, url: str, **_: Any) -> Any:
        return httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True).stream(
            method, url
        )

    monkeypatch.setattr("conformance.preflight.reach.httpx.stream", stream)


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [(200, 0, "Nothing to mend"), (404, 1, "answers 404"), (503, 1, "answers 503")],
)
def test_the_privacy_policy_is_asked_for_on_request(
    monkeypatch: pytest.MonkeyPatch, status: int, code: int, said: str
) -> None:
    _policy(monkeypatch, lambda _: httpx.Response(status))
    result = invoke(str(EXAMPLE), "--reach")
    assert result.exit_code == code
    assert said in result.stdout
    assert "--reach asks for it" not in result.stdout


def test_each_policy_is_asked_for_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(404 if "other" in asked[-1] else 200)

    _policy(monkeypatch, answer)
    same = changed(tmp_path, {**TOOELE, **ORGANIZATION})
    assert invoke(str(same), "--reach").exit_code == 0
    assert asked == ["https://app.example.com/privacy"]
    other = {"organization.privacy_policy_url": "https://app.example.com/other"}
    result = invoke(str(changed(tmp_path, {**TOOELE, **ORGANIZATION, **other})), "--reach")
    assert result.exit_code == 1
    assert "organization.privacy_policy_url: https://app.example.com/other answers 404" in " ".join(
        result.stdout.split()
    )


def test_a_policy_that_ends_without_tls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        secure = request.url.scheme == "https"
        headers = {"Location": "http://app.example.com/privacy"}
        return httpx.Response(302, headers=headers) if secure else httpx.Response(200)

    _policy(monkeypatch, answer)
    result = invoke(str(EXAMPLE), "--reach")
    assert result.exit_code == 1
    assert "http://app.example.com/privacy is not https" in result.stdout


def test_a_network_that_fails_is_3(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    _policy(monkeypatch, answer)
    result = invoke(str(EXAMPLE), "--reach")
    assert result.exit_code == 3
    assert "not reached: https://app.example.com/privacy: ConnectError" in result.stdout
