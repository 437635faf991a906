"""What changed between two runs. Imports runlog, digest and places."""

from reports.compare.findings import Change, Comparison, Flaky, Kind, compare, flaky_in

__all__ = ["Change", "Comparison", "Flaky", "Kind", "compare", "flaky_in"]
