"""Suites of the public Provider Directory (contract area DIR)."""
