"""Lints an app registration before it is submitted. May import the contract; sends nothing.

`reach.py` alone asks for one page, and only when it is told to.
"""

from conformance.preflight.application import Application, ApplicationError, read_application
from conformance.preflight.form import form_of
from conformance.preflight.review import Review, review

__all__ = [
    "Application",
    "ApplicationError",
    "Review",
    "form_of",
    "read_application",
    "review",
]
