"""`flexcheck mock`: serve the mock, or list its defects. Imports the mock and click."""

from __future__ import annotations

import signal
import sys
import textwrap
import threading
from typing import TYPE_CHECKING, Any

import click
import orjson

from conformance.cli import HELP
from conformance.mock import start_mock
from conformance.mock.data.plan import DEFAULT_PRACTITIONERS, DEFAULT_SEED
from conformance.mock.defects import REGISTRY
from conformance.mock.members.data.records import DEFAULT_CLAIMS
from conformance.mock.server import DEPLOYMENTS, ENVIRONMENTS

if TYPE_CHECKING:
    from conformance.mock import RunningMock

_WIDTH = 79
_EPILOG = """\b
Example: a server that ignores address-state, on port 8080
  flexcheck mock --port 8080 --defect location-state-ignored
"""


class _Refused(click.ClickException):
    """Wrong usage or configuration (DESIGN, section 5: exit code 2)."""

    exit_code = 2


@click.command(context_settings=HELP, epilog=_EPILOG)
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default="any free port")
@click.option("--public-url", metavar="URL", help="Origin shown in every address (for a proxy).")
@click.option("--deployment", type=click.Choice(DEPLOYMENTS), default="tooele", show_default=True)
@click.option(
    "--environment", type=click.Choice(ENVIRONMENTS), default="sandbox", show_default=True
)
@click.option("--defect", "defects", metavar="NAME", multiple=True, help="Behave wrongly (repeat).")
@click.option(
    "--token-lifetime",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="How long an access token lives.",
)
@click.option("--future", is_flag=True, help="Be the document's future release.")
@click.option(
    "--practitioners",
    type=click.IntRange(min=1),
    default=DEFAULT_PRACTITIONERS,
    show_default=True,
    help="Size of the directory.",
)
@click.option(
    "--claims",
    type=click.IntRange(min=1),
    default=DEFAULT_CLAIMS,
    show_default=True,
    help="How many claims a member has.",
)
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Content to make.")
@click.option(
    "--latency",
    type=click.FloatRange(min=0),
    default=0,
    show_default=True,
    metavar="MS",
    help="Milliseconds that every answer waits.",
)
@click.option("--list-defects", is_flag=True, help="Name each defect, then exit.")
@click.option("--json", "as_json", is_flag=True, help="List the defects as JSON.")
def mock(*, list_defects: bool, as_json: bool, **options: Any) -> None:
    """Serve a FLEX server on loopback until interrupted.

    One JSON line on standard output says when it is ready and where everything is; its
    target_file is a target that `flexcheck run --target FILE` takes.
    """
    if list_defects:
        click.echo(_defects_json() if as_json else _defects_table())
        return
    with _started(options) as running:
        click.echo(orjson.dumps(running.announcement()))
        sys.stdout.flush()
        _wait_for_signal()


def _started(options: dict[str, Any]) -> RunningMock:
    try:
        return start_mock(**options)
    except ValueError as error:
        raise _Refused(f"{error}. See `flexcheck mock --help`.") from None
    except OSError as error:
        raise _Refused(
            f"cannot listen on 127.0.0.1:{options['port']}: {error.strerror}. "
            "Choose another --port, or leave it out to take a free one."
        ) from None


def _wait_for_signal() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(0.5):  # Windows notices Ctrl-C only between waits
        pass


def _defects_json() -> bytes:
    listed = [{"name": d.name, "does": d.does, "breaks": list(d.breaks)} for d in REGISTRY.values()]
    return orjson.dumps(listed, option=orjson.OPT_INDENT_2)


def _defects_table() -> str:
    """Return the defects for a terminal of 80 columns."""
    blocks = []
    for found in REGISTRY.values():
        does = textwrap.fill(found.does, _WIDTH, initial_indent="  ", subsequent_indent="  ")
        breaks = textwrap.fill(
            ", ".join(found.breaks),
            _WIDTH,
            initial_indent="  breaks ",
            subsequent_indent="         ",
            break_on_hyphens=False,
        )
        blocks.append(f"{found.name}\n{does}\n{breaks}")
    return "\n\n".join(blocks)
