"""Revokes an application's access on the member portal. May import the room, client and records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.auth.watch import Watch
from conformance.client.http import join
from conformance.target.model import origin_of

if TYPE_CHECKING:
    from conformance.auth.form_login import Member
    from conformance.client import Client

_OK = 200


def revoke_access(client: Client, page: str, member: Member, client_id: str) -> bool:
    """Log in at the portal and press the button that revokes an application; False: no button."""
    watch = Watch(client)
    client.get(page, purpose="member portal", follow=False, inspect=watch)
    url, at = page, origin_of(page)
    for _ in range(3):  # the login, the button, and one page between them
        if not watch.forms or origin_of(url := join(url, watch.forms[0].action)) != at:
            return False
        form = watch.forms[0]
        pressed = [pair for pair in form.buttons if pair[1] == client_id]
        fields = (
            form.filled(member.username, member.password)
            if form.passwords
            else [*form.hidden, *pressed]
        )
        watch = Watch(client)
        answer = client.post(url, fields, purpose="member portal", inspect=watch)
        if pressed or answer.status != _OK:
            return bool(pressed) and answer.status < 400  # noqa: PLR2004
    return False
