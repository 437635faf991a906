"""Who may see what: the boundary between the authorization server and the FHIR resources."""

from conformance.mock.access.guard import Guarded, PublicGate, problem_of
from conformance.mock.access.model import Access, Gate, OpenGate, Refusal

__all__ = ["Access", "Gate", "Guarded", "OpenGate", "PublicGate", "Refusal", "problem_of"]
