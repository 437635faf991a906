"""The CI templates: what they promise, and the script behind them on a stub of flexcheck."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
JUDGE = ROOT / ".gitlab" / "judge.sh"
#: Notes its arguments, a line each; a run leaves a summary.
STUB = """#!/usr/bin/env bash
printf '%s\\n' "--" "$@" >> "$CALLS"
case $1 in
  run) mkdir -p "$3"; echo '## summary' > "$3/summary.md"; exit "$RUN_CODE";;
  gate) echo 'REFUSED or not'; exit "$GATE_CODE";;
esac
"""


def judged(tmp_path: Path, run: int, gate: int = 0, **given: str) -> tuple[int, list[list[str]]]:
    """The script's exit code, and the arguments of each call of flexcheck."""
    stub = tmp_path / "bin" / "flexcheck"
    stub.parent.mkdir()
    stub.write_text(STUB)
    stub.chmod(0o755)
    calls = tmp_path / "calls"
    environment = {
        "PATH": f"{stub.parent}{os.pathsep}{os.environ['PATH']}",
        "CALLS": str(calls), "RUN_CODE": str(run), "GATE_CODE": str(gate),
        "OUT": str(tmp_path / "out"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"), **given,
    }  # fmt: skip
    done = subprocess.run(["bash", str(JUDGE)], env=environment, check=False)  # noqa: S603, S607
    made = calls.read_text().split("--\n")[1:]
    return done.returncode, [call.splitlines() for call in made]


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_without_a_policy_the_run_decides(tmp_path: Path, code: int) -> None:
    ended, calls = judged(tmp_path, code)
    assert ended == code
    assert calls == [["run", "--out", str(tmp_path / "out")]]
    assert (tmp_path / "output").read_text() == f"exit-code={code}\n"
    assert (tmp_path / "summary").read_text() == "## summary\n"


@pytest.mark.parametrize(
    ("run", "gate", "ended"),
    [(0, 0, 0), (1, 0, 0), (3, 0, 0), (0, 1, 1), (2, 0, 2), (4, 0, 4), (0, 2, 2)],
)
def test_with_a_policy_the_gate_decides_but_for_usage_and_bugs(
    tmp_path: Path, run: int, gate: int, ended: int
) -> None:
    code, calls = judged(tmp_path, run, gate, POLICY="gate.toml", BASELINE="before")
    assert code == ended
    asked = [call for call in calls if call[0] == "gate"]
    out = str(tmp_path / "out")
    expected = ["gate", out, "--policy", "gate.toml", "--baseline", "before"]
    assert asked == ([] if run in {2, 4} else [expected])


def test_lines_become_options_and_never_commands(tmp_path: Path) -> None:
    evil = "$(touch evil); `touch evil`"
    _, calls = judged(tmp_path, 0, TARGET=f"a b.toml\n{evil}\n", ONLY="DIR\nPA", STRICT="true")
    assert calls[0][3:] == [
        "--target", "a b.toml", "--target", evil, "--only", "DIR", "--only", "PA", "--strict",
    ]  # fmt: skip
    assert not Path("evil").exists()


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return found


def test_no_input_of_the_action_stands_in_a_script(action: dict[str, Any]) -> None:
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)


def test_the_action_gives_the_script_every_variable_it_reads(action: dict[str, Any]) -> None:
    [judge] = [step for step in action["runs"]["steps"] if step.get("id") == "run"]
    read = set(re.findall(r"\$\{?([A-Z]+)\b", JUDGE.read_text())) - {"GITHUB"}
    assert read == set(judge["env"])
    used = re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text())
    assert set(used) == set(action["inputs"])


def test_the_run_is_kept_also_where_it_failed(action: dict[str, Any]) -> None:
    [upload] = [s for s in action["runs"]["steps"] if "upload-artifact" in s.get("uses", "")]
    assert "always()" in upload["if"]
    job = yaml.safe_load((ROOT / ".gitlab" / "flexcheck.gitlab-ci.yml").read_text())[".flexcheck"]
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"]["junit"] == f"{job['variables']['OUT']}/junit.xml"


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["10001:10001"]
    last = max(number for number, line in enumerate(lines) if line.startswith("RUN "))
    assert lines.index("USER 10001:10001") > last
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".git", "runs", "*.key"} <= set(ignored)
