"""Feed the validator broken input: every one must get a verdict, none an exception.

usage: python bench/validate_fuzz.py [COUNT] [SEED]

Half of the inputs are published examples with bytes changed, half with JSON values exchanged.
"""

from __future__ import annotations

import copy
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from profiles import Validator

CORPUS = Path(__file__).parents[2] / "shared" / "validator-corpus" / "ig-examples.ndjson.gz"
ODD: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        1e300,
        2**70,
        "",
        " ",
        "\u0000",
        "\ud800",
        "x" * 200,
        [],
        {},
        [[]],
        [None],
    ),
    *([{}], {"id": "x"}, {"resourceType": "Patient"}, {"reference": "#x"}, {"url": "http://x"}),
    *("#", "urn:uuid:x", "http://", "2020-13-45", {"coding": [None]}, {"coding": {}}, ["a", 1]),
]


def examples() -> list[bytes]:
    """The published examples, as text."""
    import gzip  # noqa: PLC0415 - only here

    with gzip.open(CORPUS) as lines:
        return [json.loads(line)["resource"].encode() for line in lines]


def broken_bytes(text: bytes, chance: random.Random) -> bytes:
    """A text with a few bytes changed, cut out or put in."""
    data = bytearray(text)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(data))
        end = place + chance.choice((0, 1, 1, 20))
        data[place:end] = chance.choice(
            (b"", b'"', b"{", b"]", b",", b"\\u0", bytes([chance.randrange(256)]))
        )
    return bytes(data)


def broken_values(text: bytes, chance: random.Random) -> Any:
    """A resource with a few values exchanged for odd ones, or for others of its own."""
    resource = json.loads(text)
    for _ in range(chance.randint(1, 4)):
        places = list(_places(resource))
        if not places:
            break
        holder, key = chance.choice(places)
        other = chance.choice(places)
        taken = copy.deepcopy(chance.choice((chance.choice(ODD), other[0][other[1]])))
        holder[key] = taken
        if isinstance(holder, dict) and chance.random() < 0.2:  # noqa: PLR2004
            holder[chance.choice(("_" + key, key + "x", "extension", "id"))] = holder.pop(key)
    return resource


def _places(value: Any) -> Any:
    todo = [value]
    while todo:
        each = todo.pop()
        keys = each if isinstance(each, dict) else range(len(each))
        for key in keys:
            yield each, key
            if isinstance(each[key], dict | list):
                todo.append(each[key])


def main() -> None:
    """Run and print the verdicts' numbers; the first exception ends it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1  # noqa: PLR2004
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    texts, validator = examples(), Validator()
    verdicts = {True: 0, False: 0}
    slowest, started = 0.0, time.perf_counter()
    for number in range(count):
        make = broken_bytes if number % 2 else broken_values
        broken = make(chance.choice(texts), chance)
        begun = time.perf_counter()
        verdicts[validator.validate(broken).valid] += 1
        slowest = max(slowest, time.perf_counter() - begun)
    took = time.perf_counter() - started
    said = f"{count} inputs, seed {seed}: {verdicts[True]} valid, {verdicts[False]} invalid"
    print(f"{said}; {took:.0f} s, the slowest {slowest * 1000:.0f} ms")  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
