"""Serving the mock on loopback, embedded or stand-alone. Imports the app and uvicorn."""

from __future__ import annotations

import logging
import shutil
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import tomli_w
import uvicorn

from conformance.mock.access import Guarded
from conformance.mock.app import DIRECTORY_PATH, build_app
from conformance.mock.auth import AuthServer, auth_routes, build_auth
from conformance.mock.auth.store import CODE_SECONDS
from conformance.mock.auth.targetfile import client_tables
from conformance.mock.data.plan import DEFAULT_PRACTITIONERS, DEFAULT_SEED, Plan
from conformance.mock.data.store import Store
from conformance.mock.defects import REGISTRY, Defects, choose, unknown
from conformance.mock.directory import Directory
from conformance.mock.load import Load
from conformance.mock.members import MEMBERS_PATH, MembersApi, build_members
from conformance.mock.members.data.records import DEFAULT_CLAIMS
from conformance.mock.search.request import MAX_COUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from starlette.types import ASGIApp

DEPLOYMENTS = ("tooele", "uhc")
ENVIRONMENTS = ("sandbox", "production")
_START_SECONDS = 10.0
#: It would write whole addresses, and some requests carry a token there: to see them refused.
logging.getLogger("uvicorn.access").addFilter(lambda _record: False)


@dataclass(frozen=True, slots=True)
class RunningMock:
    """A mock that serves; leaving the context (or `stop`) ends it and removes its target file.

    What this deployment does not have is None.
    """

    origin: str
    directory_base: str | None
    target_file: Path
    token_lifetime: int
    load: Load = field(repr=False)
    _server: uvicorn.Server = field(repr=False)
    _thread: threading.Thread = field(repr=False)
    fhir_base: str | None = None
    authorization_base: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    redirect_uri: str | None = None
    public_client_id: str | None = None
    public_redirect_uri: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving and wait until every socket is closed; a second call does nothing."""
        self._server.should_exit = True
        self._thread.join()
        shutil.rmtree(self.target_file.parent, ignore_errors=True)

    def announcement(self) -> dict[str, str | None]:
        """Return what `flexcheck mock` prints when it is ready (DESIGN, section 5)."""
        return {
            "fhir_base": self.fhir_base,
            "directory_base": self.directory_base,
            "authorization_base": self.authorization_base,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "target_file": str(self.target_file),
        }


def start_mock(  # noqa: PLR0913 - each is an option of `flexcheck mock`
    *,
    port: int = 0,
    public_url: str | None = None,
    deployment: str = "tooele",
    environment: str = "sandbox",
    defects: Iterable[str] = (),
    token_lifetime: int = 300,
    code_lifetime: float = CODE_SECONDS,
    future: bool = False,
    practitioners: int = DEFAULT_PRACTITIONERS,
    claims: int = DEFAULT_CLAIMS,
    seed: int = DEFAULT_SEED,
    latency: float = 0.0,
    host: str = "127.0.0.1",
    clock: Callable[[], float] = monotonic,
) -> RunningMock:
    """Serve a mock in a thread of its own and return when it accepts requests.

    Args:
        port: 0 takes any free one.
        public_url: The origin that every address shows instead of the one bound, for a proxy.
        deployment: Whose document the mock follows; `uhc` documents no public directory.
        environment: What the target file says the mock is.
        defects: Names of wrong behaviours to show.
        token_lifetime: Seconds an access token lives.
        code_lifetime: Seconds an authorization code lives; the target file tells it.
        future: Be the future release: grant its scopes and serve its resource types too.
        practitioners: The size of the directory.
        claims: How many the first member has, where members have any.
        seed: Equal seeds give equal directories.
        latency: Milliseconds that every answer waits, as across a network.
        host: The address to bind.
        clock: Seconds, as the authorization server sees them pass: a test needs no sleep.

    Raises:
        ValueError: a deployment, environment or defect is unknown, or the public URL is none.
        OSError: the port cannot be bound.
    """
    _refuse_unknown(deployment, environment)
    active = choose(defects, REGISTRY)
    shown = _origin_of(public_url) if public_url else None
    listener = _bind(host, port)
    origin = shown or f"http://{host}:{listener.getsockname()[1]}"
    flex = _build(
        origin,
        deployment,
        environment,
        active,
        Plan(practitioners, seed),
        claims=claims,
        token_lifetime=token_lifetime,
        code_lifetime=code_lifetime,
        future=future,
        clock=clock,
    )
    load = Load(flex.app(active), latency / 1000)
    server = _server(load)
    return RunningMock(
        origin=origin,
        directory_base=flex.directory_base,
        target_file=_write_target(deployment, environment, flex, future=future),
        token_lifetime=token_lifetime,
        load=load,
        _server=server,
        _thread=_serve(server, listener),
        fhir_base=flex.fhir_base,
        authorization_base=flex.auth.base,
        client_id=flex.auth.clients.web.id,
        client_secret=flex.auth.clients.web.secret,
        redirect_uri=flex.auth.clients.web.redirect_uri,
        public_client_id=flex.auth.clients.mobile.id,
        public_redirect_uri=flex.auth.clients.mobile.redirect_uri,
    )


@dataclass(frozen=True, slots=True)
class _Flex:
    """The parts of one environment."""

    auth: AuthServer
    members: MembersApi
    directory: Directory | None

    @property
    def fhir_base(self) -> str:
        return self.auth.origin + MEMBERS_PATH

    @property
    def directory_base(self) -> str | None:
        return self.directory.base if self.directory else None

    def app(self, defects: Defects) -> ASGIApp:
        directory = Guarded(self.directory, self.auth.gate) if self.directory else None
        return build_app(directory, defects, [*auth_routes(self.auth), *self.members.routes()])


def _build(  # noqa: PLR0913 - each is a fact of the environment
    origin: str,
    deployment: str,
    environment: str,
    defects: Defects,
    plan: Plan,
    *,
    claims: int,
    future: bool,
    **tokens: Any,
) -> _Flex:
    auth = build_auth(origin, deployment, environment, defects, future=future, **tokens)
    members = build_members(
        origin + MEMBERS_PATH,
        deployment=deployment,
        environment=environment,
        gate=auth.gate,
        authorization_base=auth.base,
        defects=defects,
        seed=plan.seed,
        claims=claims,
        future=future,
        security=auth.capability_security(),
        smart=auth.smart_configuration(),
    )
    base = origin + DIRECTORY_PATH
    directory = Directory(base, Store(plan), defects) if deployment == "tooele" else None
    return _Flex(auth.with_members(members.patients, origin + MEMBERS_PATH), members, directory)


def _refuse_unknown(deployment: str, environment: str) -> None:
    for what, name, known in (
        ("deployment", deployment, DEPLOYMENTS),
        ("environment", environment, ENVIRONMENTS),
    ):
        if name not in known:
            raise ValueError(unknown(what, name, known))


def _origin_of(public_url: str) -> str:
    parts = urlsplit(public_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise ValueError(
            f"public URL {public_url!r} is no origin: write it like https://flex.example:8443"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _bind(host: str, port: int) -> socket.socket:
    """Bind here, not in the thread, so that a port in use is the caller's exception."""
    # Named TCP, or asyncio sets no TCP_NODELAY and each answer waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _server(app: ASGIApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=1,
        # A run may be silent for some seconds, as while a token expires. With 5 of them, uvicorn's
        # own choice, a request can meet a connection that is being closed.
        timeout_keep_alive=75,
    )
    return uvicorn.Server(config)


def _serve(server: uvicorn.Server, listener: socket.socket) -> threading.Thread:
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="flexcheck-mock", daemon=True
    )
    thread.start()
    deadline = monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or monotonic() > deadline:
            raise RuntimeError("the mock did not start; run `flexcheck mock` to see why")
        sleep(0.002)
    return thread


def _write_target(deployment: str, environment: str, flex: _Flex, *, future: bool) -> Path:
    """Write the target file into a private folder (mkdtemp: readable by its owner only)."""
    target: dict[str, Any] = {
        "name": f"Mock of {deployment} ({environment})",
        "deployment": deployment,
        "environment": environment,
    }
    target["fhir_base"] = flex.fhir_base
    if flex.directory_base:
        target["directory_base"] = flex.directory_base
    target["authorization_base"] = flex.auth.base
    # A mock on the same machine needs no sparing: 0 is "no limit".
    limits = {
        "requests_per_second": 0,
        "concurrency": 8,
        "crawl_rows": 5000,
        "page_size": MAX_COUNT,
        "code_seconds": flex.auth.store.code_seconds,
    }
    # Nor does it mind what a live production must be spared.
    safety = {"tiers": ["safe", "negative", "intrusive"]}
    folder = Path(mkdtemp(prefix="flexcheck-mock-")).resolve()
    login = client_tables(flex.auth, folder)
    # The other document offers today what is future in this one.
    members = flex.members.target_tables(future=future and deployment == "tooele")
    tables = {"target": target, **login, **members, "limits": limits, "safety": safety}
    path = folder / "target.toml"
    path.write_bytes(tomli_w.dumps(tables).encode())
    return path
