"""`docs/licences.md` names what is shipped: foreign code systems, and no odd licence."""

from __future__ import annotations

import re
from collections import defaultdict
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from profiles.packages import open_package

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiles.packages.shelf import Shelf

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "licences.md").read_text("utf-8")
HL7 = ("http://hl7.org/", "http://terminology.hl7.org/")
#: Made up in HL7's own examples.
EXAMPLES = {"#hacked", "http://example.com"}
#: `License-Expression` and classifiers name these in several spellings.
FREE = re.compile(r"MIT|BSD|Apache|MPL|Mozilla Public|PSF|Python Software", re.IGNORECASE)


def _named(node: Any) -> Iterator[tuple[str, str]]:
    """Yield system and code of each code that a value set names."""
    if isinstance(node, dict):
        yield from ((node["system"], str(code)) for code in node.get("concept", ()))
        for part in node.values():
            yield from _named(part)
    elif isinstance(node, list):
        for part in node:
            yield from _named(part)


def _facts(shelf: Shelf, kind: str) -> Iterator[dict[str, Any]]:
    for url in shelf.keys(kind):
        for number, _ in enumerate(shelf.versions(kind, url)):
            yield shelf.facts(kind, url, number)


@pytest.fixture(scope="module")
def shipped() -> dict[str, int]:
    """How many codes of each foreign system the packs hold."""
    codes: dict[str, set[str]] = defaultdict(set)
    for pack in sorted((ROOT / "profiles" / "packs").glob("*.pack")):
        shelf = open_package(str(pack))
        for system in _facts(shelf, "CodeSystem"):
            codes[system["url"]].update(system.get("codes", ()))
        for values in _facts(shelf, "ValueSet"):
            for url, code in _named(values):
                codes[url].add(code)
    foreign = {url: found for url, found in codes.items() if found and not url.startswith(HL7)}
    return {url: len(found) for url, found in foreign.items() if url not in EXAMPLES}


def test_the_page_counts_the_codes_of_every_foreign_system(shipped: dict[str, int]) -> None:
    rows = re.findall(r"^\| `(\S+)` \| ([\d,]+) \| .+ \|$", PAGE, re.MULTILINE)
    assert {url: int(count.replace(",", "")) for url, count in rows} == shipped


def test_the_page_names_every_pack() -> None:
    said = set(re.findall(r"^- (hl7\S+) (\S+)$", PAGE, re.MULTILINE))
    packs = (open_package(str(path)) for path in (ROOT / "profiles" / "packs").glob("*.pack"))
    assert {(pack.id, pack.version) for pack in packs} == said


def _installed(name: str, seen: dict[str, Distribution]) -> None:
    """Collect what `name` needs at run time, on this platform."""
    for line in requires(name) or ():
        wanted, _, marker = line.partition(";")
        needed = re.split(r"[<>=!~\[ (]", wanted.strip(), maxsplit=1)[0].lower()
        if "extra" in marker or needed in seen:
            continue
        try:
            seen[needed] = distribution(needed)
        except PackageNotFoundError:
            continue  # for another platform or Python
        _installed(needed, seen)


def test_every_library_that_a_run_needs_has_a_licence_we_can_ship_beside() -> None:
    seen: dict[str, Distribution] = {}
    _installed("flexcheck", seen)
    assert len(seen) > 30
    for name, found in seen.items():
        said = [
            *(found.metadata.get_all("License-Expression") or ()),
            *(found.metadata.get_all("License") or ()),
            *(line for line in found.metadata.get_all("Classifier") or () if "License ::" in line),
        ]
        assert any(FREE.search(text) for text in said), f"{name}: {said}"


def test_the_short_lock_is_part_of_the_long_one() -> None:
    def pinned(file: str) -> set[str]:
        text = (ROOT / file).read_text("utf-8")
        return set(re.findall(r"^([\w.-]+==\S+|    --hash=\S+)", text, re.MULTILINE))

    short, long = pinned("requirements-run.lock"), pinned("requirements.lock")
    assert short < long
    names = {line.partition("==")[0] for line in short}
    assert {"pytest", "httpx", "hatchling"} <= names
    assert not {"mypy", "ruff", "mkdocs-material"} & names
