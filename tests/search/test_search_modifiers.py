"""What modifiers select."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.search import Match, definition_of
from conformance.search.modifiers import match_modified

ROW: dict[str, Any] = {
    "resourceType": "Practitioner",
    "id": "1",
    "name": [{"family": "Núñez", "given": ["Ana"]}],
    "gender": "female",
}
CASES = [
    ("family", "exact", "Núñez", Match.YES),
    ("family", "exact", "núñez", Match.NO),
    ("given", "contains", "na", Match.YES),
    ("family", "contains", "nez", Match.MAY),
    ("gender", "not", "male", Match.YES),
    ("gender", "not", "female", Match.NO),
    ("gender", "missing", "true", Match.NO),
    ("gender", "missing", "false", Match.YES),
    ("identifier", "missing", "true", Match.YES),
    ("family", "flexcheck", "Núñez", Match.MAY),
]


@pytest.mark.parametrize(("name", "modifier", "value", "expected"), CASES)
def test_a_modifier_selects(name: str, modifier: str, value: str, expected: Match) -> None:
    assert match_modified(ROW, definition_of("Practitioner", name), modifier, value) is expected
