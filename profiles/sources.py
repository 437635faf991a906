"""Where resources to validate come from: files, folders, stdin. Imports nothing of ours."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STDIN = "-"
#: Files of a package folder that are no resources.
NO_RESOURCES = frozenset({"package.json"})


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one resource.

    Attributes:
        source: the file as it was named, `-` for stdin.
        line: the line it starts in, from 1.
        data: the text.
    """

    source: str
    line: int
    data: bytes


def texts(paths: Iterable[str]) -> Iterator[Text]:
    """Read resources one by one, in the order of the paths and of the files in them.

    Raises:
        OSError: a path is not there or cannot be read.
    """
    for path in paths:
        if path == STDIN:
            yield from _of_stdin(sys.stdin.buffer.read())
        elif Path(path).is_dir():
            for each in sorted(Path(path).rglob("*")):
                if each.suffix in {".json", ".ndjson"} and _is_resource(each):
                    yield from _of_file(each)
        else:
            yield from _of_file(Path(path))


def _is_resource(path: Path) -> bool:
    return not path.name.startswith(".") and path.name not in NO_RESOURCES and path.is_file()


def _of_file(path: Path) -> Iterator[Text]:
    if path.suffix != ".ndjson":
        yield Text(str(path), 1, path.read_bytes())
        return
    with path.open("rb") as lines:
        yield from _of_lines(str(path), lines)


def _of_lines(source: str, lines: Iterable[bytes] | IO[bytes]) -> Iterator[Text]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield Text(source, number, line)


def _of_stdin(data: bytes) -> Iterator[Text]:
    """One resource, or one a line: told by whether the first line is JSON of its own."""
    lines = data.splitlines()
    full = [line for line in lines if line.strip()]
    if len(full) > 1 and _is_json(full[0]):
        yield from _of_lines(STDIN, lines)
    elif full:
        yield Text(STDIN, 1, data)


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False
