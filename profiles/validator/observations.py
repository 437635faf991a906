"""Vital signs: profiles that FHIR R4 itself asks of an Observation by its code.

https://hl7.org/fhir/R4/observation-vitalsigns.html: "implementations that use these codes SHALL
conform". Imports nothing of ours.
"""

from __future__ import annotations

from typing import Any

LOINC = "http://loinc.org"
_BASE = "http://hl7.org/fhir/StructureDefinition/"
#: The profile of each LOINC code, as the HL7 validator has them.
VITAL_SIGNS = {
    "85353-1": "vitalspanel",
    "9279-1": "resprate",
    "8867-4": "heartrate",
    "2708-6": "oxygensat",
    "59408-5": "oxygensat",
    "8310-5": "bodytemp",
    "8302-2": "bodyheight",
    "9843-4": "headcircum",
    "29463-7": "bodyweight",
    "39156-5": "bmi",
    "85354-9": "bp",
}


def implied(value: dict[str, Any]) -> list[str]:
    """The profiles that the codes of an Observation imply."""
    code = value.get("code")
    codings = code.get("coding") if type(code) is dict else None
    found = []
    for each in codings if type(codings) is list else ():
        if type(each) is dict and each.get("system") == LOINC:
            name = each.get("code")
            if type(name) is str and name in VITAL_SIGNS:
                found.append(_BASE + VITAL_SIGNS[name])
    return found
