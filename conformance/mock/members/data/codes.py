"""Code systems, profiles and the codes that members' records use. Imports nothing of the mock.

CPT codes stand without their names, which are the AMA's; NDCs are of real products.
"""

from __future__ import annotations

from dataclasses import dataclass

CARIN = "http://hl7.org/fhir/us/carin-bb"
C4BB = f"{CARIN}/StructureDefinition/C4BB-"
C4BB_CS = f"{CARIN}/CodeSystem/C4BB"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
PDEX = "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/"
THO = "http://terminology.hl7.org/CodeSystem/"
NUBC = "https://www.nubc.org/CodeSystem/"
V2_0203 = f"{THO}v2-0203"
ICD_10 = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_10_PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
NDC = "http://hl7.org/fhir/sid/ndc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
PLACE_OF_SERVICE = (
    "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
)
MS_DRG = (
    "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/"
    "AcuteInpatientPPS/MS-DRG-Classifications-and-Software"
)
X12_REASON = "https://x12.org/codes/claim-adjustment-reason-codes"


def c4bb(name: str) -> str:
    """Return a CARIN BB profile with the version that its resources must name."""
    return f"{C4BB}{name}|1.1.0"


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnosis as claims (ICD-10-CM) and as clinicians (SNOMED CT) code it."""

    icd: str
    display: str
    snomed: str = ""
    clinical: str = ""


PROBLEMS = (
    Problem("I10", "Essential (primary) hypertension", "59621000", "Essential hypertension"),
    Problem(
        "E11.9",
        "Type 2 diabetes mellitus without complications",
        "44054006",
        "Diabetes mellitus type 2",
    ),
    Problem("E78.5", "Hyperlipidemia, unspecified", "55822004", "Hyperlipidemia"),
    Problem("J45.909", "Unspecified asthma, uncomplicated", "195967001", "Asthma"),
    Problem(
        "K21.9",
        "Gastro-esophageal reflux disease without esophagitis",
        "235595009",
        "Gastroesophageal reflux disease",
    ),
    Problem("F41.1", "Generalized anxiety disorder", "21897009", "Generalized anxiety disorder"),
    Problem(
        "J06.9",
        "Acute upper respiratory infection, unspecified",
        "54150009",
        "Upper respiratory infection",
    ),
    Problem(
        "N39.0",
        "Urinary tract infection, site not specified",
        "68566005",
        "Urinary tract infectious disease",
    ),
)


@dataclass(frozen=True, slots=True)
class Stay:
    """Why somebody is in hospital: diagnosis, what was done (ICD-10-PCS), the group it pays by."""

    icd: str
    display: str
    drg: str
    drg_display: str
    pcs: str
    pcs_display: str


STAYS = (
    Stay(
        "J18.9", "Pneumonia, unspecified organism",
        "195", "Simple pneumonia and pleurisy without CC/MCC",
        "3E03329",
        "Introduction of Other Anti-infective into Peripheral Vein, Percutaneous Approach",
    ),
    Stay(
        "M16.11", "Unilateral primary osteoarthritis, right hip",
        "470",
        "Major hip and knee joint replacement or reattachment of lower extremity without MCC",
        "0SR90JZ", "Replacement of Right Hip Joint with Synthetic Substitute, Open Approach",
    ),
    Stay(
        "K80.20", "Calculus of gallbladder without cholecystitis without obstruction",
        "419", "Laparoscopic cholecystectomy without C.D.E. without CC/MCC",
        "0FT44ZZ", "Resection of Gallbladder, Percutaneous Endoscopic Approach",
    ),
    Stay(
        "I50.9", "Heart failure, unspecified",
        "293", "Heart failure and shock without CC/MCC",
        "B246ZZZ", "Ultrasonography of Right and Left Heart",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Service:
    """A billed service: its code, where it was given, and what is asked for it, in cents."""

    system: str
    code: str
    cents: int
    display: str = ""
    revenue: str = ""


VISITS = (
    Service(CPT, "99213", 14_200),
    Service(CPT, "99214", 20_900),
    Service(CPT, "80053", 4_800),
    Service(CPT, "83036", 3_650),
    Service(CPT, "93000", 6_100),
    Service(HCPCS, "G0008", 2_800, "Administration of influenza virus vaccine"),
)
HOSPITAL_SERVICES = (
    Service(
        HCPCS,
        "G0463",
        18_500,
        "Hospital outpatient clinic visit for assessment and management of a patient",
        "0510",
    ),
    Service(CPT, "71046", 23_300, revenue="0320"),
    Service(CPT, "85025", 5_200, revenue="0300"),
    Service(CPT, "99284", 98_000, revenue="0450"),
    Service(HCPCS, "J1885", 3_900, "Injection, ketorolac tromethamine, per 15 mg", revenue="0250"),
)
BED_AND_CARE = (("0120", 182_000), ("0250", 31_400), ("0300", 27_800), ("0360", 410_000))
"""Revenue codes of a stay, with what is asked: room and board (a day), drugs, tests, surgery."""


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug as a pharmacy (NDC) and as a prescriber (RxNorm) codes it."""

    ndc: str
    rxnorm: str
    name: str
    cents: int
    dosage: str
    per_day: int = 1


DRUGS = (
    Drug("68180098001", "314076", "lisinopril 10 MG Oral Tablet", 1_240, "1 tablet daily"),
    Drug(
        "00093104801", "861007", "metformin hydrochloride 500 MG Oral Tablet", 1_690,
        "1 tablet twice daily with meals", 2,
    ),
    Drug("00378395177", "617310", "atorvastatin 20 MG Oral Tablet", 2_130, "1 tablet at bedtime"),
    Drug("16714061205", "312941", "sertraline 50 MG Oral Tablet", 1_575, "1 tablet daily"),
    Drug(
        "62175011837", "198051", "omeprazole 20 MG Delayed Release Oral Capsule", 1_980,
        "1 capsule before breakfast",
    ),
)  # fmt: skip

VACCINES = (
    ("150", "Influenza, injectable, quadrivalent, preservative free"),
    ("115", "Tdap"),
    ("187", "zoster vaccine recombinant"),
    ("33", "pneumococcal polysaccharide PPV23"),
)

PROCEDURES = (
    ("73761001", "Colonoscopy"),
    ("80146002", "Appendectomy"),
    ("29303009", "Electrocardiographic procedure"),
    ("71651007", "Mammography"),
    ("399208008", "Plain chest X-ray"),
    ("252160004", "Standard pregnancy test"),
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured quantity: LOINC code, UCUM unit, profile, the range values are chosen from."""

    loinc: str
    display: str
    unit: str
    ucum: str
    low: int
    high: int
    profile: str = "observation-lab"


LABS = (
    Measure("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", "%", 5, 8),
    Measure("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", "mmol/L", 135, 145),
    Measure("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", "mg/dL", 1, 2),
    Measure("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", "mg/dL", 140, 240),
)
VITALS = (
    Measure("8867-4", "Heart rate", "beats/minute", "/min", 58, 92, "heart-rate"),
    Measure("29463-7", "Body weight", "kg", "kg", 58, 96, "body-weight"),
    Measure("8302-2", "Body height", "cm", "cm", 152, 191, "body-height"),
)
