"""Which flexcheck this is: its version and the SHA-256 of its own files. Imports the version."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from conformance import __version__

#: The rooms, wherever they are installed: they stand beside one another.
_ROOMS = ("conformance", "profiles", "reports", "suites")


@cache
def build() -> str:
    """Return `flexcheck 1.2.3 (code ab12…)`: who has the same judges and words the same.

    Two builds of one version differ here; a changed judge would not show otherwise.
    """
    digest = sha256()
    root = Path(__file__).resolve().parents[2]
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
                digest.update(sha256(path.read_bytes()).digest())
    return f"flexcheck {__version__} (code {digest.hexdigest()[:16]})"
