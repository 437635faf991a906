"""No member's data of a production target stands in any output of a run, whatever is planted."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from member_canary_run import STEM

from conformance.runlog import Run, read_run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, object]]:
    """The folder of a run, what all commands printed, and what was planted."""
    folder = tmp_path_factory.mktemp("members")
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(HERE / "member_canary_run.py"), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    printed, _, told = done.stdout.rstrip().rpartition("\n")
    return folder, printed + done.stderr, json.loads(told)


@pytest.fixture(scope="module")
def run(ended: tuple[Path, str, dict[str, object]]) -> Run:
    return read_run(ended[0] / "run")


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file, and what is packed in it."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield from _unpacked(str(path.relative_to(folder)), path.read_bytes())


def _unpacked(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    yield name, data.decode("utf-8", errors="replace")
    if name.endswith(".gz"):
        yield from _unpacked(name[:-3], gzip.decompress(data))
    if name.endswith(".tar"):
        with tarfile.open(fileobj=io.BytesIO(data)) as packed:
            for member in packed:
                if content := packed.extractfile(member):
                    yield from _unpacked(f"{name}/{member.name}", content.read())


def _forms_of(stem: str) -> re.Pattern[str]:
    cores = []
    for before in range(3):
        text = base64.b64encode(b"\0" * before + stem.encode()).decode()
        cores.append(text[-(-8 * before // 6) : (8 * before + 8 * len(stem)) // 6])
    return re.compile(f"{stem}|{stem.upper()}|{stem.lower()}|{'|'.join(cores)}|{stem[:6]}")


def test_no_planted_value_is_left_anywhere(ended: tuple[Path, str, dict[str, object]]) -> None:
    folder, printed, told = ended
    assert int(str(told["planted"])) > 1000
    stem = _forms_of(STEM)
    leaks = [
        (name, text[max(0, found.start() - 60) : found.end() + 10])
        for name, text in [*_texts(folder), ("printed", printed)]
        if (found := stem.search(text))
    ]
    assert leaks == []


def test_no_value_of_the_member_is_left_anywhere(
    ended: tuple[Path, str, dict[str, object]], run: Run
) -> None:
    folder, printed, told = ended
    directory = run.header["target"]["directory_base"]
    public = " ".join(
        exchange.response.body
        for exchange in run.exchanges.values()
        if exchange.response and exchange.request.url.startswith(f"{directory}/")
    )
    real = [value for value in told["real"] if value not in public]  # type: ignore[attr-defined]
    assert len(real) > 30
    leaks = [
        (name, value)
        for name, text in [*_texts(folder), ("printed", printed)]
        for value in real
        if value in text
    ]
    assert leaks == []


def test_every_output_was_searched(ended: tuple[Path, str, dict[str, object]]) -> None:
    folder, printed, _ = ended
    names = {Path(name).name for name, _ in _texts(folder)}
    assert names >= {
        *("run.ndjson", "report.html", "junit.xml", "exchanges.har", "testreport.json"),
        *("findings.csv", "evidence.tar", "manifest.json", "summary.json", "debug.log"),
    }
    assert any(name.startswith("run/allure-results/") for name, _ in _texts(folder))
    for said in ("KeyError (text and variables are hidden", "attest", "gate", "UNTOUCHED"):
        assert said in printed


def test_findings_stay_readable(run: Run) -> None:
    said = " ".join(finding.message for finding in run.findings)
    assert "member-" in said or "Patient/member-" in said
    urls = " ".join(exchange.request.url for exchange in run.exchanges.values())
    bodies = " ".join(e.response.body for e in run.exchanges.values() if e.response)
    asked = set(re.findall(r"Patient/(member-\w+)", urls))
    assert asked & set(re.findall(r'"id":"(member-\w+)"', bodies))
    assert run.header["evidence"] == {"bodies": "pseudonyms"}
