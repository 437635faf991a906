"""From a `--target` value to a target, with the embedded mock behind it where that is asked.

May import target, runlog and mock.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from conformance.runlog import read_run
from conformance.target import TargetError, load_target
from conformance.target.recorded import recorded_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.target import Target

#: Short, so that expiry can be judged within a run (DESIGN, section 5).
EMBEDDED_TOKEN_LIFETIME = EMBEDDED_CODE_LIFETIME = 5


@contextmanager
def reach(argument: str) -> Iterator[Target]:
    """Yield the target that `--target` names; "" and `mock…` serve the embedded mock meanwhile.

    Raises:
        TargetError: there is no such target.
    """
    if argument and not _names_mock(argument):
        yield load_target(Path(argument), argument=argument)
        return
    deployment, environment = _mock_of(argument)
    from conformance.mock.server import start_mock  # noqa: PLC0415 - a live target needs no mock

    with start_mock(
        deployment=deployment,
        environment=environment,
        token_lifetime=EMBEDDED_TOKEN_LIFETIME,
        code_lifetime=EMBEDDED_CODE_LIFETIME,
    ) as mock:
        yield load_target(mock.target_file, argument=argument, needs_api=False)


@contextmanager
def recorded(log: Path) -> Iterator[Target]:
    """Yield the target that a run log tells of, for a replay.

    Raises:
        TargetError: it is no run log, or too old a one.
    """
    with TemporaryDirectory() as folder:
        try:
            target = recorded_target(read_run(log).header, Path(folder))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TargetError(
                f"--replay {log}: no run log that can be replayed ({type(error).__name__}:"
                f" {error}). Give the run.ndjson of a run by this version of flexcheck."
            ) from None
        yield target


def check_argument(argument: str) -> None:
    """Check a `--target` value without starting anything.

    Raises:
        TargetError: there is no such target.
    """
    if argument and not _names_mock(argument):
        load_target(Path(argument), argument=argument)
    else:
        _mock_of(argument)


def _names_mock(argument: str) -> bool:
    return argument == "mock" or argument.startswith("mock:")


def _mock_of(argument: str) -> tuple[str, str]:
    words = argument.split(":")[1:]
    deployment = words[0] if words else "tooele"
    environment = words[1] if len(words) > 1 else "sandbox"
    known = deployment in {"tooele", "uhc"} and environment in {"sandbox", "production"}
    if not known or len(words) > 2:  # noqa: PLR2004 - deployment, environment
        raise TargetError(
            f"--target {argument}: no such mock. Use mock, mock:tooele, mock:uhc,"
            " mock:DEPLOYMENT:sandbox or mock:DEPLOYMENT:production."
        )
    return deployment, environment
