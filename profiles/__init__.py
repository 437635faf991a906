"""What resources must look like. Imports nothing of ours.

Today: whether a resource is well-formed FHIR R4. Profile validation grows here.

>>> from profiles import structural_issues
>>> structural_issues({"resourceType": "Location", "id": "l1", "status": "active"})
()
>>> issues = structural_issues({"resourceType": "Location", "id": "l1", "colour": "red"})
>>> issues[0].expression
'Location.colour'
"""

from profiles.issues import Issue
from profiles.structure import structural_issues

__all__ = ["Issue", "structural_issues"]
