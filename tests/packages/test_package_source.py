"""Reading packages: the same from a file or a folder, one clear error for a bad one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from package_files import members_of, tgz_bytes

from profiles.packages import PackageError, source
from profiles.packages.source import read_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODES = {"resourceType": "CodeSystem", "url": "urn:s", "concept": [{"code": "a"}]}


def test_a_tgz_is_read_without_its_examples_and_other_folders(tmp_path: Path) -> None:
    members = members_of(CODES, dependencies={"hl7.fhir.r4.core": "4.0.1"})
    members["package/example/e.json"] = b"{}"
    members["package/.index.json"] = b"{}"
    path = tmp_path / "p.tgz"
    path.write_bytes(tgz_bytes(members))
    package = read_package(path)
    assert package.name == "my.guide#1.0.0"
    assert package.dependencies == {"hl7.fhir.r4.core": "4.0.1"}
    assert [resource["url"] for resource in package.resources()] == ["urn:s"]


def test_nothing_is_written_when_a_tgz_is_read(tmp_path: Path) -> None:
    path = tmp_path / "p.tgz"
    path.write_bytes(tgz_bytes(members_of(CODES)))
    read_package(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("inside", ["package", ""])
def test_a_folder_is_the_same_package_as_its_tgz(tmp_path: Path, inside: str) -> None:
    members = members_of(CODES)
    archive = tmp_path / "p.tgz"
    archive.write_bytes(tgz_bytes(members))
    folder = tmp_path / "unpacked"
    (folder / inside).mkdir(parents=True)
    for name, content in members.items():
        (folder / inside / name.removeprefix("package/")).write_bytes(content)
    assert read_package(folder).fingerprint == read_package(archive).fingerprint
    assert list(read_package(folder).resources()) == [CODES]


def test_the_fingerprint_does_not_depend_on_compression_or_order(tmp_path: Path) -> None:
    members = members_of(CODES, {**CODES, "url": "urn:t"})
    one, other = tmp_path / "1.tgz", tmp_path / "2.tgz"
    one.write_bytes(tgz_bytes(members, level=1))
    other.write_bytes(tgz_bytes(dict(reversed(members.items())), level=9))
    assert one.read_bytes() != other.read_bytes()
    assert read_package(one).fingerprint == read_package(other).fingerprint


def test_the_fingerprint_changes_with_one_byte(tmp_path: Path) -> None:
    one, other = tmp_path / "1.tgz", tmp_path / "2.tgz"
    one.write_bytes(tgz_bytes(members_of(CODES)))
    other.write_bytes(tgz_bytes(members_of({**CODES, "url": "urn:t"})))
    assert read_package(one).fingerprint != read_package(other).fingerprint


def test_a_byte_order_mark_is_no_part_of_the_json(tmp_path: Path) -> None:
    members = members_of(CODES)
    members["package/r0.json"] = b"\xef\xbb\xbf" + members["package/r0.json"]
    path = tmp_path / "p.tgz"
    path.write_bytes(tgz_bytes(members))
    assert list(read_package(path).resources()) == [CODES]


def bad(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "bad.tgz"
    path.write_bytes(content)
    with pytest.raises(PackageError) as caught:
        list(read_package(path).resources())
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_file_that_is_no_tgz_is_told(tmp_path: Path) -> None:
    assert "no gzipped tar file" in bad(tmp_path, b"PK\x03\x04 not at all")


def test_a_tgz_that_is_cut_off_is_told(tmp_path: Path) -> None:
    whole = tgz_bytes(members_of({**CODES, "name": "x" * 5000}), level=0)
    assert "cut off" in bad(tmp_path, whole[: len(whole) // 2])


@pytest.mark.parametrize("name", ["package/../../evil.json", "/etc/evil.json", "a\\..\\b.json"])
def test_a_name_that_leads_out_of_the_package_is_refused(tmp_path: Path, name: str) -> None:
    assert "unsafe name" in bad(tmp_path, tgz_bytes({**members_of(), name: b"{}"}))


def test_a_package_without_a_manifest_is_none(tmp_path: Path) -> None:
    assert "no package/package.json" in bad(tmp_path, tgz_bytes({"package/a.json": b"{}"}))


@pytest.mark.parametrize("content", [b"{", b"[1]", b'"x"'])
def test_a_member_that_is_no_json_object_is_named(tmp_path: Path, content: bytes) -> None:
    members = {**members_of(), "package/broken.json": content}
    assert "broken.json" in bad(tmp_path, tgz_bytes(members))


@pytest.mark.parametrize("manifest", [{"name": 1}, {"version": None}, {"dependencies": [1]}])
def test_a_manifest_that_says_nothing_is_refused(tmp_path: Path, manifest: dict) -> None:
    assert "package.json" in bad(tmp_path, tgz_bytes(members_of(**manifest)))


def test_a_package_of_another_fhir_version_is_refused_with_what_to_give(tmp_path: Path) -> None:
    said = bad(tmp_path, tgz_bytes(members_of(fhirVersions=["5.0.0"])))
    assert "FHIR 5.0.0" in said
    assert "R4 edition" in said


@pytest.mark.parametrize("versions", [{"fhirVersions": ["5.0.0", "4.0.1"]}, {"fhirVersions": None}])
def test_a_package_of_several_versions_or_of_none_named_is_read(
    make_tgz: Callable[..., Path], versions: dict
) -> None:
    assert read_package(make_tgz(**versions)).name == "my.guide#1.0.0"


def test_a_package_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "LARGEST_PACKAGE", 1 << 20)
    bomb = {**members_of(), "package/bomb.json": b" " * (2 << 20)}
    assert "more than 1 MiB" in bad(tmp_path, tgz_bytes(bomb))


def test_a_package_that_is_nowhere_is_told_with_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"no package at .*gone\.tgz\. Give a \.tgz file"):
        read_package(tmp_path / "gone.tgz")


def test_a_folder_that_is_no_package_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(CODES))
    with pytest.raises(PackageError, match="no FHIR package"):
        read_package(tmp_path)
