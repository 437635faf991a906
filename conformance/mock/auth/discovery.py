"""How an application finds the authorization server: SMART configuration and CapabilityStatement.

Imports the standard library only. Neither document describes discovery; SMART App Launch 1.0
does, which the FHIR base of a SMART server owes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def smart_configuration(
    authorization_base: str, portal: str, scopes: Sequence[str], grant_types: Sequence[str]
) -> dict[str, Any]:
    """Return what `GET [fhir_base]/.well-known/smart-configuration` answers."""
    return {
        "issuer": authorization_base,
        "authorization_response_iss_parameter_supported": True,
        "authorization_endpoint": f"{authorization_base}/oauth/authorize",
        "token_endpoint": f"{authorization_base}/oauth/token",
        "management_endpoint": portal,
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "grant_types_supported": list(grant_types),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(scopes),
        "capabilities": [
            "launch-standalone",
            "client-public",
            "client-confidential-symmetric",
            "context-standalone-patient",
            "permission-patient",
        ],
    }


def capability_security(authorization_base: str, portal: str) -> dict[str, Any]:
    """Return `CapabilityStatement.rest.security` (SMART App Launch 1.0, "oauth-uris")."""
    addresses = {
        "authorize": f"{authorization_base}/oauth/authorize",
        "token": f"{authorization_base}/oauth/token",
        "manage": portal,
    }
    parts = [{"url": name, "valueUri": address} for name, address in addresses.items()]
    return {
        "extension": [{"url": OAUTH_URIS, "extension": parts}],
        "cors": False,
        "service": [
            {"coding": [{"system": _SERVICE, "code": "SMART-on-FHIR"}], "text": "OAuth 2.0 (SMART)"}
        ],
    }
