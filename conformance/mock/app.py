"""The mock's Starlette application: routing, content negotiation, writing of replies.

Imports Starlette and the values of the flow; each API brings its routes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl
from uuid import uuid4

import orjson
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from conformance.mock.flow import Call, Reply
from conformance.mock.outcomes import FhirProblem, not_found, outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from conformance.mock.defects import Defects


class Api(Protocol):
    """A FHIR API as the front needs it."""

    def answer(self, call: Call) -> Reply:
        """Answer one call, or raise a `FhirProblem`."""
        ...


DIRECTORY_PATH = "/fhirpublic/R4"
_JSON_TYPES = {
    "application/fhir+json",
    "application/json+fhir",
    "application/json",
    "text/json",
    "application/*",
    "text/*",
    "*/*",
}
_JSON_FORMATS = {*_JSON_TYPES, "json", "application/fhir json"}  # a `+` left unescaped is a space


@dataclass(frozen=True, slots=True)
class Front:
    """Turns HTTP requests into calls on an API and replies into HTTP responses."""

    api: Api
    defects: Defects

    async def metadata(self, request: Request) -> Response:
        """`GET [base]/metadata`."""
        return self._answer(request, "metadata")

    async def page(self, request: Request) -> Response:
        """`GET [base]?_getpages=...`."""
        return self._answer(request, "page")

    async def search(self, request: Request) -> Response:
        """`GET [base]/[type]?...`."""
        return self._answer(request, "search-type")

    async def search_post(self, request: Request) -> Response:
        """`POST [base]/[type]/_search`: parameters in the form, in the address, or in both."""
        return self._answer(request, "search-type", await request.body())

    async def read(self, request: Request) -> Response:
        """`GET [base]/[type]/[id]`."""
        return self._answer(request, "read")

    async def vread(self, request: Request) -> Response:
        """`GET [base]/[type]/[id]/_history/[vid]`."""
        return self._answer(request, "vread")

    def _answer(self, request: Request, interaction: str, form: bytes = b"") -> Response:
        call = self.defects.apply(_call(request, interaction))
        try:
            _negotiate(call)
            reply = self.api.answer(with_form(call, form))
        except FhirProblem as problem:
            reply = refusal(call, problem)
        except Exception as error:  # noqa: BLE001 - a fault of the server is an answer too
            reply = Reply(call, 500, outcome("exception", f"Internal error: {error}"))
        return write(self.defects.apply(reply), pretty=call.value("_pretty") == "true")


def _call(request: Request, interaction: str) -> Call:
    path = request.path_params
    return Call(
        interaction=interaction,
        type=path.get("type", ""),
        id=path.get("id", ""),
        vid=path.get("vid", ""),
        query=tuple(request.query_params.multi_items()),
        headers={name.lower(): value for name, value in request.headers.items()},
        method=request.method,
    )


def with_form(call: Call, form: bytes) -> Call:
    """Return a call with the parameters of a form beside those of its address.

    Raises:
        FhirProblem: what is posted is no form (415).
    """
    if not form:
        return call
    media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise FhirProblem(415, "not-supported", f'A search takes a form, not "{media_type}"')
    posted = parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True)
    return replace(call, query=(*call.query, *posted))


def _negotiate(call: Call) -> None:
    """Refuse a client that takes no JSON; `_format` overrides the Accept header (R4 http.html)."""
    wanted = call.value("_format") or call.headers.get("accept", "*/*")
    media_types = [part.partition(";")[0].strip().lower() for part in wanted.split(",")]
    if not _JSON_FORMATS.intersection(media_types):
        raise FhirProblem(406, "not-supported", f'Only JSON is served, not "{wanted}"')


def refusal(call: Call, problem: FhirProblem) -> Reply:
    """Return the reply of a problem."""
    body = outcome(problem.code, problem.diagnostics)
    return Reply(call, problem.status, body, problem.headers)


def write(reply: Reply, *, pretty: bool = False) -> Response:
    """Return a reply as an HTTP response."""
    headers = {**reply.headers, "X-Request-Id": str(uuid4())}
    if reply.body is None:
        return Response(status_code=reply.status, headers=headers)
    content = orjson.dumps(reply.body, option=orjson.OPT_INDENT_2 if pretty else None)
    return Response(content, reply.status, headers, media_type=reply.content_type)


async def _unknown_path(request: Request, _: Exception) -> Response:
    return write(refusal(Call("unknown"), not_found(f"Path {request.url.path}")))


async def _wrong_method(request: Request, error: Exception) -> Response:
    allowed = getattr(error, "headers", None) or {"Allow": "GET, HEAD"}
    message = f"Method {request.method} is not supported here: this server is read-only"
    return write(refusal(Call("unknown"), FhirProblem(405, "not-supported", message, allowed)))


def build_app(
    directory: Api | None, defects: Defects, further: Iterable[BaseRoute] = ()
) -> ASGIApp:
    """Return the application: the directory, where there is one, and the routes of other APIs."""
    routes: list[BaseRoute] = list(further)
    if directory:
        routes += fhir_routes(Front(directory, defects.about("DIR")), DIRECTORY_PATH)
    app = Starlette(routes=routes, exception_handlers={404: _unknown_path, 405: _wrong_method})
    app.router.redirect_slashes = False  # a redirect would be built from the Host header
    return app


def fhir_routes(front: Front, base: str) -> list[BaseRoute]:
    """Return the routes of an API's GET interactions under a path."""
    return [
        Route(base, front.page),
        Route(f"{base}/", front.page),
        Route(f"{base}/metadata", front.metadata),
        Route(f"{base}/{{type}}", front.search),
        Route(f"{base}/{{type}}/{{id}}", front.read),
        Route(f"{base}/{{type}}/{{id}}/_history/{{vid}}", front.vread),
    ]
