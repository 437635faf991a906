"""The mock waits as a network would, and knows how many requests were under way."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from conformance.cli import mock as command
from conformance.mock import start_mock
from conformance.mock.load import Load


async def _many(load: Load, number: int) -> None:
    await asyncio.gather(*(load({}, None, None) for _ in range(number)))  # type: ignore[arg-type]


def test_each_answer_waits_and_those_under_way_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []
    pause = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        await pause(0)

    async def app(*_: Any) -> None:
        await pause(0)

    # Not `asyncio.sleep` itself: another test's mock may be running in this process.
    monkeypatch.setattr("conformance.mock.load.asyncio", SimpleNamespace(sleep=sleep))
    load = Load(app, 0.04)
    asyncio.run(_many(load, 3))
    asyncio.run(_many(load, 2))
    assert waited == [0.04] * 5
    assert (load.most, load.requests) == (3, 5)


def test_a_request_that_fails_is_no_longer_under_way() -> None:
    async def app(*_: Any) -> None:
        raise RuntimeError

    load = Load(app)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            asyncio.run(_many(load, 1))
    assert load.most == 1


def test_a_served_mock_counts_what_it_was_asked() -> None:
    with start_mock(practitioners=1, latency=1) as mock:
        for _ in range(2):
            httpx.get(f"{mock.directory_base}/metadata")
        assert (mock.load.requests, mock.load.most) == (2, 1)


def test_the_command_line_gives_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def refuse(**options: Any) -> None:
        given.update(options)
        raise ValueError("enough")

    monkeypatch.setattr("conformance.cli.mock.start_mock", refuse)
    CliRunner().invoke(command.mock, ["--latency", "40"])
    assert given["latency"] == 40
    assert CliRunner().invoke(command.mock, ["--latency", "-1"]).exit_code == 2
