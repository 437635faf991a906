"""Checks: pure generators from records to assertions, one file a topic.

They import records, exchanges, findings and search semantics; never the client, pytest or the
mock. A check that yields nothing has demonstrated nothing.
"""
