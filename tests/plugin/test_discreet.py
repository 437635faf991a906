"""What is logged while a run holds secrets and members' data says neither."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.plugin.discreet import Discreet
from conformance.redaction import Redactor
from conformance.redaction.veil import Veil
from conformance.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET, MEMBER = "S3cret-of-the-run", "Janet Roe-Smith"
TARGET = Target("t", "tooele", "production", Path("t"), fhir_base="https://m.example/R4")
Log = tuple[logging.Logger, "Callable[[], str]"]


@pytest.fixture(params=[None, Veil(TARGET, "5a" * 32)], ids=["secrets", "members"])
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    """A logger, and what its handler wrote; a handler that fails says so as Python's do."""
    redactor, written = Redactor(), io.StringIO()
    redactor.learn(SECRET)
    if request.param:
        request.param.settings({"samples": {}, "other_member": {"rows": {"Patient": [MEMBER]}}})
    discreet = Discreet(redactor, request.param)
    logger, handler = (
        logging.getLogger(f"spoken.{request.node.name}"),
        logging.StreamHandler(written),
    )
    logger.addHandler(handler)
    yield logger, written.getvalue
    logger.removeHandler(handler)
    discreet.pytest_unconfigure()


def fail() -> None:
    raise KeyError(f"{SECRET} of a row that nobody knows: Ophelia")


def test_a_logged_exception_is_masked(log: Log, request: pytest.FixtureRequest) -> None:
    logger, written = log
    try:
        fail()
    except KeyError:
        logger.exception("failed with %s", SECRET)
    said = written()
    assert "failed with [redacted]" in said
    assert SECRET not in said
    assert "KeyError" in said
    assert "in fail" in said
    assert ("Ophelia" in said) is ("[secrets]" in request.node.name)


def test_an_exception_that_was_never_raised_is_masked(log: Log) -> None:
    logger, written = log
    logger.error("so", exc_info=KeyError(SECRET))
    logger.error("nothing was raised", exc_info=True)  # noqa: LOG014 - some do
    assert SECRET not in written()
    assert "KeyError" in written()


def test_a_logged_stack_is_masked(log: Log) -> None:
    logger, written = log
    logger.warning("here", stack_info=True, extra={"at": "S3cret-of-the-run"})
    assert "Stack (most recent call last)" in written()
    assert SECRET not in written()


class _Broken:
    def __str__(self) -> str:
        raise LookupError(SECRET)


@pytest.mark.parametrize(
    ("message", "of"),
    [
        ("%d rows", (SECRET,)),
        ("%(rows)d rows", ({"secret": SECRET},)),
        ("%s %s", (SECRET,)),
        ("%s", (_Broken(),)),
        (_Broken(), ()),
        (f"%d {SECRET}", ("x",)),
    ],
)
def test_a_wrong_format_raises_nothing_and_shows_nothing(
    log: Log, capsys: pytest.CaptureFixture[str], message: object, of: tuple[object, ...]
) -> None:
    logger, written = log
    logger.warning(message, *of)
    assert "cannot be written: " in written()
    assert SECRET not in written() + capsys.readouterr().err


def test_a_talkative_library_says_one_word(log: Log) -> None:
    _, written = log
    logger = logging.getLogger("httpx.spoken")
    handler = logging.StreamHandler(io.StringIO())
    logger.addHandler(handler)
    try:
        fail()
    except KeyError:
        logger.warning("sent %s", MEMBER, exc_info=True)
    logger.removeHandler(handler)
    said = handler.stream.getvalue()
    assert said.startswith("sent\n")
    assert SECRET not in said + written()
