"""HTTP around a read: what is malformed, versions, conditions, formats, methods, preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from conformance.checks import reading as check
from conformance.plugin.marks import each_case, each_clause
from suites.fhir import stimuli

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.exchange import Exchange
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings

NO_ROW = "the server is not known to hold a row of this type"
#: What is no id by its letters: an underscore and an exclamation mark.
MALFORMED = "flexcheck_no!id"
STRANGER = "flexcheck-unlisted"
NOTHING_TO_DELETE = "flexcheck-nothing-to-delete"
#: Ways to ask for JSON: in the address, or by a header.
FORMATS = (
    "_format=json",
    "_format=application/fhir+json",
    "Accept: application/json",
    "Accept: */*",
)


def again(
    api: FhirApi, row: Mapping[str, Any], query: str = "", *headers: tuple[str, str]
) -> Exchange:
    """Read a row in some other way."""
    path = f"{row['resourceType']}/{row['id']}{query}"
    return api.send("GET", path, purpose="read in another way", headers=headers)


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-READ-MALFORMED")
def test_malformed_id(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(check.malformed_is_refused(api.read(clause.resource, MALFORMED)))


@each_clause("(DIR|PA)-[A-Z]+-ETAG")
def test_etag(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for row in stimuli.some_rows(holdings)
            for assertion in check.etag_is_the_version(api.read(clause.resource, row["id"]))
        ),
        otherwise=f"{NO_ROW} with a version",
    )


@each_clause("(DIR|PA)-[A-Z]+-LAST-MODIFIED")
def test_last_modified(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for row in stimuli.some_rows(holdings)
            for assertion in check.last_modified_agrees(api.read(clause.resource, row["id"]))
        ),
        otherwise=f"{NO_ROW} with a time",
    )


@each_case("(DIR|PA)-[A-Z]+-CONDITIONAL-READ", lambda _: ("same version", "another version"))
def test_conditional_read(
    api: FhirApi, row: Mapping[str, Any] | None, case: str, finding: Judge
) -> None:
    same = case == "same version"
    version = stimuli.version_of(row) if row else ""
    tag = f'W/"{version}"' if same else f'W/"{stimuli.NO_SUCH_VERSION}"'
    finding.assess(
        check.condition_is_heeded(
            api.read(row["resourceType"], row["id"]),
            again(api, row, "", ("If-None-Match", tag)),
            same=same,
        )
        if row and version
        else (),
        otherwise=f"{NO_ROW} with a version",
    )


@each_case("(DIR|PA)-[A-Z]+-FORMATS", lambda _: FORMATS)
def test_json_by_any_name(
    api: FhirApi, row: Mapping[str, Any] | None, case: str, finding: Judge
) -> None:
    name, _, value = case.partition(": ")
    parameter, _, wanted = case.partition("=")
    query = "" if value else f"?{urlencode({parameter: wanted})}"
    headers = [(name, value)] if value else []
    finding.assess(
        check.gives_the_same(
            api.read(row["resourceType"], row["id"]), again(api, row, query, *headers)
        )
        if row
        else (),
        otherwise=NO_ROW,
    )


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-NOT-ACCEPTABLE")
def test_other_media_types(api: FhirApi, row: Mapping[str, Any] | None, finding: Judge) -> None:
    finding.assess(
        check.is_not_acceptable(again(api, row, "", ("Accept", "image/png"))) if row else (),
        otherwise=NO_ROW,
    )


@each_clause("(DIR|PA)-[A-Z]+-HEAD")
def test_head(api: FhirApi, row: Mapping[str, Any] | None, finding: Judge) -> None:
    finding.assess(
        check.head_is_a_get_without_body(
            api.read(row["resourceType"], row["id"]),
            api.send("HEAD", f"{row['resourceType']}/{row['id']}", purpose="HEAD instead of GET"),
        )
        if row
        else (),
        otherwise=NO_ROW,
    )


@pytest.mark.tier("intrusive")
@each_clause("(DIR|PA)-[A-Z]+-METHOD-REFUSED")
def test_deleting_is_refused(api: FhirApi, clause: Clause, finding: Judge) -> None:
    # Of a row that is not there: a server that does delete loses nothing. It may remember the id.
    path = f"{clause.resource}/{NOTHING_TO_DELETE}"
    finding.assess(check.method_is_refused(api.send("DELETE", path, purpose="a wrong method")))


def preferring(api: FhirApi, clause: Clause, handling: str) -> Exchange:
    """Search by a parameter that nobody has, with a preference."""
    query = urlencode([(STRANGER, "none"), *api.needs_of(clause.resource)])
    headers = (("Prefer", f"handling={handling}"),)
    path = f"{clause.resource}?{query}"
    return api.send("GET", path, purpose=f"handling={handling}", headers=headers)


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-PREFER-STRICT")
def test_strict_handling(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(check.strict_is_refused(preferring(api, clause, "strict")))


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-PREFER-LENIENT")
def test_lenient_handling(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(check.lenient_is_honest(preferring(api, clause, "lenient"), STRANGER))
