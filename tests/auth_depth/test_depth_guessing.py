"""What can be guessed is found, and values drawn at random are never taken for it."""

from __future__ import annotations

import random
from base64 import b32encode, b64encode, urlsafe_b64encode
from string import ascii_letters, digits
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from conformance.checks.guessing import Issued, has_room
from conformance.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MUST, SHOULD = 128, 160
#: Of a seed of its own: the verdicts are the same each time.
DRAW = random.Random(7)  # noqa: S311 - nothing is kept secret by it


def data(size: int = 16) -> bytes:
    return DRAW.randbytes(size)


def letters(alphabet: str, size: int) -> str:
    return "".join(DRAW.choices(alphabet, k=size))


def signed(claims: str = "same") -> str:
    head, said = (urlsafe_b64encode(text.encode()).decode() for text in ('{"alg":"HS256"}', claims))
    return f"{head}.{said}.{urlsafe_b64encode(data(32)).decode().rstrip('=')}"


#: Servers' ways to write 128 random bits or a few more.
HONEST: dict[str, Callable[[], str]] = {
    "hex": lambda: data().hex(),
    "upper-case hex": lambda: data().hex().upper(),
    "base64": lambda: b64encode(data()).decode(),
    "base64url": lambda: urlsafe_b64encode(data()).decode().rstrip("="),
    "base32": lambda: b32encode(data()).decode(),
    "letters and digits": lambda: letters(ascii_letters + digits, 22),
    "digits": lambda: letters(digits, 39),
    "UUID": lambda: str(UUID(bytes=data(), version=4)),
    "a prefix of the server's": lambda: f"flx_at_{letters(ascii_letters + digits, 22)}",
    "a client at the end": lambda: f"{data().hex()}.{UUID(int=5)}",
    "JWT that says the same": signed,
}
NUMBERS = range(41, 44)
_TAIL = {n: f"7{letters('0123456789abcdef', 3)}-8abc-{data(6).hex()}" for n in NUMBERS}
#: Three values of servers that can be guessed.
GUESSABLE: dict[str, Sequence[str]] = {
    "six digits": ["194871", "620381", "007714"],
    "eight characters": ["aB3-x_9Z", "q0Lm2Npd", "Zk81_sYt"],
    "64 bits": [data(8).hex() for _ in NUMBERS],
    "a number after zeros": [f"{number:064d}" for number in NUMBERS],
    "a number after a text": [f"access-token-of-the-flex-server-{number}" for number in NUMBERS],
    "a number before a text": [f"{number}-access-token-of-the-flex-server" for number in NUMBERS],
    "a UUID of time and place": [f"{n:08x}-9b1f-11ef-8c3d-0242ac120002" for n in NUMBERS],
    "a UUID that begins with the time": [f"0192f3a0-{n:04x}-{_TAIL[n]}" for n in NUMBERS],
    "always the same": ["the-same-code-each-time-0123456789abcdefghijk"] * 3,
    "padding": ["QUJD" + "=" * 60, "REVG" + "=" * 60, "R0hJ" + "=" * 60],
}


def judged(values: Sequence[str], bits: int = MUST) -> list[bool]:
    return [item.holds for item in has_room([Issued(v, "ex-1") for v in values], "code", bits)]


@pytest.mark.parametrize("name", HONEST)
def test_random_values_are_never_accused(name: str) -> None:
    for _ in range(500):
        assert judged([HONEST[name]() for _ in range(3)]) == [True] * 3
        assert judged([HONEST[name]() for _ in range(2)]) == [True] * 2
        assert judged([HONEST[name]()]) == [True]


@pytest.mark.parametrize("name", GUESSABLE)
def test_what_can_be_guessed_is_found(name: str) -> None:
    assert judged(GUESSABLE[name]) == [False] * 3


def test_what_must_be_is_less_than_what_should_be() -> None:
    values = [data(18).hex() for _ in NUMBERS]
    assert all(judged(values, MUST))
    assert not any(judged(values, SHOULD))


def test_nothing_is_judged_of_values_that_a_log_has_masked() -> None:
    assert judged([MASK, "", MASK]) == []


def test_no_value_stands_in_what_is_told() -> None:
    value = "aB3-x_9Z"
    (found,) = has_room([Issued(value, "ex-1")], "code", MUST)
    assert value not in repr(found)
    assert value not in repr(Issued(value, "ex-1"))
    assert found.observed == "48 bits at most: 8 characters of 64 that are its own"
