"""The target templates are target files, complete for both deployments and environments."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.doctor.access import access
from conformance.target import load_target

TARGETS = Path(__file__).parents[1] / "targets"
TEMPLATES = sorted(set(TARGETS.glob("*.toml")) - set(TARGETS.glob("app-*.toml")))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_template_loads_and_names_https_addresses(template: Path) -> None:
    target = load_target(template)
    assert target.origins
    assert all(origin.startswith("https://") for origin in target.origins)


def test_there_is_one_for_each_deployment_and_environment() -> None:
    members = [target for target in map(load_target, TEMPLATES) if target.fhir_base]
    assert {(target.deployment, target.environment) for target in members} == {
        ("tooele", "sandbox"),
        ("tooele", "production"),
        ("uhc", "sandbox"),
        ("uhc", "production"),
    }
    assert all(target.authorization_base for target in members)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_careful(template: Path) -> None:
    target = load_target(template)
    assert 0 < target.limits.requests_per_second <= 2
    assert target.limits.request_budget
    wanted = ("safe",) if target.environment == "production" else ("safe", "negative")
    assert target.safety == wanted
    assert "FLEX hosts have moved before" in template.read_text(encoding="utf-8")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_needs_only_the_registration(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FLEX_CLIENT_ID", "FLEX_CLIENT_SECRET", "FLEX_REFRESH_TOKEN"):
        monkeypatch.setenv(name, "planted")
    wrong = [note for note in access(load_target(template)) if note.severity.value == "wrong"]
    assert wrong == []
