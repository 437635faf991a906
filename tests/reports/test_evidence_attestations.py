"""Statements on manual clauses: what is taken, what is refused, and where they show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson
import pytest
from click.testing import CliRunner
from report_builders import mixed_run
from run_files import write_run

from reports.cli import report
from reports.evidence.archive import unpack
from reports.evidence.attestations import read_attestations
from reports.evidence.cli import attest
from reports.evidence.contents import ATTESTATIONS, MANIFEST
from reports.evidence.examining import examine
from reports.html import render
from reports.locate import RunError

if TYPE_CHECKING:
    from pathlib import Path

SEEN = "The change log of December: each change was published within 12 days."
DIGEST = sha256(b"a,b\n").hexdigest()
GOOD = f"""[[statements]]
clause = "DIR-OPS-FRESHNESS"
who = "J. Doe, compliance"
when = 2026-01-15
seen = "{SEEN}"
files = [{{ name = "log.csv", sha256 = "{DIGEST}" }}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = write_run(mixed_run(), tmp_path / "run")
    (made / "log.csv").write_bytes(b"a,b\n")
    return made


def stated(folder: Path, text: str) -> Path:
    path = folder / "attestations.toml"
    path.write_text(text)
    return path


def test_a_good_statement_is_read(folder: Path) -> None:
    content, [statement] = read_attestations(stated(folder, GOOD), mixed_run())
    assert content.decode() == GOOD
    assert (statement.clause, statement.holds) == ("DIR-OPS-FRESHNESS", True)
    assert statement.when.isoformat() == "2026-01-15"
    assert statement.files[0].sha256 == DIGEST


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("OPS-FRESHNESS", "OPS-FRESH"), "line 2: DIR-OPS-FRESH: no clause of this"),
        (GOOD.replace("OPS-FRESHNESS", "LOC-READ"), "line 2: DIR-LOC-READ: requests verify this"),
        (GOOD.replace("who", "whom"), "line 3: statements.0.whom is not a known key"),
        (GOOD.replace(f'seen = "{SEEN}"\n', ""), "line 1: statements.0: seen is missing"),
        (GOOD.replace("2026-01-15", '"Monday"'), "line 4: Monday is not a day"),
        (GOOD.replace(DIGEST, "ab" * 32), f"log.csv: its SHA-256 is {DIGEST}, not the one"),
        (GOOD.replace(DIGEST, "abc"), "line 6: log.csv: abc is no SHA-256"),
        (GOOD.replace("log.csv", "none.csv"), "line 6: none.csv: cannot be read"),
        (GOOD.replace("log.csv", "../log.csv"), "name a file in or below this file's folder"),
        (GOOD + GOOD.replace("J. Doe", "") + "x = 1", "line 13: statements.1.x is not a known key"),
        ("[[statements", "not TOML"),
    ],
)
def test_a_wrong_statement_is_refused_with_its_line(folder: Path, text: str, said: str) -> None:
    with pytest.raises(RunError) as caught:
        read_attestations(stated(folder, text), mixed_run())
    assert said in str(caught.value)


def test_what_has_not_come_yet_was_not_seen(folder: Path) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    with pytest.raises(RunError, match="has not come yet"):
        read_attestations(stated(folder, GOOD.replace("2026-01-15", day)), mixed_run())


def test_statements_are_archived_listed_and_in_the_report(folder: Path) -> None:
    stated(folder, GOOD)
    result = CliRunner().invoke(attest, [str(folder)])
    assert result.exit_code == 0, result.output
    archive = (folder / "evidence.tar").read_bytes()
    members = unpack(archive)
    assert members[ATTESTATIONS].decode() == GOOD
    assert ATTESTATIONS in orjson.loads(members[MANIFEST])["members"]
    page = members["reports/report.html"].decode()
    assert "1 of 1 have a statement" in page
    assert f"holds: J. Doe, compliance, 2026-01-15: {SEEN}" in page
    assert DIGEST in page
    assert examine(archive).problems == ()


def test_a_wrong_statement_stops_the_archive(folder: Path) -> None:
    stated(folder, GOOD.replace(DIGEST, "ab" * 32))
    result = CliRunner().invoke(attest, [str(folder)])
    assert result.exit_code == 2
    assert not (folder / "evidence.tar").exists()


def test_a_file_of_statements_can_be_named_and_must_be_there(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(attest, [str(folder), "--attestations", str(tmp_path / "a.toml")])
    assert result.exit_code == 2
    assert "docs/evidence.md has an example" in result.stderr


def test_the_checklist_names_every_manual_clause_with_its_reason() -> None:
    page = render(mixed_run())
    assert "Attestation checklist: 1 clause" in page
    assert "0 of 1 have a statement" in page
    assert "not observable: One run cannot see when the payer learned of the change." in page
    assert "no statement" in page


def test_a_statement_that_it_does_not_hold_is_shown_as_that(folder: Path) -> None:
    text = GOOD.replace("when", "holds = false\nwhen")
    _, found = read_attestations(stated(folder, text), mixed_run())
    assert "does not hold: J. Doe" in render(mixed_run(), found)


def test_a_statement_cannot_break_the_page(folder: Path) -> None:
    text = GOOD.replace("J. Doe", "<script>alert(1)</script>")
    _, found = read_attestations(stated(folder, text), mixed_run())
    assert "<script>alert(1)" not in render(mixed_run(), found)


def test_a_report_can_be_made_with_statements(folder: Path) -> None:
    path = stated(folder, GOOD)
    words = [str(folder), "--output", "-", "--attestations", str(path), "--format"]
    page = CliRunner().invoke(report, [*words, "html"])
    assert "1 of 1 have a statement" in page.output
    table = CliRunner().invoke(report, [*words, "traceability"])
    assert "holds: J. Doe, compliance, 2026-01-15" in table.output
    plain = CliRunner().invoke(report, [str(folder), "--output", "-"])
    assert "0 of 1 have a statement" in plain.output
