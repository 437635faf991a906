"""Proof key for code exchange (RFC 7636), method S256. Imports the standard library only."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest

METHOD = "S256"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def is_challenge(text: str) -> bool:
    """Whether this can be an S256 challenge: 32 bytes in base64url without padding."""
    return _CHALLENGE.fullmatch(text) is not None


def is_verifier(text: str) -> bool:
    """Whether this can be a verifier (RFC 7636, 4.1): 43 to 128 unreserved characters."""
    return _VERIFIER.fullmatch(text) is not None


def s256(verifier: str) -> str:
    """Return the challenge of a verifier."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def proves(verifier: str, challenge: str, method: str) -> bool:
    """Whether the verifier is the challenge's; `plain` is here only for a defect that takes it."""
    derived = s256(verifier) if method == METHOD else verifier
    return compare_digest(derived.encode(), challenge.encode())
