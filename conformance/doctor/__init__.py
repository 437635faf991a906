"""Examines a target before a run: what is wrong, what to do, what will be judged.

May import target, client, auth, contract, preflight's rules of redirect URIs, and rehearsal.
"""

from conformance.doctor.examination import Examination, examine
from conformance.doctor.model import Note, Severity

__all__ = ["Examination", "Note", "Severity", "examine"]
