"""No secret survives redaction, however it is written; ordinary FHIR content does."""

from __future__ import annotations

import base64
import html
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlencode

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conformance.redaction import MASK, Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

PACKAGES = Path(__file__).parents[2].parent / "shared" / "fhir-packages"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl-_x"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "Set-Cookie",
        "X-Api-Key",
        "API-KEY",
        "X-Auth-Token",
        "DPoP",
        "Ocp-Apim-Subscription-Key",
        "X-Amz-Security-Token",
        "Client-Secret",
    ],
)
def test_a_secret_header_is_masked_whole(name: str) -> None:
    assert Redactor().headers([(name, "anything at all")]) == ((name.lower(), MASK),)


def test_other_headers_stay_in_order_with_repetitions() -> None:
    sent = [("ETag", 'W/"3"'), ("Via", "a"), ("Via", "b"), ("Content-Type", "text/html")]
    assert Redactor().headers(sent) == (
        *(("etag", 'W/"3"'), ("via", "a"), ("via", "b"), ("content-type", "text/html")),
    )


def test_a_secret_within_another_header_is_masked() -> None:
    redactor = Redactor()
    redactor.learn("learned-value")
    sent = [("Location", "http://localhost/callback?code=AbC&state=1#learned-value")]
    assert redactor.headers(sent) == (
        ("location", f"http://localhost/callback?code={MASK}&state=1#{MASK}"),
    )


@pytest.mark.parametrize(
    "name",
    [
        "access_token",
        "refresh_token",
        "id_token",
        "client_secret",
        "client_assertion",
        "code_verifier",
        "password",
        "code",
        "assertion",
        "token",
    ],
)
@pytest.mark.parametrize("frame", ["a=1&{}=S3&b=2", "https://h/p?{}=S3#x", "#{}=S3", "{}=S3"])
def test_a_named_value_in_a_query_or_form_is_masked(name: str, frame: str) -> None:
    text = frame.format(name)
    assert Redactor().text(text) == text.replace("S3", MASK)
    assert Redactor().text(text.upper()) == text.upper().replace("S3", MASK)


@pytest.mark.parametrize(
    "name",
    [
        "access_token",
        "refresh_token",
        "id_token",
        "client_secret",
        "client_assertion",
        "code_verifier",
        "password",
    ],
)
@pytest.mark.parametrize("value", ["S3", 'with \\" quote', "", "back \\\\"])
def test_a_named_value_in_json_is_masked_and_the_json_stays_json(name: str, value: str) -> None:
    for space in ("", " ", "\n  "):
        text = f'{{"a": 1, "{name}"{space}:{space}"{value}", "b": 2}}'
        assert json.loads(Redactor().text(text)) == {"a": 1, name: MASK, "b": 2}
    quoted = json.dumps(json.dumps({name: "S3"}))
    assert json.loads(json.loads(Redactor().text(quoted))) == {name: MASK}


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "bearer", "BASIC"])
def test_credentials_are_masked_by_their_scheme(scheme: str) -> None:
    text = f"sent {scheme} dXNlcjpwYXNz1234== to it"
    assert Redactor().text(text) == f"sent {scheme} {MASK} to it"


def test_a_json_web_token_is_masked_wherever_it_stands() -> None:
    assert Redactor().text(f"<p>{JWT}</p>") == f"<p>{MASK}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "Basic Healthcare Center",
        "Bearer authentication required",
        "Basic Life Support 2020",
        '{"resourceType": "HealthcareService", "code": "408443003", "display": "Basic care"}',
        '{"token": "ordinary", "code": "a", "postalCode": "84101", "assertion": "b"}',
        '{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}',
        "zipcode=84101&barcode=1&my-code=2&encoded=3",
        "eyJ is how a token begins",
        "",
    ],
)
def test_ordinary_content_stays_as_it_is(text: str) -> None:
    assert Redactor().text(text) == text
    assert Redactor().text(text, fhir=True) == text


def test_fhir_keeps_its_searches_by_code_and_its_page_tokens() -> None:
    text = "https://h/R4/Observation?code=http://loinc.org%7C1-8&token=page-2"
    assert Redactor().text(text, fhir=True) == text
    assert Redactor().text(text).count(MASK) == 2


def test_fhir_keeps_no_access_token() -> None:
    text = f"https://h/R4/Patient?access_token=S3&_id=1 {JWT}"
    assert Redactor().text(text, fhir=True) == (
        f"https://h/R4/Patient?access_token={MASK}&_id=1 {MASK}"
    )


def test_masking_never_breaks_json() -> None:
    text = json.dumps({"map": 'act[code="approval"] token="x" password="y"'})
    assert set(json.loads(Redactor().text(text))) == {"map"}


def test_a_longer_secret_is_masked_before_a_shorter_one_in_it() -> None:
    redactor = Redactor()
    redactor.learn("abcd", "abcd-efgh")
    assert redactor.text("abcd-efgh abcd") == f"{MASK} {MASK}"


def test_an_empty_secret_is_no_secret() -> None:
    redactor = Redactor()
    redactor.learn("", "")
    assert redactor.text("anything") == "anything"
    assert repr(redactor) == "Redactor(0 secrets)"


def _ways_of_writing(secret: str) -> Iterator[str]:
    """Every encoding a secret may meet on its way into a URL, a form, JSON, HTML or a header."""
    yield secret
    yield quote(secret)
    yield quote(secret, safe="")
    yield quote(secret, safe="").lower() if secret == secret.lower() else secret
    yield quote_plus(secret)
    yield quote(quote(secret, safe=""), safe="")
    yield urlencode({"x": secret})
    yield str(httpx.URL("http://h/", params={"x": secret}))
    yield "http://h/" + quote(secret, safe="!$&'()*+,;=:@/")
    yield json.dumps({"x": secret})
    yield json.dumps({"x": [secret]}, ensure_ascii=False)
    yield json.dumps(secret).replace("/", "\\/")
    yield html.escape(secret)
    yield html.escape(secret, quote=False)


def _readings(text: str) -> Iterator[str]:
    """What a reader of a masked text could make of it."""
    yield text
    yield unquote_plus(text)
    yield unquote_plus(unquote_plus(text))
    yield html.unescape(text)
    yield text.replace("\\/", "/")
    if text.startswith(("{", '"')):
        yield str(json.loads(text))


SECRETS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=4, max_size=24
).filter(lambda text: text not in MASK and text.strip() == text)
AROUND = st.text(st.characters(codec="utf-8", exclude_characters="\\&%#;"), max_size=12)


@given(secret=SECRETS, before=AROUND, after=AROUND)
def test_no_learned_secret_survives_however_it_is_written(
    secret: str, before: str, after: str
) -> None:
    # A secret that the surroundings hold by chance, or that ends in the mask, proves nothing.
    assume(secret not in before + MASK + after and secret not in f"{{'x': '{MASK}'}}")
    redactor = Redactor()
    redactor.learn(secret)
    for written in _ways_of_writing(secret):
        masked = redactor.text(written)
        assert MASK in masked, written
        for reading in _readings(masked):
            assert secret not in reading
        assert secret not in redactor.text(f"{before}{written}{after}")
        ((_, value),) = redactor.headers([("link", f"<http://h/{written}>; rel=next")])
        assert secret not in value
        assert written == secret or written not in value


@given(st.lists(SECRETS, min_size=2, max_size=5))
def test_secrets_learned_together_are_all_masked(secrets: list[str]) -> None:
    redactor = Redactor()
    redactor.learn(*secrets)
    masked = redactor.text("\n".join(secrets))
    assume(not any(secret in MASK * 2 for secret in secrets))
    left = masked.replace(MASK, "\0")
    assert not any(secret in left for secret in secrets)


@given(AROUND)
def test_masking_twice_changes_nothing_more(text: str) -> None:
    redactor = Redactor()
    redactor.learn("learned-value")
    once = redactor.text(f"{text} token=a&code=b learned-value Bearer abcdefghijk123 {JWT}")
    assert redactor.text(once) == once


def _examples() -> Iterator[tuple[str, str]]:
    """The instances in the FHIR packages: no definitions, which quote other languages."""
    for package in sorted(PACKAGES.glob("*.tgz")):
        with tarfile.open(package) as content:
            for member in content:
                source = content.extractfile(member) if "/example" in member.name else None
                if source and member.name.endswith(".json"):
                    yield f"{package.name}:{member.name}", source.read().decode("utf-8")


def test_every_published_example_stays_byte_identical() -> None:
    if not PACKAGES.is_dir():
        pytest.skip("the FHIR packages are not at ../shared/fhir-packages")
    redactor = Redactor()
    redactor.learn("a-secret-of-the-run-9431")
    judged, changed = 0, []
    for name, text in _examples():
        judged += 1
        if redactor.text(text, fhir=True) != text:
            changed.append(name)
    assert judged > 100
    assert not changed


@pytest.mark.parametrize(
    "page",
    [
        '<input type="hidden" name="csrf_token" value="{}">',
        "<input value='{}' name='password'/>",
        "<INPUT NAME=code VALUE={} >",
        '<input type="password" id="p" value="{}">',
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n{}",
        "see https://user:{}@host.example/R4",
        '{{"device_code": "{}"}}',
        "SAMLResponse={}&RelayState=1",
    ],
)
def test_a_secret_is_masked_by_its_shape(page: str) -> None:
    masked = Redactor().text(page.format("S3cretValue"))
    assert MASK in masked
    assert "S3cretValue" not in masked


@pytest.mark.parametrize(
    "page",
    [
        '<input type="text" name="city" value="Tooele">',
        "write to clinic@example.org: it is open",
        "http://h.example/R4/Organization?name=a@b",
    ],
)
def test_a_form_field_or_an_at_sign_alone_is_no_secret(page: str) -> None:
    assert Redactor().text(page) == page


@given(
    secret=st.text(st.characters(codec="utf-8"), min_size=12, max_size=40),
    before=st.binary(max_size=20),
    after=st.binary(max_size=20),
)
def test_no_learned_secret_survives_in_base64(secret: str, before: bytes, after: bytes) -> None:
    redactor = Redactor()
    redactor.learn(secret)
    data = before + secret.encode() + after
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(data).decode()
        for written in (text, text.rstrip("="), quote(text, safe=""), json.dumps(text)):
            masked = redactor.text(f"Value {written}")
            assert MASK in masked
            left = unquote(masked).removeprefix("Value ").replace(MASK, "\0").split("\0")
            for part in left:
                # Whatever is left of either side holds less than two characters of the secret.
                assert len(part.strip('"=')) <= -(-8 * max(len(before), len(after)) // 6) + 2


@given(st.lists(SECRETS, min_size=2, max_size=6), st.randoms())
def test_the_order_of_learning_makes_no_difference(secrets: list[str], random: Random) -> None:
    text = " ".join(written for secret in secrets for written in _ways_of_writing(secret))
    one, other = Redactor(), Redactor()
    one.learn(*secrets)
    for secret in random.sample(secrets, len(secrets)):
        other.learn(secret)
        other.text(text)  # what was known in between leaves nothing behind
    assert one.text(text) == other.text(text)
