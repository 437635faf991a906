"""What a run log says of its target, no secret among it, and the target of a replay made of that.

Imports the target's other modules.
"""

from __future__ import annotations

import os
from dataclasses import asdict, fields
from json import dumps
from typing import TYPE_CHECKING, Any

from conformance.target.address import as_sent
from conformance.target.model import ClientConfig, Limits, Login, OtherMember, Target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Stands for every secret of the target in a replay; the log has none to give back.
PLACEHOLDER = "replayed-secret"


def describe_target(target: Target) -> dict[str, Any]:
    """Return what a replay has to know: no secret, nor where one is kept, nor who logs in."""
    return {
        "authorization_base": target.authorization_base,
        "client": _client(target.client),
        "public_client": _client(target.public_client),
        "login": target.login.method,
        "limits": asdict(target.limits),
        "safety": list(target.safety),
        "samples": {name: dict(values) for name, values in target.samples.items()},
        "future": list(target.future),
        "other_member": {
            "logs_in": bool(target.other_member.username),
            "rows": {name: list(ids) for name, ids in target.other_member.rows.items()},
        },
    }


def _client(config: ClientConfig) -> dict[str, Any]:
    return {
        "id": config.id or os.environ.get(config.id_env, "").strip(),
        "confidential": config.confidential,
        "redirect_uri": config.redirect_uri,
        "scopes": list(config.scopes),
    }


def recorded_target(header: Mapping[str, Any], folder: Path) -> Target:
    """Return the target of a run log, with placeholders for secrets in `folder`.

    Raises:
        KeyError: the log was written before targets were described in it.
    """
    about, settings = header["target"], header["settings"]
    secret = folder / "placeholder"
    secret.touch(mode=0o600)
    secret.write_text(PLACEHOLDER, encoding="utf-8")
    return Target(
        name=about["name"],
        deployment=about["deployment"],
        environment=about["environment"],
        path=folder / "replay.toml",
        argument=about.get("argument", ""),
        fhir_base=as_sent(about.get("fhir_base") or ""),
        directory_base=as_sent(about.get("directory_base") or ""),
        authorization_base=as_sent(settings["authorization_base"]),
        client=_client_of(settings["client"], secret),
        public_client=_client_of(settings["public_client"], secret),
        login=_login_of(settings, secret),
        limits=_limits_of(settings["limits"]),
        safety=tuple(settings["safety"]),
        samples={
            name: {key: tuple(found) for key, found in values.items()}
            for name, values in settings["samples"].items()
        },
        future=tuple(settings["future"]),
        # What the log holds was made fit to be written when it was recorded.
        bodies="full",
        other_member=_other_of(settings.get("other_member", {})),
    )


def _login_of(settings: Mapping[str, Any], secret: Path) -> Login:
    """Return the login as it was: by form, or with a kept token; no token of this machine."""
    method = settings["login"]
    if method == "form":
        return Login(method, "replayed-member", str(secret))
    token = secret.with_name("kept-login.json")
    if kept := settings.get("kept_login"):
        token.touch(mode=0o600)
        token.write_text(dumps({"refresh_token": PLACEHOLDER, **kept}), encoding="utf-8")
    return Login(method, refresh_token_file=str(token) if kept else "", store_file=str(token))


def _other_of(data: Mapping[str, Any]) -> OtherMember:
    rows = {name: tuple(ids) for name, ids in data.get("rows", {}).items()}
    return OtherMember("replayed-other-member" if data.get("logs_in") else "", rows)


def _client_of(data: Mapping[str, Any], secret: Path) -> ClientConfig:
    return ClientConfig(
        id=data["id"],
        secret_file=str(secret) if data["confidential"] else "",
        redirect_uri=data["redirect_uri"],
        scopes=tuple(data["scopes"]),
    )


def _limits_of(data: Mapping[str, Any]) -> Limits:
    known = {field.name for field in fields(Limits)}
    # Nobody is spared by waiting between answers that are already there.
    return Limits(**{name: data[name] for name in known & data.keys()} | {"requests_per_second": 0})
