"""The one process that writes the run log: it gathers findings and draws the conclusion.

May import contract, runlog, verdict and target; it sends nothing.
"""

from __future__ import annotations

import platform
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest

from conformance import __version__
from conformance.auth.stored import told_by_login
from conformance.contract import load_contract
from conformance.plugin.applicability import is_selected
from conformance.plugin.owntime import OwnTime
from conformance.runlog import RunLog, exchange_to_json, finding_from_json, read_run
from conformance.target.recorded import describe_target
from conformance.verdict import Conclusion, conclude, count_outcomes
from profiles import load_default_packages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.exchange import Exchange
    from conformance.findings import Finding
    from conformance.plugin.settings import Settings
    from conformance.redaction.veil import Veil
    from conformance.target import Target

#: What judges beside flexcheck itself: another version of one may judge otherwise.
TOOLS = ("httpx", "orjson")


class Controller:
    """Writes each exchange and finding as it comes, then the footer; tells the reports."""

    def __init__(
        self, config: pytest.Config, settings: Settings, target: Target, veil: Veil | None = None
    ) -> None:
        self._config = config
        self._settings = settings
        self._contract = load_contract()
        self._findings: list[Finding] = []
        self._bugs: list[str] = []
        self._requests = 0
        self._clock = time.monotonic()
        self._own = OwnTime()
        self._workers_own = 0.0
        settings.out.mkdir(parents=True, exist_ok=True)
        self._log = RunLog(settings.out / "run.ndjson")
        self._log.header(_header(config, settings, target, veil))
        self._log.clauses(
            clause.to_json()
            for clause in self._contract.clauses
            if target.deployment in clause.deployments
        )

    def started(self, selected: int) -> None:
        """Tell the reports how many findings to expect."""
        self._config.hook.pytest_flexcheck_run_started(
            config=self._config, out=self._settings.out, selected=selected
        )

    def take(self, record: dict[str, Any]) -> None:
        """Write what one test's report brought (`plugin/outcomes.py` makes the record)."""
        for exchange in record["exchanges"]:
            self._requests += 1
            self._log.exchange(exchange)
        if record["bug"]:
            self._bugs.append(record["bug"])
        if record["finding"] is None:
            return
        finding = finding_from_json(record["finding"])
        self._findings.append(finding)
        self._log.finding(record["finding"])
        self._config.hook.pytest_flexcheck_finding(
            config=self._config, finding=finding, clause=self._contract[finding.clause]
        )

    def sent(self, exchanges: Sequence[Exchange]) -> None:
        """Write what was sent for tests that the run did not come to."""
        for exchange in exchanges:
            self._requests += 1
            self._log.exchange(exchange_to_json(exchange))

    def worker_took(self, seconds: float) -> None:
        """Count the processor time of an xdist worker."""
        self._workers_own += seconds

    def bug(self, text: str) -> None:
        """Note a failure of flexcheck itself outside any test (a collection error, say)."""
        self._bugs.append(text)

    def finish(self, *, interrupted: bool, loose: Sequence[str] | None = None) -> Conclusion:
        """Write the footer (not of an interrupted run), close the log, have reports made.

        `loose` are the exchanges of a replay that answered a request not quite theirs.
        """
        area_of = {clause.id: clause.area for clause in self._contract.clauses}
        conclusion = conclude(self._findings, area_of, bugs=self._bugs, interrupted=interrupted)
        if not interrupted:
            self._log.footer(
                {
                    "finished": _now(),
                    "seconds": round(time.monotonic() - self._clock, 3),
                    "own_seconds": round(self._own.so_far() + self._workers_own, 3),
                    "outcomes": count_outcomes(self._findings),
                    "exit_code": conclusion.exit_code,
                    "reasons": list(conclusion.reasons),
                    "requests": self._requests,
                    **({} if loose is None else {"replay": {"loose": list(loose)}}),
                }
            )
        self._log.close()
        self._config.hook.pytest_flexcheck_run_finished(
            config=self._config, run=read_run(self._settings.out), out=self._settings.out
        )
        return conclusion


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def kept_login(target: Target, only: Sequence[str]) -> dict[str, Any] | None:
    """Return what the kept login told; None where a run asks of a public directory only.

    Then nobody's keyring is opened.
    """
    asked = (clause for clause in load_contract().clauses if is_selected(clause, only))
    members = any(clause.applies_when.api != "provider-directory" for clause in asked)
    return told_by_login(target) if members else None


def _header(
    config: pytest.Config, settings: Settings, target: Target, veil: Veil | None
) -> dict[str, Any]:
    about = {**describe_target(target), "kept_login": kept_login(target, settings.only)}
    return {
        "flexcheck": __version__,
        "started": _now(),
        "target": {
            "name": target.name,
            "deployment": target.deployment,
            "environment": target.environment,
            "fhir_base": target.fhir_base,
            "directory_base": target.directory_base,
            "argument": target.argument,
        },
        "settings": veil.settings(about) if veil else about,
        "evidence": {"bodies": "pseudonyms" if veil else "full"},
        "documents": dict(load_contract().fingerprints),
        "errata": [erratum.to_json() for erratum in load_contract().errata],
        "packs": load_default_packages().fingerprints(),
        "tools": {name: version(name) for name in TOOLS},
        "python": platform.python_version(),
        "pytest": pytest.__version__,
        "platform": sys.platform,
        "arguments": list(config.invocation_params.args),
        "strict": settings.strict,
        "only": list(settings.only),
    }
