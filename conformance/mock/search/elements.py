"""Which elements a search parameter looks at, by FHIR R4 and Plan-Net's SearchParameters.

Imports the mock's data. Each extractor returns raw values; how they compare is the engine's matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mock.data.codes import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.mock.data.plan import Resource
    from conformance.mock.search.engine import Rows

    Extractor = Callable[[Resource], Iterator[str]]

_ADDRESS_PARTS = ("city", "district", "state", "postalCode", "country", "text")


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def plain(*path: str) -> Extractor:
    """Return an extractor of the strings at an element path."""

    def extract(resource: Resource) -> Iterator[str]:
        nodes: list[Any] = [resource]
        for name in path:
            nodes = [value for node in nodes for value in _many(node.get(name))]
        yield from nodes

    return extract


def coded(element: str) -> Extractor:
    """Return an extractor of the codings of an element, each as `system|code`."""

    def extract(resource: Resource) -> Iterator[str]:
        for concept in _many(resource.get(element)):
            for coding in concept.get("coding", ()):
                yield f"{coding.get('system', '')}|{coding.get('code', '')}"

    return extract


def either(*extractors: Extractor) -> Extractor:
    """Return an extractor of everything that several find."""
    return lambda resource: (value for extract in extractors for value in extract(resource))


def referred(element: str) -> Extractor:
    """Return an extractor of the references of an element."""
    return plain(element, "reference")


def _networks(resource: Resource) -> Iterator[str]:
    for extension in resource.get("extension", ()):
        if extension["url"] == f"{EXTENSION}network-reference":
            yield extension["valueReference"]["reference"]


def _whole_name(resource: Resource) -> Iterator[str]:
    """Yield any of the parts of a HumanName (R4: family, given, prefix, suffix, text)."""
    for name in resource["name"]:
        for part in ("family", "given", "prefix", "suffix", "text"):
            yield from _many(name.get(part))


def _whole_address(resource: Resource) -> Iterator[str]:
    """Yield any of the parts of an Address (R4: line, city, ..., country, text)."""
    for address in _many(resource.get("address")):
        yield from address.get("line", ())
        yield from (address[part] for part in _ADDRESS_PARTS if part in address)


def _identifiers(resource: Resource) -> Iterator[str]:
    for identifier in resource["identifier"]:
        yield f"{identifier['system']}|{identifier['value']}"


def as_codes(extract: Extractor) -> Extractor:
    """Return an extractor whose values are codes without a system."""
    return lambda resource: (f"|{str(value).lower()}" for value in extract(resource))


EXTRACTORS: dict[tuple[str, str], Extractor] = {
    ("HealthcareService", "name"): plain("name"),
    ("HealthcareService", "organization"): referred("providedBy"),
    ("HealthcareService", "service-category"): coded("category"),
    ("HealthcareService", "specialty"): coded("specialty"),
    ("HealthcareService", "coverage-area"): referred("coverageArea"),
    ("HealthcareService", "endpoint"): referred("endpoint"),
    ("HealthcareService", "location"): referred("location"),
    ("Location", "address"): _whole_address,
    ("Location", "address-city"): plain("address", "city"),
    ("Location", "address-postalcode"): plain("address", "postalCode"),
    ("Location", "address-state"): plain("address", "state"),
    ("Location", "organization"): referred("managingOrganization"),
    ("Organization", "address"): _whole_address,
    ("Organization", "name"): either(plain("name"), plain("alias")),
    ("Organization", "type"): coded("type"),
    ("Organization", "partof"): referred("partOf"),
    ("OrganizationAffiliation", "network"): referred("network"),
    ("OrganizationAffiliation", "participating-organization"): referred(
        "participatingOrganization"
    ),
    ("OrganizationAffiliation", "primary-organization"): referred("organization"),
    ("OrganizationAffiliation", "specialty"): coded("specialty"),
    ("OrganizationAffiliation", "location"): referred("location"),
    ("OrganizationAffiliation", "service"): referred("healthcareService"),
    ("Practitioner", "family"): plain("name", "family"),
    ("Practitioner", "given"): plain("name", "given"),
    ("Practitioner", "name"): _whole_name,
    # Not listed for Practitioner: only the defect practitioner-unlisted-applied gets here.
    ("Practitioner", "identifier"): _identifiers,
    ("Practitioner", "active"): as_codes(plain("active")),
    ("Practitioner", "gender"): as_codes(plain("gender")),
    ("Practitioner", "phone"): as_codes(plain("telecom", "value")),
    ("Practitioner", "telecom"): as_codes(plain("telecom", "value")),
    ("Practitioner", "communication"): coded("communication"),
    ("Practitioner", "address"): _whole_address,
    ("Practitioner", "address-city"): plain("address", "city"),
    ("Practitioner", "address-state"): plain("address", "state"),
    ("Practitioner", "address-postalcode"): plain("address", "postalCode"),
    ("PractitionerRole", "network"): _networks,
    ("PractitionerRole", "organization"): referred("organization"),
    ("PractitionerRole", "practitioner"): referred("practitioner"),
    ("PractitionerRole", "role"): coded("code"),
    ("PractitionerRole", "specialty"): coded("specialty"),
    ("PractitionerRole", "location"): referred("location"),
    ("PractitionerRole", "service"): referred("healthcareService"),
}


def chained(store: Rows, reference: Extractor, target: Extractor) -> Extractor:
    """Return an extractor that follows references and looks at what they point to."""

    def extract(resource: Resource) -> Iterator[str]:
        for pointer in reference(resource):
            row = store.resolve(pointer)
            if row:
                yield from target(row.resource)

    return extract


def extractor(store: Rows, kind: str, parameter: str) -> Extractor:
    """Return what finds the values of a parameter in a resource."""
    if parameter == "_id":
        return plain("id")
    if parameter == "_lastUpdated":
        return plain("meta", "lastUpdated")
    link, chain, rest = parameter.partition(".")
    if chain:  # the one chain that is documented goes to Location
        return chained(store, EXTRACTORS[kind, link], EXTRACTORS["Location", rest])
    return EXTRACTORS[kind, parameter]
