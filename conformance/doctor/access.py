"""What a target file says of apps, logins, scopes and data. May import target and auth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conformance.auth import CannotAuthorize
from conformance.auth.callback import loopback_of
from conformance.auth.secrets import read_app, read_password, read_public_app
from conformance.auth.stored import command_of, find_token
from conformance.contract import load_contract
from conformance.doctor.model import Note, good, hint, wrong
from conformance.preflight import Application
from conformance.preflight.redirects import is_own_scheme
from conformance.preflight.review import review
from conformance.search import definitions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.target import ClientConfig, Target

#: Keys of a registration that a target file has too.
_SHARED = frozenset({"app.redirect_uri", "app.scopes"})


def access(target: Target) -> Iterator[Note]:
    """Look at what needs no request: credentials, redirect URI, scopes, login, samples."""
    if target.fhir_base or target.authorization_base:
        yield from _client(target)
        yield from _public_client(target)
        yield from _registration(target)
        yield _login(target)
    yield from _samples(target)
    yield _tiers(target)


def _client(target: Target) -> Iterator[Note]:
    try:
        app = read_app(target)
    except CannotAuthorize as why:
        yield wrong("client", str(why), "without it nothing that needs a login is judged")
        return
    kind = "with its secret" if app.secret else "without a secret"
    yield good("client", f"{app.id}, {kind}")
    if not app.redirect_uri:
        yield wrong("client", "there is no redirect_uri", "add the registered one to [client]")
    if target.deployment == "uhc" and not app.secret:
        what = "it has no secret, and the document knows confidential clients only"
        yield wrong("client", what, "name the secret with secret_env or secret_file")


def _public_client(target: Target) -> Iterator[Note]:
    if not target.public_client.named:
        what = "there is none: clauses on another client's codes and tokens are skipped"
        yield hint(
            "public client", what, "add [public_client] where you have a second registration"
        )
        return
    try:
        yield good("public client", read_public_app(target).id)
    except CannotAuthorize as why:
        yield wrong("public client", str(why), "name it, or take the table out")


def _registration(target: Target) -> Iterator[Note]:
    """Hold redirect URI and scopes against the rules of a registration."""
    for table, config in (("client", target.client), ("public_client", target.public_client)):
        if not config.redirect_uri:
            continue
        remarks = review(_as_registration(target, config)).remarks
        found = [remark for remark in remarks if remark.fault.key in _SHARED]
        for remark in found:
            key = remark.fault.key.removeprefix("app.")
            topic = f"{table} {key}"
            said = f"{remark.fault.said} ({remark.clause.id})"
            yield (wrong if remark.fails else hint)(topic, said, remark.fault.fix)
        if not any(remark.fault.key == "app.redirect_uri" for remark in found):
            way = "listened for" if loopback_of(config.redirect_uri) else "pasted after a login"
            yield good(f"{table} redirect_uri", f"{config.redirect_uri}, {way}")
    if not target.client.scopes:
        what = (
            "none are named: patient/Patient.read and patient/ExplanationOfBenefit.read are asked"
        )
        yield hint("client scopes", what, "name what your application is registered for")


def _as_registration(target: Target, config: ClientConfig) -> Application:
    about = {"deployment": target.deployment, "environment": target.environment}
    kind = "mobile" if is_own_scheme(config.redirect_uri) else "web"
    shared = {"redirect_uri": config.redirect_uri, "scopes": list(config.scopes)}
    return Application(Path(), {"app": {**about, **shared, "kind": kind}})


def _login(target: Target) -> Note:
    topic = "login"
    try:
        if target.login.method == "form":
            read_password(target)
            return good(topic, f"by form, as {target.login.username or 'nobody'}")
        store = find_token(target, read_app(target).id)
        kept = store.read()
    except CannotAuthorize as why:
        return hint(topic, str(why), f"run `{command_of(target)}`; until then members are skipped")
    when = f", kept {kept.saved}" if kept and kept.saved else ""
    return good(topic, f"a refresh token in {store.name}{when}")


def _samples(target: Target) -> Iterator[Note]:
    """Tell which samples no clause can use, and what is left to discovery."""
    rows = [row for row in load_contract().clauses if target.deployment in row.deployments]
    types = {row.resource for row in rows if row.resource}
    listed = {(row.resource, row.param) for row in rows}
    for resource, samples in target.samples.items():
        if resource not in types:
            what = f"the document has no {resource}"
            yield wrong("samples", what, f"take [samples.{resource}] out")
            continue
        for name in samples:
            if name != "id" and (resource, name) not in listed and not _is_standard(resource, name):
                what = f"neither the document nor FHIR has a parameter {name} of {resource}"
                yield wrong("samples", what, "mend the name, or take it out")
    given = sorted(types & target.samples.keys())
    yield good("samples", f"given for {', '.join(given) or 'no type'}; the rest is discovered")
    if (target.deployment, target.environment) == ("uhc", "sandbox"):
        what = "the sandbox's member is clinical only: claims and coverage may have no rows"
        yield hint("samples", what, "")


def _is_standard(resource: str, name: str) -> bool:
    return name in definitions_of(resource)


def _tiers(target: Target) -> Note:
    said = f"{', '.join(target.safety) or 'none'} ([safety] tiers)"
    if target.environment == "production" and target.safety != ("safe",):
        return hint(
            "tiers", f"{said}, and this is production", 'write tiers = ["safe"] unless agreed'
        )
    return good("tiers", said)
