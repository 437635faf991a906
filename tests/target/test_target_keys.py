"""A target file that is right is read as it says, and what it leaves out is careful."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.target import Limits, Target, load_target
from conformance.target.model import is_below, origin_of

#: Ways to write one address (RFC 3986, section 6.2).
ONE_ADDRESS = [
    "https://h.example/R4",
    "https://H.Example/R4",
    "https://h.example:443/R4",
    "https://h.example:/R4",
    "https://h.example/R4//",
    "https://h.example/x/../R4",
]
FULL = """\
[target]
name = "Tooele sandbox"
deployment = "tooele"
environment = "sandbox"
fhir_base = "https://api.example.org/R4/"
directory_base = "https://dir.example.org:8443/R4//"
authorization_base = "https://login.example.org"

[client]
id = "app"
id_env = "APP_ID"
secret_env = "APP_SECRET"
secret_file = "secret.txt"
redirect_uri = "http://localhost:3000/callback"
scopes = ["patient/Patient.read", "openid"]

[login]
method = "refresh-token"

[network]
proxy = "http://proxy.example.org:3128"
ca_bundle = "ca.pem"
client_certificate = "sub/cert.pem"
client_key = "sub/key.pem"

[limits]
requests_per_second = 2.5
concurrency = 3
request_budget = 1000
timeout_seconds = 7
retry_after_cap = 5
max_body_bytes = 4096
page_size = 20.0
max_pages = 9
crawl_rows = 77

[safety]
tiers = ["safe", "intrusive"]

[other_member]
username = "member2"

[other_member.rows]
Patient = "p2"
Coverage = ["c2", "c3"]

[samples.Location]
id = "loc-1"
address-state = ["UT", "NV"]

[future]
declares = ["bulk-export"]
"""
LEAST = """\
[target]
name = "least"
deployment = "uhc"
environment = "{environment}"
fhir_base = "https://h/R4"
"""


@pytest.fixture
def full(tmp_path: Path) -> Target:
    (tmp_path / "sub").mkdir()
    for name in ("ca.pem", "sub/cert.pem", "sub/key.pem"):
        (tmp_path / name).write_text("x")
    path = tmp_path / "full.toml"
    path.write_text(FULL)
    return load_target(path)


def _least(tmp_path: Path, environment: str = "sandbox", more: str = "") -> Target:
    path = tmp_path / "least.toml"
    path.write_text(LEAST.format(environment=environment) + more)
    return load_target(path)


def test_the_target_table_is_read_and_bases_lose_their_trailing_slashes(full: Target) -> None:
    assert (full.name, full.deployment, full.environment) == ("Tooele sandbox", "tooele", "sandbox")
    assert full.fhir_base == "https://api.example.org/R4"
    assert full.directory_base == "https://dir.example.org:8443/R4"
    assert full.authorization_base == "https://login.example.org"


def test_each_api_has_its_base(full: Target) -> None:
    apis = ("provider-directory", "patient-access", "authorization", "other")
    assert [full.base_of(api) for api in apis] == [
        full.directory_base,
        full.fhir_base,
        full.authorization_base,
        "",
    ]


def test_the_client_table_says_where_secrets_are_not_what_they_are(full: Target) -> None:
    client = full.client
    assert (client.id, client.id_env) == ("app", "APP_ID")
    assert (client.secret_env, client.secret_file) == ("APP_SECRET", "secret.txt")
    assert client.redirect_uri == "http://localhost:3000/callback"
    assert client.scopes == ("patient/Patient.read", "openid")


def test_login_safety_and_future_are_read(full: Target) -> None:
    assert full.login.method == "refresh-token"
    assert full.safety == ("safe", "intrusive")
    assert full.future == ("bulk-export",)


def test_files_of_the_network_table_are_found_beside_the_target_file(
    full: Target, tmp_path: Path
) -> None:
    network = full.network
    assert network.proxy == "http://proxy.example.org:3128"
    assert Path(network.ca_bundle) == (tmp_path / "ca.pem").resolve()
    assert Path(network.client_certificate) == (tmp_path / "sub" / "cert.pem").resolve()
    assert Path(network.client_key) == (tmp_path / "sub" / "key.pem").resolve()


def test_a_file_of_the_network_table_may_be_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "corp.pem").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    target = _least(tmp_path / "elsewhere", more='[network]\nca_bundle = "~/corp.pem"\n')
    assert Path(target.network.ca_bundle) == (tmp_path / "corp.pem").resolve()


def test_each_limit_is_read_and_whole_numbers_are_whole(full: Target) -> None:
    assert full.limits == Limits(2.5, 3, 1000, 7, 5, 4096, 20, 9, 77)
    assert str(full.limits.page_size) == "20"


def test_samples_are_a_text_or_a_list(full: Target) -> None:
    assert full.samples == {"Location": {"id": ("loc-1",), "address-state": ("UT", "NV")}}


def test_another_member_is_named_by_login_and_by_rows(full: Target) -> None:
    assert full.other_member.username == "member2"
    assert full.other_member.rows == {"Patient": ("p2",), "Coverage": ("c2", "c3")}


def test_what_is_left_out_has_the_defaults(tmp_path: Path) -> None:
    target = _least(tmp_path)
    assert (target.other_member.username, target.other_member.rows) == ("", {})
    assert target.limits == Limits()
    assert (target.directory_base, target.login.method, target.future) == ("", "", ())
    assert target.samples == {}


@pytest.mark.parametrize(
    ("environment", "tiers"), [("sandbox", ("safe", "negative")), ("production", ("safe",))]
)
def test_production_gets_the_safe_tier_only_by_default(
    tmp_path: Path, environment: str, tiers: tuple[str, ...]
) -> None:
    assert _least(tmp_path, environment).safety == tiers


def test_production_gets_more_tiers_only_where_the_file_says_so(tmp_path: Path) -> None:
    target = _least(tmp_path, "production", '[safety]\ntiers = ["safe", "negative"]\n')
    assert target.safety == ("safe", "negative")


def test_the_target_remembers_its_file_and_what_was_typed(tmp_path: Path) -> None:
    target = _least(tmp_path)
    assert target.path == (tmp_path / "least.toml").resolve()
    assert target.argument == str(tmp_path / "least.toml")
    assert load_target(tmp_path / "least.toml", argument="mock").argument == "mock"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "notepad.toml"
    text = LEAST.format(environment="sandbox").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_target(path).name == "least"


def test_origins_are_those_of_the_bases_with_their_ports(full: Target) -> None:
    assert full.origins == {
        "https://api.example.org:443",
        "https://dir.example.org:8443",
        "https://login.example.org:443",
    }


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://Host/R4", "http://host:80"),
        ("https://host/R4", "https://host:443"),
        ("HTTPS://host", "https://host:443"),
        ("https://user@host:1/", "https://host:1"),
        ("http://[::1]:8080/R4", "http://[::1]:8080"),
        ("ftp://host/", ""),
        ("https://host:99999/", ""),
        ("https://host:x/", ""),
        ("https://[bad/", ""),
        ("https:///R4", ""),
        ("/R4", ""),
        ("", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port_or_nothing(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize("written", ONE_ADDRESS)
def test_a_base_is_read_as_it_is_sent(tmp_path: Path, written: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(
        '[target]\nname = "x"\ndeployment = "tooele"\nenvironment = "sandbox"\n'
        f'fhir_base = "{written}"\ndirectory_base = "{written}"\nauthorization_base = "{written}"',
        encoding="utf-8",
    )
    read = load_target(path)
    bases = (read.fhir_base, read.directory_base, read.authorization_base)
    assert bases == ("https://h.example/R4",) * 3


@pytest.mark.parametrize(
    ("url", "below"),
    [
        ("https://h/R4", True),
        ("https://h/R4/Patient", True),
        ("https://h/R4?_page=2", True),
        ("https://h/R4#x", True),
        ("https://h/R4x/Patient", False),
        ("https://h/R", False),
        ("", False),
    ],
)
def test_an_address_is_below_a_base_by_whole_steps(url: str, *, below: bool) -> None:
    assert is_below("https://h/R4", url) is below
    assert not is_below("", url)


@pytest.mark.parametrize(
    ("members", "login", "public"),
    [
        ("https://h/R4x", "https://h/authz", "https://h/R4"),
        ("https://h/R4/members", "", ""),
        ("https://m/R4", "https://h/R4/authz", ""),
        ("", "", "https://h/R4"),
    ],
)
def test_a_directory_is_public_where_no_member_is_served_below_it(
    members: str, login: str, public: str
) -> None:
    target = Target(
        *("t", "tooele", "production", Path("t")),
        fhir_base=members,
        authorization_base=login,
        directory_base="https://h/R4",
    )
    assert target.public_base == public
