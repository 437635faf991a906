"""Reads APP.toml; what cannot be read is told with its line. May import target's mistakes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import orjson
from jsonschema import Draft202012Validator

from conformance.target.mistakes import explain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class ApplicationError(Exception):
    """An application file that cannot be read: says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Application:
    """An app registration as its file tells it; `answers` are the file's tables."""

    path: Path
    answers: Mapping[str, Any] = field(repr=False)

    @property
    def deployment(self) -> str:
        """Whose portal it is for: `tooele` or `uhc`."""
        return str(self.answers["app"]["deployment"])

    @property
    def environment(self) -> str:
        """`sandbox` or `production`."""
        return str(self.answers["app"]["environment"])

    @property
    def production(self) -> bool:
        """Whether it is for production."""
        return self.environment == "production"

    @property
    def mobile(self) -> bool:
        """Whether it is a native app, which can have a scheme of its own."""
        return self.text("app.kind") == "mobile"

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """The redirect URIs, one or several."""
        told = self.get("app.redirect_uri", ())
        return (told,) if isinstance(told, str) else tuple(told)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the answer to `table.name`, the default where there is none."""
        table, _, name = key.partition(".")
        return self.answers.get(table, {}).get(name, default)

    def text(self, key: str) -> str:
        """Return an answer as text, "" where there is none."""
        value = self.get(key)
        return value.strip() if isinstance(value, str) else ""


def read_application(path: Path) -> Application:
    """Read and check an application file.

    Raises:
        ApplicationError: it is missing, no TOML, or says something that cannot be.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise ApplicationError(
            f"{path}: there is no such file. Copy targets/app-example.toml."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ApplicationError(f"{path}: not TOML: {error}. Mend that line.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ApplicationError(f"{path}: cannot be read: {error}. Name a text file.") from None
    if problems := sorted(explain(text, data, _validator())):
        raise ApplicationError("\n".join(f"{path}, line {line}: {what}" for line, what in problems))
    return Application(path, data)


@cache
def _validator() -> Draft202012Validator:
    schema = files("conformance").joinpath("schemas/application.schema.json").read_bytes()
    return Draft202012Validator(orjson.loads(schema))
