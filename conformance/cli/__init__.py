"""The console script `flexcheck`: finds each command through the entry points of its room.

Imports no other room: commands come from the entry-point group `flexcheck.commands`.
"""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import click

from conformance import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

GROUP = "flexcheck.commands"
#: Each command names it itself: click remembers a command's help option from its first call.
HELP = {"help_option_names": ["-h", "--help"]}
INCONCLUSIVE, BUG = 3, 4


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """End a command on SIGTERM as on Ctrl-C."""
    raise KeyboardInterrupt


class Commands(click.Group):
    """A group whose commands are entry points, imported only when they are asked for."""

    def _points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=GROUP)}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all installed commands."""
        return sorted(self._points())

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Import and return one command; None where there is none of that name."""
        point = self._points().get(cmd_name)
        if point is None:
            return None
        command: click.Command = point.load()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is asked for; an unknown one is told with what was meant."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            close = get_close_matches(args[0], known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
            ctx.fail(f"there is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; one that Ctrl-C ends is inconclusive, where click would say 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("flexcheck: interrupted.", err=True)
            raise SystemExit(INCONCLUSIVE) from None


@click.command(
    cls=Commands,
    context_settings=HELP,
    epilog="Start with `flexcheck run`: it judges the embedded mock and needs nothing else.",
)
@click.version_option(__version__, prog_name="flexcheck")
def cli() -> None:
    """Test a payer's FHIR APIs on Optum FLEX against what their documents promise.

    Exit codes: 0 holds, 1 non-conformance, 2 usage or configuration, 3 inconclusive, 4 a bug of
    flexcheck.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an unexpected exception is our bug and exits 4."""
    try:
        cli.main(args=None if arguments is None else list(arguments), prog_name="flexcheck")
    except Exception as error:  # noqa: BLE001 - the last resort: a clear line and exit code 4
        said = " ".join(f"{type(error).__name__}: {error}".split())
        sys.stderr.write(
            f"flexcheck: a bug of flexcheck: {said}. Please report it with the command you ran.\n"
        )
        raise SystemExit(BUG) from None
