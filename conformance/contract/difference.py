"""What a new edition of the contract changes, clause by clause. Imports `edition`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.contract.edition import Edition, Item


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a clause: what it was and what it is; None where it is absent."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause that both editions have and that is not the same in them."""

    id: str
    fields: tuple[FieldChange, ...]

    def to_json(self) -> dict[str, Any]:
        """Return `{"id", "fields": {name: {"old", "new"}}}`."""
        fields = {change.name: {"old": change.old, "new": change.new} for change in self.fields}
        return {"id": self.id, "fields": fields}


@dataclass(frozen=True, slots=True)
class Difference:
    """What one edition has and the other has not; `documents` are those that changed."""

    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    changed: tuple[ClauseChange, ...]
    same: int
    documents: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the two editions say the same of every clause."""
        return not (self.added or self.removed or self.changed)

    def to_json(self) -> dict[str, Any]:
        """Return the object of `flexcheck contract diff --json`."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": [change.to_json() for change in self.changed],
            "same": self.same,
            "documents": list(self.documents),
        }


def compare(old: Edition, new: Edition) -> Difference:
    """Compare two editions; a run log of one deployment is compared with that deployment only."""
    before, after = old.of(new.deployment), new.of(old.deployment)
    common = [clause_id for clause_id in after if clause_id in before]
    changes = [_change(clause_id, before[clause_id], after[clause_id]) for clause_id in common]
    changed = tuple(change for change in changes if change.fields)
    return Difference(
        added=tuple(item for clause_id, item in after.items() if clause_id not in before),
        removed=tuple(item for clause_id, item in before.items() if clause_id not in after),
        changed=changed,
        same=len(common) - len(changed),
        documents=tuple(
            name
            for name in sorted(old.documents.keys() & new.documents.keys())
            if old.documents[name] != new.documents[name]
        ),
    )


def _change(clause_id: str, old: Item, new: Item) -> ClauseChange:
    names = [*new, *(name for name in old if name not in new)]
    return ClauseChange(
        clause_id,
        tuple(
            FieldChange(name, old.get(name), new.get(name))
            for name in names
            if old.get(name) != new.get(name)
        ),
    )
