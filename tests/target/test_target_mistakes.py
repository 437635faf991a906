"""Every mistake in a target file is one error that names file, line, key and the fix."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.target import Target, TargetError, load_target
from conformance.target.mistakes import line_of

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
[target]
name = "x"
deployment = "tooele"
environment = "sandbox"
directory_base = "https://h/R4"
"""


def _errors(tmp_path: Path, text: str | bytes) -> list[str]:
    """The messages of a file, each without its path, which every one must begin with."""
    path = tmp_path / "t.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(TargetError) as raised:
        load_target(path)
    lines = str(raised.value).splitlines()
    assert all(line.startswith(str(path)) for line in lines)
    return [line.removeprefix(str(path)) for line in lines]


MISTAKES = {
    "unknown table, misspelt": ("[limit]\nconcurrency = 1", 6, "limit", "did you mean limits?"),
    "unknown table": ("[zzz]\na = 1", 6, "zzz", "known here: target, client"),
    "unknown key": ("[limits]\npage_sise = 5", 7, "limits.page_sise", "did you mean page_size?"),
    "unknown key, nothing near": ("[login]\nq = 5", 7, "login.q", "known here: method"),
    "secret": ('[client]\nsecret = "S3"', 7, "client.secret", "secret_env"),
    "client secret": ('[client]\n\nclient_secret = "S3"', 8, "client.client_secret", "secret_file"),
    "password": ('[client]\npassword = "S3"', 7, "client.password", "never stands in the file"),
    "access token": ('[login]\naccess_token = "S3"', 7, "login.access_token", "never stands"),
    "token": ('[login]\ntoken = "S3"', 7, "login.token", "never stands"),
    "refresh token": ('[login]\nrefresh_token = "S3"', 7, "login.refresh_token", "flexcheck login"),
    "bad enum": ('[login]\nmethod = "browsr"', 7, "login.method", "did you mean browser?"),
    "bad enum in a list": (
        '[safety]\n# a comment\ntiers = ["safe", "negativ"]',
        *(8, "safety.tiers.1", "did you mean negative?"),
    ),
    "twice": ('[safety]\ntiers = ["safe", "safe"]', 7, "safety.tiers", "name it once"),
    "text for a number": ('[limits]\npage_size = "5"', 7, "limits.page_size", "a whole number"),
    "truth for a number": ("[limits]\nconcurrency = true", 7, "limits.concurrency", "whole number"),
    "number for text": ("[client]\nid = 5", 7, "client.id", "text in quotes"),
    "text for a list": ('[client]\nscopes = "a b"', 7, "client.scopes", "a list"),
    "text for a table": ('[samples]\nLocation = "x"', 7, "samples.Location", "a table"),
    "too small": ("[limits]\npage_size = 1", 7, "limits.page_size", "at least 2"),
    "zero": ("[limits]\ntimeout_seconds = 0", 7, "limits.timeout_seconds", "more than 0"),
    "too large": ("[limits]\ntimeout_seconds = 1e300", 7, "limits.timeout_seconds", "at most 3600"),
    "endless": ("[limits]\nretry_after_cap = inf", 7, "limits.retry_after_cap", "at most"),
    "no number": ("[limits]\nretry_after_cap = nan", 7, "limits.retry_after_cap", "write one"),
    "empty text": ('[client]\nid = ""', 7, "client.id", "is empty"),
    "sample of a number": ("[samples.Location]\nid = 5", 7, "samples.Location.id", '["a", "b"]'),
    "sample of nothing": ("[samples.Location]\nid = []", 7, "samples.Location.id", '["a", "b"]'),
    "no resource type": ('[samples.location]\nid = "5"', 6, "samples.location", "such as Location"),
    "proxy": ('[network]\nproxy = "proxy:80"', 7, "network.proxy", "http(s) address"),
    "password of a proxy": (
        '[network]\nproxy = "http://me:S3@proxy:80"',
        *(7, "network.proxy", "HTTPS_PROXY"),
    ),
    "no CA bundle": ('[network]\nca_bundle = "no.pem"', 7, "network.ca_bundle", "no.pem"),
    "no certificate": (
        '[network]\nclient_certificate = "no.pem"',
        *(7, "network.client_certificate", "mend the path"),
    ),
    "no key": ('[network]\nclient_key = "no.pem"', 7, "network.client_key", "no file"),
    "no such home": ('[network]\nca_bundle = "~nobody-9/x"', 7, "network.ca_bundle", "no file"),
    "a name too long": (
        f'[network]\nca_bundle = "{"x" * 5000}"',
        *(7, "network.ca_bundle", "mend the path"),
    ),
    "a null in a name": ('[network]\nca_bundle = "a\\u0000b"', 7, "network.ca_bundle", "no file"),
    "inline table": ('login = { methd = "form" }', 6, "target.login", "known here"),
}


@pytest.mark.parametrize(("more", "line", "key", "fix"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_error_with_line_key_and_fix(
    tmp_path: Path, more: str, line: int, key: str, fix: str
) -> None:
    (error,) = _errors(tmp_path, f"{GOOD}{more}\n")
    assert error.startswith(f", line {line}: {key}")
    assert fix in error
    assert "S3" not in error


ABOUT = {
    "not http": (
        "https://h/R4",
        "ftp://h/R4",
        5,
        "target.directory_base",
        "such as https://host/R4",
    ),
    "no scheme": ("https://h/R4", "h/R4", 5, "target.directory_base", "http(s) address"),
    "query": ("https://h/R4", "https://h/R4?a=1", 5, "target.directory_base", "without query"),
    "space": ("https://h/R4", "https://h /R4", 5, "target.directory_base", "http(s) address"),
    "port": ("https://h/R4", "https://h:99999", 5, "target.directory_base", "host and port"),
    "bracket": ("https://h/R4", "https://[h/R4", 5, "target.directory_base", "usable host"),
    "line end": ("https://h/R4", "https://h/R4\\n", 5, "target.directory_base", "usable host"),
    "no host": ("https://h/R4", "https://é..b/R4", 5, "target.directory_base", "usable host"),
    "password": ("https://h/R4", "https://u:S3@h/R4", 5, "target.directory_base", "before the @"),
    "deployment": ("tooele", "tooel", 3, "target.deployment", "did you mean tooele?"),
    "environment": ('"sandbox"', '"prod"', 4, "target.environment", "did you mean production?"),
    "no name": ('name = "x"', "", 1, "target", "name is missing; add `name = …`"),
    "no API": ('directory_base = "https://h/R4"', "", 1, "target", "Add directory_base"),
}


@pytest.mark.parametrize("mistake", ABOUT.values(), ids=ABOUT)
def test_a_mistake_about_the_target_is_one_error(
    tmp_path: Path, mistake: tuple[str, str, int, str, str]
) -> None:
    old, new, line, key, fix = mistake
    (error,) = _errors(tmp_path, GOOD.replace(old, new))
    assert error.startswith(f", line {line}: {key}")
    assert fix in error
    assert "S3" not in error


def test_a_password_in_an_address_that_is_wrong_otherwise_is_not_shown(tmp_path: Path) -> None:
    errors = _errors(tmp_path, GOOD.replace("https://h/R4", "https://u:S3cret@h/R4?a=1"))
    assert "S3cret" not in "".join(errors)


def test_a_long_wrong_value_is_shown_in_part(tmp_path: Path) -> None:
    (error,) = _errors(tmp_path, GOOD.replace("tooele", "x" * 500))
    assert len(error) < 200


def test_a_missing_target_table_is_told_as_a_table(tmp_path: Path) -> None:
    assert _errors(tmp_path, "") == [
        ", line 1: the file: target is missing; add the table [target]"
    ]


def test_all_mistakes_of_a_file_are_told_in_the_order_of_its_lines(tmp_path: Path) -> None:
    text = GOOD + "[limits]\nb = 1\npage_size = 0\na = 1\n[network]\nca_bundle = 'no.pem'\n[zz]\n"
    errors = _errors(tmp_path, text.replace("tooele", "t"))
    assert [error.split(":")[0] for error in errors] == [
        f", line {number}" for number in (3, 7, 8, 9, 11, 12)
    ]


SYNTAX = {
    "an open quote": ('name = "x\n', 1),
    "no value": ("[target]\nname =\n", 2),
    "a line of words": ("[target]\n\nhello there\n", 3),
    "an open list": ("[target]\na = [1,\n", 3),
    "a key twice": ("[target]\na = 1\na = 2\n", 3),
}


@pytest.mark.parametrize(("text", "line"), SYNTAX.values(), ids=SYNTAX)
def test_what_is_not_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (error,) = _errors(tmp_path, text)
    assert error.startswith(f", line {line}: not TOML: ")
    assert "Mend that line." in error


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        f"a = {'9' * 10_000}",
        f"{GOOD}[limits]\nrequest_budget = -1\ntimeout_seconds = 0x{'F' * 9000}",
    ],
    ids=["deep", "long", "long in another base"],
)
def test_what_no_reader_can_hold_is_refused(tmp_path: Path, text: str) -> None:
    (error,) = _errors(tmp_path, text)
    assert "too long or too deep" in error


def test_a_missing_file_is_told_with_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"there is no such target file\. Copy one") as raised:
        load_target(tmp_path / "no.toml")
    assert str(tmp_path / "no.toml") in str(raised.value)


def test_a_folder_is_no_target_file(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"folder|cannot be read") as raised:
        load_target(tmp_path)
    assert str(tmp_path) in str(raised.value)


def test_a_path_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="cannot be read"):
        load_target(tmp_path / "a\0b")


@pytest.mark.parametrize("text", [GOOD.encode("utf-16"), b'name = "\xff"'])
def test_a_file_that_is_not_utf_8_is_told_to_be_saved_so(tmp_path: Path, text: bytes) -> None:
    (error,) = _errors(tmp_path, text)
    assert "not UTF-8 text" in error
    assert "save the file as UTF-8" in error


LINES = """\
top = 1
[a]
b = 1
"c d" = 2
e.f = 3
g = { h = 1 }
[a.i]
b = 5
[[list]]
b = 6
['q']
b = 7
"""


@pytest.mark.parametrize(
    ("at", "line"),
    [
        ([], 1),
        (["top"], 1),
        (["a"], 2),
        (["a", "b"], 3),
        (["a", "c d"], 4),
        (["a", "e", "f"], 5),
        (["a", "e", "zz"], 5),
        (["a", "g", "h"], 6),
        (["a", "i"], 7),
        (["a", "i", "b"], 8),
        (["a", "b", "0"], 3),
        (["list", "b"], 10),
        (["q", "b"], 12),
        (["a", "missing"], 2),
        (["nowhere", "x"], 1),
    ],
)
def test_line_of_finds_a_key_or_what_it_stands_in(at: list[str], line: int) -> None:
    assert line_of(LINES, at) == line


NAMES = st.sampled_from(
    [
        "target",
        "client",
        "limits",
        "network",
        "samples",
        "safety",
        "login",
        "future",
        "name",
        "deployment",
        "directory_base",
        "proxy",
        "ca_bundle",
        "tiers",
        "Location",
        "page_size",
        "q",
    ]
)
LEAVES = (
    st.text(max_size=8)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.sampled_from(["tooele", "sandbox", "https://h/R4", "https://u:p@h", "https://[", "~x"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
#: One file is written again and again: its folder is the same for every example.
QUIET = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _loads_or_refuses(path: Path) -> None:
    try:
        target = load_target(path)
    except TargetError as error:
        assert str(path) in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(target, Target)


@QUIET
@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_toml_is_a_target_or_a_target_error(tmp_path: Path, data: dict[str, object]) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(tomli_w.dumps(data).encode("utf-8", errors="replace"))
    _loads_or_refuses(path)


@QUIET
@given(
    st.binary(max_size=80)
    | st.text(max_size=80).map(lambda text: GOOD.encode() + text.encode("utf-8", errors="replace"))
)
def test_any_bytes_are_a_target_or_a_target_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(content)
    _loads_or_refuses(path)


@QUIET
@given(st.sampled_from(GOOD.splitlines()), st.text(max_size=20))
def test_any_line_spoilt_is_a_target_or_a_target_error(
    tmp_path: Path, line: str, instead: str
) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(GOOD.replace(line, instead).encode("utf-8", errors="replace"))
    _loads_or_refuses(path)


def test_a_windows_path_is_an_ordinary_value(tmp_path: Path) -> None:
    text = GOOD + "[network]\nca_bundle = 'C:\\certs\\corp.pem'\n"
    (error,) = _errors(tmp_path, text)
    shown = "certs" if sys.platform == "win32" else r"C:\certs\corp.pem"
    assert shown in error
