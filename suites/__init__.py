"""The conformance suites: fixtures send, tests name a clause. Imports `conformance` only."""
