"""Which words of FHIR and OAuth tell nothing of a member. Imports nothing of ours.

Whatever string does not stand under one of these names gets a pseudonym: what is forgotten here is
hidden, never shown.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Resource types of FHIR R4 (https://hl7.org/fhir/R4/resourcelist.html).
RESOURCE_TYPES = _words(
    """
    Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse
    AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement
    CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse
    ClinicalImpression CodeSystem Communication CommunicationRequest CompartmentDefinition
    Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest
    CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest
    DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference
    EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare
    EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit
    FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService
    ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation
    ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport
    Media Medication MedicationAdministration MedicationDispense MedicationKnowledge
    MedicationRequest MedicationStatement MedicinalProduct MessageDefinition MessageHeader
    MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition
    OperationDefinition OperationOutcome Organization OrganizationAffiliation Parameters Patient
    PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole
    Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup
    ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment
    RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen
    SpecimenDefinition StructureDefinition StructureMap Subscription Substance SupplyDelivery
    SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet VerificationResult
    VisionPrescription
    """
)
#: Types that define things: what a server publishes for everybody.
PUBLIC_TYPES = _words(
    """
    CapabilityStatement CodeSystem CompartmentDefinition ConceptMap ImplementationGuide
    NamingSystem OperationDefinition SearchParameter StructureDefinition StructureMap
    TerminologyCapabilities ValueSet
    """
)
#: What the Provider Directory holds (Plan-Net): the target file's samples of these are public.
DIRECTORY_TYPES = _words(
    """
    Endpoint HealthcareService InsurancePlan Location Network Organization OrganizationAffiliation
    Practitioner PractitionerRole
    """
)

#: Elements whose values are codes.
CODES = _words(
    """
    resourceType code status use gender type mode relation severity criticality category intent
    priority kind language currency unit comparator contentType valueCode rank versionId version
    outcome relationship country state search method fhirVersion docStatus linkId assigner
    clinicalStatus verificationStatus purposeOfUse sequence repeat preference
    """
)
#: Elements whose values are addresses of definitions, of rows, or of systems.
ADDRESSES = _words(
    """
    system url reference fullUrl profile valueUri valueUrl valueCanonical valueOid valueUuid source
    implicitRules instantiatesCanonical instantiatesUri uri policy targetUri location
    """
)
#: Of those, the ones that name a definition.
DEFINING = _words("system profile valueCanonical implicitRules instantiatesCanonical")
#: How a code looks: no blank in it. What stands under a code's name and looks otherwise is hidden.
CODE = re.compile(r"[\w.:/|#%+\-\[\]{}*()'^~=,$!&;@]{1,80}")
#: A FHIRPath place, as OperationOutcome names one.
PLACE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*|\[\w+\]|\(\d*\))*")

#: What pseudonyms are called, by the element that holds the value.
LABELS = {
    **dict.fromkeys(("family", "given", "prefix", "suffix", "name", "alias"), "name"),
    **dict.fromkeys(("line", "district"), "address"),
    "city": "city",
    "postalCode": "zip",
    "display": "display",
    "div": "narrative",
    "username": "login",
}
#: What no value is hidden by where it stands alone in a text: our own labels, words of FHIR.
COMMON = frozenset(
    word.lower()
    for word in (
        *("member", "text", "contact", "identifier", "value", "header", "path", "data", "body"),
        *("true", "false", "null", "none", "unknown", "other", "home", "work", "mobile", "temp"),
        *("male", "female", "active", "final", "expected", "observed", "judged", "hold", "first"),
        *("patient", "http", "https", "json", "fhir", "bundle", "entry", "resource", "page"),
        *("search", "read", "status", "code", "type", "date", "redacted", "flexcheck", "number"),
        # What forms of a login send: "allow" stands in our own "the target allows no ...".
        *("allow", "deny", "approve", "decline", "accept", "reject", "login", "submit", "consent"),
        *RESOURCE_TYPES, *CODES, *ADDRESSES, *LABELS, *LABELS.values(),
    )
)  # fmt: skip

#: Search parameters (without modifier) whose values are codes, sizes or names of elements.
KEPT_PARAMETERS = _words(
    """
    _count _format _pretty _summary _elements _sort _total _include _revinclude _contained
    _containedType _profile _security _tag _type _offset _page _bundletype _getpagesoffset status
    category code type class-type gender active intent clinical-status verification-status
    response_type client_id redirect_uri scope aud state code_challenge code_challenge_method
    grant_type error iss response_mode prompt max_age
    """
)
#: Members of an OAuth or SMART answer that tell of the client or the server.
KEPT_MEMBERS = _words(
    """
    token_type expires_in scope error error_uri state refresh_expires_in issued_token_type
    need_patient_banner active client_id exp iat nbf iss aud
    """
)
#: Response and request headers that tell nothing of a member; others get a pseudonym.
KEPT_HEADERS = _words(
    """
    accept accept-encoding accept-charset accept-language age allow authorization cache-control
    connection content-encoding content-length content-security-policy content-type
    cross-origin-opener-policy date expires host if-none-match if-modified-since if-match
    keep-alive origin permissions-policy
    pragma prefer preference-applied proxy-authorization referrer-policy retry-after server
    strict-transport-security transfer-encoding user-agent vary via x-content-type-options
    x-frame-options x-powered-by x-xss-protection
    access-control-allow-origin access-control-allow-methods access-control-allow-headers
    access-control-allow-credentials access-control-expose-headers access-control-max-age
    x-request-id x-correlation-id traceparent set-cookie cookie
    """
)
#: Steps of an address outside FHIR, on an origin of the target, that stay.
KEPT_STEPS = _words(
    """
    .well-known smart-configuration openid-configuration oauth-authorization-server oauth oauth2
    authorize authorization auth authz token login logout consent callback introspect revoke
    jwks jwks.json jwk userinfo register manage launch metadata as v1 v2 r4 fhir api connect
    authorization.oauth2 token.oauth2 error errors unavailable
    """
)


def label_of_id(resource_type: str) -> str:
    """Return what the ids of a type are called: a Patient is a member."""
    return "member" if resource_type == "Patient" else resource_type.lower() or "id"
