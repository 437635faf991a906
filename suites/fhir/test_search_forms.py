"""Searches in every form that FHIR gives them: the rows are those that the form stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import forms as check
from conformance.checks import searching
from conformance.plugin.marks import each_case, each_clause
from conformance.search import definition_of
from suites.fhir import form_stimuli as forms
from suites.fhir import stimuli
from suites.fhir import value_stimuli as values

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings, Search

ONE_VALUE = "no two values of this parameter are known that select different rows"


def judge(api: FhirApi, search: Search | None, finding: Judge, otherwise: str) -> None:
    """Judge that a search is exact, where there is one."""
    if search is None:
        return finding.assess((), otherwise=otherwise)
    holdings = api.holdings(search.resource_type)
    return finding.assess(stimuli.exactness(api, search, holdings), otherwise=otherwise)


@each_case("(DIR|PA)-[A-Z]+-OR-VALUES", forms.listable)
def test_a_list_of_values_is_an_or(api: FhirApi, clause: Clause, case: str, finding: Judge) -> None:
    search, otherwise = forms.either(api, clause.resource, case), ONE_VALUE
    # No rule of R4 has every server take lists of dates (SearchParameter.multipleOr).
    dated = definition_of(clause.resource, case).type == "date"
    if search and dated and check.is_refused_as_it_should(search.first):
        search, otherwise = None, "the server refuses lists of dates, and says so"
    judge(api, search, finding, otherwise)


@each_case("(DIR|PA)-[A-Z]+-AND-REPEATED", forms.repeatable)
def test_a_repeated_parameter_is_an_and(
    api: FhirApi, clause: Clause, case: str, finding: Judge
) -> None:
    judge(api, forms.twice(api, clause.resource, case), finding, ONE_VALUE)


@each_case("(DIR|PA)-[A-Z]+-COMBINED", forms.pairs)
def test_parameters_combine_as_an_and(
    api: FhirApi, clause: Clause, case: str, finding: Judge
) -> None:
    search = forms.together(api, clause.resource, case)
    judge(api, search, finding, "no known row has a value to search by for both parameters")


@each_case("(DIR|PA)-[A-Z]+-TOKEN-FORMS", forms.token_forms)
def test_each_form_of_a_token_selects_what_it_says(
    api: FhirApi, clause: Clause, case: str, finding: Judge
) -> None:
    search = forms.by_token(api, clause.resource, case)
    judge(api, search, finding, "no known row has a coded value")


@each_case("(DIR|PA)-[A-Z]+-DATE-VALUES", forms.date_forms)
def test_each_prefix_and_precision_of_a_date(
    api: FhirApi, clause: Clause, case: str, finding: Judge
) -> None:
    search = forms.by_date(api, clause.resource, case)
    otherwise = "no known row tells a time so precisely"
    if search and forms.may_be_refused(case) and check.is_refused_as_it_should(search.first):
        search, otherwise = None, "the server refuses this prefix, and says so"
    judge(api, search, finding, otherwise)


@each_case("(DIR|PA)-[A-Z]+-ESCAPES", forms.texts)
def test_escaped_characters_stand_for_themselves(
    api: FhirApi, holdings: Holdings, clause: Clause, case: str, finding: Judge
) -> None:
    finding.assess(
        (
            assertion
            for search in forms.escaped(api, clause.resource, case)
            for assertion in stimuli.exactness(api, search, holdings)
        ),
        otherwise="no known row has a value to search by",
    )


@each_clause("(DIR|PA)-[A-Z]+-PERCENT-ENCODING")
def test_percent_encoding_means_nothing(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for pair in values.encodings(api, clause)
            for assertion in check.same_first_page(*pair)
        ),
        otherwise="no known value selects few rows",
    )


@each_case("(DIR|PA)-[A-Z]+-REFERENCE-ABSOLUTE", forms.references)
def test_an_absolute_reference_selects_the_same(
    api: FhirApi, clause: Clause, case: str, finding: Judge
) -> None:
    pair = forms.by_reference(api, clause.resource, case)
    finding.assess(
        searching.same_rows(*pair) if pair else (),
        otherwise="no known row has a relative reference to search by",
    )


@pytest.mark.tier("negative")
@each_case("(DIR|PA)-[A-Z]+-MODIFIERS", forms.modified)
def test_a_modifier_is_honoured_or_refused(
    api: FhirApi, holdings: Holdings, clause: Clause, case: str, finding: Judge
) -> None:
    search = forms.by_modifier(api, clause.resource, case)
    finding.assess(
        check.modifier_is_honoured(search, case.partition(":")[2], holdings) if search else (),
        otherwise="no known row has a value to search by",
    )


@each_clause("(DIR|PA)-[A-Z]+-COUNT-ZERO")
def test_count_of_zero(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    search = forms.limited(api, clause.resource, ("_count", "0"), purpose="_count=0")
    finding.assess(check.count_of_zero_gives_the_total(search, holdings))


@each_clause("(DIR|PA)-[A-Z]+-COUNT-LARGE")
def test_large_count(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    search = forms.limited(api, clause.resource, ("_count", "100000"), purpose="a large _count")
    finding.assess(check.large_count_is_bounded(search, holdings))


@pytest.mark.tier("negative")
@each_case("(DIR|PA)-[A-Z]+-COUNT-INVALID", lambda _: ("-1", "ten"))
def test_invalid_count(api: FhirApi, clause: Clause, case: str, finding: Judge) -> None:
    search = forms.limited(api, clause.resource, ("_count", case), purpose="an invalid _count")
    finding.assess(check.is_refused_with_reason(search.first))


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-OFFSET-PAST-END")
def test_offset_past_the_end(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    behind = str(len(holdings.rows) + 1000)
    search = forms.limited(
        api, clause.resource, ("_getpagesoffset", behind), purpose="an offset past the end"
    )
    finding.assess(
        check.nothing_is_behind_the_end(search) if holdings.complete else (),
        otherwise="the server is not known to hold all rows of this type",
    )


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-POST-CONSISTENT")
def test_post_is_refused_or_finds_the_same(api: FhirApi, clause: Clause, finding: Judge) -> None:
    names = [row.param for row in stimuli.listed_parameters(api, clause)]
    found = (search for name in names for search in stimuli.searches_by(api, clause.resource, name))
    got = next(found, None)
    finding.assess(
        check.post_is_refused_or_the_same(
            got, api.search(clause.resource, got.params, purpose="the same by POST", posted=True)
        )
        if got
        else (),
        otherwise="no known row has a value to search by",
    )
