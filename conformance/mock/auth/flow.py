"""The values that flow through the authorization server, each a place where a defect may act.

Imports its clients, store and problems. An authorize request: `Sought`, `RedirectMatch` (or
`ErrorPage`), `Authorization`, `ScopeGrant`, `LoginForm`, `Membership`, `ConsentForm`, `Consent`,
`Redirection`. A token request: `TokenCall`, `GrantType`, `Sought`, `ClientLogin`, then
`Redemption`, `Held` and `Renewal` or `ScopeGrant`, `Issue`, `TokenReply`. A resource request:
`Presented` to the gate, then `Access` or `Refusal` of `access`. Beside these stand `Discovery`, the
portal's `Applications`, and `Minted`, what each code and token is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from conformance.mock.auth.clients import Client
    from conformance.mock.auth.params import Params
    from conformance.mock.auth.problems import Breach
    from conformance.mock.auth.store import AccessToken, Code, Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Something held against rules: the breaches found, in the order they are answered."""

    breaches: tuple[Breach, ...] = ()

    def forgiving(self, *rules: str) -> Self:
        """Return it without its breaches of these rules."""
        kept = tuple(breach for breach in self.breaches if breach.rule not in rules)
        return replace(self, breaches=kept)

    def breaks(self, rule: str) -> bool:
        """Whether a rule is broken."""
        return any(breach.rule == rule for breach in self.breaches)


@dataclass(frozen=True, slots=True)
class Sought:
    """A `client`, `code`, `refresh_token` or `ticket` that a request names, and what it stands for.

    `other` is what the request does not name: the web client, or what was given out last.
    """

    what: str
    value: str = field(repr=False)
    found: Any = field(repr=False)
    other: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class GrantType:
    """The grant type of a token request, "" where it names none."""

    form: Params
    name: str


@dataclass(frozen=True, slots=True)
class RedirectMatch:
    """Whether the redirect URI asked for is the one registered."""

    client: Client
    asked: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What the member sees where nothing can be redirected; `to` is where it goes all the same."""

    message: str
    params: Params
    to: str = ""


@dataclass(frozen=True, slots=True)
class Authorization(Judged):
    """An authorize request of a known client with the right redirect URI."""

    params: Params
    client: Client


@dataclass(frozen=True, slots=True)
class ScopeGrant:
    """The scopes asked, those that can be given, and those that are."""

    grant_type: str
    asked: tuple[str, ...]
    known: tuple[str, ...]
    granted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoginForm:
    """What the login page asks beside name and password; a `member` is in without being asked."""

    patients: tuple[str, ...]
    payers: tuple[str, ...]
    sign_up: bool
    member: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """Who logged in, and the Patient id that belongs to it ("": refused)."""

    username: str
    patient: str


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """What the consent page shows: `checked` is selected at first, without `choice` all or none.

    `declined` is what the member did not share with the application before.
    """

    name: str
    description: str
    scopes: tuple[str, ...]
    checked: tuple[str, ...]
    declined: frozenset[str] = frozenset()
    asks: bool = True
    choice: bool = True


@dataclass(frozen=True, slots=True)
class Applications:
    """The applications that the member portal shows, each with its scopes."""

    shown: tuple[tuple[Client, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """What the member decided: `allow` or `deny`, and the scopes left checked."""

    asked: tuple[str, ...]
    allowed: tuple[str, ...]
    decision: str
    #: What the form brought, offered or not.
    sent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redirection:
    """The way back to the application, with what its address will carry; `to` "" leads nowhere."""

    to: str
    parameters: dict[str, str] = field(repr=False)

    def with_(self, **parameters: str | None) -> Redirection:
        """Return it with parameters replaced; None removes one."""
        merged = {**self.parameters, **parameters}
        return replace(self, parameters={k: v for k, v in merged.items() if v is not None})


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes to the browser: a page, or where `submitted` tells a redirect after a form."""

    status: int
    headers: dict[str, str] = field(repr=False)
    submitted: bool = False


@dataclass(frozen=True, slots=True)
class ClientLogin(Judged):
    """How a client showed at the token endpoint who it is; `proven` means by its secret."""

    client: Client
    sent_secret: bool
    proven: bool


@dataclass(frozen=True, slots=True)
class Redemption(Judged):
    """A code about to become tokens; `revoke` ends those that its first use gave."""

    code: Code
    client: Client
    revoke: bool


@dataclass(frozen=True, slots=True)
class Held:
    """The grant of a value presented as a refresh token, and its grant if it is an access token."""

    grant: Grant | None
    of_access_token: Grant | None


@dataclass(frozen=True, slots=True)
class Renewal(Judged):
    """A refresh token about to give a new access token with these scopes."""

    grant: Grant
    client: Client
    asked: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """The tokens about to be made, with a refresh token where `refresh` says so.

    A renewal was `presented` a refresh token, which `retire` ends; `previous` is the access token
    that went before, which `alone` ends. One named in `access_token` is given again instead of a
    new one.
    """

    grant: Grant
    grant_type: str
    scopes: tuple[str, ...]
    lifetime: int
    refresh: bool
    presented: str = field(default="", repr=False)
    retire: bool = False
    alone: bool = False
    previous: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Minted:
    """A `code`, `access_token` or `refresh_token` that was just made up."""

    what: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenReply:
    """The answer of the token endpoint before it is written; `form` is what was sent to it."""

    grant_type: str
    status: int
    body: dict[str, Any] = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    form: Params | None = field(default=None, repr=False)

    @property
    def granted(self) -> bool:
        """Whether tokens were given."""
        return self.status == 200  # noqa: PLR2004

    def with_body(self, **elements: Any) -> TokenReply:
        """Return it with elements of the body replaced; None removes one."""
        body = {**self.body, **elements}
        return replace(self, body={k: v for k, v in body.items() if v is not None})


@dataclass(frozen=True, slots=True)
class Presented(Judged):
    """An access token shown to a resource: at `patient-access` or at the `directory`.

    `members` are all the Patients there are.
    """

    where: str
    token: AccessToken
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovery:
    """What an application can find out: SMART configuration and CapabilityStatement security."""

    configuration: dict[str, Any]
    security: dict[str, Any]

    def without(self, name: str) -> Discovery:
        """Return it without one element of the configuration."""
        kept = {key: value for key, value in self.configuration.items() if key != name}
        return replace(self, configuration=kept)
