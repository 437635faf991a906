"""The members' records: made lazily and deterministically from a seed. Imports the mock's data."""
