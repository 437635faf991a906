"""FLEX's authorization server: OAuth 2.0 with login, consent and member portal, and its defects.

Imports the mock's access model and defect registry, and nothing of what judges it. Importing it
registers its defects.
"""

from conformance.mock.auth import (
    defects_authorize,
    defects_bearer,
    defects_lenient,
    defects_lifetime,
    defects_pages,
    defects_redirects,
    defects_refresh,
    defects_requests,
    defects_secrets,
    defects_smart,
    defects_strict,
    defects_token,
    defects_use,
)
from conformance.mock.auth.server import AuthServer, build_auth
from conformance.mock.auth.web import auth_routes

DEFECT_MODULES = (
    *(defects_authorize, defects_pages, defects_token, defects_refresh, defects_use),
    *(defects_lenient, defects_strict),
)
#: Those of the standards' rules in depth; `tests/auth_depth` holds them to what they break.
DEPTH_MODULES = (
    *(defects_requests, defects_redirects, defects_lifetime, defects_bearer),
    *(defects_smart, defects_secrets),
)

__all__ = ["DEFECT_MODULES", "DEPTH_MODULES", "AuthServer", "auth_routes", "build_auth"]
