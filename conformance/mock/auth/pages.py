"""The HTML pages, from templates that travel with the package. Imports jinja2."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined


@dataclass(frozen=True, slots=True)
class Page:
    """A page about to be shown: template, what stands in it, HTTP status."""

    template: str
    content: dict[str, Any] = field(default_factory=dict, repr=False)
    status: int = 200


def render(page: Page) -> str:
    """Return the page as HTML; every value in it is escaped."""
    return _environment().get_template(page.template).render(page.content)


@cache
def _environment() -> Environment:
    folder = files("conformance.mock.auth").joinpath("templates")
    loader = FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
