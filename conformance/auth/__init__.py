"""OAuth for one target: login, tokens, the member's session. May import target, client, records."""

from conformance.auth.endpoints import management_page, read_configuration
from conformance.auth.errors import CannotAuthorize, LoginFailed
from conformance.auth.form_login import ALLOW, DENY, Decision
from conformance.auth.kept_access import KeptAccess
from conformance.auth.portal import revoke_access
from conformance.auth.secrets import App
from conformance.auth.server import USUAL_SCOPES, AuthorizationServer, Flow
from conformance.auth.session import Bearer, MemberAuth
from conformance.auth.system import SystemAuth

__all__ = [
    "ALLOW",
    "DENY",
    "USUAL_SCOPES",
    "App",
    "AuthorizationServer",
    "Bearer",
    "CannotAuthorize",
    "Decision",
    "Flow",
    "KeptAccess",
    "LoginFailed",
    "MemberAuth",
    "SystemAuth",
    "management_page",
    "read_configuration",
    "revoke_access",
]
