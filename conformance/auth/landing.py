"""The page that a browser sees at the end of a login. Imports the standard library only."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape

#: Takes the code out of the address bar, and so out of the browser's history.
_SCRIPT = "history.replaceState(null, '', location.pathname)"
_STYLE = "body{font:1.1rem system-ui;margin:4rem auto;max-width:34rem;padding:0 1rem}"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src {_hash(_STYLE)};"
    f" script-src {_hash(_SCRIPT)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Landing:
    """What the page says, and whether that is the good end."""

    text: str
    good: bool = False


def page(landing: Landing) -> str:
    """Return the page as HTML."""
    title = "You are logged in" if landing.good else "No login"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>flexcheck: {title}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{title}</h1><p>{escape(landing.text)}</p>"
        f"<p>You can close this window.</p><script>{_SCRIPT}</script></body></html>\n"
    )
