"""The official FHIRPath R4 suite: what passes stays so, what does not has its reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from official_fhirpath import FOLDER, cases, failure, score

if TYPE_CHECKING:
    from profiles.fhirpath import TypeModel

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "fhirpath.md"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="../shared/fhirpath-tests is not here")


def test_every_case_passes_or_is_a_known_disagreement(model: TypeModel) -> None:
    known = yaml.safe_load((HERE / "disagreements.yaml").read_text())
    failing = {case["id"]: why for case in cases() if (why := failure(case, model))}
    new = {name: why for name, why in failing.items() if name not in known}
    assert not new
    assert set(known) == set(failing), "a case that passes needs no reason any more"
    assert len(cases()) == 935


def test_the_document_has_the_score_and_every_reason(model: TypeModel) -> None:
    text = DOCUMENT.read_text()
    assert score(model) in text
    known = yaml.safe_load((HERE / "disagreements.yaml").read_text())
    missing = [name for name in known if f"`{name.partition('/')[2]}`" not in text]
    assert not missing
