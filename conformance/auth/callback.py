"""Where a browser comes back to after a login, and what it may bring. Imports the room's errors."""

from __future__ import annotations

from collections import Counter
from hmac import compare_digest
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from conformance.auth.errors import LoginFailed, quoted

Parameters = tuple[tuple[str, str], ...]
#: Loopback hosts, and the addresses that a browser may go to for each (RFC 8252, 7.3 and 8.3).
LOOPBACK = {
    "localhost": ("127.0.0.1", "::1"),
    "127.0.0.1": ("127.0.0.1",),
    "::1": ("::1",),
}
_NAMES = ("code", "state", "error")
_HTTP_PORT = 80


class Loopback(NamedTuple):
    """A redirect URI of this machine: where to listen, and which `Host` and path are meant."""

    addresses: tuple[str, ...]
    port: int
    hosts: frozenset[str]
    path: str


def loopback_of(redirect_uri: str) -> Loopback | None:
    """Return where a redirect URI is listened for, None where it is not one of this machine."""
    try:
        parts = urlsplit(redirect_uri)
        port = parts.port or _HTTP_PORT
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme != "http" or host not in LOOPBACK:
        return None
    shown = f"[{host}]" if ":" in host else host
    bare = {shown} if port == _HTTP_PORT else set()
    return Loopback(LOOPBACK[host], port, frozenset({f"{shown}:{port}", *bare}), parts.path or "/")


def parameters_in(query: str) -> Parameters:
    """Return the parameters of a query; none of one that cannot be read."""
    try:
        return tuple(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return ()


def is_answer(parameters: Parameters) -> bool:
    """Whether somebody meant to answer: a bare look at the address is none."""
    return any(name in _NAMES for name, _ in parameters)


def code_of(parameters: Parameters, state: str) -> str:
    """Return the code of an answer to a request with this state (RFC 6749, 4.1.2 and 4.1.2.1).

    Raises:
        LoginFailed: it is an error, or not an answer to this request.
    """
    counted = Counter(name for name, _ in parameters)
    if doubled := [name for name in _NAMES if counted[name] > 1]:
        raise LoginFailed(f"the answer has {doubled[0]} more than once; nothing of it was used")
    told = dict(parameters)
    # Bytes: a state that is not ASCII is a wrong one, not an exception.
    if not compare_digest(told.get("state", "").encode(), state.encode()):
        raise LoginFailed(
            "the answer does not carry the state that was sent: it is not of this login, and"
            " nothing of it was used"
        )
    if error := told.get("error", ""):
        what = quoted(told.get("error_description", ""))
        raise LoginFailed(f"the server says {quoted(error)}{f' ({what})' if what else ''}")
    if not told.get("code"):
        raise LoginFailed("the answer carries neither a code nor an error")
    return told["code"]


def pasted_parameters(pasted: str, redirect_uri: str) -> Parameters:
    """Return the parameters of an address that a person copied from the browser.

    Raises:
        LoginFailed: it is not where the browser was to come back to.
    """
    address = "".join(pasted.split())
    if _base(address) != _base(redirect_uri):
        raise LoginFailed(
            f"what was pasted is not an address that starts with {redirect_uri}; copy the whole"
            " address that the browser ends at"
        )
    try:
        parts = urlsplit(address)
    except ValueError:
        return ()
    return (*parameters_in(parts.query), *parameters_in(parts.fragment))


def _base(address: str) -> str:
    return address.partition("#")[0].partition("?")[0]
