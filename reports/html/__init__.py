"""`report.html`, `traceability.html`: self-contained pages, readable without script.

Imports view, trace, runlog, jinja2.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.html.trace import TracePage, page_of_one
from reports.html.view import page_of
from reports.wording import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.runlog import Run
    from reports.evidence.attestations import Statement

_LOADER = PackageLoader("reports.html", "templates")


def environment() -> Environment:
    """Return what renders our templates: it escapes all that comes from a run."""
    made = Environment(
        loader=_LOADER,
        autoescape=True,
        # Escaping keeps markup out; this keeps out what no markup can hold.
        finalize=lambda value: clean(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["ticks"] = _ticks
    return made


def render(run: Run, statements: Sequence[Statement] = ()) -> str:
    """Return the text of `report.html`, with what people state of its manual clauses."""
    made = environment()
    script, _, _ = _LOADER.get_source(made, "filter.js")
    # Only this very script may run in the page: one that a server slipped in is dead text twice.
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return made.get_template("report.html.jinja").render(
        page=page_of(run, statements),
        script=Markup(script),  # noqa: S704 - our own file, nothing of the run
        script_hash=f"sha256-{digest}",
    )


def render_trace(run: Run, statements: Sequence[Statement] = ()) -> str:
    """Return the text of `traceability.html`."""
    return trace_text(page_of_one(run, statements))


def trace_text(page: TracePage) -> str:
    """Return the text of a page of traceability."""
    return environment().get_template("trace.html.jinja").render(page=page)


def _ticks(text: str) -> Markup:
    """Return a statement with what stands in `backticks` as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # an unpaired one stays as it is
        return escape(text)
    code = Markup("<code>{}</code>")
    return Markup().join(
        code.format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )
