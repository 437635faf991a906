"""A validator of the contract's packages, and a place to make profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from validator_workshop import Workshop

from profiles import Validator, load_default_packages

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiles.packages import Library


@pytest.fixture(scope="session")
def library() -> Library:
    """The contract's packages."""
    return load_default_packages()


@pytest.fixture(scope="session")
def validator(library: Library) -> Validator:
    """A validator of the contract's packages."""
    return Validator(library)


@pytest.fixture(scope="session")
def errors(validator: Validator) -> Callable[..., list[tuple[str, str]]]:
    """The errors of a resource, as (place, rule)."""

    def found(resource: Any, *profiles: str) -> list[tuple[str, str]]:
        report = validator.validate(resource, profiles)
        bad = [each for each in report.issues if each.severity in {"error", "fatal"}]
        assert report.valid is not bool(bad)
        return [(each.expression, each.rule) for each in bad]

    return found


@pytest.fixture
def workshop(library: Library) -> Workshop:
    """A place to make profiles."""
    return Workshop(library)
