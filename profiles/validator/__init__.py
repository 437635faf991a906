"""The profile validator: FHIR R4 resources against base types and profiles."""
