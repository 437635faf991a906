"""What masking secrets costs, beside parsing the same bodies; and one search for each secret.

Usage: python bench/redaction.py RUN_DIRECTORY   (its bodies and headers, and 400 secrets)
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

import orjson

from conformance.redaction import MASK, Redactor
from conformance.redaction.writing import anchor_of
from conformance.runlog import read_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS, SECRETS = 3, 400


def texts_of(folder: Path) -> list[str]:
    """Return each body and header value of a run, as the redactor meets them."""
    found = []
    for exchange in read_run(folder).exchanges.values():
        for side in (exchange.request, exchange.response):
            if side:
                found += [side.body, *(value for _, value in side.headers)]
    return found


def best_of(work: Callable[[], object]) -> float:
    """Return the processor seconds of the best of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def one_by_one(texts: Sequence[str], secrets: Sequence[str]) -> None:
    """Look for each secret in each text, as was done before there was an index."""
    anchors = [anchor_of(secret) for secret in secrets]
    for text in texts:
        for anchor in anchors:
            if anchor in text:
                text.replace(anchor, MASK)


def parse(texts: Sequence[str]) -> None:
    """Parse what looks like JSON."""
    for text in texts:
        if text.startswith(("{", "[")):
            with suppress(orjson.JSONDecodeError):
                orjson.loads(text)


def main() -> None:
    """Print the figures as a Markdown table."""
    texts = texts_of(Path(sys.argv[1]))
    secrets = [token_urlsafe(32) for _ in range(SECRETS)]
    redactor = Redactor()
    redactor.learn(*secrets)
    parsing = best_of(lambda: parse(texts))
    masking = best_of(lambda: [redactor.text(text, fhir=True) for text in texts])
    naive = best_of(lambda: one_by_one(texts, secrets))
    rows = [
        ("texts", f"{len(texts)} of {sum(map(len, texts)) / 1e6:.1f} MB"),
        ("secrets", f"{len(secrets)}"),
        ("masking by value and shape / parsing with orjson", f"{masking / parsing:.2f}"),
        ("looking for one secret after the other alone / parsing", f"{naive / parsing:.2f}"),
        ("one after the other / masking", f"{naive / masking:.2f}"),
    ]
    print("\n".join(f"| {name} | {value} |" for name, value in rows))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
