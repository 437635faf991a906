"""Whatever a run was returned is judged, by one process or by two, and coverage is in its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from suite_runs import only

from conformance.contract import load_contract
from conformance.findings import Assertion, Coverage, ElementCount
from conformance.mock import start_mock
from conformance.plugin.judge import Judge

if TYPE_CHECKING:
    from suite_runs import Done, Place

ANSWERS = ("DIR-LOC-ANSWERS-CONFORM", "DIR-LOC-CONFORMS", "DIR-ANSWERS-CONFORM", "DIR-METADATA")


def judged(place: Place, *arguments: str, defect: str = "") -> Done:
    """Judge a small mock, with a defect where one is named."""
    with start_mock(practitioners=10, defects=[defect] if defect else []) as mock:
        return place.flexcheck("--target", str(mock.target_file), *arguments)


def finding(done: Done, clause: str) -> dict[str, Any]:
    (one,) = [line for line in done.lines if line.get("clause") == clause and "outcome" in line]
    return one


def test_coverage_of_a_profile_is_a_number_in_the_log(place: Place) -> None:
    done = judged(place, *only("DIR-ROLE-MUST-SUPPORT"), defect="role-specialty-missing")
    found = finding(done, "DIR-ROLE-MUST-SUPPORT")
    told = found["coverage"]
    assert (found["outcome"], found["case"]) == ("warning", "plannet-PractitionerRole")
    assert told["profile"].endswith("/plannet-PractitionerRole")
    assert told["seen"] + len(told["never_seen"]) == len(told["elements"]) == 34
    assert "PractitionerRole.specialty" in told["never_seen"]
    counted = {item["element"]: item for item in told["elements"]}
    assert counted["PractitionerRole.specialty"]["absent"] == told["resources"]
    assert counted["PractitionerRole.practitioner"]["present"] == told["resources"]
    assert found["message"].startswith(f"{told['seen']} of 34 must-support elements and slices")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_comes_with_rows_is_judged_in_one_process_or_two(place: Place, workers: str) -> None:
    wanted = only(*ANSWERS, "DIR-LOC-READ-UNKNOWN", "DIR-ROLE-CONFORMS")
    done = judged(place, *wanted, "--", "-n", workers, defect="location-outcome-code-unknown")
    broken = {clause for clause, _, outcome in done.outcomes if outcome == "fail"}
    assert broken == {"DIR-LOC-ANSWERS-CONFORM"}
    assert {clause for clause, _, outcome in done.outcomes if outcome == "pass"} >= set(ANSWERS[1:])


def test_rows_that_other_suites_brought_are_judged(place: Place) -> None:
    done = judged(place, *only("PA-ANSWERS-CONFORM", "USE-BEARER", "USE-NO-TOKEN-401"))
    found = {
        line["case"]: line for line in done.lines if line.get("clause") == "PA-ANSWERS-CONFORM"
    }
    assert {case: line["outcome"] for case, line in found.items()} == {
        "fhir": "pass",
        "authorization": "pass",
    }
    asked = {line["id"]: line["purpose"] for line in done.lines if line["type"] == "exchange"}
    assert all(asked[name] for name in found["authorization"]["exchanges"])
    assert found["authorization"]["exchanges"]


def test_an_assertion_counts_for_as_many_as_it_stands_for() -> None:
    judge = Judge(load_contract()["DIR-LOC-CONFORMS"], strict=False)
    wrong = [Assertion(holds=False, at="x", expected="a", observed="b", times=n) for n in (1, 4997)]
    right = Assertion(holds=True, at="y", expected="a", observed="a")
    with pytest.raises(pytest.fail.Exception, match=r"4998 of 4999 judged do not hold"):
        judge.assess([*wrong, right])
    found = judge.conclude(judge.outcome, judge.message, case="", test="t", seconds=0)
    assert (found.held, found.broken) == (1, 4998)


def test_coverage_is_told_before_the_verdict() -> None:
    judge = Judge(load_contract()["DIR-LOC-MUST-SUPPORT"], strict=False)
    judge.show(Coverage("p", 2, (ElementCount("Location.name", 1, 1),)))
    judge.assess([Assertion(holds=True, at="x", expected="a", observed="a")])
    assert judge.message == (
        "1 of 1 must-support elements and slices seen in 2 resources; 1 judged, all hold"
    )
