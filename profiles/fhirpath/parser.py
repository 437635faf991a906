"""Parses an expression by precedence climbing (FHIRPath N1, Grammar). Imports lexer and tree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from profiles.fhirpath import tree
from profiles.fhirpath.errors import FhirPathSyntaxError
from profiles.fhirpath.lexer import Token, tokens
from profiles.fhirpath.temporal import Temporal
from profiles.fhirpath.units import CALENDAR
from profiles.fhirpath.values import Quantity

if TYPE_CHECKING:
    from profiles.fhirpath.tree import Tree

#: How tightly an operator binds; higher is tighter.
PRECEDENCE = {
    "implies": 1,
    "or": 2,
    "xor": 2,
    "and": 3,
    "in": 4,
    "contains": 4,
    "=": 5,
    "!=": 5,
    "~": 5,
    "!~": 5,
    "<": 6,
    "<=": 6,
    ">": 6,
    ">=": 6,
    "|": 7,
    "is": 8,
    "as": 8,
    "+": 9,
    "-": 9,
    "&": 9,
    "*": 10,
    "/": 10,
    "div": 10,
    "mod": 10,
}
_UNARY = 11
#: Deeper than any real expression; keeps Python's own stack out of danger.
_DEEPEST = 100


def parse(expression: str) -> Tree:
    """Return the tree of an expression.

    Raises:
        FhirPathSyntaxError: it is none; the error has the column.

    >>> parse("a.b or c").operator
    'or'
    >>> parse("a +")
    Traceback (most recent call last):
        ...
    profiles.fhirpath.errors.FhirPathSyntaxError: column 4: an operand is missing in 'a +'
    """
    parser = _Parser(expression)
    found = parser.expression(0)
    if parser.now.kind != "end":
        raise parser.error(f"{parser.now.text!r} is not expected")
    return found


class _Parser:
    """Reads tokens left to right; `now` is the one not yet taken."""

    def __init__(self, expression: str) -> None:
        self.text = expression
        self.tokens = tokens(expression)
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def has(self, *texts: str) -> bool:
        return self.now.kind in {"operator", "word"} and self.now.text in texts

    def expect(self, text: str) -> Token:
        if not self.has(text):
            raise self.error(f"{text!r} is missing")
        return self.take()

    def error(self, message: str) -> FhirPathSyntaxError:
        return FhirPathSyntaxError(message, self.text, self.now.column)

    def expression(self, weakest: int) -> Tree:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.error("nested too deeply")
        left = self.unary()
        while (power := self.power()) > weakest:
            left = self.binary(left, power)
        self.depth -= 1
        return left

    def power(self) -> int:
        return PRECEDENCE.get(self.now.text, 0) if self.now.kind in {"operator", "word"} else 0

    def binary(self, left: Tree, power: int) -> Tree:
        operator = self.take()
        if operator.text in {"is", "as"}:
            return tree.TypeTest(operator.text, left, self.type_name(), operator.column)
        return tree.Binary(operator.text, left, self.expression(power), operator.column)

    def type_name(self) -> str:
        name = self.name()
        while self.has("."):
            self.take()
            name += f".{self.name()}"
        return name

    def name(self) -> str:
        if self.now.kind not in {"word", "delimited"}:
            raise self.error("a name is missing")
        return self.take().text

    def unary(self) -> Tree:
        if not self.has("+", "-"):
            return self.postfix(self.primary())
        operator = self.take()
        return tree.Unary(operator.text, self.expression(_UNARY), operator.column)

    def postfix(self, base: Tree) -> Tree:
        while self.has(".", "["):
            opened = self.take()
            if opened.text == ".":
                base = self.invocation(base)
            else:
                base = tree.Index(base, self.expression(0), opened.column)
                self.expect("]")
        return base

    def invocation(self, base: Tree | None) -> Tree:
        if base is not None and self.now.kind == "special":
            return self.special()
        column, name = self.now.column, self.name()
        if not self.has("("):
            return tree.Member(base, name, column)
        self.take()
        arguments: list[Tree] = []
        while not self.has(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.expression(0))
        self.take()
        return tree.Call(base, name, tuple(arguments), column)

    def special(self) -> Tree:
        token = self.take()
        return tree.Special(token.text, token.column)

    def primary(self) -> Tree:
        token = self.now
        if token.kind in {"string", "number", "date", "datetime", "time"}:
            return self.literal(self.take())
        if token.kind == "special":
            return self.special()
        if token.kind == "variable":
            return tree.Variable(self.take().text, token.column)
        if token.kind == "word" and token.text in {"true", "false"}:
            return tree.Literal(self.take().text == "true", token.column)
        if token.kind in {"word", "delimited"}:
            return self.invocation(None)
        return self.bracketed(token)

    def bracketed(self, token: Token) -> Tree:
        if self.has("("):
            self.take()
            inner = self.expression(0)
            self.expect(")")
            return inner
        if self.has("{"):
            self.take()
            self.expect("}")
            return tree.Empty(token.column)
        raise self.error("an operand is missing")

    def literal(self, token: Token) -> Tree:
        if token.kind == "number":
            return tree.Literal(self.number(token), token.column)
        if token.kind == "string":
            return tree.Literal(token.text, token.column)
        value = Temporal.parse(token.text[1:], token.kind)
        if value is None:
            raise FhirPathSyntaxError("no such day or time", self.text, token.column)
        return tree.Literal(value, token.column)

    def number(self, token: Token) -> int | Decimal | Quantity:
        value = Decimal(token.text)
        if self.now.kind == "string":
            unit = self.take().text
            return Quantity(value, unit)
        if self.now.kind == "word" and self.now.text in CALENDAR:
            return Quantity(value, CALENDAR[self.take().text], calendar=True)
        return value if "." in token.text else int(token.text)
