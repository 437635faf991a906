"""Draws searches with hypothesis: combinations that nobody thought of, the same again by a seed."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from suites.fhir.form_stimuli import asked, weighed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.client import FhirApi
    from conformance.records import Search

#: What is drawn is the same in each run, unless this is set to another number.
SEED = "FLEXCHECK_SEED"
#: How many searches a property is tried with, of each type: each costs two or three requests.
EXAMPLES = 2

#: Hypothesis draws in one thread: where it keeps things is set for the whole process, and the first
#: time in a thread it looks through all that Python holds.
_DRAWING = ThreadPoolExecutor(1, thread_name_prefix="flexcheck-draw")

Criteria = tuple[tuple[str, str], ...]


def seed_used() -> int:
    """Return the seed of this run."""
    told = os.environ.get(SEED, "")
    return int(told) if told.isdecimal() else 1


def drawn(api: FhirApi, kind: str, names: list[str], *, least: int) -> list[Criteria]:
    """Return criteria to search by, at least so many together, drawn from what is held."""
    values = {name: [item.value for item in weighed(api, kind, name)] for name in names}
    usable = sorted(name for name, found in values.items() if found)
    if len(usable) < least:
        return []
    several = st.lists(st.sampled_from(usable), min_size=least, max_size=3, unique=True)
    strategy = several.flatmap(
        lambda chosen: st.tuples(
            *(st.tuples(st.just(name), st.sampled_from(values[name])) for name in chosen)
        )
    )
    found: list[Criteria] = []

    @seed(seed_used())
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(criteria: Criteria) -> None:
        found.append(criteria)

    _DRAWING.submit(_at_home_nowhere, draw).result()
    return list(dict.fromkeys(found))[:EXAMPLES]


def _at_home_nowhere(draw: Callable[[], None]) -> None:
    with TemporaryDirectory() as folder:
        # Where a run is started is no place for what hypothesis keeps.
        set_hypothesis_home_dir(folder)
        try:
            draw()
        finally:
            set_hypothesis_home_dir(None)


def narrowed(api: FhirApi, kind: str, names: list[str]) -> Iterator[tuple[Search, Search]]:
    """Search with all criteria but the last, and with all."""
    for criteria in drawn(api, kind, names, least=2):
        yield asked(api, kind, *criteria[:-1]), asked(api, kind, *criteria)


def reordered(api: FhirApi, kind: str, names: list[str]) -> Iterator[tuple[Search, Search]]:
    """Search with the criteria in one order and in the other."""
    for criteria in drawn(api, kind, names, least=2):
        yield asked(api, kind, *criteria), asked(api, kind, *criteria[::-1])


def united(
    api: FhirApi, kind: str, names: list[str]
) -> Iterator[tuple[Search, tuple[Search, ...]]]:
    """Search for a list of values, and for each of them."""
    for (name, value), *_ in drawn(api, kind, names, least=1):
        others = [item.value for item in weighed(api, kind, name) if item.value != value]
        for other in others[-1:]:
            both = asked(api, kind, (name, f"{value},{other}"))
            yield both, tuple(asked(api, kind, (name, part)) for part in (value, other))
