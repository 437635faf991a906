"""The official FHIR validator test cases for R4 (`org.hl7.fhir.testcases:fhir-test-cases`).

usage: python tests/validator/official_cases.py [JAR OR FOLDER]

The jar of Maven Central, or a folder it was unpacked to: as the argument, in the variable
FLEXCHECK_FHIR_TEST_CASES, or in the local Maven repository. Cases of other FHIR versions, or that
need packages which are not built in, are left out and counted. Expected is what the HL7 validator
says of each (`java`), without what only a terminology server can tell.
"""

from __future__ import annotations

import os
import re
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from fhir_xml import Reader

from profiles import Validator
from profiles.issues import INVALID
from profiles.packages.defaults import FOUNDATIONS
from profiles.packages.find import built_in, open_built_in
from profiles.packages.library import Library
from profiles.packages.shelf import MemoryShelf
from profiles.packages.source import Package

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from profiles.packages.shelf import Shelf

VARIABLE = "FLEXCHECK_FHIR_TEST_CASES"
VERSION = "1.7.19"
MAVEN = Path.home() / ".m2/repository/org/hl7/fhir/testcases/fhir-test-cases"
ROOT = "org/hl7/fhir/testcases/validator/"
MODULES = ("general", "profile", "bundle", "references", "extensions")
R4 = ("4.0", "4.0.1")


class Cases:
    """The files of the test cases, in a jar or unpacked."""

    def __init__(self, place: Path) -> None:
        self._zip = zipfile.ZipFile(place) if place.is_file() else None
        self._folder = place / ROOT if (place / ROOT).is_dir() else place

    def read(self, name: str) -> bytes:
        """One file, by its name in the folder `validator`."""
        if self._zip is None:
            return (self._folder / name).read_bytes()
        return self._zip.read(ROOT + name)

    def manifest(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = orjson.loads(self.read("manifest.json"))["test-cases"]
        return found


def place() -> Path | None:
    """Where the test cases are; None: nowhere."""
    named = os.environ.get(VARIABLE)
    found = Path(named) if named else MAVEN / VERSION / f"fhir-test-cases-{VERSION}.jar"
    return found if found.exists() else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One judgement of a case: against its type, or against the profile it names."""

    name: str
    module: str
    expected: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Both say valid, or both say invalid."""
        return bool(self.expected) == bool(self.found)


@dataclass(slots=True)
class Score:
    outcomes: list[Outcome] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def table(self) -> str:
        rows = [
            "| module | judgements | verdicts agree | number of errors agrees |",
            "|---|---|---|---|",
        ]
        for module in (*MODULES, "all"):
            those = [each for each in self.outcomes if module in {each.module, "all"}]
            same = sum(each.agrees for each in those)
            exact = sum(len(each.expected) == len(each.found) for each in those)
            rows.append(f"| {module} | {len(those)} | {same} | {exact} |")
        return "\n".join(rows)


#: What only a terminology server tells, or the settings of the HL7 tests ask for.
BEYOND = re.compile(
    r"terminology service|could not be found, so the code cannot be validated"
    r"|Example URLs are not allowed|Unable to resolve resource"
    r"|(?:Wrong Display Name .* for|Unknown code .* in the CodeSystem) '?http://(?:snomed|loinc|hl7\.org/fhir/sid)"
    r"|unitsofmeasure\.org#"
)


def expected(java: Any, cases: Cases) -> tuple[str, ...]:
    """The errors that the HL7 validator reports of a case."""
    if isinstance(java, str):
        java = {"outcome": orjson.loads(cases.read(f"outcomes/{java}"))}
    outcome = java.get("outcome")
    if outcome is None:
        return tuple(["error"] * java.get("errorCount", 0))
    return tuple(
        f"{(each.get('expression') or ['-'])[0]}: {each['details']['text']}"
        for each in outcome.get("issue") or ()
        if each["severity"] in INVALID and not BEYOND.search(each["details"]["text"])
    )


def left_out(case: dict[str, Any], built: Iterable[str]) -> str:
    """Why a case is not judged; "" where it is."""
    packages = [*case.get("packages", ()), *case.get("profile", {}).get("packages", ())]
    if any(each not in built for each in packages):
        return "packages that are not built in"
    if not case["file"].endswith((".json", ".xml")):
        return "neither JSON nor XML"
    return "" if "java" in case else "no outcome"


class Judge:
    """Judges cases; those that bring nothing along share one validator."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self.built = {f"{each.id}#{each.version}" for each in built_in()}
        self._base: list[Shelf] = [open_built_in(each) for each in FOUNDATIONS]
        self._plain = Validator(Library(self._base))
        self._xml = Reader(Library(self._base))

    def outcomes(self, case: dict[str, Any]) -> Iterator[Outcome]:
        """A case against its type, and against the profile it names, if it does."""
        special = case.get("profile", {})
        brought = [*case.get("supporting", ()), *case.get("profiles", ())]
        packages = [*case.get("packages", ())]
        text = self._read(case["file"])
        found = _errors(self._validator(brought, packages), text)
        yield Outcome(case["name"], case["module"], expected(case["java"], self._cases), found)
        if "source" in special and "java" in special:
            url, is_file = special["source"], "://" not in special["source"]
            brought += [*([url] if is_file else []), *special.get("supporting", ())]
            packages += special.get("packages", ())
            if is_file:
                url = orjson.loads(self._read(url)).get("url", "")
            found = _errors(self._validator(brought, packages), text, url)
            wanted = expected(special["java"], self._cases)
            yield Outcome(f"{case['name']}/profile", case["module"], wanted, found)

    def _read(self, name: str) -> bytes:
        """A file as JSON text; what is no XML is left for the validator to refuse."""
        text = self._cases.read(name)
        if not name.endswith(".xml"):
            return text
        try:
            return orjson.dumps(self._xml.resource(text))
        except SyntaxError:  # ElementTree.ParseError
            return text

    def _validator(self, brought: list[str], packages: list[str]) -> Validator:
        if not brought and not packages:
            return self._plain
        members = {}
        for number, name in enumerate(dict.fromkeys(brought)):
            found = orjson.loads(self._read(name))
            rows = found.get("entry", ()) if found["resourceType"] == "Bundle" else ()
            parts = [each["resource"] for each in rows if "resource" in each] or [found]
            members |= {f"{number}-{n}.json": orjson.dumps(e) for n, e in enumerate(parts)}
        case = MemoryShelf(Package("case", "0", {}, members, "", "case"))
        return Validator(Library([case, *map(open_built_in, packages), *self._base]))


def _errors(validator: Validator, text: bytes, *profiles: str) -> tuple[str, ...]:
    return tuple(
        f"{each.expression}: {each.message}"
        for each in validator.validate(text, profiles).issues
        if each.severity in INVALID
    )


def score(where: Path) -> Score:
    """Judge all cases that can be."""
    cases, found = Cases(where), Score()
    judge = Judge(cases)
    for case in cases.manifest():
        if case.get("version") not in R4 or case.get("module") not in MODULES:
            continue
        reason = left_out(case, judge.built)
        if reason:
            found.left_out[reason] += 1
        else:
            found.outcomes.extend(judge.outcomes(case))
    return found


def main(argument: str = "") -> None:
    """Print the score and the disagreements."""
    where = Path(argument) if argument else place()
    if where is None:
        sys.exit(f"the test cases are not here: give their jar, or set {VARIABLE}")
    result = score(where)
    for each in result.outcomes:
        if not each.agrees:
            print(each.name, *[f"  expected {e}" for e in each.expected], sep="\n")  # noqa: T201
            print(*[f"  found {e}" for e in each.found] or ["  found nothing"], sep="\n")  # noqa: T201
    print(result.table(), dict(result.left_out), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:2])
