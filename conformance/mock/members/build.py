"""Putting Patient Access together, and its routes. Imports Starlette and the members' modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response
from starlette.routing import Route

from conformance.mock.app import Front, fhir_routes
from conformance.mock.auth.discovery import capability_security, smart_configuration
from conformance.mock.data.plan import DEFAULT_SEED
from conformance.mock.defects import Defects
from conformance.mock.members.access import PatientAccess
from conformance.mock.members.data.records import CLINICAL, DEFAULT_CLAIMS
from conformance.mock.members.documented import documented
from conformance.mock.members.store import Holdings, Members
from conformance.mock.members.targetfile import member_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from conformance.mock.access import Gate

MEMBERS_PATH = "/fhir/R4"
_GRANT_TYPES = ("authorization_code", "refresh_token")


@dataclass(frozen=True, slots=True)
class MembersApi:
    """Patient Access as the application mounts it."""

    access: PatientAccess
    smart: Mapping[str, Any]

    @property
    def patients(self) -> tuple[str, ...]:
        """The Patient ids of the members; the sandbox has one."""
        return self.access.patients

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that its types need."""
        return tuple(f"patient/{kind}.read" for kind in self.access.vocabularies)

    def target_tables(self, *, future: bool) -> dict[str, Any]:
        """Return what the target file says of the members' data."""
        return member_tables(self.access.members, future=future)

    def routes(self, path: str = MEMBERS_PATH) -> list[BaseRoute]:
        """Return the routes under a path, the discovery document among them."""
        front = Front(self.access, self.access.defects)

        async def discovery(_: Request) -> Response:
            return Response(orjson.dumps(dict(self.smart)), media_type="application/json")

        return [
            Route(f"{path}/.well-known/smart-configuration", discovery),
            Route(f"{path}/{{type}}/_search", front.search_post, methods=["POST"]),
            *fhir_routes(front, path),
        ]


def build_members(  # noqa: PLR0913 - each is a fact of the environment
    base: str,
    *,
    deployment: str,
    environment: str,
    gate: Gate,
    authorization_base: str,
    defects: Defects | None = None,
    seed: int = DEFAULT_SEED,
    claims: int = DEFAULT_CLAIMS,
    future: bool = False,
    security: Mapping[str, Any] | None = None,
    smart: Mapping[str, Any] | None = None,
) -> MembersApi:
    """Build Patient Access.

    Args:
        base: The address of the API, as links show it (origin + `MEMBERS_PATH`).
        deployment: Whose document it follows, `tooele` or `uhc`.
        environment: `sandbox` has one member, in `uhc` without claims; `production` has several.
        gate: Who lets requests in.
        authorization_base: Where `/oauth/authorize` and `/oauth/token` are.
        defects: Wrong behaviours to show.
        seed: Equal seeds give equal records.
        claims: How many the first member has, where members have any.
        future: Whether `tooele` serves its future functionality (clinical data) already.
        security: `CapabilityStatement.rest.security`; made from `authorization_base` if absent.
        smart: The SMART configuration; made from `authorization_base` if absent.
    """
    vocabularies = documented(deployment, future=future)
    holdings = Holdings(
        claims=0 if (deployment, environment) == ("uhc", "sandbox") else claims,
        clinical=tuple(kind for kind in CLINICAL if kind in vocabularies),
    )
    access = PatientAccess(
        base,
        Members(deployment, environment, holdings, seed),
        vocabularies,
        gate,
        (defects or Defects()).about("PA", "USE"),
        security or capability_security(authorization_base, authorization_base),
    )
    scopes = [f"patient/{kind}.read" for kind in vocabularies]
    found = smart_configuration(authorization_base, authorization_base, scopes, _GRANT_TYPES)
    return MembersApi(access, smart or found)
