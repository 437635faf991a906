"""Drives the authorization server's pages as a browser would: forms by their fields, no cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

if TYPE_CHECKING:
    from conformance.mock.auth import AuthServer
    from conformance.mock.auth.clients import Client

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
SCOPE = "patient/Patient.read patient/Coverage.read"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds


class Form(HTMLParser):
    """The one form of a page: where it goes, what is filled in, what its buttons send."""

    def __init__(self, page: httpx.Response) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self.boxes: dict[str, bool] = {}
        self.buttons: list[tuple[str, str]] = []
        self.links: list[str] = []
        self._select = ""
        self.feed(page.text)
        self.action = urljoin(str(page.url), self.action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        handle = getattr(self, f"_{tag}", None)
        if handle:
            handle(found)

    def _form(self, found: dict[str, str]) -> None:
        assert found["method"] == "post"
        self.action = found["action"]

    def _input(self, found: dict[str, str]) -> None:
        if found["type"] == "checkbox":
            self.boxes[found["value"]] = "checked" in found
        if found["type"] == "hidden" or "checked" in found:
            self.fields.append((found["name"], found["value"]))

    def _select_(self, found: dict[str, str]) -> None:
        self._select = found["name"]

    def _option(self, found: dict[str, str]) -> None:
        if "selected" in found:
            self.fields.append(("payer", found["value"]))

    def _button(self, found: dict[str, str]) -> None:
        if "name" in found:
            self.buttons.append((found["name"], found["value"]))

    def _a(self, found: dict[str, str]) -> None:
        self.links.append(found["href"])


@dataclass
class Browser:
    """A member at one authorization server, and the application behind it."""

    http: httpx.Client
    auth: AuthServer
    clock: Clock = field(default_factory=Clock)

    @property
    def web(self) -> Client:
        return self.auth.clients.web

    @property
    def mobile(self) -> Client:
        return self.auth.clients.mobile

    def request(self, client: Client | None = None, **changes: Any) -> dict[str, Any]:
        """Return the parameters of a good authorize request; None removes one."""
        client = client or self.web
        good = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": client.redirect_uri,
            "scope": SCOPE,
            "state": "8e896a59f0744a8e93bf2f1f13230be5",
            **({} if client.confidential else PKCE),
            **changes,
        }
        return {name: value for name, value in good.items() if value is not None}

    def open(self, client: Client | None = None, **changes: Any) -> httpx.Response:
        """Open the authorize endpoint with a request that is good but for the changes."""
        url = f"{self.auth.base}/oauth/authorize"
        return self.http.get(url, params=self.request(client, **changes))

    def submit(self, page: httpx.Response, **more: str) -> httpx.Response:
        """Send a page's form as it is filled in, with more fields."""
        form = Form(page)
        return self.send(form.action, [*form.fields, *more.items()])

    def send(self, url: str, fields: list[tuple[str, str]]) -> httpx.Response:
        body = str(httpx.QueryParams(fields))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.http.post(url, content=body, headers=headers)

    def login(
        self, page: httpx.Response, username: str = "member1", password: str = "p"
    ) -> httpx.Response:
        return self.submit(page, username=username, password=password)

    def decide(
        self, page: httpx.Response, decision: str = "allow", without: tuple[str, ...] = ()
    ) -> httpx.Response:
        form = Form(page)
        fields = [item for item in form.fields if item[1] not in without]
        return self.send(form.action, [*fields, ("decision", decision)])

    def consent_page(self, client: Client | None = None, **changes: Any) -> httpx.Response:
        return self.login(self.open(client, **changes))

    def code(self, client: Client | None = None, **changes: Any) -> str:
        """Return a code of a member who allows everything."""
        return back(self.decide(self.consent_page(client, **changes)))["code"]

    def token(self, client: Client | None = None, **form: str | None) -> httpx.Response:
        """Send a token request with the client's credentials; None removes a field."""
        client = client or self.web
        secret = client.secret or None
        sent = {"client_id": client.id, "client_secret": secret, **form}
        fields = [(name, value) for name, value in sent.items() if value is not None]
        return self.send(f"{self.auth.base}/oauth/token", fields)

    def redeem(self, code: str, client: Client | None = None, **form: str | None) -> httpx.Response:
        """Exchange a code; public clients send the verifier."""
        client = client or self.web
        proof = {} if client.confidential else {"code_verifier": VERIFIER}
        good = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
        }
        return self.token(client, **{**good, **proof, **form})

    def tokens(self, client: Client | None = None, **changes: Any) -> dict[str, Any]:
        """Return the token response of the whole flow."""
        response = self.redeem(self.code(client, **changes), client)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def refresh(
        self, tokens: dict[str, Any], client: Client | None = None, **form: str | None
    ) -> httpx.Response:
        return self.token(
            client,
            **{"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], **form},
        )

    def system(self, scope: str | None = "public/Location.read", **form: str) -> httpx.Response:
        return self.token(grant_type="client_credentials", scope=scope, **form)

    def revoke(self, username: str = "member1", client: Client | None = None) -> httpx.Response:
        """Revoke an application in the member portal: the client's, else the first one listed.

        Other tests of the same server may have left others.
        """
        page = self.login(self.http.get(f"{self.auth.origin}/portal/applications"), username)
        form = Form(page)
        wanted = ("revoke", (client or self.web).id)
        button = wanted if wanted in form.buttons else form.buttons[0]
        return self.send(form.action, [*form.fields, button])

    def admitted(self, token: str) -> Any:
        """Return what the gate says about a bearer."""
        return self.auth.gate.admit({"authorization": f"Bearer {token}"})


def back(response: httpx.Response) -> dict[str, str]:
    """Return what a redirect brings back to the application."""
    assert response.status_code in (302, 303), (response.status_code, response.text)
    query = urlsplit(response.headers["location"]).query
    return dict(parse_qsl(query, keep_blank_values=True))


def error(response: httpx.Response, status: int = 400) -> str:
    """Return the error code of the token endpoint."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert set(response.json()) == {"error", "error_description"}
    return str(response.json()["error"])
