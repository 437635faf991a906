"""Every published snapshot, generated anew: what differs is named with its reason.

`snapshot_reasons.toml` is a ratchet: a profile that differs and is not named there fails, and so
does one that is named and does not differ.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from profiles.packages import load_packages
from profiles.packages.facts import element_facts
from profiles.packages.find import PACKS, split_name
from profiles.packages.pack import pack_name
from profiles.packages.snapshot import generate_snapshot
from profiles.packages.source import read_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from profiles.packages import Library

REASONS = Path(__file__).with_name("snapshot_reasons.toml")
#: What the guides' own snapshots were generated over.
US_CORE = "hl7.fhir.us.core#3.1.1"
UNDERNEATH = ("hl7.fhir.r4.core#4.0.1", "hl7.fhir.uv.extensions.r4#5.3.0-ballot-tc1")
VALUES = ("fixed", "pattern")
FLAGS = ("min", "max", "mustSupport")


@dataclass(frozen=True)
class Compared:
    """One profile: its published and its generated snapshot, and the latter generated twice."""

    package: str
    name: str
    published: Sequence[dict[str, Any]]
    generated: Sequence[dict[str, Any]]
    again: Sequence[dict[str, Any]]


def facts(element: dict[str, Any]) -> dict[str, Any]:
    """Return what an instance can be judged by."""
    found = {k: element[k] for k in FLAGS if element.get(k)}
    found |= {k: v for k, v in element.items() if k.startswith(VALUES)}
    found["types"] = sorted(json.dumps(t, sort_keys=True) for t in types(element))
    found["constraints"] = sorted({c["key"] for c in element.get("constraint", ())})
    found["reference"] = element.get("contentReference", "").rpartition("#")[2]
    for name, keys in (
        ("binding", ("strength", "valueSet")),
        ("slicing", ("discriminator", "rules")),
    ):
        found[name] = [element.get(name, {}).get(key) for key in keys]
    return found


def types(element: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in element.get("type", ()):
        yield {
            "code": kind["code"],
            "profile": kind.get("profile", []),
            "targets": sorted(kind.get("targetProfile", [])),
        }


def by_id(elements: Iterable[dict[str, Any]], *, implied: bool) -> dict[str, dict[str, Any]]:
    """Return facts by id; `implied` counts what slices demand as demanded of the whole.

    A list of which a slice must have two items has two items, whether or not its own `min` says
    so: newer publishers write it there, older ones do not.
    """
    found = {e["id"]: facts(e) for e in elements}
    if implied:
        demanded: Counter[str] = Counter()
        for element in elements:
            whole, _, name = element["id"].rpartition(":")
            if name == element.get("sliceName") and "/" not in name:
                demanded[whole] += element.get("min", 0)
        for whole, low in demanded.items():
            if low and whole in found:
                found[whole]["min"] = max(found[whole].get("min", 0), low)
    return found


@pytest.fixture(scope="module")
def compared(shared_packages: tuple[Path, ...]) -> tuple[Compared, ...]:
    return tuple(c for archive in shared_packages for c in compare(archive))


def compare(archive: Path) -> Iterator[Compared]:
    package = read_package(archive)
    own = [package.name, *([US_CORE] if US_CORE.partition("#")[0] in package.dependencies else [])]
    library = load_packages(PACKS / pack_name(*split_name(n)) for n in (*own, *UNDERNEATH))

    def lookup(name: str) -> Any:
        found = library.structure(name) if ":" in name else library.type(name)
        return found.elements if found else None

    for resource in package.resources():
        if resource.get("derivation") == "constraint" and "snapshot" in resource:
            yield one(package.name, resource, library, lookup)


def one(package: str, resource: dict[str, Any], library: Library, lookup: Any) -> Compared:
    differential = [element_facts(e) for e in resource["differential"]["element"]]
    base = library.structure(resource["baseDefinition"])
    assert base is not None
    generated = generate_snapshot(differential, base.elements, lookup)
    again = generate_snapshot(differential, generated, lookup)
    published = [element_facts(e) for e in resource["snapshot"]["element"]]
    return Compared(package, resource["url"].rpartition("/")[2], published, generated, again)


def same(left: Sequence[dict[str, Any]], right: Sequence[dict[str, Any]], *, implied: bool) -> bool:
    return list(by_id(left, implied=implied).items()) == list(by_id(right, implied=implied).items())


def test_a_snapshot_differs_from_the_published_one_for_a_named_reason_only(
    compared: tuple[Compared, ...],
) -> None:
    reasons = tomllib.loads(REASONS.read_text())["reason"]
    named = Counter(f"{r['package']} {name}" for r in reasons for name in r["profiles"])
    differing = Counter(
        f"{c.package} {c.name}"
        for c in compared
        if not same(c.published, c.generated, implied=True)
    )
    assert differing == named
    assert all(r["because"] for r in reasons)


def test_most_snapshots_are_the_published_ones(compared: tuple[Compared, ...]) -> None:
    assert len(compared) == 1319
    alike = sum(same(c.published, c.generated, implied=True) for c in compared)
    identical = sum(same(c.published, c.generated, implied=False) for c in compared)
    assert alike >= 1302
    assert identical >= 1244


def test_generating_twice_changes_nothing(compared: tuple[Compared, ...]) -> None:
    assert [c.name for c in compared if list(c.generated) != list(c.again)] == []
