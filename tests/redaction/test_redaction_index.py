"""Many values are found at a cost that grows with them, not with their square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.redaction import index
from conformance.redaction.index import Index, _Known

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

MANY, YOUNG = 2000, 8


def test_values_that_come_one_by_one_are_sorted_a_few_times_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sorted_, sort = [0], _Known.of

    def counting(forms: Sequence[index._Form]) -> _Known:
        sorted_[0] += len(forms)
        return sort(forms)

    monkeypatch.setattr(_Known, "of", counting)
    monkeypatch.setattr(index, "YOUNG", YOUNG)
    known = Index()
    for number in range(MANY):
        known.learn({f"value-{number:05d}": "x"})
        assert known.replace(f"a value-{number:05d} b") == "a x b"
    assert sorted_[0] < 40 * MANY
    assert len(known._known) < 8


def test_every_value_is_found_whenever_it_came() -> None:
    known = Index()
    for number in range(MANY):
        known.learn({f"v{number:05d}": "x"})
        if number % 7 == 0:
            known.replace("")
    text = " ".join(f"v{number:05d}" for number in range(MANY))
    assert known.replace(text) == " ".join(["x"] * MANY)
