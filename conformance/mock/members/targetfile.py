"""What a target file says of Patient Access: somebody else's rows, samples, the future.

Imports the members' store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.mock.members.store import Members

#: The name by which contract and target files know the document's future functionality.
FUTURE = "clinical-resources"
#: Who can log in beside the member of `[login]`, where there are several.
_SECOND = "member2"
#: What the document finds by `_revinclude` alone, so that ids of it have to be told.
_TRACED = ("Encounter", "Immunization")


def member_tables(members: Members, *, future: bool) -> dict[str, Any]:
    """Return the tables `other_member`, and of the future release `samples` and `future`."""
    if len(members.patients) > 1:
        found: dict[str, Any] = {"other_member": {"username": _SECOND}}
    else:
        found = {"other_member": {"rows": members.first_ids(members.everybody[-1])}}
    if future:
        found["samples"] = {"Provenance": {"id": _provenances(members)}}
        found["future"] = {"declares": [FUTURE]}
    return found


def _provenances(members: Members) -> list[str]:
    """Return a Provenance of the first member for each type that has some."""
    rows = members.rows(members.patients[0], "Provenance")
    targets = [(row.resource["target"][0]["reference"].partition("/")[0], row.id) for row in rows]
    return [next(row_id for kind, row_id in targets if kind == traced) for traced in _TRACED]
