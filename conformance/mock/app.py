"""The mock's Starlette application: routing, content negotiation, writing of replies.

Imports the directory and Starlette. OAuth and Patient Access will be further sets of routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from conformance.mock.flow import Call, Reply
from conformance.mock.outcomes import FhirProblem, not_found, outcome

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from conformance.mock.defects import Defects
    from conformance.mock.directory import Directory

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
    """Turns HTTP requests into calls on the directory and replies into HTTP responses."""

    directory: Directory
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

    async def read(self, request: Request) -> Response:
        """`GET [base]/[type]/[id]`."""
        return self._answer(request, "read")

    async def vread(self, request: Request) -> Response:
        """`GET [base]/[type]/[id]/_history/[vid]`."""
        return self._answer(request, "vread")

    def _answer(self, request: Request, interaction: str) -> Response:
        call = _call(request, interaction)
        try:
            _negotiate(call)
            reply = self.directory.answer(call)
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
    )


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
    message = f"Method {request.method} is not supported: this directory is read-only"
    return write(refusal(Call("unknown"), FhirProblem(405, "not-supported", message, allowed)))


def build_app(directory: Directory | None, defects: Defects) -> ASGIApp:
    """Return the application; a deployment without a public directory has none of its paths."""
    routes = _directory_routes(Front(directory, defects)) if directory else []
    app = Starlette(routes=routes, exception_handlers={404: _unknown_path, 405: _wrong_method})
    app.router.redirect_slashes = False  # a redirect would be built from the Host header
    return app


def _directory_routes(front: Front) -> list[Route]:
    base = DIRECTORY_PATH
    return [
        Route(base, front.page),
        Route(f"{base}/", front.page),
        Route(f"{base}/metadata", front.metadata),
        Route(f"{base}/{{type}}", front.search),
        Route(f"{base}/{{type}}/{{id}}", front.read),
        Route(f"{base}/{{type}}/{{id}}/_history/{{vid}}", front.vread),
    ]
