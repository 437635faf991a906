"""Code systems and the codes the directory uses. Imports nothing.

Codes are those of Plan-Net 1.0.0's value sets, NUCC codes with the names Plan-Net gives them.
"""

from __future__ import annotations

from dataclasses import dataclass

PLAN_NET = "http://hl7.org/fhir/us/davinci-pdex-plan-net"
PROFILE = f"{PLAN_NET}/StructureDefinition/plannet-"
EXTENSION = f"{PLAN_NET}/StructureDefinition/"
CODE_SYSTEM = f"{PLAN_NET}/CodeSystem/"
NUCC = "http://nucc.org/provider-taxonomy"
DEGREE = "http://terminology.hl7.org/CodeSystem/v2-0360"
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
STATE = "https://www.usps.com/"
LANGUAGE = "urn:ietf:bcp:47"
NPI = "http://hl7.org/fhir/sid/us-npi"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
CONNECTION = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type"


@dataclass(frozen=True, slots=True)
class Specialty:
    """A NUCC taxonomy code and what goes with it: service category, role, degree."""

    code: str
    display: str
    label: str
    category: str
    role: str
    degree: str = ""


PEOPLE_SPECIALTIES = (
    Specialty("207R00000X", "Internal Medicine Physician", "Internal Medicine", "prov", "ph", "MD"),
    Specialty("207Q00000X", "Family Medicine Physician", "Family Medicine", "prov", "ph", "DO"),
    Specialty("208000000X", "Pediatrics Physician", "Pediatrics", "prov", "ph", "MD"),
    Specialty("2084P0800X", "Psychiatry Physician", "Psychiatry", "behav", "ph", "MD"),
    Specialty(
        "207V00000X", "Obstetrics & Gynecology Physician", "Women's Health", "prov", "ph", "MD"
    ),
    Specialty("1041C0700X", "Clinical Social Worker", "Counseling", "behav", "sw"),
    Specialty("103T00000X", "Psychologist", "Psychology", "behav", "py", "PHD"),
    Specialty("363L00000X", "Nurse Practitioner", "Primary Care", "prov", "crnp", "NP"),
    Specialty("363A00000X", "Physician Assistant", "Walk-in Care", "prov", "pa", "PA"),
    Specialty("225100000X", "Physical Therapist", "Physical Therapy", "outpat", "pt"),
    Specialty("122300000X", "Dentist", "Dental Care", "dent", "de"),
    Specialty("152W00000X", "Optometrist", "Eye Care", "vis", "oo"),
    Specialty("207RC0000X", "Cardiovascular Disease Physician", "Cardiology", "prov", "ph", "MD"),
    Specialty("101YM0800X", "Mental Health Counselor", "Mental Health", "behav", "co", "MA"),
    Specialty("106H00000X", "Marriage & Family Therapist", "Family Therapy", "behav", "mt", "MS"),
    Specialty("183500000X", "Pharmacist", "Pharmacy", "pharm", "rx", "PharmD"),
)

FACILITY_SPECIALTIES = (
    Specialty("282N00000X", "General Acute Care Hospital", "Hospital", "hosp", "hospital"),
    Specialty("261QP2300X", "Primary Care Clinic/Center", "Clinic", "outpat", "outpatient"),
    Specialty(
        "261QM0801X",
        "Mental Health Clinic/Center (Including Community Mental Health Center)",
        "Behavioral Health Center",
        "behav",
        "behavioral",
    ),
    Specialty("193200000X", "Multi-Specialty Group", "Medical Group", "group", "group"),
    Specialty("291U00000X", "Clinical Medical Laboratory", "Laboratory", "lab", "laboratory"),
    Specialty("3336C0003X", "Community/Retail Pharmacy", "Pharmacy", "pharm", "pharmacy"),
    Specialty("261QU0200X", "Urgent Care Clinic/Center", "Urgent Care", "urg", "urgent"),
    Specialty("251E00000X", "Home Health Agency", "Home Health", "home", "home"),
    Specialty(
        "324500000X",
        "Substance Abuse Rehabilitation Facility",
        "Recovery Center",
        "behav",
        "residential",
    ),
)

DISPLAY = {
    "HealthcareServiceCategoryCS": {
        "behav": "Behavioral Health", "dent": "Dental", "group": "Medical Group",
        "home": "Home Health", "hosp": "Hospital", "lab": "Laboratory",
        "outpat": "Clinic or Outpatient Facility", "prov": "Medical Provider",
        "pharm": "Pharmacy", "urg": "Urgent Care", "vis": "Vision",
    },
    "ProviderRoleCS": {
        "ph": "Physician", "sw": "Social Worker", "py": "Psychologist",
        "crnp": "Certified Registered Nurse Practitioner", "pa": "Physician Assistant",
        "pt": "Physical Therapist", "de": "Dentist", "oo": "Optometrist", "co": "Counselor",
        "mt": "Marriage/Family Therapist", "rx": "Pharmacy Service Providers",
        "ap": "Admitting Privileges",
    },
    "OrganizationAffiliationRoleCS": {
        "behavioral": "Outpatient Behavioral Health Provider", "group": "Medical Group",
        "home": "Home Health Provider", "hospital": "Hospital", "laboratory": "Laboratory",
        "outpatient": "Clinic or Outpatient Facility", "pharmacy": "Pharmacy",
        "residential": "Residential Treatment Facility", "urgent": "Urgent Care Center",
    },
    "OrgTypeCS": {
        "fac": "Facility", "prvgrp": "Provider Group", "payer": "Payer", "ntwk": "Network",
    },
    "AcceptingPatientsCS": {
        "nopt": "Not Accepting", "newpt": "Accepting", "existptonly": "Accepting existing patients",
    },
    "AccessibilityCS": {
        "adacomp": "ADA compliant", "pubtrans": "public transit options", "mobility": "mobility",
    },
    "DeliveryMethodCS": {"virtual": "Virtual", "physical": "Physical"},
    "VirtualModalitiesCS": {"phone": "phone", "video": "video chat"},
    "LanguageProficiencyCS": {
        "30": "General professional proficiency", "50": "Functional native proficiency",
    },
    "EndpointPayloadTypeCS": {"NA": "Not Applicable"},
    "EndpointConnectionTypeCS": {"rest-non-fhir": "REST (not FHIR)"},
}  # fmt: skip
"""The display of each code used, by Plan-Net code system."""

DEGREES = {
    "MD": "Doctor of Medicine", "DO": "Doctor of Osteopathy", "PHD": "Doctor of Philosophy",
    "NP": "Nurse Practitioner", "PA": "Physician Assistant", "MA": "Master of Arts",
    "MS": "Master of Science", "PharmD": "Doctor of Pharmacy",
}  # fmt: skip

LANGUAGES = {"es": "Spanish", "vi": "Vietnamese", "nv": "Navajo", "zh": "Chinese", "fr": "French"}
