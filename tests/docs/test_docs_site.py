"""The handbook's pages of the contract show every clause and erratum, and lead where they say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from conformance.contract import load_contract

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("site_pages", ROOT / "docs" / "site_pages.py")
assert _spec
assert _spec.loader
site_pages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(site_pages)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return dict(site_pages.contract_pages(load_contract()))


def test_each_clause_and_each_erratum_has_one_anchor(pages: dict[str, str]) -> None:
    anchors = re.findall(r"\{ #(\S+) \}", "\n".join(pages.values()))
    contract = load_contract()
    expected = [item.id for item in (*contract.clauses, *contract.errata)]
    assert sorted(anchors) == sorted(expected)


def test_each_clause_says_how_it_is_verified(pages: dict[str, str]) -> None:
    text = "\n".join(pages.values())
    clauses = load_contract().clauses
    tested = [clause.id for clause in clauses if clause.not_tested is None]
    assert text.count("- not tested: ") == len(clauses) - len(tested)
    for name in tested:
        assert f"`flexcheck run --only {name}`" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a `_id` and *not*", r"a `_id` and \*not\*"),
        ("<script> [x](y)", r"&lt;script&gt; \[x\](y)"),
        ("Patient|1", r"Patient\|1"),
    ],
)
def test_a_statement_is_text_and_no_markup(text: str, shown: str) -> None:
    assert site_pages._text(text) == shown


def test_every_page_of_the_handbook_is_in_its_contents() -> None:
    named = set(re.findall(r"\S+\.md", (ROOT / "mkdocs.yml").read_text("utf-8")))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= named
