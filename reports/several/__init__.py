"""Several runs under one verdict: `flexcheck run` with more than one target.

Imports the reports of a single run. `overview` is what `conformance.cli.several` calls.
"""

from reports.several.allure import files_of as allure_files
from reports.several.formats import FORMATS, content, overview, write
from reports.several.group import INDEX, Group, Member, read_group

__all__ = [
    "FORMATS",
    "INDEX",
    "Group",
    "Member",
    "allure_files",
    "content",
    "overview",
    "read_group",
    "write",
]
