"""A directory that is badly kept. What it shows is then not what is searched."""

from __future__ import annotations

from typing import Any

from rewriting import on_rows, rewrite

NPI = "http://hl7.org/fhir/sid/us-npi"
#: What a row of each of these elements becomes.
CARELESS: dict[str, Any] = {
    "telecom": [{"system": "phone", "value": "555"}],
    "specialty": [{"coding": [{"system": "http://nucc.org/provider-taxonomy", "code": "heart"}]}],
    "active": False,
    "identifier": [{"system": NPI, "value": "1234567890"}],
}


@rewrite(breaks=["DIR-QUALITY-(?!NETWORKS).*"], also=["DIR-(?!QUALITY).*"], alone=True)
@on_rows
def rows_are_carelessly_kept(row: dict[str, Any]) -> dict[str, Any]:
    """Rows have wrong numbers, codes, places and times, no network, and all the same NPI."""
    row = {name: CARELESS.get(name, node) for name, node in row.items()}
    row["meta"] = {**row["meta"], "lastUpdated": "2999-01-01T00:00:00Z"}
    if row["resourceType"] == "PractitionerRole":
        row.pop("extension", None)
    address = row.get("address")
    for item in address if isinstance(address, list) else [address] if address else []:
        item["state"] = "Somewhere"
    return row


@rewrite(breaks=["DIR-QUALITY-NETWORKS"], also=["DIR-(?!QUALITY).*"], alone=True)
@on_rows
def networks_have_one_name(row: dict[str, Any]) -> dict[str, Any]:
    """Every organization has the same name."""
    return {**row, "name": "Network"} if row["resourceType"] == "Organization" else row
