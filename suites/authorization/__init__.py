"""Suites of authorization: fixtures send, tests name clauses."""
