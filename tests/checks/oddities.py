"""Arguments for any check by its annotations: whole first, then with one place odd in each."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from builders import BASE, JSON, bundle, entry, exchange, holding, outcome, resource, search

from conformance.checks import populated
from conformance.checks.guessing import Issued
from conformance.checks.unlisted import Probe
from conformance.oauth import Authorization, Callback, PageSeen, TokenAnswer, Tokens, Use
from conformance.records import Ending, entries_of
from conformance.redaction import MASK
from conformance.search import definitions_of
from conformance.transport import TlsFacts
from profiles.issues import Issue
from profiles.validator.coverage import Support

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.exchange import Exchange
    from conformance.records import Entry, Search

ODD: tuple[Any, ...] = (
    *(None, True, 5, "", "http://[", "\ud800", [], {}, ["x"], {"a": 1}, [None, 5], [["x"]]),
    *([{"a": ["b"]}], {"coding": [["x"]]}),
)
NETWORK = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/network-reference"
PROFILE = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/plannet-Location"
META = {
    "versionId": "2",
    "lastUpdated": "2025-01-01T00:00:00Z",
    "profile": [PROFILE],
    "tag": [{"code": "x"}],
}
PERIOD = {"start": "2024-01-01", "end": "2024-02-01"}
NPI = [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}]
ADDRESS = [{"line": ["x"], "city": "Provo", "state": "UT", "postalCode": "84601", "country": "US"}]
TELECOM = [{"system": "phone", "value": "8015550100"}, {"system": "email", "value": "a@b.c"}]


def concept(code: str, system: str = "http://x") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def to(key: str) -> dict[str, Any]:
    return {"reference": key}


CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
SUBTYPE = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBInstitutionalClaimSubType"
ROWS: tuple[dict[str, Any], ...] = (
    resource(
        "Location", "1", meta=META, name="Main", address=ADDRESS[0], telecom=TELECOM,
        managingOrganization=to("Organization/1"), partOf=to(f"{BASE}/Location/1/_history/1"),
    ),
    resource(
        "Organization", "1", active=True, type=[concept("ntwk")], name="Net", address=ADDRESS,
        partOf=to("Organization/1"), identifier=NPI,
    ),
    resource("Practitioner", "1", identifier=NPI, name=[{"family": "A", "given": ["B"]}]),
    resource(
        "PractitionerRole", "1", specialty=[concept("207Q00000X", "http://nucc.org/provider-taxonomy")],
        extension=[{"url": NETWORK, "valueReference": to("Organization/1")}],
    ),
    resource("Patient", "1", meta=META, name=[{"family": "A"}], birthDate="1980-01-01"),
    resource(
        "Coverage", "1", beneficiary=to("Patient/1"), subscriber=to("Patient/1"),
        policyHolder=to("Patient/2"), period=PERIOD,
    ),
    resource(
        "ExplanationOfBenefit", "1", type=concept("institutional", CLAIM_TYPE),
        subType=concept("inpatient", SUBTYPE), patient=to("Patient/1/_history/1"),
        billablePeriod=PERIOD, item=[{"servicedDate": "2024-01-02", "adjudication": [{}]}],
        insurance=[{"focal": True, "coverage": to("Coverage/1")}], outcome="complete",
    ),
    resource("Encounter", "1", subject=to("Patient/1"), period=PERIOD, status="finished"),
    resource("Provenance", "1", target=[to("Encounter/1")]),
)  # fmt: skip
OAUTH = {
    "url": "http://x/StructureDefinition/oauth-uris",
    "extension": [{"url": "token", "valueUri": "https://a.example/t"}],
}
STATEMENT = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    "implementationGuide": [f"{PROFILE}|1.0.0"],
    "instantiates": [PROFILE],
    "rest": [
        {
            "mode": "server",
            "security": {"extension": [OAUTH]},
            "interaction": [{"code": "search-system"}],
            "searchParam": [{"name": "_id"}],
            "resource": [
                {
                    "type": "Location",
                    "conditionalRead": "not-match",
                    "interaction": [{"code": "read"}],
                    "searchParam": [{"name": "name", "type": "string"}],
                    "searchInclude": ["Location:organization"],
                }
            ],
        }
    ],
}
CONFIGURATION = {
    "issuer": "https://a.example",
    "authorization_endpoint": "https://a.example/a",
    "capabilities": ["launch-standalone"],
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
}
TOKEN = {
    "access_token": "x",
    "token_type": "bearer",
    "expires_in": 300,
    "scope": "a b",
    "patient": "1",
    "error": "invalid_grant",
}
LINKS = [{"relation": name, "url": f"{BASE}/Location?_id=1"} for name in ("self", "next")]
PAGE = bundle(
    entry(ROWS[0]), entry(ROWS[1], "include"), entry(outcome(), "outcome"), link=LINKS, total=1
)
DOCUMENTS = (ROWS[0], PAGE, STATEMENT, CONFIGURATION, TOKEN, outcome(), *ROWS[1:])


def spoiled(document: Any) -> Iterator[Any]:
    """Yield a document once for each place and odd value that may stand there, or for nothing."""
    for number, _ in enumerate(places(document)):
        for odd in ODD:
            copy = deepcopy(document)
            holder, key = list(places(copy))[number]
            holder[key] = deepcopy(odd)
            yield copy
        copy = deepcopy(document)
        holder, key = list(places(copy))[number]
        del holder[key]
        yield copy


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each holder with the key or index of what it holds; a list at the end of its turn."""
    todo = [document]
    while todo:
        holder = todo.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            yield holder, key
            if isinstance(holder[key], dict | list):
                todo.append(holder[key])


@cache
def rows() -> list[dict[str, Any]]:
    """Return the rows, whole ones first."""
    return [*ROWS, *(odd for row in (*ROWS, PAGE) for odd in spoiled(row))]


@cache
def exchanges() -> list[Exchange]:
    """Return answers with every document, whole and odd; odd statuses and headers of one."""
    odd = [document for whole in DOCUMENTS[:6] for document in spoiled(whole)]
    headers = [(*JSON, (name, text)) for name in HEADERS for text in ("", "x", "http://[", ";,=")]
    return [
        *map(exchange, (*DOCUMENTS, *odd, *ODD)),
        *(exchange(ROWS[0], status) for status in (201, 302, 304, 400, 401, 403, 404, 500, 599)),
        *(exchange(outcome(), 401, headers=told) for told in headers),
        exchange(problem="no JSON"),
        exchange(error="timed out"),
    ]


HEADERS = ("content-type", "location", "www-authenticate", "etag", "last-modified")
PARAMS = (("name", "Main"), ("_include", "Location:organization"))


def asked(page: Exchange) -> Search:
    return search(page, params=PARAMS)


@cache
def searches() -> list[Search]:
    """Return searches of one page, the whole one first."""
    pages = [exchange(PAGE), *(exchange(odd) for odd in spoiled(PAGE)), *map(exchange, ODD)]
    last = search(exchange(outcome(), 400), params=PARAMS, ending=Ending.BROKEN)
    return [*map(asked, pages), last]


@cache
def entries() -> list[Entry]:
    """Return every row as an entry of one page."""
    return list(entries_of(exchange({"entry": [{"resource": row} for row in rows()]})))


def probes() -> list[Probe]:
    names = ("name", "_sort", "flexcheck-unlisted")
    return [Probe(name, "Main", one, searches()[0]) for name in names for one in searches()]


def authorization(last: Exchange) -> Authorization:
    page = PageSeen("consent", last, (("a", True),), choice=True)
    back = Callback(last, to_asked=True, parameters={"error": "\x00", "state": "s"})
    sent = {"redirect_uri": "http://a.example/b", "state": "s", "scope": "a b"}
    return Authorization(sent, (last,), "an ending", (page,), back)


def answers() -> list[TokenAnswer]:
    good = TokenAnswer(exchange(TOKEN), Tokens("x", "y"))
    odd = [*spoiled(TOKEN), *ODD]
    return [good, *(TokenAnswer(exchange(one), Tokens("x")) for one in odd)]


def held() -> Any:
    return holding(*({**row, "id": str(number)} for number, row in enumerate(rows())))


def both(values: list[Any]) -> list[list[Any]]:
    """What takes many takes a whole one, or all."""
    return [values[:1], values]


SUPPORT = [Support("Location.name", 0, 1), Support("Location.address", 1, 0, required=True)]
COVERAGE = populated.coverage_of(PROFILE, [], SUPPORT)
ISSUE = Issue("error", "structure", "Location.name", "said", PROFILE, "rule")
PLACE = ("searchParam", "name")
FACTS = TlsFacts("a.example:443", 0.0, "TLSv1.3", not_after=1.0)

#: What each parameter of a check may be given, by its annotation; the first is whole.
BY_ANNOTATION: dict[str, Callable[[], list[Any]]] = {
    "Any": lambda: [ROWS[0], *rows(), *ODD],
    "Authorization": lambda: [authorization(one) for one in exchanges()],
    "Collection[str]": lambda: [{"a"}],
    "Container[str]": lambda: [{"1"}],
    "Coverage": lambda: [COVERAGE],
    "Exchange": exchanges,
    "Exchange | None": lambda: [*exchanges(), None],
    "Holdings": lambda: [holding(ROWS[0]), held()],
    "Iterable[Authorization]": lambda: both([authorization(one) for one in exchanges()]),
    "Iterable[Entry]": lambda: both(entries()),
    "Iterable[Exchange]": lambda: both(exchanges()),
    "Iterable[Fault]": lambda: [[(one, ISSUE) for one in entries()]],
    "Iterable[Issued]": lambda: both(
        [Issued(text, "ex-1") for text in ("a1" * 16, *ODD, MASK) if isinstance(text, str)]
    ),
    "Iterable[Holdings]": lambda: [[holding(ROWS[0]), held()]],
    "Iterable[Mapping[str, Any]]": lambda: both(rows()),
    "Iterable[PageSeen]": lambda: [[PageSeen("login", one) for one in exchanges()]],
    "Iterable[ParameterDefinition]": lambda: [list(definitions_of("Location").values())],
    "Iterable[Probe]": lambda: both(probes()),
    "Iterable[Row]": lambda: both(rows()),
    "Iterable[Search]": lambda: both(searches()),
    "Iterable[Support]": lambda: [SUPPORT],
    "Iterable[TlsFacts]": lambda: [[FACTS]],
    "Iterable[TokenAnswer]": lambda: both(answers()),
    "Iterable[Use]": lambda: both([Use(one, "Location", "1") for one in exchanges()]),
    "Iterable[object]": lambda: [ODD],
    "Iterable[str]": lambda: [("a", "1")],
    "Iterable[str] | None": lambda: [None, ("1",)],
    "Iterable[tuple[Versioned, Exchange]]": lambda: [
        [(("Location", "1", "2"), one) for one in exchanges()]
    ],
    "Mapping[str, Any]": rows,
    "Mapping[str, Any] | None": lambda: [*rows(), None],
    "Mapping[str, Exchange]": lambda: [{"Location/1": one} for one in exchanges()],
    "Mapping[str, Iterable[str]]": lambda: [{"Organization": ["1"]}],
    "Mapping[str, Mapping[str, Any]]": lambda: [{"Coverage/1": row, "1": row} for row in rows()],
    "Mapping[str, Row]": lambda: [{"1": row} for row in rows()],
    "Mapping[str, list[Search]]": lambda: [{"name": searches()}],
    "Mapping[str, str]": lambda: [{"Location": PROFILE}],
    "Mapping[tuple[str, str], Exchange]": lambda: [{PLACE: one} for one in exchanges()],
    "Mapping[tuple[str, str], Search]": lambda: [{PLACE: one} for one in searches()],
    "Probe": probes,
    "Referred": lambda: [{"Location/1": "Location/2", "Organization/2": "Location/1"}],
    "Search": searches,
    "Sequence[Entry]": lambda: both(entries()),
    "Sequence[Exchange]": lambda: both(exchanges()),
    "Sequence[Support]": lambda: [SUPPORT],
    "Sequence[TokenAnswer]": lambda: both(answers()),
    "TokenAnswer": answers,
    "Use": lambda: [Use(one, "Patient", "1") for one in exchanges()],
    "bool": lambda: [True, False],
    "datetime": lambda: [datetime(2026, 1, 1, tzinfo=UTC)],
    "float": lambda: [300.0],
    "int": lambda: [1],
    "str": lambda: ["Location"],
    "tuple[Search, ...]": lambda: both(searches()),
    "tuple[str, str]": lambda: [("name", "Net")],
}
#: Texts that mean something to a check, by the name of the parameter.
BY_NAME: dict[str, list[Any]] = {
    "base": [BASE],
    "day": ["2024-01-01"],
    "modifier": ["exact", "contains", "not", "missing", "x"],
    "patient": ["1"],
    "profile": [PROFILE],
    "theirs": ["2"],
    "uri": ["http://a.example/c"],
    "value": ["Location:organization"],
    "version": ["1"],
}


def values_for(name: str, annotation: str) -> list[Any]:
    """Return what a parameter may be given.

    Raises:
        KeyError: no line of `BY_ANNOTATION` says it: add one.
    """
    return BY_NAME.get(name) or BY_ANNOTATION[annotation]()
