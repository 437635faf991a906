"""`flexcheck packages`: what a person and a machine read, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from package_files import members_of, tgz_bytes
from package_registry import Registry

from profiles.packages.cli import packages
from profiles.packages.pack import Pack
from profiles.packages.source import read_package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CODES = {"resourceType": "CodeSystem", "url": "urn:s", "concept": [{"code": "a"}]}


def invoke(*arguments: Any) -> Result:
    return CliRunner().invoke(packages, [str(a) for a in arguments], prog_name="flexcheck packages")


@pytest.fixture
def server() -> Iterator[Registry]:
    with Registry() as started:
        for name, needs in (("my.guide", {"other": "1.0.x"}), ("other", {})):
            members = members_of(CODES, name=name, dependencies=needs)
            started.publish(name, {"1.0.0": tgz_bytes(members)})
        yield started


@pytest.mark.parametrize("command", [(), ("pull",), ("build",), ("list",)])
def test_each_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    result = invoke(*command, "-h")
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_pull_says_what_it_pulled_and_where(server: Registry, tmp_path: Path) -> None:
    result = invoke("pull", "my.guide#1.0.0", "--registry", server.address)
    folder = tmp_path / "cache" / "my.guide#1.0.0"
    assert (result.exit_code, result.stdout) == (0, f"my.guide#1.0.0  pulled  {folder}\n")
    result = invoke("pull", "my.guide#1.0.0", "--registry", server.address)
    assert result.stdout == f"my.guide#1.0.0  was there  {folder}\n"


def test_pull_brings_dependencies_where_it_is_asked_to(server: Registry, tmp_path: Path) -> None:
    arguments = ("pull", "my.guide#1.0.0", "--registry", server.address, "--json")
    assert len(json.loads(invoke(*arguments).stdout)) == 1
    rows = json.loads(invoke(*arguments, "--dependencies").stdout)
    assert rows == [
        {
            "name": "my.guide#1.0.0",
            "state": "was there",
            "folder": str(tmp_path / "cache" / "my.guide#1.0.0"),
        },
        {
            "name": "other#1.0.0",
            "state": "pulled",
            "folder": str(tmp_path / "cache" / "other#1.0.0"),
        },
    ]


def test_the_registry_may_come_from_the_environment(
    server: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FHIR_PACKAGE_REGISTRY", server.address)
    assert invoke("pull", "other#latest").exit_code == 0
    assert server.asked


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("my.guide", 2, "'my.guide' is no package name. Write ID#VERSION"),
        ("gone#1.0.0", 2, "no registry has the package gone"),
        ("my.guide#3", 2, "has no my.guide#3"),
    ],
)
def test_pull_ends_in_one_clear_line(server: Registry, name: str, code: int, said: str) -> None:
    result = invoke("pull", name, "--registry", server.address)
    assert result.exit_code == code
    assert result.stderr.startswith("flexcheck: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_registry_that_is_not_there_is_inconclusive() -> None:
    result = invoke("pull", "my.guide#1.0.0", "--registry", "http://127.0.0.1:1")
    assert result.exit_code == 3
    assert "--registry" in result.stderr


def test_a_cache_that_cannot_be_written_is_told(
    server: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FHIR_PACKAGE_CACHE", str(tmp_path / "file"))
    result = invoke("pull", "other#1.0.0", "--registry", server.address)
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_build_writes_a_pack_of_each_source(make_tgz: Callable[..., Path], tmp_path: Path) -> None:
    sources = [make_tgz(CODES), make_tgz(CODES, name="other")]
    out = tmp_path / "packs"
    result = invoke("build", *sources, "--out", out, "--json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert [row["name"] for row in rows] == ["my.guide#1.0.0", "other#1.0.0"]
    assert sorted(p.name for p in out.iterdir()) == ["my.guide-1.0.0.pack", "other-1.0.0.pack"]
    for row, source in zip(rows, sources, strict=True):
        assert row["fingerprint"] == read_package(source).fingerprint
        assert row["size"] == len((out / f"{row['name'].replace('#', '-')}.pack").read_bytes())
        assert Pack(out / f"{row['name'].replace('#', '-')}.pack").counts == {"CodeSystem": 1}


def test_build_finds_a_name_in_a_folder_and_writes_here_by_default(
    make_tgz: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_tgz(CODES).parent
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    result = invoke("build", "my.guide#1.0.0", "--folder", folder)
    size = (here / "my.guide-1.0.0.pack").stat().st_size
    assert result.stdout == f"my.guide#1.0.0  {size} bytes  my.guide-1.0.0.pack\n"


def test_build_of_a_package_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    result = invoke("build", "hl7.fhir.us.core#3.2.0", "--out", tmp_path / "packs")
    assert result.exit_code == 2
    assert "flexcheck packages pull hl7.fhir.us.core#3.2.0" in result.stderr
    assert not (tmp_path / "packs").exists()


def test_build_into_a_place_that_cannot_be_written_is_told(
    make_tgz: Callable[..., Path],
) -> None:
    source = make_tgz(CODES)
    result = invoke("build", source, "--out", source / "below")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_list_tells_what_is_built_in_and_what_is_in_the_cache(
    server: Registry, tmp_path: Path
) -> None:
    invoke("pull", "my.guide#1.0.0", "--registry", server.address)
    broken = tmp_path / "cache" / "broken#1" / "package"
    broken.mkdir(parents=True)
    (broken / "package.json").write_text("{")
    rows = {row["name"]: row for row in json.loads(invoke("list", "--json").stdout)}
    core = rows["hl7.fhir.r4.core#4.0.1"]
    assert core["place"] == "built in"
    assert core["counts"] == {
        "CodeSystem": 1062,
        "SearchParameter": 1400,
        "StructureDefinition": 655,
        "ValueSet": 1316,
    }
    assert len(core["fingerprint"]) == 64
    own = rows["my.guide#1.0.0"]
    assert own["place"] == str(tmp_path / "cache" / "my.guide#1.0.0")
    assert (own["counts"], own["dependencies"]) == ({"CodeSystem": 1}, {"other": "1.0.x"})
    assert "broken JSON" in rows["broken#1"]["error"]
    text = invoke("list").stdout
    assert f"my.guide#1.0.0  {own['place']}  1 CodeSystem  {own['fingerprint'][:12]}\n" in text
    assert "broken JSON" in text
