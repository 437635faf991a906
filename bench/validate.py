"""What validation costs: resources a second, against the time to parse them, in one run.

usage: python bench/validate.py [ROUNDS]

Processor time of one core, the best of the rounds; start-up in processes of their own.
"""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from profiles import Validator, load_default_packages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CORPUS = Path(__file__).parents[2] / "shared" / "validator-corpus"
PACKAGES = ("hl7.fhir.us.core#3.1.1", "hl7.fhir.us.davinci-pdex-plan-net#1.1.0")
FIRST = """
import sys
from profiles import Validator
sys.exit(0 if Validator().validate(open(sys.argv[1], "rb").read()).valid else 1)
"""


def records(*names: str) -> list[bytes]:
    """The resources of files of the corpus, as text."""
    found = []
    for name in names:
        with gzip.open(CORPUS / f"{name}.ndjson.gz") as lines:
            found += [json.loads(line)["resource"].encode() for line in lines]
    return found


def best(work: Callable[[], object], rounds: int) -> float:
    """The least processor time of some rounds, in seconds."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def parse(texts: Iterable[bytes]) -> None:
    """What any reader of JSON has to do."""
    for text in texts:
        with suppress(orjson.JSONDecodeError):
            orjson.loads(text)


def first_verdict(claim: Path, rounds: int) -> tuple[float, float]:
    """Seconds from the start of a process to its first verdict: on the clock, of the processor."""
    clock, processor = [], []
    for _ in range(rounds):
        begun, used = time.perf_counter(), children()
        subprocess.run([sys.executable, "-c", FIRST, str(claim)], check=True)  # noqa: S603 - ours
        clock.append(time.perf_counter() - begun)
        processor.append(children() - used)
    return min(clock), min(processor)


def children() -> float:
    """The processor time of all processes started so far, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def figures(rounds: int) -> dict[str, str]:
    """All figures of one run."""
    mixed = records("ig-examples", "mutants-dev")
    claims = [each for each in records("ig-examples") if b'"ExplanationOfBenefit"' in each[:40]]
    validator = Validator(load_default_packages(PACKAGES))
    for text in mixed:  # compile what there is to compile
        validator.validate(text)
    judged = best(lambda: [validator.validate(text) for text in mixed], rounds)
    parsed = best(lambda: parse(mixed), rounds)
    claimed = best(lambda: [validator.validate(text) for text in claims * 20], rounds)
    every = load_all()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    path = Path("/tmp") / "flexcheck-bench-claim.json"  # noqa: S108 - removed below
    path.write_bytes(claims[0])
    clock, processor = first_verdict(path, rounds)
    path.unlink()
    return {
        "resources": f"{len(mixed)} of {sum(map(len, mixed)) / len(mixed):.0f} bytes in the mean",
        "resources a second": f"{len(mixed) / judged:.0f}",
        "time to parse them with orjson, times": f"{judged / parsed:.1f}",
        "CARIN EOB examples a second": f"{len(claims) * 20 / claimed:.0f} ({len(claims)} examples)",
        "start of a process to its first verdict on an EOB, s of the processor": f"{processor:.2f}",
        "the same on the clock, s": f"{clock:.2f}",
        f"peak memory with all {every} packs and the corpus loaded, MB": f"{peak:.0f}",
    }


def load_all() -> int:
    """Load every pack and compile every profile of it."""
    from profiles.packages.find import PACKS  # noqa: PLC0415 - only here

    packs = sorted(PACKS.glob("*.pack"))
    validator = Validator(load_default_packages(packs))
    for text in records("ig-examples"):
        validator.validate(text)
    return len(packs)


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = [f"| {name} | {value} |" for name, value in figures(rounds).items()]
    print("\n".join(("| figure | value |", "|---|---|", *rows)))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
