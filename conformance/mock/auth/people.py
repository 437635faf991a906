"""Who can log in, and which member that is. Imports the standard library only."""

from __future__ import annotations

from dataclasses import dataclass

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

    def login(self, username: str, password: str, payer: str = "") -> str:
        """Return the Patient id behind a login, "" where it is refused.

        In the sandbox "any One Healthcare ID works, all map to the same synthetic member"; in
        production `member1`, `member2`, ... are the members. Who picks no payer gets the first.
        """
        if not username or not password or password == WRONG_PASSWORD:
            return ""
        if payer and self.payers and payer not in self.payers:
            return ""
        if self.environment == "sandbox":
            return self.patients[0]
        return dict(zip(self.usernames(), self.patients, strict=True)).get(username, "")

    def usernames(self) -> tuple[str, ...]:
        """Return the user names that production knows."""
        return tuple(f"member{number}" for number in range(1, len(self.patients) + 1))


def people_of(deployment: str, environment: str, patients: tuple[str, ...] = ()) -> People:
    """Return the accounts of an environment, over the Patient ids that its data has."""
    known = patients or tuple(f"member{number}" for number in range(1, MEMBERS + 1))
    return People(environment, known, PAYERS.get((deployment, environment), ()))
