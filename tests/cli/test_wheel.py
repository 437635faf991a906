"""The built wheel holds all that a run needs, and runs from an empty folder with an empty home."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
PATIENCE = 180
pytest.importorskip("hatchling", reason="the wheel is built with hatchling, of the dev extra")


def _run(*line: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "COV", "FLEXCHECK")) and name != "PYTHONPATH"
    }
    return subprocess.run(  # noqa: S603 - our own commands
        line,
        cwd=cwd,
        env={**inherited, **more},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    done = _run(
        *(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)), cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    "name",
    [
        "conformance/py.typed",
        "profiles/py.typed",
        "conformance/schemas/target.schema.json",
        "conformance/schemas/contract.schema.json",
        "conformance/contracts/vocabulary.yaml",
        "suites/run.ini",
        "suites/fhir/conftest.py",
        "reports/html/templates/report.html.jinja",
        "reports/html/templates/style.css",
    ],
)
def test_the_wheel_holds_what_is_read_at_run_time(names: set[str], name: str) -> None:
    assert name in names


def test_the_wheel_holds_every_file_of_its_rooms_and_no_other(names: set[str]) -> None:
    here = {
        path.relative_to(ROOT).as_posix()
        for room in ("conformance", "profiles", "reports", "suites")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts)
    }
    assert {name for name in names if ".dist-info/" not in name} == here


@pytest.fixture(scope="module")
def flexcheck(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the installed wheel's console script, not the checkout: its folder comes first."""
    place = tmp_path_factory.mktemp("installed")
    site = place / "site"
    done = _run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
        *("--disable-pip-version-check", "--target", str(site), str(wheel)),
        cwd=place,
    )
    assert done.returncode == 0, done.stderr
    (place / "home").mkdir()
    (place / "here").mkdir()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        start = "import sys; from conformance.cli import main; main(sys.argv[1:])"
        home = str(place / "home")
        return _run(
            *(sys.executable, "-P", "-c", start, *arguments),
            cwd=place / "here",
            HOME=home,
            USERPROFILE=home,
            PYTHONPATH=str(site),
        )

    return run


def test_the_installed_wheel_runs_from_an_empty_folder(
    flexcheck: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = flexcheck("run", "--only", "DIR-METADATA", "--out", str(out), "--", "-rA", "-v")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in out.iterdir()} >= {"run.ndjson", "report.html", "allure-results"}
    assert str(ROOT) not in (out / "run.ndjson").read_text(encoding="utf-8")


def test_the_installed_wheel_reads_its_own_contract(
    flexcheck: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = flexcheck("contract", "show", "DIR-METADATA")
    assert done.returncode == 0
    assert "DIR-METADATA" in done.stdout
