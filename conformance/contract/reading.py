"""Reads the contract's YAML files from the package or a folder. Imports `errors`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from conformance.contract.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from importlib.resources.abc import Traversable

    from yaml.nodes import MappingNode, Node

#: The reader in C where PyYAML was built with it: ten times the speed.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML as written: a key that stands twice is an error, not the last one's victory."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


@dataclass(frozen=True, slots=True)
class ContractFile:
    """One YAML file as read: its name below `contracts/`, its text and its content."""

    name: str
    text: str
    data: dict[str, Any]

    @property
    def document(self) -> str:
        """Return the document that the file restates; the vocabulary restates none."""
        return str(self.data.get("document", ""))

    @property
    def documents(self) -> frozenset[str]:
        """Return every document the file restates: its own, and those of single sources."""
        return frozenset(_documents(self.data))

    def at(self, *path: str | int) -> str:
        """Return a place in the file as a person looks for it: path and line."""
        words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        return f"line {self._line(path)}, {words.lstrip('.') or 'whole file'}"

    def _line(self, path: tuple[str | int, ...]) -> int:
        node: Node | None = yaml.compose(self.text, Loader=_Base)
        line = 1
        for step in path:
            node = None if node is None else _child(node, step)
            line = line if node is None else node.start_mark.line + 1
        return line


def read_files(root: Traversable | None = None) -> tuple[ContractFile, ...]:
    """Read every `*.yaml` below `root` (the package's own contracts by default).

    `general.yaml` comes first in its folder, the others by name: the order of the contract.
    """
    top = files("conformance") / "contracts" if root is None else root
    return tuple(_read(name, item) for name, item in _walk(top, ""))


def fingerprint(contract_files: tuple[ContractFile, ...]) -> str:
    """Return the SHA-256 over names and texts, the same on every system."""
    digest = hashlib.sha256()
    for file in sorted(contract_files, key=lambda file: file.name):
        digest.update(f"{file.name}\n{file.text}\n".encode())
    return digest.hexdigest()


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda item: (item.name != "general.yaml", item.name)):
        if item.is_dir():
            yield from _walk(item, f"{prefix}{item.name}/")
        elif item.name.endswith(".yaml"):
            yield f"{prefix}{item.name}", item


def _read(name: str, item: Traversable) -> ContractFile:
    # Line endings and a byte order mark are the checkout's, not the contract's.
    text = item.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, with one check more
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        fix = "write valid YAML; quote text that holds ': ' or ' #' or starts with a sign"
        raise ContractError(name, f"line {line}", str(error.problem), fix) from error
    if not isinstance(data, dict):
        raise ContractError(name, "line 1", "not a mapping", "start from docs/contract.md")
    return ContractFile(name, text, data)


def _documents(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("document"), str):
            yield value["document"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _documents(item)


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(step, int):
        items: list[Node] = node.value
        return items[step] if step < len(items) else None
    return next((value for key, value in node.value if key.value == step), None)
