"""Small parts that others stand on: PKCE, parameters, scopes, redirections, what is remembered."""

from __future__ import annotations

import pytest
from auth_browser import CHALLENGE, VERIFIER, Clock
from hypothesis import given
from hypothesis import strategies as st

from conformance.mock.access import Access
from conformance.mock.auth import store as store_module
from conformance.mock.auth.flow import Redirection
from conformance.mock.auth.params import Params, form_params, query_params
from conformance.mock.auth.pkce import is_challenge, is_verifier, proves, s256
from conformance.mock.auth.scopes import catalogue, split
from conformance.mock.auth.store import AuthStore
from conformance.mock.auth.web import location


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    assert s256(VERIFIER) == CHALLENGE
    assert proves(VERIFIER, CHALLENGE, "S256")
    assert not proves(CHALLENGE, CHALLENGE, "S256")


@given(st.from_regex(r"\A[A-Za-z0-9\-._~]{43,128}\Z"))
def test_every_verifier_has_a_challenge(verifier: str) -> None:
    assert is_verifier(verifier)
    assert is_challenge(s256(verifier))


@pytest.mark.parametrize("wrong", ["", "a" * 42, "a" * 129, "a" * 43 + "\n", "ä" * 43, "a+" * 30])
def test_what_is_no_verifier_is_noticed(wrong: str) -> None:
    assert not is_verifier(wrong)


@given(st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_any_bytes_of_state_survive_the_redirect(state: str) -> None:
    url = location(Redirection("com.example.app://callback", {"state": state}))
    assert url.isascii()
    query = url.partition("?")[2].encode()
    assert query_params(query).value("state") == state


def test_a_registered_query_is_kept() -> None:
    assert location(Redirection("https://x.example/c?a=b", {"code": "c"})).endswith("?a=b&code=c")


def test_doubled_names_are_shown_only_where_they_are_harmless() -> None:
    twice = Params((("code", "1"), ("code", "1"), ('"<x>', ""), ('"<x>', "")))
    assert twice.doubled() == ("code", "a parameter")


@pytest.mark.parametrize("raw", [b"a=\xff", b"a=%ff", b"&".join([b"a=1"] * 101)])
def test_what_is_no_form_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several kinds of it
        form_params(raw)


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("", ()),
        ("  a  b a ", ("a", "b")),
        ("a\tb", None),
        ('a "b"', None),
        ("a\\b", None),
        ("ä", None),
    ],
)
def test_scopes_are_split_at_spaces(text: str, scopes: tuple[str, ...] | None) -> None:
    assert split(text) == scopes


def test_scopes_are_those_of_the_documents() -> None:
    tooele, future, uhc = catalogue("tooele"), catalogue("tooele", future=True), catalogue("uhc")
    assert (len(tooele.patient), len(tooele.public)) == (3, 8)
    assert (len(future.patient), len(uhc.patient), len(uhc.public)) == (6, 10, 0)
    assert tooele.of("client_credentials") == tooele.public
    assert set(tooele.of("authorization_code")) == {*tooele.patient, *tooele.public}


def test_public_scopes_say_what_they_open() -> None:
    access = Access("c", frozenset({"public/Network.read", "patient/Patient.read"}))
    assert access.reads_public("Organization")
    assert access.reads_public("")
    assert not access.reads_public("Patient")
    assert not Access("c", frozenset({"patient/Patient.read"})).reads_public("")


def test_the_store_forgets_the_oldest_tickets_and_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_MOST_TICKETS", 2)
    monkeypatch.setattr(store_module, "_MOST_TOKENS", 2)
    store = AuthStore(Clock())
    tickets = [store.new_ticket("p", number) for number in (1, 2, 3)]
    assert [store.take_ticket("p", ticket) for ticket in tickets] == [None, 2, 3]
    grant = store.new_grant("c", ("s",))
    tokens = [store.new_access_token(grant, ("s",), 1) for _ in range(3)]
    assert [store.access_token(token) is None for token in tokens] == [True, False, False]
