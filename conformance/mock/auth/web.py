"""The authorization server over HTTP: routes, forms, pages, redirects. Imports Starlette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from conformance.mock.auth.flow import Sent
from conformance.mock.auth.pages import Page, render
from conformance.mock.auth.params import form_params, query_params
from conformance.mock.auth.problems import OAuthError
from conformance.mock.auth.server import AUTHORIZATION_PATH, PORTAL_PATH
from conformance.mock.auth.tokens import TokenCall, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from conformance.mock.auth.flow import Redirection
    from conformance.mock.auth.params import Params
    from conformance.mock.auth.server import AuthServer

_MOST_BYTES = 64 * 1024
_WRONG_METHOD, _SEE_OTHER = 405, 303
#: What the token endpoint answers itself, with a refusal where it is not POST.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_UNREADABLE = Page("error.html", {"message": "The request is not readable."}, status=400)
_URI_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"  # reserved, and `%` as it is escaped already


@dataclass(frozen=True, slots=True)
class Web:
    """Turns HTTP requests into calls on the authorization server and its answers into responses."""

    auth: AuthServer

    async def authorize(self, request: Request) -> Response:
        """`GET /oauth/authorize`."""
        try:
            params = query_params(request.scope["query_string"])
        except ValueError:
            return self._respond(_UNREADABLE, 302)
        return self._respond(self.auth.authorize.begin(params), 302)

    async def login(self, request: Request) -> Response:
        """`POST /oauth/login`: the login form."""
        return await self._submitted(request, self.auth.authorize.login)

    async def sign_up(self, _: Request) -> Response:
        """`GET /oauth/sign-up`: where the sandbox's login page leads who has no account."""
        return self._respond(Page("sign_up.html"), 200)

    async def consent(self, request: Request) -> Response:
        """`POST /oauth/consent`: the consent form."""
        return await self._submitted(request, self.auth.authorize.consent)

    async def token(self, request: Request) -> Response:
        """`/oauth/token`: POST gives tokens, GET is refused."""
        body = await _body(request)
        if body is None:
            too_much = OAuthError("invalid_request", "The body is too large", 413)
            reply = refusal(too_much)
        else:
            headers = request.headers
            content_type = headers.get("content-type", "")
            call = TokenCall(
                body,
                content_type,
                headers.get("authorization", ""),
                request.method,
                request.scope["query_string"],
            )
            reply = self.auth.tokens.answer(call)
        allowed = {"Allow": "POST"} if reply.status == _WRONG_METHOD else {}
        return JSONResponse(reply.body, reply.status, {**reply.headers, **allowed})

    async def _submitted(
        self, request: Request, answer: Callable[[Params], Page | Redirection]
    ) -> Response:
        body = await _body(request)
        try:
            form = form_params(body) if body is not None else None
        except ValueError:
            form = None
        return self._respond(_UNREADABLE if form is None else answer(form), 303)

    def _respond(self, answer: Page | Redirection, redirect_status: int) -> Response:
        if isinstance(answer, Page):
            sent = self.auth.defects.apply(Sent(answer.status, _PAGE_HEADERS))
            return HTMLResponse(render(answer), sent.status, sent.headers)
        headers = {"Location": location(answer), "Cache-Control": "no-store"}
        submitted = redirect_status == _SEE_OTHER
        sent = self.auth.defects.apply(Sent(redirect_status, headers, submitted))
        return Response(status_code=sent.status, headers=sent.headers)

    async def applications(self, request: Request) -> Response:
        """`/portal/applications`: GET is the login, POST either form."""
        if request.method != "POST":
            return self._respond(self.auth.portal.open(), 200)
        return await self._submitted(request, self.auth.portal.submit)


def auth_routes(auth: AuthServer) -> list[BaseRoute]:
    """Return the routes of the authorization server and the member portal."""
    web = Web(auth)
    endpoints = Starlette(
        routes=[
            Route("/oauth/authorize", web.authorize, methods=["GET"]),
            Route("/oauth/sign-up", web.sign_up, methods=["GET"]),
            Route("/oauth/login", web.login, methods=["POST"]),
            Route("/oauth/consent", web.consent, methods=["POST"]),
            Route("/oauth/token", web.token, methods=METHODS),
        ],
        exception_handlers={404: _nothing_here, 405: _wrong_method},
    )
    endpoints.router.redirect_slashes = False  # a redirect would be built from the Host header
    return [
        Mount(AUTHORIZATION_PATH, endpoints),
        Route(PORTAL_PATH, web.applications, methods=["GET", "POST"]),
    ]


async def _body(request: Request) -> bytes | None:
    """Return the body, None where it is larger than any form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return None
    return body


def location(answer: Redirection) -> str:
    """Return the address of a redirection; what was in its query already stays (RFC 6749, 3.1.2).

    Values are escaped byte by byte, a space as %20: `state` is the same however it is decoded.
    """
    query = "&".join(
        f"{name}={quote(value, safe='', encoding='latin-1')}"
        for name, value in answer.parameters.items()
    )
    to = quote(answer.to, safe=_URI_CHARACTERS, encoding="latin-1")
    return f"{to}{'&' if '?' in to else '?'}{query}"


async def _nothing_here(request: Request, _: Exception) -> Response:
    page = Page("error.html", {"message": f"There is nothing at {request.url.path}."}, status=404)
    return HTMLResponse(render(page), page.status, _PAGE_HEADERS)


async def _wrong_method(request: Request, error: Exception) -> Response:
    wrong = OAuthError("invalid_request", f"Method {request.method} is not supported here", 405)
    reply = refusal(wrong)
    allowed = getattr(error, "headers", None) or {}
    return JSONResponse(reply.body, reply.status, {**reply.headers, **allowed})
