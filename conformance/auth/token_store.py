"""Where a refresh token is kept between runs: OS keyring, private file, or given from outside.

May import target and the room.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import sha256
from json import JSONDecodeError, dumps, loads
from pathlib import Path
from queue import Empty, Queue
from threading import RLock, Thread
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from conformance.auth.errors import CannotAuthorize
from conformance.auth.private_file import locked, read_private, write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conformance.target import Target

SERVICE = "flexcheck"
#: Seconds a keyring may take: a locked one asks its user, for whom a login waits, and no run.
PATIENCE, PATIENCE_WITH_PERSON = 10.0, 120.0
OTHER_CHOICE = 'keep the token in a private file instead: `--store file`, or [login] store = "file"'


@dataclass(frozen=True, slots=True)
class Kept:
    """A refresh token and what its login told beside it; `saved` is an ISO 8601 UTC time."""

    refresh: str = field(repr=False)
    patient: str = ""
    scopes: tuple[str, ...] = ()
    saved: str = ""

    def to_text(self) -> str:
        """Return it as it is kept."""
        return dumps(
            {
                "refresh_token": self.refresh,
                "patient": self.patient,
                "scopes": list(self.scopes),
                "saved": self.saved,
            }
        )

    @classmethod
    def of_text(cls, text: str) -> Kept | None:
        """Read what `to_text` wrote, or a bare token; None where there is none."""
        if not text.startswith("{"):
            return cls(text.strip()) if text.strip() else None
        try:
            told: dict[str, Any] = loads(text)
            scopes = tuple(str(scope) for scope in told.get("scopes") or ())
            token, patient, saved = (
                str(told.get(name) or "") for name in ("refresh_token", "patient", "saved")
            )
        except (JSONDecodeError, TypeError):
            return None
        return cls(token, patient, scopes, saved) if token else None


class Store(Protocol):
    """A place that holds one refresh token. Every method may raise `CannotAuthorize`."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    def read(self) -> Kept | None:
        """Return what it holds."""
        ...

    def keep(self, kept: Kept) -> None:
        """Hold this from now on."""
        ...

    def remove(self) -> bool:
        """Hold nothing; tell whether there was something."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Keep other runs out between reading and keeping."""
        ...


class Given:
    """A token of the environment: what comes after it lives as long as the process.

    Whoever reads the variable gets the latest, and takes turns with the others of the process.
    """

    _later: ClassVar[dict[str, Kept]] = {}
    _lock: ClassVar[RLock] = RLock()

    def __init__(self, variable: str) -> None:
        self.name = f"the environment variable {variable}"
        self._text = os.environ.get(variable, "")

    def read(self) -> Kept | None:
        """Return the variable's token, or what the server gave in its place."""
        return self._later.get(self._text) or Kept.of_text(self._text)

    def keep(self, kept: Kept) -> None:
        """Remember it in this process."""
        self._later[self._text] = kept

    def remove(self) -> bool:
        """Leave the environment alone: it is not ours."""
        return False

    def lock(self) -> AbstractContextManager[object]:
        """Let one at a time of this process: another process has its own."""
        return self._lock


class FileStore:
    """A private file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = f"the file {path}"

    def read(self) -> Kept | None:
        """Return what the file holds."""
        return Kept.of_text(read_private(self.path))

    def keep(self, kept: Kept) -> None:
        """Write the file anew."""
        write_private(self.path, kept.to_text())

    def remove(self) -> bool:
        """Delete the file."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise CannotAuthorize(f"{self.path} cannot be removed ({error.strerror})") from None
        return True

    def lock(self) -> AbstractContextManager[None]:
        """Lock a file beside it."""
        return locked(self.path.with_name(f"{self.path.name}.lock"))

    def check(self) -> None:
        """Raise `CannotAuthorize` where no file can be written there."""
        probe = self.path.with_name(f"{self.path.name}.probe")
        write_private(probe, "")
        probe.unlink(missing_ok=True)


class KeyringStore:
    """An entry of the operating system's keyring."""

    name = "the OS keyring"

    def __init__(self, account: str, patience: float = PATIENCE) -> None:
        self._account = account
        self._patience = patience

    def read(self) -> Kept | None:
        """Return the entry."""
        text = self._ask("get_password")
        return Kept.of_text(text) if isinstance(text, str) else None

    def keep(self, kept: Kept) -> None:
        """Write the entry, and see that it is there: a null backend takes everything."""
        self._ask("set_password", kept.to_text())
        if self.read() != kept:
            raise CannotAuthorize(f"the OS keyring did not keep the token; {OTHER_CHOICE}")

    def remove(self) -> bool:
        """Delete the entry."""
        if self.read() is None:
            return False
        self._ask("delete_password")
        return True

    def lock(self) -> AbstractContextManager[None]:
        """Lock a file of the same account: keyrings know no locks."""
        return locked(default_file(self._account).with_suffix(".lock"))

    def check(self) -> None:
        """Raise `CannotAuthorize` where there is no keyring that works."""
        self.read()

    def _ask(self, what: str, *more: str) -> object:
        import keyring  # noqa: PLC0415 - it looks for its backends, which few runs need

        call: Callable[..., object] = getattr(keyring, what)
        answers: Queue[tuple[object, str]] = Queue()

        def ask() -> None:
            try:
                answers.put((call(SERVICE, self._account, *more), ""))
            except Exception as error:  # noqa: BLE001 - each backend has exceptions of its own
                answers.put((None, type(error).__name__))

        Thread(target=ask, daemon=True).start()
        try:
            answer, wrong = answers.get(timeout=self._patience)
        except Empty:
            wrong = f"no answer in {self._patience:g} s: it may be locked"
        if wrong:
            raise CannotAuthorize(f"the OS keyring cannot be used ({wrong}); {OTHER_CHOICE}")
        return answer


def account_of(target: Target, client_id: str) -> str:
    """Name what a token belongs to: the client, and who gave it."""
    return f"{client_id} at {target.authorization_base or target.fhir_base}"


def default_file(account: str) -> Path:
    """Return where a token of an account is kept that names no file (XDG base directories)."""
    state = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_STATE_HOME", "")
    folder = Path(state) if state else Path.home() / ".local" / "state"
    return folder / "flexcheck" / f"{sha256(account.encode()).hexdigest()[:24]}.json"


def beside(target: Target, name: str) -> Path:
    """Return a file that the target file names."""
    try:
        return target.path.parent / Path(name).expanduser()
    except RuntimeError:  # no such home
        return target.path.parent / name


def file_store(target: Target, client_id: str) -> FileStore:
    """Return the file that `flexcheck login` keeps a token in."""
    named = target.login.store_file
    path = beside(target, named) if named else default_file(account_of(target, client_id))
    return FileStore(path)


def login_store(
    target: Target, client_id: str, choice: str = "", patience: float = PATIENCE
) -> FileStore | KeyringStore:
    """Return where a login keeps its token: as chosen, as the target file says, else keyring."""
    named = "file" if target.login.store_file else ""
    if (choice or target.login.store or named or "keyring") == "file":
        return file_store(target, client_id)
    return KeyringStore(account_of(target, client_id), patience)
