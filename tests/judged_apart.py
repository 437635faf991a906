"""Which clauses `tests/clauses` demands a defect for, so that `tests/gates` need not."""

from __future__ import annotations

import re

#: What is future in one document, whose data a token opens, what claims say, what an environment
#: holds, the directory with a token.
_JUDGED = re.compile(
    r"PA-(COND|ENC|IMM)-"
    r"(READ|SEARCH(-[A-Z-]+)?|REVINCLUDE-[A-Z-]+|EXAMPLE-[A-Z]+|WINDOW|POST-SAME|DATE-PREFIXES)"
    r"|PA-USPAT-[A-Z-]+"
    r"|PA-[A-Z]+-(SCOPE-NEEDED|OTHER-MEMBER|VERSIONED-REFERENCES)"
    r"|PA-COV-EFFECTIVE|PA-EOB-(KINDS|CLAIM-DETAILS|DATE-PREFIXES)"
    r"|PA-IG-[A-Z-]+|PA-SANDBOX-[A-Z-]+|PA-PRODUCTION-CLAIMS|DIR-AUTHENTICATED"
)
#: Rules of every search, which happen to begin alike; the gates break them.
_GENERAL = re.compile(r".*-SEARCH-(MODE|ERROR-OUTCOME)")


def is_judged_apart(clause: str) -> bool:
    """Whether `tests/clauses` holds an honest mock and a defect against this clause."""
    return bool(_JUDGED.fullmatch(clause)) and not _GENERAL.fullmatch(clause)
