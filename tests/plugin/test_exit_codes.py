"""Each way a run can end has its exit code (DESIGN, section 5), and says why."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import tomli_w
from suite_runs import Done, Place, only

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOLDS, BROKEN, SHOULD = "DIR-METADATA", "DIR-FHIR-VERSION", "DIR-ROLE-CAPABILITY-PARAMS"
#: What a server says of itself that breaks those two.
STATEMENT = {
    "resourceType": "CapabilityStatement",
    "status": "active",
    "kind": "instance",
    "fhirVersion": "5.0.0",
    "format": ["json"],
    "rest": [{"mode": "server", "resource": [{"type": "PractitionerRole", "searchParam": []}]}],
}
#: A plugin for `-p`: spoils one test as a bug in flexcheck would.
SPOILER = """
import os
import pytest

HOW = os.environ["SPOIL"]

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if HOW == "raise" and "DIR-LOC-READ]" in pyfuncitem.name:
        raise ZeroDivisionError("token=canary-9431")
    if HOW == "die" and "DIR-LOC-READ]" in pyfuncitem.name:
        os._exit(9)

@pytest.fixture(autouse=True)
def spoilt(request):
    yield
    if HOW == "teardown" and "DIR-LOC-READ]" in request.node.name:
        raise ZeroDivisionError("token=canary-9431")

def pytest_collect_file(file_path, parent):
    if HOW == "collect" and file_path.name == "test_access.py":
        raise ZeroDivisionError("token=canary-9431")
"""


class _Statement(BaseHTTPRequestHandler):
    """Answers everything with the statement."""

    def do_GET(self) -> None:
        body = json.dumps(STATEMENT).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


def _target(folder: Path, base: str, **more: str) -> str:
    about = {"name": "t", "deployment": "tooele", "environment": "sandbox", **more}
    content = {"target": {**about, "directory_base": base}, "limits": {"requests_per_second": 0}}
    path = folder / "target.toml"
    path.write_bytes(tomli_w.dumps(content).encode())
    return str(path)


@pytest.fixture(scope="module")
def defective_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Statement) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        base = f"http://127.0.0.1:{server.server_port}/R4"
        yield _target(tmp_path_factory.mktemp("defective"), base)
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def broken(new_place: Callable[[], Place], defective_target: str) -> Done:
    return new_place().flexcheck("--target", defective_target, *only(BROKEN, SHOULD))


@pytest.fixture
def spoilt(place: Place) -> Callable[..., Done]:
    (place.root / "plugins").mkdir()
    (place.root / "plugins" / "spoiler.py").write_text(SPOILER)

    def run(how: str, *arguments: str) -> Done:
        paths = {"PYTHONPATH": str(place.root / "plugins"), "SPOIL": how}
        return place.flexcheck(*arguments, **paths)

    return run


def _outcomes(done: Done) -> dict[str, str]:
    return {clause: outcome for clause, _, outcome in done.outcomes}


def _everything(done: Done) -> str:
    """What was said, and every file of the run directory itself."""
    files = [path.read_text("utf-8") for path in done.out.iterdir() if path.is_file()]
    return "".join([done.stdout, done.stderr, *files])


def _reasons(done: Done) -> list[str]:
    reasons: list[str] = done.run.footer["reasons"]
    return reasons


def test_a_broken_shall_is_1_and_a_broken_should_a_warning(broken: Done) -> None:
    assert broken.code == 1
    assert _outcomes(broken) == {BROKEN: "fail", SHOULD: "warning"}
    assert broken.run.footer["exit_code"] == 1
    assert broken.run.footer["reasons"] == ["1 finding of non-conformance"]


def test_a_failure_says_what_was_expected_and_how_to_see_it_again(
    broken: Done, defective_target: str
) -> None:
    assert BROKEN in broken.stdout
    assert f"--only {BROKEN}" in broken.stdout
    assert "Traceback" not in broken.stdout + broken.stderr
    summary = json.loads((broken.out / "summary.json").read_text(encoding="utf-8"))
    assert summary["exit_code"] == 1
    (failed,) = (item for item in summary["findings"] if item["outcome"] == "fail")
    assert failed["clause"] == BROKEN
    assert failed["exchanges"]
    assert broken.run.header["target"]["argument"] == defective_target


def test_strict_makes_a_broken_should_fail(place: Place, defective_target: str) -> None:
    done = place.flexcheck("--target", defective_target, "--only", SHOULD, "--strict")
    assert done.code == 1
    assert _outcomes(done) == {SHOULD: "fail"}
    assert done.run.header["strict"] is True


def test_stopping_at_the_first_failure_keeps_it_and_is_incomplete(
    place: Place, defective_target: str
) -> None:
    chosen = only(HOLDS, BROKEN, SHOULD)
    done = place.flexcheck("--target", defective_target, *chosen, "--", "-x")
    assert done.code == 1
    assert _outcomes(done) == {HOLDS: "pass", BROKEN: "fail"}
    assert not done.run.complete
    assert "incomplete" in (done.stdout + done.stderr).lower()


@pytest.fixture(scope="module")
def dead(new_place: Callable[[], Place]) -> Done:
    place = new_place()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    target = _target(place.root, f"http://127.0.0.1:{port}/R4")
    return place.flexcheck(
        "--target", target, *only("DIR-METADATA", "DIR-LOC-READ", "DIR-ORG-READ", "DIR-ROLE-READ")
    )


def test_a_dead_target_is_3_and_every_finding_an_error(dead: Done) -> None:
    assert dead.code == 3
    assert set(_outcomes(dead).values()) == {"error"}
    assert "no clause of area DIR was judged" in dead.run.footer["reasons"]
    assert len(dead.run.findings) > 3


def test_a_dead_target_is_given_up_after_three_requests(dead: Done) -> None:
    # Where two may be under way at once, one more may be when the third fails.
    assert len(dead.run.exchanges) in {3, 4}
    assert all(exchange.error for exchange in dead.run.exchanges.values())


def test_a_dead_target_says_so_and_shows_no_traceback(dead: Done) -> None:
    assert "Connection refused" in dead.stdout
    assert "Traceback" not in dead.stdout + dead.stderr
    assert dead.stderr == ""


def test_nothing_selected_is_3(place: Place, mock_target: str) -> None:
    done = place.flexcheck("--target", mock_target, "--", "-k", "nothing-of-this-name")
    assert done.code == 3
    assert done.run.footer["reasons"] == ["nothing applied to this target: nothing was judged"]
    assert done.run.findings == ()


def test_what_does_not_apply_is_told_with_its_reason_and_judges_nothing(place: Place) -> None:
    done = place.flexcheck("--target", "mock", *only("PA-COND"))
    assert done.code == 3
    assert set(_outcomes(done).values()) == {"not-applicable"}
    assert {finding.message for finding in done.run.findings} == {
        "future functionality that the target does not declare: clinical-resources"
    }
    assert done.run.exchanges == {}


def test_what_the_other_document_says_is_no_part_of_a_run(place: Place) -> None:
    done = place.flexcheck("--target", "mock:uhc", *only("DIR-METADATA", "DIR-LOC-READ"))
    assert done.code == 3
    assert done.run.findings == ()
    assert done.run.exchanges == {}


@pytest.mark.parametrize("how", ["teardown", "collect"])
def test_an_exception_of_ours_outside_a_test_is_4(
    spoilt: Callable[..., Done], mock_target: str, how: str
) -> None:
    done = spoilt(how, "--target", mock_target, *only("DIR-LOC-READ"), "--", "-p", "spoiler")
    assert done.code == 4
    assert any(reason.startswith("flexcheck failed: ") for reason in _reasons(done))
    assert "canary-9431" not in _everything(done)


def test_a_clause_that_could_not_be_judged_is_an_error_that_names_the_place(
    spoilt: Callable[..., Done], mock_target: str
) -> None:
    done = spoilt("raise", "--target", mock_target, *only("DIR-LOC-READ"), "--", "-p", "spoiler")
    assert done.code == 4
    (finding,) = (item for item in done.run.findings if item.clause == "DIR-LOC-READ")
    assert finding.outcome == "error"
    assert finding.message.startswith("flexcheck could not judge this: ZeroDivisionError at spoil")
    assert _outcomes(done)["DIR-LOC-READ-UNKNOWN"] == "pass"
    assert "canary-9431" not in _everything(done)


def test_a_worker_that_dies_is_4(spoilt: Callable[..., Done], mock_target: str) -> None:
    chosen = only("DIR-LOC-READ", "DIR-METADATA")
    done = spoilt("die", "--target", mock_target, *chosen, "--", "-p", "spoiler", "-n", "2")
    assert done.code == 4
    assert any("DIR-LOC-READ]: the process that judged it died" in r for r in _reasons(done))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target", "no.toml"), "there is no such target file"),
        (("--only", "DIR-LOK"), "did you mean DIR-LOC"),
    ],
)
def test_pytest_suites_tells_a_mistake_and_is_2(
    place: Place, arguments: tuple[str, ...], said: str
) -> None:
    done = place.pytest_suites(*arguments)
    assert done.code == 2
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not done.out.exists()


def test_pytest_suites_never_writes_over_a_run(place: Place, mock_target: str) -> None:
    place.out.mkdir()
    (place.out / "run.ndjson").write_text("kept")
    done = place.pytest_suites("--target", mock_target)
    assert done.code == 2
    assert "exists already and is not an empty folder" in done.stdout + done.stderr
    assert (place.out / "run.ndjson").read_text() == "kept"


def test_a_run_directory_that_cannot_be_made_is_2(place: Place, mock_target: str) -> None:
    (place.root / "file").write_text("x")
    done = place.flexcheck("--target", mock_target, "--out", str(place.root / "file" / "out"))
    assert done.code == 2
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("option", ["--help", "--markers"])
def test_options_that_only_tell_something_write_nothing(place: Place, option: str) -> None:
    done = place.pytest_suites(option)
    assert done.code == 0
    assert not done.out.exists()


def _write(path: Path, **files: str) -> None:
    for name, text in files.items():
        (path / f"{name}.py").write_text(text)


def test_the_plugin_is_inert_in_another_project(place: Place) -> None:
    """Its options, however named, are the project's; `suites` may be one of its folders."""
    options = 'parser.addoption("--target"); parser.addoption("--out"); parser.addoption("--only")'
    test = "def test_it(request):\n    assert request.config.getoption('--target') == 'theirs'\n"
    (place.cwd / "suites").mkdir()
    _write(place.cwd, conftest=f"def pytest_addoption(parser):\n    {options}\n")
    _write(place.cwd / "suites", test_theirs=test)
    line = ("-q", "-p", "no:cacheprovider", "suites", "--target", "theirs")
    done = place.pytest(*line, PYTHONDONTWRITEBYTECODE="1")
    assert done.code == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert {path.name for path in place.cwd.iterdir()} == {"conftest.py", "suites"}
    assert list(place.home.iterdir()) == []
