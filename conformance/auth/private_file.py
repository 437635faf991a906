"""Files that only their owner can read, written whole or not at all. Imports the room's errors."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from conformance.auth.errors import CannotAuthorize

try:
    import fcntl
except ImportError:  # Windows: two runs at once are not told apart there
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: A refresh token and what stands beside it is far smaller.
_MOST_BYTES = 64 * 1024


def read_private(path: Path) -> str:
    """Return a file's text, "" where there is none.

    Raises:
        CannotAuthorize: it is no file of ours alone, or cannot be read.
    """
    try:
        # Looked at once it is open: between a look and an opening the file could change. A pipe
        # that nobody writes to would keep us waiting.
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise CannotAuthorize(
            f"{path} cannot be read ({error.strerror}); name a plain file of your own"
        ) from None
    try:
        if why := _not_ours(path, os.fstat(opened)):
            raise CannotAuthorize(why)
        content = os.read(opened, _MOST_BYTES + 1)
    finally:
        os.close(opened)
    try:
        text = content.decode("utf-8").strip()
    except ValueError:
        text = "\0"
    if len(content) > _MOST_BYTES or "\0" in text:
        raise CannotAuthorize(f"{path} is not the text of a token; log in anew")
    return text


def _not_ours(path: Path, found: os.stat_result) -> str:
    if not stat.S_ISREG(found.st_mode):
        return f"{path} is no plain file; name one"
    if os.name != "posix":
        return ""
    if found.st_uid != os.getuid():
        return f"{path} belongs to another user; name a file of your own"
    if found.st_mode & _OTHERS:
        return f"others can read {path}; run `chmod 600 {path}`"
    return ""


def write_private(path: Path, text: str) -> None:
    """Replace a file at once; it is 0600 from the first byte.

    Raises:
        CannotAuthorize: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(opened, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)  # noqa: PTH105 - the name is mkstemp's
        except BaseException:
            with suppress(OSError):
                os.unlink(name)  # noqa: PTH108 - the name is mkstemp's
            raise
    except OSError as error:
        raise CannotAuthorize(
            f"{path} cannot be written ({error.strerror}); name a file that you can write"
        ) from None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes of this user out meanwhile; a folder of somebody else has no lock."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError:
        yield
        return
    with os.fdopen(opened, "wb") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
