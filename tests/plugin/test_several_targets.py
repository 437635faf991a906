"""Several targets in one run: each has a run of its own, all have one verdict."""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING

import orjson
import pytest
from suite_runs import PATIENCE, Done, Place, command, only

from conformance.cli.several import folders
from conformance.runlog import read_run
from conformance.verdict import INCONCLUSIVE, gravest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FEW = only("DIR-METADATA", "PA-METADATA")
NOTHING_LISTENS = """\
[target]
name = "Nobody"
deployment = "tooele"
environment = "sandbox"
directory_base = "http://127.0.0.1:9/R4"
[limits]
requests_per_second = 0
"""


@pytest.fixture(scope="module")
def three(new_place: Callable[[], Place]) -> Done:
    place = new_place()
    (place.cwd / "nobody.toml").write_text(NOTHING_LISTENS)
    targets = ("mock", "mock:uhc:production", "nobody.toml")
    return place.flexcheck(*(part for name in targets for part in ("--target", name)), *FEW)


def test_the_gravest_verdict_is_the_common_one(three: Done) -> None:
    summary = _summary(three.out)
    assert [target["exit_code"] for target in summary["targets"]] == [0, 0, INCONCLUSIVE]
    assert three.code == summary["exit_code"] == INCONCLUSIVE
    assert summary["sentence"] == "2 of 3 targets hold what was judged."


def test_each_target_has_a_whole_run_directory(three: Done) -> None:
    for folder in ("1-mock", "2-mock-uhc-production", "3-nobody"):
        left = {path.name for path in (three.out / folder).iterdir()}
        assert {"run.ndjson", "report.html", "junit.xml", "summary.json"} <= left
        assert read_run(three.out / folder).complete


def test_the_terminal_shows_each_verdict_and_the_common_one(three: Done) -> None:
    for text in ("Target 1 of 3: mock", "Mock of uhc (production)", "Nobody", "all targets"):
        assert text in three.stdout
    assert all(len(line) <= 80 for line in three.stdout.splitlines() if str(three.out) not in line)


def test_the_common_reports_are_made_again_byte_for_byte(three: Done, place: Place) -> None:
    for name in ("report.html", "junit.xml", "summary.json"):
        kind = name.partition(".")[0].replace("report", "html")
        line = (command("flexcheck"), "report", str(three.out), "--format", kind)
        again = place.finish(place.start(*line, "--output", "-"))
        assert again.code == 0, again.stderr
        assert again.stdout == (three.out / name).read_text("utf-8")


def test_a_mistake_in_one_target_starts_none(place: Place) -> None:
    done = place.flexcheck("--target", "mock", "--target", "none.toml", *FEW)
    assert done.code == 2
    assert "none.toml" in done.stderr
    assert not place.out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in the POSIX way")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_and_keeps_what_was_judged(
    place: Place, number: signal.Signals
) -> None:
    line = (command("flexcheck"), "run", "--out", str(place.out), *only("DIR-LOC", "DIR-ORG"))
    process = place.start(*line, "--target", "mock", "--target", "mock:uhc")
    deadline = time.monotonic() + PATIENCE
    log = place.out / "1-mock" / "run.ndjson"
    while not (log.exists() and b'"type":"finding"' in log.read_bytes()):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    done = place.finish(process)
    assert done.code == INCONCLUSIVE
    assert read_run(log).findings
    first, second = _summary(place.out)["targets"]
    assert (first["verdict"], second["verdict"]) == ("incomplete", "inconclusive")
    assert second["sentence"] == "mock:uhc left no run log: nothing of it was judged."
    assert not (place.out / "2-mock-uhc").exists()


def test_folders_tell_targets_apart() -> None:
    assert folders(["mock:uhc", "../a b.toml", "../../", "ä.toml"]) == [
        *("1-mock-uhc", "2-a-b", "3-target", "4-target")
    ]


def test_a_run_that_did_not_take_place_is_inconclusive() -> None:
    assert gravest([0, None]) == gravest([]) == INCONCLUSIVE
    assert gravest([0, 3, 1]) == 1
    assert gravest([1, 2, 4]) == 4
    assert gravest([0, 0]) == 0


def _summary(out: Path) -> dict[str, object]:
    summary: dict[str, object] = orjson.loads((out / "summary.json").read_bytes())
    return summary
