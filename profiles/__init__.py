"""What resources must look like: FHIR packages in, a validator out. Imports nothing of ours.

A validator knows the packages it is given; without any, the versions that the contract names.

>>> from profiles import Validator
>>> validator = Validator()
>>> network = {
...     "resourceType": "Organization",
...     "active": True,
...     "name": "Preferred",
...     "meta": {
...         "lastUpdated": "2026-01-01T00:00:00Z",
...         "profile": ["http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/plannet-Network"],
...     },
...     "type": [
...         {
...             "coding": [
...                 {
...                     "system": "http://hl7.org/fhir/us/davinci-pdex-plan-net/CodeSystem/OrgTypeCS",
...                     "code": "ntwk",
...                 }
...             ]
...         }
...     ],
... }
>>> report = validator.validate(network)
>>> report.valid
False
>>> [(issue.expression, issue.message) for issue in report.issues if issue.severity == "error"]
[('Organization', 'partOf: at least 1 expected, 0 found')]

Text and bytes are read; whatever they hold, there is a report, never an exception.

>>> validator.validate(b'{"resourceType": "Patient", "birthDate": "2020-02-30"}').issues[0].message
"'2020-02-30' is no date (YYYY, YYYY-MM or YYYY-MM-DD)"
>>> [issue.severity for issue in validator.validate("{").issues]
['fatal']

What could not be judged offline is named, not passed over.

>>> coverage = {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}
>>> validator.validate({"resourceType": "Basic", "code": coverage}).not_checked
('code system http://snomed.info/sct',)

Profiles can be asked for beside those that a resource claims; must-support coverage is data.

>>> plan_net = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/"
>>> validator.validate(network, [plan_net + "plannet-Organization"]).valid
False
>>> support = validator.must_support([network], plan_net + "plannet-Network")
>>> [(each.element, each.present, each.absent) for each in support][:2]
[('Organization.extension:location-reference', 0, 1), ('Organization.identifier', 0, 1)]

`structural_issues` asks only whether a resource is well-formed.

>>> from profiles import structural_issues
>>> structural_issues({"resourceType": "Location", "id": "l1", "status": "active"})
()
>>> issues = structural_issues({"resourceType": "Location", "id": "l1", "colour": "red"})
>>> issues[0].expression
'Location.colour'
"""

from profiles.issues import Issue
from profiles.packages import PackageError, load_default_packages, load_packages
from profiles.structure import structural_issues
from profiles.validator.coverage import Support
from profiles.validator.engine import Report, Validator

__all__ = [
    "Issue",
    "PackageError",
    "Report",
    "Support",
    "Validator",
    "load_default_packages",
    "load_packages",
    "structural_issues",
]
