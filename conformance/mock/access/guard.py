"""The public directory behind the gate: open to all, but a token that is sent must be good.

Imports flow, outcomes and the access model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from conformance.mock.outcomes import FhirProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.mock.access.model import Refusal
    from conformance.mock.flow import Call, Reply

_FORBIDDEN = 403


class PublicGate(Protocol):
    """Decides about a request to the public directory."""

    def require_public(self, headers: Mapping[str, str], resource_type: str = "") -> Refusal | None:
        """Return why it is refused; None lets it in."""
        ...


class Api(Protocol):
    """What is guarded."""

    def answer(self, call: Call) -> Reply:
        """Answer one call."""
        ...


@dataclass(frozen=True, slots=True)
class Guarded:
    """An API that looks at tokens first; the CapabilityStatement is for everybody."""

    api: Api
    gate: PublicGate

    def answer(self, call: Call) -> Reply:
        """Answer one call.

        Raises:
            FhirProblem: the gate refuses it, or the API does.
        """
        if call.interaction != "metadata":
            refusal = self.gate.require_public(call.headers, call.type)
            if refusal:
                raise problem_of(refusal)
        return self.api.answer(call)


def problem_of(refusal: Refusal) -> FhirProblem:
    """Return a refusal of the gate as FHIR says it."""
    code = "forbidden" if refusal.status == _FORBIDDEN else "login"
    headers = {"WWW-Authenticate": refusal.challenge} if refusal.challenge else {}
    return FhirProblem(refusal.status, code, refusal.message, headers)
