"""The syntax tree of an expression. Imports nothing of ours.

Every node has its `column` (1 for the first character) for messages.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A constant: bool, int, Decimal, str, Temporal or Quantity."""

    value: Any
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Empty:
    """`{}`."""

    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """`%name`."""

    name: str
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Special:
    """`$this`, `$index`, `$total`."""

    name: str
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """`base.name`; a base of None is the focus."""

    base: Tree | None
    name: str
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """`base.name(arguments)`; a base of None is the focus."""

    base: Tree | None
    name: str
    arguments: tuple[Tree, ...]
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """`base[index]`."""

    base: Tree
    index: Tree
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Unary:
    """`+operand` or `-operand`."""

    operator: str
    operand: Tree
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """`left operator right`."""

    operator: str
    left: Tree
    right: Tree
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class TypeTest:
    """`operand is type`, `operand as type`."""

    operator: str
    operand: Tree
    type_name: str
    column: int


Tree = Literal | Empty | Variable | Special | Member | Call | Index | Unary | Binary | TypeTest


def walk(node: Tree) -> Iterator[Tree]:
    """Yield a tree and all its sub-trees."""
    yield node
    parts = [getattr(node, field.name) for field in fields(node)]
    for part in parts:
        for one in part if isinstance(part, tuple) else (part,):
            if isinstance(one, Tree):
                yield from walk(one)
