"""The public Provider Directory. Imports the service, the search and the data of the mock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.mock.capability import capability_statement
from conformance.mock.defects import Defects
from conformance.mock.flow import Call, Reply
from conformance.mock.outcomes import not_found
from conformance.mock.paging import Handles
from conformance.mock.search.documented import DOCUMENTED
from conformance.mock.search.engine import Engine
from conformance.mock.service import Service, refuse_parameters

if TYPE_CHECKING:
    from conformance.mock.data.store import Store


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory at one base address."""

    base: str
    store: Store
    defects: Defects = field(default_factory=Defects)
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        own = self.defects.about("DIR")
        service = Service(Engine(self.store, self.base), Handles(), own)
        object.__setattr__(self, "defects", own)
        object.__setattr__(self, "service", service)

    def answer(self, call: Call) -> Reply:
        """Answer one call.

        Raises:
            FhirProblem: the call is refused or asks for what is not there.
        """
        if call.interaction == "metadata":
            refuse_parameters(call)
            return Reply(call, 200, capability_statement(self.base, DOCUMENTED.values()))
        if call.interaction == "page":
            return self.service.page(call)
        vocabulary = DOCUMENTED.get(call.type)
        if not vocabulary:
            raise not_found(f'Resource type "{call.type}"')
        if call.interaction == "search-type":
            return self.service.search(call, vocabulary)
        return self.service.read(call)
