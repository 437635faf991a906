"""Rewrites of HTTP around reads, of single pages, references and what is declared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rewriting import (
    asking,
    each,
    link_of,
    on_bundles,
    on_rows,
    outcome,
    rewrite,
    with_entries,
    with_link,
)
from traffic import MEMBERS, Answer

if TYPE_CHECKING:
    from rewriting_proxy import Forward
    from traffic import Asked

    Bundle = dict[str, Any]

STRANGER = "flexcheck-unlisted"
_SEEN: set[tuple[str, ...]] = set()


def _header(asked: Asked, name: str) -> str:
    return next((value for key, value in asked.headers if key.lower() == name), "")


@rewrite(breaks=[each("PREVIOUS-LINK")])
@on_bundles
def previous_link_leads_to_itself(asked: Asked, bundle: Bundle) -> Bundle | None:
    """The previous link of a page leads to that page."""
    if not link_of(bundle, "previous"):
        return None
    return with_link(bundle, "previous", link_of(bundle, "self")) if asked.first else None


@rewrite(breaks=[each("PAGE-STABLE")])
@on_bundles
def a_page_loses_a_row_when_read_again(asked: Asked, bundle: Bundle) -> Bundle | None:
    """A page that is asked for once more lacks its first row."""
    key = tuple(f"{name}={value}" for name, value in asked.query)
    if asked.what != "page" or key not in _SEEN:
        _SEEN.add(key)
        return None
    return with_entries(bundle, bundle.get("entry", [])[1:])


@rewrite(breaks=[each("PAGE-EXPIRED")])
def an_expired_page_is_empty(asked: Asked, forward: Forward) -> Answer:
    """A page that is not known is answered as if it were the last."""
    answer = forward(asked)
    if asked.what != "page" or answer.status != 410:
        return answer
    return replace(answer, status=200).having({"resourceType": "Bundle", "type": "searchset"})


@rewrite(breaks=[each("PAGE-TOKEN")])
def pages_need_no_token(asked: Asked, forward: Forward) -> Answer:
    """A page is answered to who brings no token."""
    bare = asked.base == MEMBERS and not _header(asked, "authorization")
    if asked.what == "page" and bare:
        return outcome(200).having({"resourceType": "Bundle", "type": "searchset"})
    return forward(asked)


@rewrite(breaks=[each("READ-MALFORMED")])
def a_malformed_id_is_an_internal_error(asked: Asked, forward: Forward) -> Answer:
    """A read by what is no id ends in an internal error."""
    return outcome(500) if "_no!" in asked.path else forward(asked)


def _with_header(asked: Asked, forward: Forward, name: str, value: str) -> Answer:
    answer = forward(asked)
    if asked.what != "read" or answer.status != 200:
        return answer
    return replace(answer, headers={**answer.headers, name: value})


@rewrite(breaks=[each("ETAG")])
def etags_are_made_up(asked: Asked, forward: Forward) -> Answer:
    """The ETag of a read is not its version."""
    return _with_header(asked, forward, "etag", 'W/"flexcheck"')


@rewrite(breaks=[each("LAST-MODIFIED")])
def last_modified_is_an_old_day(asked: Asked, forward: Forward) -> Answer:
    """The Last-Modified of a read is not its meta.lastUpdated."""
    return _with_header(asked, forward, "last-modified", "Thu, 01 Jan 1970 00:00:00 GMT")


@rewrite(breaks=[each("CONDITIONAL-READ")])
def nothing_is_ever_modified(asked: Asked, forward: Forward) -> Answer:
    """A read with any If-None-Match is answered 304."""
    return Answer(304, b"") if _header(asked, "if-none-match") else forward(asked)


@rewrite(breaks=[each("FORMATS")])
def only_one_name_for_json(asked: Asked, forward: Forward) -> Answer:
    """_format is refused."""
    return outcome(406) if asked.what == "read" and asked.value("_format") else forward(asked)


@rewrite(breaks=[each("NOT-ACCEPTABLE")])
def accept_is_not_read(asked: Asked, forward: Forward) -> Answer:
    """What the client accepts makes no difference."""
    headers = tuple(pair for pair in asked.headers if pair[0].lower() != "accept")
    return forward(replace(asked, headers=headers))


@rewrite(breaks=[each("HEAD")])
def head_is_an_internal_error(asked: Asked, forward: Forward) -> Answer:
    """HEAD ends in an internal error."""
    return outcome(500) if asked.method == "HEAD" else forward(asked)


@rewrite(breaks=[each("METHOD-REFUSED")])
def deleting_is_answered(asked: Asked, forward: Forward) -> Answer:
    """DELETE is answered as if something had been deleted."""
    return outcome(200) if asked.method == "DELETE" else forward(asked)


@rewrite(breaks=[each("PREFER-STRICT"), each("PREFER-LENIENT")])
def preferences_are_not_read(asked: Asked, forward: Forward) -> Answer:
    """With a Prefer header an unknown parameter is ignored, yet named in the self link."""
    if asked.what != "search" or not _header(asked, "prefer"):
        return forward(asked)
    return asking(asked, forward, [pair for pair in asked.query if pair[0] != STRANGER])


@rewrite(breaks=[each("REFERENCES-RESOLVE")], also=[each("PROFILE"), each("READ-CONSISTENT")])
@on_rows
def rows_refer_to_what_is_gone(row: dict[str, Any]) -> dict[str, Any]:
    """Each row refers to an organization that is not there."""
    gone = {"reference": "Organization/flexcheck-gone"}
    extension = {"url": "http://example.org/former", "valueReference": gone}
    return {**row, "extension": [*row.get("extension", ()), extension]}


@rewrite(breaks=[each("CAPABILITY-TRUE")])
def more_is_declared_than_works(asked: Asked, forward: Forward) -> Answer:
    """The CapabilityStatement declares `_tag`, which is refused."""
    answer = forward(asked)
    if not answer.bears("CapabilityStatement"):
        return answer
    document = answer.document
    for entry in document["rest"][0]["resource"]:
        entry["searchParam"] = [*entry.get("searchParam", ()), {"name": "_tag", "type": "token"}]
    return answer.having(document)
