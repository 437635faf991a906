"""The one HTTP client: bounded, polite, recording. May import target, exchange, redaction."""

from conformance.client.api import FhirApi
from conformance.client.http import Client, TargetUnusable
from conformance.client.recorder import Recorder
from conformance.client.searching import search

__all__ = ["Client", "FhirApi", "Recorder", "TargetUnusable", "search"]
