"""Who can log in, and which member that is. Imports flow and params."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.mock.auth.flow import LoginForm, Membership

if TYPE_CHECKING:
    from conformance.mock.auth.params import Params

#: The one password the identity provider refuses, so that a failed login can be seen.
WRONG_PASSWORD = "wrong"  # noqa: S105 - the very opposite of a secret
MEMBERS = 5
#: uhc: "production covers four payers"; the member picks one during login.
PAYERS = {
    ("uhc", "production"): (
        "UnitedHealthcare",
        "Rocky Mountain Health Plans",
        "Sierra Health and Life",
        "Peoples Health",
    )
}


@dataclass(frozen=True, slots=True)
class People:
    """The accounts of one environment; `patients` are the Patient ids, the sandbox's one first."""

    environment: str
    patients: tuple[str, ...]
    payers: tuple[str, ...] = ()

    def form(self) -> LoginForm:
        """Return what the login page asks; the sandbox offers a new account too."""
        return LoginForm(self.patients, self.payers, sign_up=self.environment == "sandbox")

    def login(self, form: Params) -> Membership:
        """Return who logs in; no Patient where the login is refused.

        In the sandbox "any One Healthcare ID works, all map to the same synthetic member"; in
        production `member1`, `member2`, ... are the members. Who picks no payer gets the first.
        """
        username, password = form.value("username"), form.value("password")
        payer = form.value("payer")
        known = username and password and password != WRONG_PASSWORD
        if not known or (payer and self.payers and payer not in self.payers):
            return Membership(username, "")
        if self.environment == "sandbox":
            return Membership(username, self.patients[0])
        return Membership(username, self._members().get(username, ""))

    def _members(self) -> dict[str, str]:
        return {f"member{number}": patient for number, patient in enumerate(self.patients, 1)}


def people_of(deployment: str, environment: str) -> People:
    """Return the accounts of an environment; until there is data, ids are like user names."""
    known = tuple(f"member{number}" for number in range(1, MEMBERS + 1))
    return People(environment, known, PAYERS.get((deployment, environment), ()))
