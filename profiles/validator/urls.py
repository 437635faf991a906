"""URLs in the name spaces of HL7 lead to something. Imports `definitions`.

Whoever uses `http://hl7.org/fhir/…` or `http://terminology.hl7.org/…` means something that HL7
publishes: what no package has is a slip of the pen. So it is in the HL7 validator
(InstanceValidator.checkPrimitive), which warns of all other URLs. It says so of the URLs of guides
too that it was not given; those are not checked here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from profiles.validator.extensions import BROUGHT_ALONG
from profiles.validator.primitives import LONGEST
from profiles.validator.problems import problem, shown

if TYPE_CHECKING:
    from profiles.definitions import Definitions
    from profiles.validator.problems import Check, Found
    from profiles.validator.scope import Scope

SPACES = ("http://hl7.org/fhir", "http://terminology.hl7.org")
GUIDE = re.compile(r"http://hl7\.org/fhir/([a-z]{2})/([^/]+)")
#: Names that no package has: mappings and systems (SIDUtilities, isKnownMappingUri).
KNOWN = frozenset(
    f"http://hl7.org/fhir/{name}"
    for name in (
        *("auditevent", "composition", "consent", "documentreference", "fivews", "interface"),
        *("logical", "object-implementation", "provenance", "rr", "w5", "workflow"),
        *("ConsentPolicy/opt-in", "ConsentPolicy/opt-out", "SearchParameter/Resource-filter"),
        *("sid/ex-icd-10-procedures", "sid/icd-10-am", "sid/icd-10-vn", "sid/icd-9"),
        *("sid/icpc2", "sid/srt", "sid/eui-48/bluetooth", "sid/eui-48/ethernet"),
    )
)
#: What belongs to HL7's own tools and to other versions of FHIR is in no package of R4.
ELSEWHERE = re.compile(
    r"http://hl7\.org/(?:fhir/(?:tools|test|[1-5]\.\d|R?[45]B?|v[23])/|fhirpath/)"
)
#: Where a URL need not lead anywhere (isExemptPathForUrlChecking), beside fixed and pattern values.
EXEMPT = frozenset(
    {
        "Bundle.entry.fullUrl",
        "ImplementationGuide.dependsOn.uri",
        "Meta.source",  # servers put a request's id there as a fragment; later HL7 validators agree
        "StructureDefinition.mapping.uri",
        "StructureDefinition.type",
    }
)
REMEMBERED = 20_000


class Urls:
    """Tells which URLs lead nowhere."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._good: set[str] = set()
        self._guides = {name.partition("#")[0] for name in definitions.packages()}

    def _is_of_other_guide(self, url: str) -> bool:
        match = GUIDE.match(url)
        return match is not None and f"hl7.fhir.{match[1]}.{match[2]}" not in self._guides

    def lead_nowhere(self, url: str) -> bool:
        """Whether a URL is in a name space of HL7, and no package has it."""
        return url.startswith(SPACES) and not (
            url in KNOWN
            or url in BROUGHT_ALONG
            or ELSEWHERE.match(url) is not None
            or self._is_of_other_guide(url)
            or "*" in url
            or "?" in url
            or self._definitions.is_known(url.partition("|")[0].partition("#")[0])
        )

    def check(self, text: Check) -> Check:
        """The check of a uri or url: its format, then whether it leads anywhere."""
        good = self._good

        def check(value: Any, scope: Scope) -> Found:
            if type(value) is str and value in good:
                return None
            found = text(value, scope)
            if found is not None:
                return found
            if value[0] == "#":
                return None if _is_here(value[1:], scope.root) else _nowhere(value, "here")
            if self.lead_nowhere(value):
                return _nowhere(value, "in a package, though it is HL7's")
            if len(value) <= LONGEST and len(good) < REMEMBERED:
                good.add(value)
            return None

        return check


def _nowhere(url: str, where: str) -> Found:
    said = f"the URL {shown(url, 200)} leads to nothing {where}"
    return problem("not-found", said, "url", rule="uri")


def _is_here(name: str, resource: dict[str, Any]) -> bool:
    """Whether something in a resource has an id; iterative, for no depth may break it."""
    todo: list[Any] = [resource]
    while todo:
        each = todo.pop()
        if isinstance(each, list):
            todo.extend(each)
        elif isinstance(each, dict):
            if each.get("id") == name or f'"{name}"' in str(each.get("div", "")):
                return True
            todo.extend(each.values())
    return False
