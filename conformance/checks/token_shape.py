"""The shape of what the token endpoint answers, by JSON Schema (RFC 6749 5.1 and 5.2)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import orjson
from jsonschema import Draft202012Validator

from conformance.findings import Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jsonschema import ValidationError

    from conformance.oauth import TokenAnswer

RESPONSE, ERROR = "token-response", "token-error"


def has_shape_of_tokens(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """Each token response is valid against the schema of RFC 6749 5.1."""
    for answer in answers:
        if answer.granted:
            yield from _valid(answer, RESPONSE)


def has_shape_of_error(answers: Iterable[TokenAnswer]) -> Iterator[Assertion]:
    """Each refusal is valid against the schema of RFC 6749 5.2."""
    for answer in answers:
        if not answer.granted:
            yield from _valid(answer, ERROR)


def scope_is_told_once(answer: TokenAnswer) -> Iterator[Assertion]:
    """A token response names no scope twice."""
    told = answer.body.get("scope")
    if answer.granted and isinstance(told, str):
        names = told.split()
        twice = sorted({name for name in names if names.count(name) > 1})
        yield Assertion(
            not twice,
            "scope",
            "each scope once",
            f"twice: {', '.join(twice)}" if twice else told,
            answer.exchange.id,
        )


def challenges(answer: TokenAnswer, status: int, scheme: str) -> Iterator[Assertion]:
    """A refusal has this status, and a `WWW-Authenticate` with this scheme."""
    response = answer.exchange.response
    told = response.header("www-authenticate") if response else ""
    yield Assertion(
        answer.exchange.status == status and told.lower().startswith(scheme.lower()),
        "WWW-Authenticate",
        f"{status}, {scheme}",
        f"{answer.exchange.status}, {told or 'absent'}",
        answer.exchange.id,
    )


def one_at_most(answers: Sequence[TokenAnswer]) -> Iterator[Assertion]:
    """Of several requests with one code no second one brings a token."""
    granted = [answer for answer in answers if answer.granted]
    yield Assertion(
        len(granted) <= 1,
        "responses",
        f"one token from {len(answers)} requests",
        f"{len(granted)} tokens",
        (granted or list(answers))[-1].exchange.id,
    )


def _valid(answer: TokenAnswer, name: str) -> Iterator[Assertion]:
    errors = sorted(_schema(name).iter_errors(answer.exchange.document), key=_place)
    for error in errors:
        yield Assertion(False, _place(error), _wanted(error), _found(error), answer.exchange.id)
    if not errors:
        yield Assertion(True, "response", f"valid by {name}", "valid", answer.exchange.id)


@cache
def _schema(name: str) -> Draft202012Validator:
    text = files("conformance").joinpath("schemas", f"{name}.schema.json").read_bytes()
    return Draft202012Validator(orjson.loads(text))


def _place(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path) or "response"


def _wanted(error: ValidationError) -> str:
    return f"{error.validator}: {error.validator_value!a}"


def _found(error: ValidationError) -> str:
    return ascii(error.instance)[:200]
