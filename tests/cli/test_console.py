"""The console script: help, versions, mistakes told in a line on stderr, exit codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from conformance import __version__
from conformance.cli import cli, main
from conformance.cli.run import run
from conformance.plugin.settings import SUITES

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = (
    *("run", "mock", "contract", "report", "login", "logout", "doctor", "preflight"),
    *("packages", "validate", "gate", "diff", "attest", "verify"),
)
TARGET = '[target]\nname = "x"\ndeployment = "tooele"\nenvironment = "sandbox"\n'


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, terminal_width=80)


def test_help_lists_the_commands_and_the_exit_codes() -> None:
    result = _invoke("--help")
    assert result.exit_code == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", result.stdout, re.MULTILINE)
    assert "0 holds, 1 non-conformance" in result.stdout
    assert "flexcheck run" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(command: str) -> None:
    result = _invoke(command, "-h")
    assert result.exit_code == 0
    assert re.search(r"Examples?:", result.stdout)
    assert f"flexcheck {command}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_version_is_told() -> None:
    assert _invoke("--version").stdout == f"flexcheck, version {__version__}\n"


def test_an_unknown_command_is_2_and_says_what_there_is() -> None:
    result = _invoke("rnu")
    assert result.exit_code == 2
    assert "did you mean run?" in result.stderr


def test_a_command_like_no_other_is_2_and_names_them_all() -> None:
    result = _invoke("zzzzzz")
    assert result.exit_code == 2
    assert ", ".join(sorted(COMMANDS)) in result.stderr


def test_an_unknown_option_is_2() -> None:
    result = _invoke("run", "--targte", "x")
    assert result.exit_code == 2
    assert "--target" in result.stderr


def _write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_each_mistake_of_a_run_is_told_at_once_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    _write(tmp_path / "full", "kept", "")
    out = str(tmp_path / "full")
    result = _invoke("run", "--only", "DIR-LOK", "--only", "dir-loc", "--out", out)
    assert result.exit_code == 2
    assert result.stdout == ""
    first, second, third = result.stderr.splitlines()
    assert first.startswith("flexcheck: --only DIR-LOK: no clause or area of that name; did you")
    assert second.startswith("flexcheck: --only dir-loc: ")
    assert (
        third == f"flexcheck: --out {out}: exists already and is not an empty folder; name a"
        " new one"
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no.toml", "no.toml: there is no such target file"),
        ("mock:nowhere", "no such mock. Use mock, mock:tooele"),
        ("mock:tooele:prod", "no such mock"),
        ("mock:tooele:sandbox:x", "no such mock"),
    ],
)
def test_a_target_that_is_none_is_2(target: str, said: str) -> None:
    result = _invoke("run", "--target", target)
    assert result.exit_code == 2
    assert result.stderr.startswith("flexcheck: ")
    assert said in result.stderr


def test_a_mistake_in_the_target_file_is_2_and_names_its_line(tmp_path: Path) -> None:
    path = _write(tmp_path, "t.toml", f"{TARGET}directory_bas = 'https://h'\n")
    result = _invoke("run", "--target", path)
    assert result.exit_code == 2
    assert f"{path}, line 5: target.directory_bas is not a known key" in result.stderr
    assert "did you mean directory_base?" in result.stderr


def test_a_run_directory_that_is_a_file_is_2(tmp_path: Path) -> None:
    path = _write(tmp_path, "file", "")
    assert _invoke("run", "--out", path).exit_code == 2


def test_the_suites_stand_beside_the_package() -> None:
    assert (SUITES / "run.ini").is_file()


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Make `flexcheck run` raise what a test puts in the list."""
    raising: list[BaseException] = []

    def fail(**_: object) -> None:
        raise raising[0]

    monkeypatch.setattr(run, "callback", fail)
    return raising


def _exit_of(command: list[BaseException], error: BaseException) -> int:
    command.append(error)
    with pytest.raises(SystemExit) as ended:
        main(["run"])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_an_exception_is_4_and_one_line(
    command: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _exit_of(command, ZeroDivisionError("two\nlines")) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "flexcheck: a bug of flexcheck: ZeroDivisionError: two lines. Please report it with the"
        " command you ran.\n"
    )


def test_an_interrupt_is_inconclusive(
    command: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _exit_of(command, KeyboardInterrupt()) == 3
    assert capsys.readouterr().err.strip() == "flexcheck: interrupted."


def test_wrong_usage_is_2(command: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_of(command, click.UsageError("no such thing")) == 2
    assert "no such thing" in capsys.readouterr().err
