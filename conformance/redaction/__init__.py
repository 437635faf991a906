"""What may never stand in a record: secrets, and member data of targets that are no sandbox.

`secrets` masks what a run must never write, at capture (DESIGN, section 6); `veil` puts pseudonyms
in the place of member data where exchanges and findings leave the process. Imports exchange and
findings.
"""

from conformance.redaction.secrets import MASK, Redactor

__all__ = ["MASK", "Redactor"]
