"""The target templates are target files."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.target import load_target

TARGETS = Path(__file__).parents[1] / "targets"
TEMPLATES = sorted(set(TARGETS.glob("*.toml")) - set(TARGETS.glob("app-*.toml")))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_template_loads_and_names_https_addresses(template: Path) -> None:
    target = load_target(template)
    assert target.origins
    assert all(origin.startswith("https://") for origin in target.origins)
