"""Every public function of every module of checks takes whatever a server answers."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, Any

import pytest
from oddities import values_for

import conformance.checks
from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODULES = [
    importlib.import_module(f"conformance.checks.{found.name}")
    for found in pkgutil.iter_modules(conformance.checks.__path__)
]
CHECKS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": made
    for module in MODULES
    for name, made in vars(module).items()
    if inspect.isroutine(made) and made.__module__ == module.__name__ and name[0] != "_"
}


def calls(check: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """Yield arguments: each of them odd in turn, while the others are whole."""
    told = inspect.signature(check).parameters
    values = {name: values_for(name, str(one.annotation)) for name, one in told.items()}
    whole = {name: found[0] for name, found in values.items()}
    yield whole
    for name, found in values.items():
        for value in found[1:]:
            yield {**whole, name: value}


def test_each_module_has_a_check() -> None:
    modules = {module.__name__.rpartition(".")[2] for module in MODULES}
    assert modules == {name.partition(".")[0] for name in CHECKS}


@pytest.mark.parametrize("name", CHECKS)
def test_no_answer_is_too_odd_for_a_check(name: str) -> None:
    for arguments in calls(CHECKS[name]):
        said = CHECKS[name](**arguments)
        for item in said if inspect.isgenerator(said) else ():
            if isinstance(item, Assertion):
                assert isinstance(item.holds, bool)
                texts = (item.at, item.expected, item.observed, item.exchange)
                assert all(isinstance(text, str) for text in texts)
