"""`flexcheck run` and `pytest suites` judge the same, and leave a whole run directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from jsonschema import Draft202012Validator
from suite_runs import Done, Place, only

from conformance.contract import load_contract
from conformance.plugin.settings import SUITES

if TYPE_CHECKING:
    from collections.abc import Callable

#: A few areas of a run, so that it is short: by area, by leading part of an id, by id.
CHOSEN = only("DIR-LOC", "DIR-NET", "DIR-METADATA")
REPORTS = {"run.ndjson", "summary.json", "junit.xml", "report.html", "allure-results"}
#: What would stop any pytest run in the folder it lies in.
HOSTILE = {
    "pytest.ini": "[pytest]\naddopts = --no-such-option\nrequired_plugins = no-such-plugin\n",
    "pyproject.toml": "this is not TOML",
    "conftest.py": "raise SystemExit('their conftest.py was read')\n",
    "suites/__init__.py": "raise SystemExit('their suites were read')\n",
    "suites/test_theirs.py": "def test_theirs():\n    assert False\n",
    "sitecustomize.py": "",
}


def _make_hostile(place: Place) -> None:
    for name, text in HOSTILE.items():
        path = place.cwd / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


@pytest.fixture(scope="module")
def single(new_place: Callable[[], Place], mock_target: str) -> Done:
    """One process, in a folder that breaks pytest, which is first on the path as well."""
    place = new_place()
    _make_hostile(place)
    return place.flexcheck("--target", mock_target, *CHOSEN, PYTHONPATH=str(place.cwd))


@pytest.fixture(scope="module")
def spread(new_place: Callable[[], Place], mock_target: str) -> Done:
    return new_place().pytest_suites("--target", mock_target, *CHOSEN, "-n", "2")


def test_a_conforming_directory_holds(single: Done) -> None:
    assert single.stderr == ""
    assert single.code == 0, single.stdout
    others = {(clause, outcome) for clause, _, outcome in single.outcomes if outcome != "pass"}
    # The mock does not hold all that these profiles mark as must-support.
    assert others == {(f"DIR-{code}-MUST-SUPPORT", "skip") for code in ("LOC", "NET")}


def test_the_folder_it_is_called_in_takes_no_part(single: Done) -> None:
    kept = {str(path.relative_to(single.cwd)) for path in single.cwd.rglob("*.py")}
    assert kept == {name for name in HOSTILE if name.endswith(".py")}
    assert {path.name for path in single.cwd.iterdir()} == {name.split("/")[0] for name in HOSTILE}
    assert list(single.home.iterdir()) == []


def test_what_was_chosen_was_judged_and_nothing_else(single: Done) -> None:
    judged = {clause for clause, _, _ in single.outcomes}
    contract = load_contract()
    assert judged == {
        clause.id
        for clause in contract.clauses
        if clause.not_tested is None
        and clause.id.startswith(("DIR-LOC-", "DIR-NET-", "DIR-METADATA"))
    }


def test_two_workers_judge_as_one_process_does(single: Done, spread: Done) -> None:
    assert spread.code == 0, spread.stdout
    assert spread.outcomes == single.outcomes
    assert len(spread.run.findings) == len(single.run.findings)


def test_two_workers_ask_no_more_than_one_process_does(single: Done, spread: Done) -> None:
    asked = [item.request.url for item in spread.run.exchanges.values()]
    assert len(asked) <= 1.1 * len(single.run.exchanges)


@pytest.mark.parametrize("how", ["single", "spread"])
def test_the_run_log_has_header_clauses_work_and_footer_in_order(
    request: pytest.FixtureRequest, how: str
) -> None:
    lines = request.getfixturevalue(how).lines
    kinds = [line["type"] for line in lines]
    clauses = kinds.count("clause")
    assert kinds[0] == "header"
    assert set(kinds[1 : 1 + clauses]) == {"clause"}
    assert set(kinds[1 + clauses : -1]) == {"exchange", "finding"}
    assert kinds[-1] == "footer"
    assert kinds.count("footer") == kinds.count("header") == 1


@pytest.mark.parametrize("how", ["single", "spread"])
def test_findings_cite_exchanges_that_stand_before_them_in_the_log(
    request: pytest.FixtureRequest, how: str
) -> None:
    seen: set[str] = set()
    cited = 0
    for line in request.getfixturevalue(how).lines:
        if line["type"] == "exchange":
            assert line["id"] not in seen
            seen.add(line["id"])
        elif line["type"] == "finding":
            cited += len(line["exchanges"])
            assert set(line["exchanges"]) <= seen
    assert cited > 50


def test_every_line_of_the_log_is_as_its_schema_says(single: Done) -> None:
    schema = orjson.loads((SUITES.parent / "conformance/schemas/run.schema.json").read_bytes())
    judge = Draft202012Validator(schema)
    assert [error.message for line in single.lines for error in judge.iter_errors(line)] == []


def test_the_header_tells_who_ran_what(single: Done, mock_target: str) -> None:
    header = single.run.header
    assert header["target"]["deployment"] == "tooele"
    assert header["target"]["argument"] == mock_target
    assert header["only"] == ["DIR-LOC", "DIR-NET", "DIR-METADATA"]
    assert header["strict"] is False
    assert header["documents"] == dict(load_contract().fingerprints)


def test_the_log_holds_the_contract_of_the_deployment(single: Done) -> None:
    known = [clause for clause in load_contract().clauses if "tooele" in clause.deployments]
    assert single.run.clauses == {clause.id: clause.to_json() for clause in known}


def test_the_footer_counts_what_stands_in_the_log(single: Done) -> None:
    run, footer = single.run, single.run.footer
    assert footer["exit_code"] == 0
    assert sum(footer["outcomes"].values()) == len(run.findings)
    assert footer["outcomes"]["skip"] == sum(one.outcome == "skip" for one in run.findings)
    assert footer["requests"] == len(run.exchanges)


@pytest.mark.parametrize("how", ["single", "spread"])
def test_every_report_is_left(request: pytest.FixtureRequest, how: str) -> None:
    assert {path.name for path in request.getfixturevalue(how).out.iterdir()} >= REPORTS


def test_the_output_fits_80_columns_and_shows_no_traceback(single: Done) -> None:
    assert "Traceback" not in single.stdout
    assert max(len(line.rstrip()) for line in single.stdout.splitlines()) <= 80


def test_clauses_chosen_by_keyword_are_judged_alike(
    new_place: Callable[[], Place], mock_target: str, single: Done
) -> None:
    done = new_place().pytest_suites("--target", mock_target, "-k", "DIR-LOC-READ or DIR-METADATA")
    assert done.code == 0, done.stdout
    assert done.outcomes == {
        judged for judged in single.outcomes if judged[0].startswith(("DIR-LOC-READ", "DIR-METAD"))
    }
    # The very tests of the other run: the same names, whoever starts them from wherever.
    names = {finding.test for finding in single.run.findings}
    assert {finding.test for finding in done.run.findings} <= names


def test_without_out_a_run_directory_is_made_below_runs(place: Place) -> None:
    done = place.pytest(str(SUITES), "--only", "DIR-METADATA")
    assert done.code == 0, done.stdout
    (directory,) = (place.cwd / "runs").iterdir()
    assert {path.name for path in directory.iterdir()} >= REPORTS
    assert [path.name for path in place.cwd.iterdir()] == ["runs"]
