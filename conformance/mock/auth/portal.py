"""The member portal: which applications see my data, and away with one. Imports the auth room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.mock.auth.flow import Applications
from conformance.mock.auth.pages import Page

if TYPE_CHECKING:
    from conformance.mock.auth.clients import Clients
    from conformance.mock.auth.params import Params
    from conformance.mock.auth.people import People
    from conformance.mock.auth.store import AuthStore
    from conformance.mock.defects.registry import Defects


@dataclass(frozen=True, slots=True)
class Portal:
    """One page with two faces: a login, then the member's applications."""

    clients: Clients
    people: People
    store: AuthStore
    defects: Defects

    def open(self) -> Page:
        """Answer `GET /portal/applications`: the login."""
        return self._login()

    def submit(self, form: Params) -> Page:
        """Answer either form: log in, or revoke an application."""
        ticket = form.value("ticket")
        if self.store.take_ticket("portal-login", ticket):
            return self._enter(form)
        patient = self.store.take_ticket("portal-revoke", ticket)
        if not patient:
            return Page("error.html", {"message": "This page has expired. Open it again."}, 400)
        self.store.revoke_application(patient, form.value("revoke"))
        return self._list(patient)

    def _enter(self, form: Params) -> Page:
        patient = self.people.login(form).patient
        return self._list(patient) if patient else self._login(refused=True)

    def _login(self, *, refused: bool = False) -> Page:
        ticket = self.store.new_ticket("portal-login", content=True)
        about: dict[str, Any] = {"client": None, "form": self.people.form(), "refused": refused}
        return Page("login.html", {"ticket": ticket, "action": "applications", **about})

    def _list(self, patient: str) -> Page:
        shown = tuple(
            (client, scopes)
            for client_id, scopes in self.store.applications(patient).items()
            if (client := self.clients.get(client_id))
        )
        listed = self.defects.apply(Applications(shown)).shown
        ticket = self.store.new_ticket("portal-revoke", patient)
        return Page("applications.html", {"ticket": ticket, "applications": listed})
