"""The mocks that the gates judge: which deployment, how it is asked, which clauses apply to it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w
from judged_apart import is_judged_apart

from conformance.contract import load_contract
from conformance.mock import start_mock
from conformance.plugin.applicability import why_not_applicable
from conformance.target import Target

if TYPE_CHECKING:
    from conformance.contract import Clause
    from conformance.mock import RunningMock

#: Small pages, so that a small server has several.
LIMITS = {
    "requests_per_second": 0,
    "crawl_rows": 5000,
    "page_size": 30,
    # Threads save no time where two processes have two cores.
    "concurrency": 1,
}
FUTURE = ("clinical-resources",)
PRACTITIONERS, CLAIMS = 40, 36
API = {"DIR": "directory_base", "PA": "fhir_base"}
#: Rules that are judged by the rows of a type: where these are to come, there is nothing to judge.
ROW, OF_ROWS = "search-parameter", ("-CAPABILITY-PARAMS", "-TOKEN-SYSTEM", "-REFERENCE-FORMS")


@dataclass(frozen=True, slots=True)
class World:
    """One mock; `area` is whose clauses are judged. A `future` one has its future functionality."""

    name: str
    area: str
    deployment: str = "tooele"
    environment: str = "sandbox"
    future: bool = False

    @property
    def clauses(self) -> dict[str, Clause]:
        """The tested clauses of the area that apply to it."""
        target = Target(
            self.name,
            self.deployment,
            self.environment,
            Path(),
            future=FUTURE if self.future else (),
            **{API[self.area]: "http://mock"},
        )
        own = [clause for clause in load_contract().clauses if clause.area == self.area]
        waiting = {_code(clause) for clause in own if clause.kind == ROW and clause.not_tested}
        return {
            clause.id: clause
            for clause in own
            if clause.not_tested is None
            and not is_judged_apart(clause.id)
            and not (_code(clause) in waiting and clause.id.endswith(OF_ROWS))
            and not why_not_applicable(clause, target)
        }

    def start(self, **how: Any) -> RunningMock:
        """Serve it."""
        return start_mock(
            deployment=self.deployment,
            environment=self.environment,
            future=self.future,
            practitioners=PRACTITIONERS if self.area == "DIR" else 1,
            claims=CLAIMS,
            **how,
        )

    def target_of(self, mock: RunningMock, folder: Path) -> Path:
        """Write the target file: an open directory, or Patient Access and the login it needs."""
        facts = tomllib.loads(mock.target_file.read_text("utf-8"))
        wanted = {"name", "deployment", "environment", API[self.area]}
        wanted |= {"authorization_base"} if self.area == "PA" else set()
        own = ("client", "public_client", "login") if self.area == "PA" else ()
        tables = (*own, "safety")
        written = {
            "target": {name: value for name, value in facts["target"].items() if name in wanted},
            **{name: facts[name] for name in tables},
            "limits": LIMITS,
            **({"future": {"declares": list(FUTURE)}} if self.future else {}),
        }
        path = folder / f"{self.name}.toml"
        path.write_text(tomli_w.dumps(written), "utf-8")
        return path


def _code(clause: Clause) -> str:
    return clause.id.split("-")[1]


WORLDS = {
    world.name: world
    for world in (
        World("directory", "DIR"),
        World("tooele", "PA", future=True),
        World("uhc", "PA", "uhc", "production"),
        World("clinical", "PA", "uhc"),
    )
}
