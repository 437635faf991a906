"""FHIR search as the document describes it, written from FHIR R4. Imports the mock's data only."""
