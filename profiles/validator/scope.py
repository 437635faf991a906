"""Where a value stands: its resource, what contains that, its Bundle. Imports `fhirpath`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from profiles.fhirpath import Scope as PathScope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from profiles.validator.problems import Found


@dataclass(slots=True)
class Scope:
    """What checks of one resource share.

    Attributes:
        resource: the resource that the checked value belongs to (FHIRPath `%resource`).
        root: the resource that contains it, else itself (FHIRPath `%rootResource`).
        entries: the resources of the Bundle around it, by fullUrl and by `Type/id`.
        full_url: the fullUrl of the Bundle entry that the resource stands in.
        urls: of a Bundle, the fullUrl of each resource by its identity.
        member_of: whether a code is in a value set (FHIRPath `memberOf`), None: nobody knows.
        conforms_to: whether a value conforms to a profile.
        hops: how many references led here from the resource that is judged.
        judged: what keeps targets of references from profiles, by identity and profile; one for
            the whole validation. A target that is being judged is taken to conform meanwhile.
        inside: the contained resources by id, once they were asked for.
        holders: the element that has each extension, by its identity, once they were asked for.
        selected: what contexts of extensions select in the resource, by their text (`conditions`).
        not_checked: what could not be judged offline; one set for the whole validation.
    """

    resource: dict[str, Any]
    root: dict[str, Any]
    not_checked: set[str]
    entries: dict[str, Any] = field(default_factory=dict)
    full_url: str = ""
    urls: dict[int, str] = field(default_factory=dict)
    member_of: Callable[[Any, str], bool | None] | None = None
    conforms_to: Callable[[Any, str, Scope], bool | None] | None = None
    hops: int = 0
    judged: dict[tuple[int, str], Found] = field(default_factory=dict)
    inside: dict[str, Any] | None = None
    holders: dict[int, Any] | None = None
    selected: dict[str, dict[int, Any]] = field(default_factory=dict)
    _path: PathScope | None = None

    @property
    def path(self) -> PathScope:
        """The same for FHIRPath, made once."""
        found = self._path
        if found is None:
            found = self._path = PathScope(
                resource=self.resource,
                root=self.root,
                resolver=self.resolve,
                member_of=self.member_of,
                conforms_to=self._conforms,
            )
        return found

    def _conforms(self, value: Any, url: str) -> bool | None:
        return self.conforms_to(value, url, self) if self.conforms_to else None

    def _other(self, resource: dict[str, Any], root: dict[str, Any], url: str) -> Scope:
        return Scope(
            resource,
            root,
            self.not_checked,
            self.entries,
            url,
            {},
            self.member_of,
            self.conforms_to,
            self.hops,
            self.judged,
        )

    def contained(self, resource: dict[str, Any]) -> Scope:
        """The scope of a contained resource."""
        found = self._other(resource, self.root, self.full_url)
        found.inside = self._by_id()
        return found

    def entry(self, resource: dict[str, Any]) -> Scope:
        """The scope of a resource in a Bundle, or of one that is a parameter."""
        url = self.urls.get(id(resource), "")
        return self._other(resource, resource, url)

    def target(self, resource: dict[str, Any], *, contained: bool) -> Scope:
        """The scope of what a reference leads to."""
        found = self.contained(resource) if contained else self.entry(resource)
        found.hops += 1
        return found

    def resolve(self, reference: Any) -> Any:
        """What a reference leads to inside this resource or its Bundle, else None."""
        if not isinstance(reference, str) or not reference:
            return None
        if reference[0] == "#":
            return self._contained(reference[1:])
        if not self.entries:
            return None
        target = self.entries.get(reference)
        if target is None and self.full_url and ":" not in reference:
            base = self.full_url.rsplit("/", 2)[0]
            target = self.entries.get(f"{base}/{reference}")
        return target

    def _contained(self, name: str) -> Any:
        return self._by_id().get(name) if name else self.root

    def _by_id(self) -> dict[str, Any]:
        """The contained resources by id, read once; of a Bundle, those of its entries."""
        if self.inside is None:
            self.inside = {}
            for each in _contained(self.root):
                name = each.get("id") if isinstance(each, dict) else None
                if isinstance(name, str):
                    self.inside.setdefault(name, each)
        return self.inside


def _contained(root: dict[str, Any]) -> Iterator[Any]:
    holders: list[Any] = [root]
    if root.get("resourceType") == "Bundle":  # a constraint of the Bundle may look so deep
        entries = root.get("entry")
        rows = entries if isinstance(entries, list) else []
        holders += [each.get("resource") for each in rows if isinstance(each, dict)]
    for holder in holders:
        found = holder.get("contained") if isinstance(holder, dict) else None
        yield from found if isinstance(found, list) else ()
