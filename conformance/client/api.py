"""One FHIR API of a target: the stimuli that suites ask for, each sent once in a run.

May import client modules, records and search semantics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.client.http import TargetUnusable
from conformance.client.memory import Kept, Memory
from conformance.client.searching import Reading, search, side_by_side
from conformance.records import Holdings, Search
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    import httpx

    from conformance.client.http import Client
    from conformance.exchange import Exchange

Params = tuple[tuple[str, str], ...]


class FhirApi:
    """Reads and searches below one base address.

    Every stimulus is remembered: the same request is sent once and serves every clause it can.
    `samples` are values from the target file, by resource type and parameter; `auth` adds the
    credentials of an API that wants some; `needs` names the parameters without which a type is
    not searched; `deployment` says whose document lists what is supported.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what an API is made of
        self,
        client: Client,
        base: str,
        samples: Mapping[str, Mapping[str, tuple[str, ...]]],
        auth: httpx.Auth | None = None,
        needs: Callable[[str], Params] = lambda _: (),
        deployment: str = "",
    ) -> None:
        self.base = base
        self.deployment = deployment
        self._needs = needs
        self.page_size = client.limits.page_size
        self._client = client
        self._samples = samples
        self._auth = auth
        self._memory = Memory()

    def __repr__(self) -> str:
        return f"FhirApi({self.base})"

    def once(self, key: Hashable, send: Callable[[], Kept]) -> Kept:
        """Return what `send` gave for this key the first time in the run.

        Raises:
            TargetUnusable: it had no usable answer then; it is not sent again.
        """

        def attempt() -> Kept | TargetUnusable:
            try:
                return send()
            except TargetUnusable as unusable:
                return unusable

        kept = self._memory.once(key, attempt)
        if isinstance(kept, TargetUnusable):
            # A new one each time: an exception gathers the traceback of each raise.
            raise TargetUnusable(str(kept), kept.exchange)
        return kept

    def get(self, path: str, *, purpose: str, accept: str = "") -> Exchange:
        """GET a path below the base (`metadata`, `Location/1`), once in a run."""
        headers = {"Accept": accept} if accept else None
        return self.once(
            ("get", path, accept),
            lambda: self._client.get(
                f"{self.base}/{path}", purpose=purpose, headers=headers, auth=self._auth
            ),
        )

    def send(self, method: str, path: str, *, purpose: str, headers: Params = ()) -> Exchange:
        """Send a request of any method to a path below the base, once in a run."""
        return self.once(
            ("send", method, path, headers),
            lambda: self._client.send(
                method,
                f"{self.base}/{path}".rstrip("/"),
                purpose=purpose,
                headers=dict(headers),
                auth=self._auth,
            ),
        )

    def follow(self, url: str, *, purpose: str, anonymous: bool = False) -> Exchange | None:
        """GET an address that the API itself gave, each time anew; None where it leads away.

        `anonymous` leaves the credentials out.
        """
        if origin_of(url) != origin_of(self.base):
            return None
        auth = None if anonymous else self._auth
        return self._client.get(url, purpose=purpose, auth=auth)

    def metadata(self) -> Exchange:
        """Read the CapabilityStatement."""
        return self.get("metadata", purpose="capability statement")

    def read(self, resource_type: str, resource_id: str) -> Exchange:
        """Read one resource."""
        return self.get(f"{resource_type}/{resource_id}", purpose=f"read {resource_type}")

    def vread(self, resource_type: str, resource_id: str, version: str) -> Exchange:
        """Read one version of one resource."""
        return self.get(
            f"{resource_type}/{resource_id}/_history/{version}", purpose=f"vread {resource_type}"
        )

    def search(
        self,
        resource_type: str,
        params: Params,
        *,
        purpose: str,
        max_rows: int = 0,
        posted: bool = False,
    ) -> Search:
        """Search and read the pages, within the target's limits; `posted` is `POST [type]/_search`.

        What the type needs stands last, where the parameters do not give it themselves.
        """
        params = self._with_needs(resource_type, params)
        return self.once(
            ("search", resource_type, params, max_rows, posted),
            lambda: search(
                self._client,
                f"{self.base}/{resource_type}",
                params,
                purpose=purpose,
                max_rows=max_rows,
                auth=self._auth,
                posted=posted,
            ),
        )

    def side_by_side(
        self, resource_type: str, several: Sequence[Params], *, purpose: str, max_rows: int = 0
    ) -> tuple[Search, ...]:
        """Search by several sets of parameters, and read a page of each in turn, once in a run."""
        wanted = tuple(self._with_needs(resource_type, params) for params in several)
        return self.once(
            ("side by side", resource_type, wanted, max_rows),
            lambda: side_by_side(
                [
                    Reading(
                        self._client,
                        f"{self.base}/{resource_type}",
                        params,
                        purpose=purpose,
                        max_rows=max_rows,
                        auth=self._auth,
                    )
                    for params in wanted
                ]
            ),
        )

    def _with_needs(self, resource_type: str, params: Params) -> Params:
        given = {name for name, _ in params}
        return params + tuple(n for n in self.needs_of(resource_type) if n[0] not in given)

    def needs_of(self, resource_type: str) -> Params:
        """Return the parameters without which a type is not searched."""
        return self._needs(resource_type)

    def samples_of(self, resource_type: str, name: str) -> tuple[str, ...]:
        """Return the values that the target file gives for a parameter."""
        return self._samples.get(resource_type, {}).get(name, ())

    def holdings(self, resource_type: str) -> Holdings:
        """Read what the directory holds of a type, once, up to the limit of `crawl_rows`.

        Where a server refuses the unfiltered search, the target file's samples are searched
        instead; what is then known is only a part.
        """
        return self.once(("holdings", resource_type), lambda: self._crawl(resource_type))

    def _crawl(self, resource_type: str) -> Holdings:
        purpose = f"what the server holds: {resource_type}"
        size = ("_count", str(self.page_size))
        limit = self._client.limits.crawl_rows
        whole = self.search(resource_type, (size,), purpose=purpose, max_rows=limit)
        searches = [whole]
        if not whole.answered:
            searches += [
                self.search(resource_type, ((name, value), size), purpose=purpose, max_rows=limit)
                for name, values in self._samples.get(resource_type, {}).items()
                for value in values
            ]
        rows: dict[str, Mapping[str, Any]] = {}
        for found in searches:
            for entry in found.matches:
                if entry.resource.get("resourceType") == resource_type:
                    rows.setdefault(str(entry.resource.get("id", "")), entry.resource)
        rows.pop("", None)
        return Holdings(resource_type, tuple(searches), rows, whole.complete)
