"""Each defect does what it says, and an honest server does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from auth_probes import ELSEWHERE, PROBES
from tokenless import WITHOUT_TOKENS

from conformance.contract import load_contract
from conformance.mock.auth import DEFECT_MODULES
from conformance.mock.defects import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth_browser import Browser

MODULES = {module.__name__ for module in DEFECT_MODULES}
OURS = [name for name, found in REGISTRY.items() if found.change.__module__ in MODULES]
NO_TOKENS = WITHOUT_TOKENS | {"login-skipped", "consent-page-skipped"}


def test_each_defect_has_a_probe_and_each_module_defects() -> None:
    assert set(PROBES) == set(OURS)
    assert {REGISTRY[name].change.__module__ for name in OURS} == MODULES


@pytest.mark.parametrize("name", OURS)
def test_a_defect_shows_and_an_honest_server_does_not_show_it(
    name: str, local: Callable[..., Browser]
) -> None:
    deployment, environment = ELSEWHERE.get(name, ("tooele", "sandbox"))
    assert PROBES[name](local(name, deployment=deployment, environment=environment))
    assert not PROBES[name](local(deployment=deployment, environment=environment))


@pytest.mark.parametrize("name", OURS)
def test_a_defect_says_what_it_does_and_names_clauses(name: str) -> None:
    found = REGISTRY[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
    assert found.does.endswith(".")
    clauses = {clause.id: clause for clause in load_contract().clauses}
    assert found.breaks
    assert all(clause in clauses for clause in found.breaks)


@pytest.mark.parametrize("name", sorted(set(OURS) - NO_TOKENS))
def test_members_still_get_tokens_with_a_defect(name: str, local: Callable[..., Browser]) -> None:
    assert local(name).tokens()["access_token"]
