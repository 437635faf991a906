"""Which packages validation starts from, and what a given package replaces. Imports find.

Source: DESIGN, section 5: the versions that the contract documents name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiles.packages.find import find_package, open_built_in, open_package, split_name
from profiles.packages.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from profiles.packages.shelf import Shelf

#: The guides, most specific first.
GUIDES = (
    "hl7.fhir.us.carin-bb#1.1.0",
    "hl7.fhir.us.davinci-pdex#1.0.0",
    "hl7.fhir.us.davinci-pdex-plan-net#1.0.0",
    "hl7.fhir.us.core#3.2.0",
)
#: What every guide stands on. The first two supersede what the core has under the same URL.
FOUNDATIONS = (
    "hl7.fhir.uv.extensions.r4#5.3.0-ballot-tc1",
    "hl7.terminology.r4#7.0.1",
    "hl7.fhir.r4.core#4.0.1",
)


def load_default_packages(
    replace: Iterable[str | Path] = (), folders: Sequence[Path] = ()
) -> Library:
    """Load the contract's guides and what they stand on.

    A package in `replace` (`.tgz`, folder, pack, or `ID#VERSION`, also looked for in `folders`)
    takes the place of the guide with its id, goes before all others, and brings the packages it
    depends on where they are at hand: never another version of one that is loaded already.
    `Library.missing()` names those that are not at hand.

    Raises:
        PackageError: a package given is missing or cannot be used.
    """
    given = [open_package(source, folders) for source in replace]
    guides = list(_others(GUIDES, given))
    foundations = list(_others(FOUNDATIONS, given))
    needed = _dependencies(given, [*given, *guides, *foundations], folders)
    first, last = _split(given)
    return Library([*first, *guides, *needed, *last, *foundations])


def _others(names: Sequence[str], given: Sequence[Shelf]) -> Iterator[Shelf]:
    replaced = {shelf.id for shelf in given}
    for name in names:
        if split_name(name)[0] not in replaced:
            # Never the cache's copy: a default run must not depend on the machine.
            yield open_built_in(name)


def _split(given: Sequence[Shelf]) -> tuple[list[Shelf], list[Shelf]]:
    """Part what stands on others from what others stand on."""
    base = {split_name(name)[0] for name in FOUNDATIONS}
    return [s for s in given if s.id not in base], [s for s in given if s.id in base]


def _dependencies(
    given: Sequence[Shelf], loaded: Sequence[Shelf], folders: Sequence[Path]
) -> list[Shelf]:
    here = {shelf.id for shelf in loaded}
    waiting, found = list(given), []
    while waiting:
        for package, version in waiting.pop(0).dependencies.items():
            if package in here:
                continue
            here.add(package)
            shelf = find_package(package, version, folders)
            if shelf is not None:
                found.append(shelf)
                waiting.append(shelf)
    return found
