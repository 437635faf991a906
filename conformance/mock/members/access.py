"""Patient Access: who asks, what that bearer may see, and the answer from that alone.

Imports the access boundary, the service and the members' store; knows nothing of OAuth, nor of
HTTP frameworks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.mock.access import Access, Refusal
from conformance.mock.flow import Admission, Call, Reach, Reply
from conformance.mock.members.capability import statement
from conformance.mock.members.documented import SUPPORTING
from conformance.mock.members.elements import extractor
from conformance.mock.members.store import View
from conformance.mock.outcomes import FhirProblem, not_found
from conformance.mock.paging import Handles
from conformance.mock.search.engine import Engine
from conformance.mock.service import Service, refuse_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.mock.access import Gate
    from conformance.mock.defects import Defects
    from conformance.mock.members.store import Members
    from conformance.mock.search.documented import Vocabulary

REALM = 'Bearer realm="flex"'


@dataclass(frozen=True, slots=True)
class PatientAccess:
    """The members' API at one base address.

    A row of another member is, for whoever asks, not there: 404 by read, no match by search. A
    403 would say that it exists.
    """

    base: str
    members: Members
    vocabularies: Mapping[str, Vocabulary]
    gate: Gate
    defects: Defects
    security: Mapping[str, Any]
    _seen: dict[tuple[str, ...], tuple[Engine, Handles]] = field(default_factory=dict)

    @property
    def patients(self) -> tuple[str, ...]:
        """The Patient ids of the members, for the authorization server."""
        return self.members.patients

    @property
    def described(self) -> dict[str, Vocabulary]:
        """Every type that is served, with or without a scope of its own."""
        kinds = (*self.members.holdings.kinds, "Organization", "Practitioner", "Location")
        return {**self.vocabularies, **{k: v for k, v in SUPPORTING.items() if k in kinds}}

    def answer(self, call: Call) -> Reply:
        """Answer one call.

        Raises:
            FhirProblem: the call is refused or asks for what is not there.
        """
        if call.interaction == "metadata":
            refuse_parameters(call)
            return Reply(call, 200, statement(self.base, self.described.values(), self.security))
        access = self._admit(call)
        service = self._service(call, access)
        if call.interaction == "page":
            self._require(access, service.handles.get(call.value("_getpages")).request.type)
            return service.page(call)
        vocabulary = self.described.get(call.type)
        if not vocabulary:
            raise not_found(f'Resource type "{call.type}"')
        self._require(access, call.type)
        _refuse_interaction(call, vocabulary)
        if call.interaction == "search-type":
            return service.search(call, vocabulary)
        return service.read(call)

    def _admit(self, call: Call) -> Access:
        verdict = self.gate.admit(call.headers)
        found = self.defects.apply(Admission(call, verdict, self.members.everybody)).verdict
        if isinstance(found, Refusal):
            code = "login" if found.status == 401 else "forbidden"  # noqa: PLR2004
            challenge = {"WWW-Authenticate": found.challenge} if found.challenge else {}
            raise FhirProblem(found.status, code, found.message, challenge)
        return found

    def _require(self, access: Access, kind: str) -> None:
        if self._may_show(access, kind):
            return
        scope = f"patient/{kind}.read"
        needed = f', scope="{scope}"' if kind in self.vocabularies else ""
        challenge = f'{REALM}, error="insufficient_scope"{needed}'
        message = f"The access token does not cover {kind} ({scope})"
        raise FhirProblem(403, "forbidden", message, {"WWW-Authenticate": challenge})

    def _may_show(self, access: Access, kind: str) -> bool:
        """Whether a type may go out: by its scope, or because rows in scope hang together with it.

        Claims and clinical rows refer to providers and places and have provenances; a Patient
        refers to none of them.
        """
        if kind in self.vocabularies:
            return access.reads(kind)
        return any(access.reads(other) for other in self.vocabularies if other != "Patient")

    def _service(self, call: Call, access: Access) -> Service:
        own = (access.patient,) if access.patient else ()
        reach = self.defects.apply(Reach(call, own, self.members.everybody))
        if reach.patients not in self._seen:
            view = View(self.members, reach.patients)
            self._seen[reach.patients] = Engine(view, self.base, extractor), Handles()
        engine, handles = self._seen[reach.patients]
        return Service(engine, handles, self.defects, lambda kind: self._may_show(access, kind))


def _refuse_interaction(call: Call, vocabulary: Vocabulary) -> None:
    """Refuse what is not documented for a type.

    Raises:
        FhirProblem: 405 where the address is there but not the method, 404 otherwise.
    """
    posted = call.method == "POST"
    if posted and not vocabulary.posted:
        message = f"Search of {call.type} by POST is not supported"
        raise FhirProblem(405, "not-supported", message, {"Allow": "GET, HEAD"})
    if call.interaction not in vocabulary.interactions:
        raise FhirProblem(
            404, "not-supported", f"{call.interaction} of {call.type} is not supported"
        )
