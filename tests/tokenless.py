"""Defects of the authorization server with which nobody gets a token, or none that is told."""

WITHOUT_TOKENS = frozenset(
    {
        *("authorize-unavailable", "authorize-challenge-required", "authorize-localhost-refused"),
        *("code-never-taken", "code-verifier-required", "token-form-refused"),
        *("client-key-pair-required", "token-response-not-an-object", "token-access-token-missing"),
    }
)
