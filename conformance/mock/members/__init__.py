"""Patient Access of the mock: members' claims and clinical data, as the documents describe them.

Imports nothing of `checks`, `search`, `contract`, `client` or `plugin`, as all of the mock.
"""

from conformance.mock.members.build import MEMBERS_PATH, MembersApi, build_members

__all__ = ["MEMBERS_PATH", "MembersApi", "build_members"]
