"""What is wrong with a package, for the person who gave it. Imports nothing of ours."""

from __future__ import annotations


class PackageError(ValueError):
    """A package that cannot be used; the text says what, where and what to do."""
