"""Packs: the same bytes for the same package, and what comes out is what went in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from package_files import members_of, tgz_bytes

from profiles.packages import PackageError, load_packages
from profiles.packages.find import PACKS, built_in
from profiles.packages.pack import Pack, build_pack, pack_name
from profiles.packages.shelf import KINDS, MemoryShelf
from profiles.packages.source import Package, read_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODES = {"resourceType": "CodeSystem", "url": "urn:s", "content": "complete", "concept": []}
#: Rebuilding these takes long: their facts are compared, not their bytes.
LARGE = frozenset({"hl7.fhir.r4.core", "hl7.terminology.r4"})


def everything(shelf: Any) -> dict[tuple[str, str, int], Any]:
    return {
        (kind, key, number): (version, shelf.facts(kind, key, number))
        for kind in KINDS
        for key in shelf.keys(kind)
        for number, version in enumerate(shelf.versions(kind, key))
    }


def test_the_same_package_gives_the_same_bytes(tmp_path: Path) -> None:
    members = members_of(CODES, {**CODES, "url": "urn:t"}, dependencies={"b": "1", "a": "2"})
    one, other = tmp_path / "1.tgz", tmp_path / "2.tgz"
    one.write_bytes(tgz_bytes(members, level=1))
    other.write_bytes(tgz_bytes(dict(reversed(members.items())), level=9))
    assert build_pack(read_package(one)) == build_pack(read_package(other))


def test_a_pack_says_what_it_was_made_of(make_tgz: Callable[..., Path], tmp_path: Path) -> None:
    package = read_package(make_tgz(CODES, dependencies={"a": "2"}))
    path = tmp_path / pack_name(package.id, package.version)
    path.write_bytes(build_pack(package))
    pack = Pack(path)
    assert (pack.id, pack.version) == ("my.guide", "1.0.0")
    assert pack.fingerprint == package.fingerprint
    assert pack.dependencies == {"a": "2"}
    assert pack.counts == {"CodeSystem": 1}


@given(
    st.lists(
        st.tuples(st.sampled_from(["urn:a", "urn:b"]), st.text(max_size=3), st.text(max_size=9)),
        max_size=6,
    )
)
def test_a_pack_gives_back_every_fact(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    resources = [
        {"resourceType": "CodeSystem", "url": u, "version": v, "concept": [{"code": c}]}
        for u, v, c in rows
    ]
    members = {n.removeprefix("package/"): c for n, c in members_of(*resources).items()}
    members.pop("package.json")
    package = Package("my.guide", "1.0.0", {}, members, "f", "here")
    path = tmp_path_factory.mktemp("packs") / "p.pack"
    path.write_bytes(build_pack(package))
    packed = sorted(repr(v) for v in everything(Pack(path)).values())
    assert packed == sorted(repr(v) for v in everything(MemoryShelf(package)).values())


def test_facts_spread_over_many_blocks_come_back(
    make_tgz: Callable[..., Path], tmp_path: Path
) -> None:
    many = [
        {**CODES, "url": f"urn:{n}", "concept": [{"code": f"{n}-{i}"} for i in range(3000)]}
        for n in range(12)
    ]
    package = read_package(make_tgz(*many))
    path = tmp_path / "p.pack"
    path.write_bytes(build_pack(package))
    assert everything(Pack(path)) == everything(MemoryShelf(package))


def test_opening_a_pack_unpacks_nothing_and_asking_unpacks_what_is_asked_for() -> None:
    pack = Pack(PACKS / "hl7.fhir.r4.core-4.0.1.pack")
    unpacked: list[int] = []
    unpack = pack._unpack
    pack._unpack = lambda number: unpacked.append(number) or unpack(number)  # type: ignore[method-assign]
    pack.facts("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/Patient", 0)
    assert len(unpacked) == 2  # the index of its kind, and the block it is in
    pack.facts("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/Patient", 0)
    assert len(unpacked) == 2


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda b: b"{}" + b, "does not begin as one"),
        (lambda b: b[:20], "no pack that this flexcheck can read"),
        (lambda b: b.replace(b'"format":3', b'"format":0'), "its format is 0, not 3"),
        (lambda b: b.replace(b'"ValueSet":', b'"Valueset":'), "it has no ValueSet"),
        (lambda b: b[:-40] + b"\0" * 40, "no pack that this flexcheck can read"),
    ],
    ids=["other", "short", "format", "kind", "damaged"],
)
def test_a_pack_that_cannot_be_read_is_told_with_what_to_do(
    make_tgz: Callable[..., Path], tmp_path: Path, spoil: Callable[[bytes], bytes], why: str
) -> None:
    path = tmp_path / "p.pack"
    path.write_bytes(spoil(build_pack(read_package(make_tgz(CODES)))))
    with pytest.raises(PackageError, match=why) as caught:
        everything(Pack(path))
    assert "flexcheck packages build" in str(caught.value)


def test_a_pack_is_loaded_by_its_path() -> None:
    library = load_packages([PACKS / "hl7.fhir.us.davinci-pdex-1.0.0.pack"])
    assert library.packages() == ("hl7.fhir.us.davinci-pdex#1.0.0",)


def test_the_built_in_packs_take_a_few_megabytes() -> None:
    assert len(built_in()) == 11
    assert sum(path.stat().st_size for path in PACKS.glob("*.pack")) < 2_000_000


def test_the_built_in_packs_are_what_their_packages_compile_to(
    shared_packages: tuple[Path, ...],
) -> None:
    for archive in shared_packages:
        package = read_package(archive)
        path = PACKS / pack_name(package.id, package.version)
        assert Pack(path).fingerprint == package.fingerprint, package.name
        if package.id in LARGE:
            assert everything(Pack(path)) == everything(MemoryShelf(package)), package.name
        else:
            assert path.read_bytes() == build_pack(package), package.name
