"""Defects of secrets: guessed, repeated, shown to others. Imports flow and the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.defects.registry import defect

if TYPE_CHECKING:
    from conformance.mock.auth.flow import TokenReply

_SECRETS = ("code", "client_secret", "code_verifier")


@defect("token-response-repeats-request", breaks=["TOKEN-RESPONSE-ECHO"])
def repeats_request(reply: TokenReply) -> TokenReply:
    """The token response to a code holds the request that it answers, secrets and all."""
    if not reply.granted or reply.form is None or not reply.form.value("code"):
        return reply
    return reply.with_body(request=dict(reply.form.pairs))


@defect("token-error-repeats-secret", breaks=["TOKEN-RESPONSE-ECHO"])
def repeats_secret(reply: TokenReply) -> TokenReply:
    """The error_description of the token endpoint quotes the code, secret or verifier."""
    if reply.granted or reply.form is None:
        return reply
    sent = [reply.form.value(name) for name in _SECRETS]
    told = " ".join((reply.body["error_description"], *filter(None, sent)))
    return reply.with_body(error_description=told)
