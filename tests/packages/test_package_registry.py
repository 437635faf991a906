"""Pulling packages from a registry on loopback into a cache of the test's own."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from package_files import members_of, tgz_bytes
from package_registry import Registry

from profiles.packages import PackageError, load_packages, registry
from profiles.packages.registry import Registries, RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CODES = {"resourceType": "CodeSystem", "url": "urn:s", "concept": [{"code": "a"}]}
ID = "my.guide"


def archive(version: str = "1.0.0", **manifest: Any) -> bytes:
    return tgz_bytes(
        {**members_of(CODES, version=version, **manifest), "package/example/e.json": b"{}"}
    )


@pytest.fixture
def server() -> Iterator[Registry]:
    with Registry() as started:
        yield started


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def pull(server: Registry, cache: Path) -> Iterator[Callable[..., Any]]:
    with httpx.Client(timeout=5, follow_redirects=True, trust_env=False) as client:

        def pulling(version: str = "1.0.0", *addresses: str) -> Any:
            return Registries(addresses or (server.address,), cache, client).pull(ID, version)

        yield pulling


def test_a_package_lands_in_the_cache_as_fhir_tools_lay_it_out(
    server: Registry, cache: Path, pull: Any
) -> None:
    server.publish(ID, {"1.0.0": archive()})
    package, fetched = pull()
    assert fetched
    assert package.name == "my.guide#1.0.0"
    assert (cache / "my.guide#1.0.0" / "package" / "package.json").is_file()
    assert (cache / "my.guide#1.0.0" / "package" / "example" / "e.json").is_file()
    assert [path.name for path in cache.iterdir()] == ["my.guide#1.0.0"]
    assert load_packages(["my.guide#1.0.0"]).code_system("urn:s").codes == {"a"}


def test_a_package_that_is_there_is_left_alone(server: Registry, pull: Any) -> None:
    server.publish(ID, {"1.0.0": archive()})
    pull()
    asked = len(server.asked)
    assert pull()[1] is False
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("wanted", "exact"),
    [("latest", "1.10.0"), ("1.x", "1.10.0"), ("1.2.x", "1.2.1"), ("1.2.1", "1.2.1")],
)
def test_a_version_may_be_the_latest_or_the_newest_of_some(
    server: Registry, pull: Any, wanted: str, exact: str
) -> None:
    versions = ("1.2.0", "1.2.1", "1.10.0-ballot", "1.10.0")
    server.publish(ID, {v: archive(v) for v in versions})
    described = json.loads(server.answers[f"/{ID}"][1])
    described["dist-tags"]["latest"] = "1.10.0"
    server.answers[f"/{ID}"] = (200, json.dumps(described).encode())
    assert pull(wanted)[0].version == exact
    assert pull(wanted)[1] is False


def test_a_version_that_the_registry_has_not_is_told_with_those_it_has(
    server: Registry, pull: Any
) -> None:
    server.publish(ID, {"1.0.0": archive(), "1.1.0": archive("1.1.0")})
    with pytest.raises(PackageError, match=r"no my\.guide#7; the newest it has are 1\.0\.0, 1\.1"):
        pull("7")


def test_the_next_registry_is_asked_where_one_has_no_such_package(
    server: Registry, pull: Any
) -> None:
    with Registry() as empty:
        server.publish(ID, {"1.0.0": archive()})
        assert pull("1.0.0", empty.address + "/", server.address)[1]
        assert empty.asked == [f"/{ID}"]


def test_a_package_that_no_registry_has_is_told(server: Registry, pull: Any) -> None:
    with pytest.raises(PackageError, match=r"no registry has the package my\.guide") as caught:
        pull()
    assert not isinstance(caught.value, RegistryError)
    assert server.address in str(caught.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "ftp://127.0.0.1", "http://[x"])
def test_a_registry_that_does_not_answer_is_the_environments_fault(pull: Any, address: str) -> None:
    with pytest.raises(RegistryError, match="no answer from"):
        pull("1.0.0", address)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"versions": 3}'])
def test_a_server_that_is_no_registry_is_told(server: Registry, pull: Any, body: bytes) -> None:
    server.answers[f"/{ID}"] = (200, body)
    with pytest.raises(RegistryError, match="did not answer as a FHIR package registry does"):
        pull()


def test_a_registry_with_a_fault_is_told_by_its_status(server: Registry, pull: Any) -> None:
    server.answers[f"/{ID}"] = (503, b"")
    with pytest.raises(RegistryError, match="HTTP 503"):
        pull()


def test_a_download_that_fails_leaves_nothing_behind(
    server: Registry, cache: Path, pull: Any
) -> None:
    server.publish(ID, {"1.0.0": archive()}, tarball=server.address + "/gone")
    with pytest.raises(RegistryError, match="could not be fetched"):
        pull()
    assert list(cache.iterdir()) == []


def sha512(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


@pytest.mark.parametrize(
    "dist",
    [
        {"shasum": "0" * 40},
        {"integrity": sha512(b"other")},
        {"integrity": "sha512-?"},
    ],
)
def test_a_package_with_another_checksum_is_refused(
    server: Registry, cache: Path, pull: Any, dist: dict[str, str]
) -> None:
    server.publish(ID, {"1.0.0": archive()}, **dist)
    with pytest.raises(PackageError, match="its checksum differs"):
        pull()
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    "dist",
    [
        {"integrity": sha512(archive()), "shasum": None},
        {"shasum": None},
        {"tarball": None},
    ],
)
def test_a_registry_may_say_more_or_less_of_a_package(
    server: Registry, pull: Any, dist: dict[str, Any]
) -> None:
    server.publish(ID, {"1.0.0": archive()}, **dist)
    assert pull()[1]


def test_a_package_that_is_another_one_is_refused(server: Registry, cache: Path, pull: Any) -> None:
    server.publish(ID, {"1.0.0": archive("2.0.0")})
    with pytest.raises(PackageError, match=r"holds my\.guide#2\.0\.0, not my\.guide#1\.0\.0"):
        pull()
    assert list(cache.iterdir()) == []


def test_an_unsafe_package_never_reaches_the_disk(
    server: Registry, cache: Path, tmp_path: Path, pull: Any
) -> None:
    evil = tgz_bytes({**members_of(CODES), "package/../../../evil.json": b"{}"})
    server.publish(ID, {"1.0.0": evil})
    with pytest.raises(PackageError, match="unsafe name"):
        pull()
    assert list(tmp_path.rglob("evil.json")) == []
    assert list(cache.iterdir()) == []


def test_a_download_without_end_is_given_up(
    server: Registry, pull: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "LARGEST_PACKAGE", 100)
    server.publish(ID, {"1.0.0": archive()})
    with pytest.raises(PackageError, match="does not end"):
        pull()


def test_a_package_that_another_process_pulled_meanwhile_is_kept(
    server: Registry, cache: Path, pull: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.publish(ID, {"1.0.0": archive()})
    unpack = registry._unpack

    def slow(path: Path, folder: Path) -> None:
        unpack(path, folder)
        unpack(path, cache / "my.guide#1.0.0")
        (cache / "my.guide#1.0.0" / "theirs").touch()

    monkeypatch.setattr(registry, "_unpack", slow)
    pull()
    assert (cache / "my.guide#1.0.0" / "theirs").exists()
    assert [path.name for path in cache.iterdir()] == ["my.guide#1.0.0"]
