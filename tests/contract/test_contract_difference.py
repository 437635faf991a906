"""`flexcheck contract diff` tells what a new edition adds, removes and changes, by field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from conformance.cli.contract import contract as command
from conformance.contract import Contract, compare, edition_of, read_edition
from conformance.contract.edition import Edition

if TYPE_CHECKING:
    from pathlib import Path

Item = dict[str, Any]


def item(clause_id: str, **fields: Any) -> Item:
    return {
        "id": clause_id,
        "expectation": "SHALL",
        "statement": "It holds.",
        "deployments": ["tooele"],
    } | fields


def edition(*items: Item, **known: Any) -> Edition:
    return Edition({one["id"]: one for one in items}, **known)


def write(path: Path, *items: Item) -> str:
    path.write_text(json.dumps(list(items)), encoding="utf-8")
    return str(path)


def run_log(folder: Path, *items: Item, cut: str = "") -> Path:
    header = {"type": "header", "target": {"deployment": "tooele"}, "documents": {"tooele": "a"}}
    records = [header, *({"type": "clause", "clause": one} for one in items)]
    text = "".join(f"{json.dumps(record)}\n" for record in records)
    (folder / "run.ndjson").write_text(text + cut, encoding="utf-8")
    return folder


def diff(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["diff", *arguments], prog_name="flexcheck contract")


def test_clauses_are_added_removed_and_changed_by_field() -> None:
    old = edition(item("A"), item("B", value="1"), item("C", param="x"))
    new = edition(item("B", value="2"), item("C", type="token"), item("D"), item("E"))
    found = compare(old, new)
    assert [one["id"] for one in found.added] == ["D", "E"]
    assert [one["id"] for one in found.removed] == ["A"]
    assert [change.to_json() for change in found.changed] == [
        {"id": "B", "fields": {"value": {"old": "1", "new": "2"}}},
        {
            "id": "C",
            "fields": {
                "type": {"old": None, "new": "token"},
                "param": {"old": "x", "new": None},
            },
        },
    ]
    assert found.same == 0


def test_an_edition_does_not_differ_from_itself(contract: Contract) -> None:
    found = compare(edition_of(contract), edition_of(contract))
    assert found.empty
    assert found.same == len(contract.clauses)


def test_the_other_way_round_what_was_added_is_removed() -> None:
    old, new = edition(item("A")), edition(item("A"), item("B"))
    assert compare(old, new).added == compare(new, old).removed


def test_a_run_of_one_deployment_is_compared_with_that_deployment() -> None:
    run = edition(item("A"), deployment="tooele", documents={"tooele": "a", "uhc": "b"})
    whole = edition(
        item("A"), item("B", deployments=["uhc"]), documents={"tooele": "z", "uhc": "b"}
    )
    for found in (compare(run, whole), compare(whole, run)):
        assert found.empty
        assert found.documents == ("tooele",)


def test_listings_are_read(contract: Contract, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text(json.dumps([clause.to_json() for clause in contract.clauses]))
    assert compare(read_edition(file), edition_of(contract)).empty


def test_run_logs_are_read_also_when_cut_short(tmp_path: Path) -> None:
    folder = run_log(tmp_path, item("A"), cut='{"type": "fin')
    for path in (folder, folder / "run.ndjson"):
        read = read_edition(path)
        assert list(read.items) == ["A"]
        assert (read.deployment, read.documents) == ("tooele", {"tooele": "a"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", "an item without id"),
        ("[", "line 1: "),
        ("[]", "no clause in it"),
        ("{}", "line 1: not a line of a run log"),
        ("no json\n{}", "line 1: "),
        ("", "no clause in it"),
    ],
)
def test_what_is_no_edition_is_refused_with_the_fix(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "old.json"
    file.write_text(text, encoding="utf-8")
    result = diff(str(file))
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert words in result.stderr
    assert "contract list --json" in result.stderr


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    result = diff(str(tmp_path / "none.json"))
    assert result.exit_code == 2
    assert "none.json: cannot be read" in result.stderr


def test_the_command_prints_the_change_and_exits_1(tmp_path: Path) -> None:
    old = write(tmp_path / "old.json", item("A"), item("B"), item("C"))
    new = write(tmp_path / "new.json", item("B", source=[{"lines": [1, 2]}]), item("C"), item("D"))
    result = diff(old, new)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "+ D",
        "    SHALL: It holds.",
        "- A",
        "    SHALL: It holds.",
        "~ B",
        "    source",
        "      - (absent)",
        '      + [{"lines": [1, 2]}]',
        "1 added, 1 removed, 1 changed, 1 the same",
    ]


def test_the_command_gives_json(tmp_path: Path) -> None:
    old, new = write(tmp_path / "old.json", item("A")), write(tmp_path / "new.json", item("B"))
    result = diff(old, new, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [one["id"] for one in told["added"]] == ["B"]
    assert told["same"] == 0


def test_without_a_second_edition_this_version_is_meant(contract: Contract, tmp_path: Path) -> None:
    whole = [clause.to_json() for clause in contract.clauses]
    same = diff(write(tmp_path / "all.json", *whole))
    assert (same.exit_code, same.stdout) == (
        0,
        f"0 added, 0 removed, 0 changed, {len(whole)} the same\n",
    )
    fewer = diff(write(tmp_path / "fewer.json", *whole[1:]))
    assert fewer.exit_code == 1
    assert fewer.stdout.startswith(f"+ {whole[0]['id']}\n")


def test_documents_that_changed_are_named(tmp_path: Path) -> None:
    result = diff(str(run_log(tmp_path, item("A"))))
    assert result.exit_code == 1
    assert "documents that changed: tooele" in result.stdout
