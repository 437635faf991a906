"""Reads the forms of login and consent pages. Imports the standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

#: No browser holds more; a page that has them is no login.
MOST_FIELDS = 500


@dataclass(slots=True)
class Form:
    """One form: where it goes, and what it would send."""

    action: str
    method: str
    hidden: list[tuple[str, str]] = field(default_factory=list, repr=False)
    texts: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    boxes: list[tuple[str, str, bool]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, username: str, password: str) -> list[tuple[str, str]]:
        """Return what a person who logs in would send."""
        return [
            *self.hidden,
            *self.choices,
            *((name, username) for name in self.texts[:1]),
            *((name, password) for name in self.passwords[:1]),
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(found.get("action", ""), found.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None:
            self._control(self._open, tag, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""

    def _control(self, form: Form, tag: str, found: dict[str, str]) -> None:
        name, value = found.get("name", ""), found.get("value", "")
        if tag == "input":
            _input(form, found.get("type", "text").lower(), name, value, "checked" in found)
        elif tag == "button" and name:
            form.buttons.append((name, value))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            first = all(known != self._select for known, _ in form.choices)
            if first or "selected" in found:
                form.choices = [item for item in form.choices if item[0] != self._select]
                form.choices.append((self._select, value))


def _input(form: Form, kind: str, name: str, value: str, checked: bool) -> None:  # noqa: FBT001
    if not name or len(form.hidden) + len(form.boxes) > MOST_FIELDS:
        return
    if kind == "hidden":
        form.hidden.append((name, value))
    elif kind == "password":
        form.passwords.append(name)
    elif kind in ("text", "email"):
        form.texts.append(name)
    elif kind == "checkbox":
        form.boxes.append((name, value or "on", checked))
    elif kind == "submit":
        form.buttons.append((name, value))


def forms_of(html: str) -> list[Form]:
    """Return the forms of a page that are posted."""
    reader = _Reader()
    reader.feed(html)
    return [form for form in reader.forms if form.method == "post"]
