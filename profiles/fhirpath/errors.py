"""What can go wrong with an expression. Imports nothing of ours."""

from __future__ import annotations


class FhirPathError(Exception):
    """Any failure of this package."""


class FhirPathSyntaxError(FhirPathError):
    """An expression that is none.

    Attributes:
        expression: the whole text.
        column: where it goes wrong, 1 for the first character.
    """

    def __init__(self, message: str, expression: str = "", column: int = 0) -> None:
        super().__init__(f"column {column}: {message} in {expression!r}" if column else message)
        self.expression = expression
        self.column = column


class EvaluationError(FhirPathError):
    """A run-time error of FHIRPath: several items where one is allowed, unlike operands."""


class NotEvaluable(FhirPathError):  # noqa: N818 - no error of the expression or of the resource
    """The answer needs what nobody here has: a terminology server, another profile."""
