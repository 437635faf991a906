"""Ed25519 keys and DSSE envelopes (https://github.com/secure-systems-lab/dsse, v1).

Imports `cryptography` and nothing of ours but the error for a file that cannot be used.
"""

from __future__ import annotations

import os
import stat
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from reports.locate import RunError

#: The type of an in-toto statement in an envelope (in-toto attestation framework, v1).
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_key(path: Path) -> Path:
    """Write a new private key, for its owner only, and its public key beside it; return that.

    Raises:
        RunError: a file of one of the names is there already, or cannot be written.
    """
    key, public = Ed25519PrivateKey.generate(), Path(f"{path}.pub")
    try:
        _write_new(path, _private_pem(key), 0o600)
        _write_new(public, public_pem(key.public_key()), 0o644)
    except OSError as error:
        raise RunError(
            f"the key could not be written: {error.filename}: {error.strerror}. "
            "Name a new file in a folder you can write."
        ) from None
    return public


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """Never over another: who signed with the old key could not be verified any more."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as it stands in a file."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: Ed25519PublicKey) -> str:
    """Return what names a key: the SHA-256 of its SubjectPublicKeyInfo."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(der).hexdigest()


def read_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key; `RunError` where it is none, or where others can read it."""
    try:
        if os.name == "posix" and path.stat().st_mode & _OTHERS:
            raise RunError(f"{path}: others can read this key. Run `chmod 600 {path}`.")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise RunError(
            f"{path}: cannot be read: {error.strerror}. "
            "Make a key with `flexcheck attest --new-key`."
        ) from None
    except (ValueError, TypeError):  # TypeError: it has a passphrase
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise RunError(
            f"{path}: not an Ed25519 private key in PEM form without passphrase. "
            "Make one with `flexcheck attest --new-key`."
        )
    return key


def read_public(path: Path) -> Ed25519PublicKey:
    """Read a public key; `RunError` where it is none."""
    try:
        return public_of(path.read_bytes())
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror}. Name a file.") from None
    except ValueError:
        raise RunError(
            f"{path}: not an Ed25519 public key in PEM form. Give the .pub file of the signer."
        ) from None


def public_of(pem: bytes) -> Ed25519PublicKey:
    """Return the public key of a PEM text; `ValueError` where it is none."""
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")  # noqa: TRY004 - the text is wrong, not its type
    return key


def envelope(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return a DSSE envelope with one signature."""
    signature = key.sign(encoded(PAYLOAD_TYPE, payload))
    return _envelope(payload, key_id(key.public_key()), signature)


def _envelope(payload: bytes, name: str, signature: bytes) -> bytes:
    content = {
        "payload": b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": name, "sig": b64encode(signature).decode()}],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def encoded(kind: str, payload: bytes) -> bytes:
    """Return what a signature is over (DSSE protocol, PAE).

    >>> encoded("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def opened(content: bytes, key: Ed25519PublicKey) -> bytes:
    """Return the payload of an envelope that the key signed.

    Raises:
        ValueError: it is no envelope, is not written as `envelope` does, or was not so signed.
    """
    try:
        data: Any = orjson.loads(content)
        payload = b64decode(data["payload"], validate=True)
        [signed] = data["signatures"]
        signature = b64decode(signed["sig"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise ValueError("the envelope is none") from None
    if signed.get("keyid") != key_id(key):
        raise ValueError(f"another key signed it: {str(signed.get('keyid'))[:16]}…")
    if _envelope(payload, key_id(key), signature) != content:
        raise ValueError("the envelope is not as flexcheck writes it")
    try:
        key.verify(signature, encoded(PAYLOAD_TYPE, payload))
    except InvalidSignature:
        raise ValueError("the signature does not fit") from None
    return payload
