"""A FLEX server as the payer documents describe it, and its named defects.

Imports nothing of `checks`, `search`, `contract`, `client` or `plugin`: one misreading must never
sit on both sides.
"""

from conformance.mock.server import RunningMock, start_mock

__all__ = ["RunningMock", "start_mock"]
