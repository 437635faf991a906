"""Runs the real suites as a user does: another process, another folder, an empty home."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from conformance.plugin.settings import SUITES
from conformance.runlog import read_run

if TYPE_CHECKING:
    from conformance.runlog import Run

BIN = Path(sys.executable).parent
#: Longer than any run here takes, shorter than a hang.
PATIENCE = 120


def command(name: str) -> str:
    """Return the path of a console script of this environment."""
    found = shutil.which(name, path=str(BIN))
    assert found, f"{name} is not installed beside {sys.executable}"
    return found


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment without anything of the pytest or coverage that runs us."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "COV", "FLEXCHECK", "ALLURE")) and name != "PYTHONPATH"
    }
    home.mkdir(parents=True, exist_ok=True)
    own = {"HOME": str(home), "USERPROFILE": str(home), "COLUMNS": "80"}
    # Python's own traces would hide ours in the folders that a test looks through; and without
    # any, each of many processes would compile everything again.
    compiled = {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "flexcheck-tests")}
    return {**inherited, **own, **compiled, **more}


@dataclass(frozen=True)
class Done:
    """A run that has ended: what it said, and the folders it left things in."""

    code: int
    stdout: str
    stderr: str
    cwd: Path
    out: Path
    home: Path

    @property
    def run(self) -> Run:
        return read_run(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The run log, line by line."""
        return [orjson.loads(line) for line in (self.out / "run.ndjson").read_bytes().splitlines()]

    @property
    def outcomes(self) -> set[tuple[str, str, str]]:
        return {(item.clause, item.case, item.outcome.value) for item in self.run.findings}


@dataclass(frozen=True)
class Place:
    """A folder to run in, with `out` for the run directory and an empty home beside it."""

    root: Path

    @property
    def cwd(self) -> Path:
        folder = self.root / "here"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def home(self) -> Path:
        return self.root / "home"

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start a command line and return at once; `more` are environment variables."""
        return subprocess.Popen(  # noqa: S603 - our own commands
            arguments,
            cwd=self.cwd,
            env=environment(self.home, **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def finish(self, process: subprocess.Popen[str]) -> Done:
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
            process.communicate()
        return Done(process.returncode, stdout, stderr, self.cwd, self.out, self.home)

    def flexcheck(self, *arguments: str, **more: str) -> Done:
        """Run `flexcheck run --out OUT …`."""
        line = (command("flexcheck"), "run", "--out", str(self.out), *arguments)
        return self.finish(self.start(*line, **more))

    def pytest(self, *arguments: str, **more: str) -> Done:
        """Run `pytest …` in the folder."""
        return self.finish(self.start(command("pytest"), *arguments, **more))

    def pytest_suites(self, *arguments: str, **more: str) -> Done:
        """Run `pytest suites --out OUT …`."""
        line = (str(SUITES), "--out", str(self.out), "-p", "no:hypothesispytest", *arguments)
        return self.pytest(*line, **more)


def only(*words: str) -> tuple[str, ...]:
    """Return the options that choose clauses."""
    return tuple(part for word in words for part in ("--only", word))
