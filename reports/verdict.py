"""What a run comes to, in a word and a sentence. Imports runlog, findings and the digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.findings import Outcome
from conformance.verdict import (
    BUG,
    HOLDS,
    INCONCLUSIVE,
    NON_CONFORMANCE,
    USAGE,
    conclude,
    gravest,
)
from reports.digest import digest_of
from reports.wording import clean, counted, one_line

if TYPE_CHECKING:
    from conformance.runlog import Run
    from conformance.verdict import Conclusion
    from reports.digest import Digest

#: The reason word of clauses that wait for a suite (docs/contract.md).
SUITE_TO_COME = "suite-to-come"
WORDS = {
    HOLDS: "holds",
    NON_CONFORMANCE: "non-conformance",
    USAGE: "usage error",
    INCONCLUSIVE: "inconclusive",
    BUG: "internal error",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The exit code's meaning: a word, one sentence, the reasons; `good` only where all holds."""

    exit_code: int
    word: str
    sentence: str
    reasons: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether the run may be shown in green."""
        return self.exit_code == HOLDS


def verdict_of(run: Run) -> Verdict:
    """Return the verdict on a run; one that is incomplete or judged nothing never holds."""
    digest, conclusion = digest_of(run), _conclusion(run)
    code = _exit_code(run, conclusion)
    word = WORDS[code] if run.complete else "incomplete"
    reasons = run.footer.get("reasons") or conclusion.reasons
    return Verdict(code, word, _sentence(run, digest, code), tuple(map(clean, reasons)))


def without_suite(run: Run) -> int:
    """Count the clauses that a request could test and that no suite of flexcheck tests yet."""
    ways = (item.get("verified_by") for item in run.clauses.values())
    return sum(isinstance(way, dict) and way.get("not_tested") == SUITE_TO_COME for way in ways)


def _conclusion(run: Run) -> Conclusion:
    """Return what the findings alone say, by the rule that the run itself goes by."""
    area_of = {finding.clause: "?" for finding in run.findings}
    area_of |= {name: item.get("area", "?") for name, item in run.clauses.items()}
    return conclude(run.findings, area_of, interrupted=not run.complete)


def _exit_code(run: Run, conclusion: Conclusion) -> int:
    """Return the footer's code, yet never one better than the findings allow."""
    return gravest([conclusion.exit_code, run.footer.get("exit_code")])


def _sentence(run: Run, digest: Digest, code: int) -> str:
    target = one_line(run.header.get("target", {}).get("name") or "The target")
    coverage = f"{digest.judged:,} of {counted(digest.applicable, 'applicable clause')} judged"
    failed = len(digest.with_finding(Outcome.FAIL))
    broken = f"{counted(failed, 'clause')} {'does' if failed == 1 else 'do'} not hold"
    if not run.complete:
        so_far = f"The run on {target} did not end: so far {coverage}"
        return f"{so_far}, and {broken}." if failed else f"{so_far}. This is no verdict."
    return {
        HOLDS: f"{target} holds every {_but_warnings(digest)}: {coverage}.",
        NON_CONFORMANCE: f"{target} does not conform: {broken} ({coverage}).",
        USAGE: f"The run on {target} stopped over its usage or configuration ({coverage}).",
        INCONCLUSIVE: f"The run on {target} is inconclusive: {_why_open(digest, coverage)}.",
        BUG: f"flexcheck itself failed while it judged {target}; this is a bug ({coverage}).",
    }[code]


def _but_warnings(digest: Digest) -> str:
    warned = len(digest.with_finding(Outcome.WARNING))
    if not warned:
        return "clause that was judged"
    verb = "is" if warned == 1 else "are"
    return (
        f"binding clause that was judged, {counted(warned, 'recommendation')} {verb} not followed"
    )


def _unjudged(digest: Digest) -> str:
    """Return what the findings came to where none of them judged anything."""
    skipped, ruled_out = (digest.outcomes[o] for o in (Outcome.SKIP, Outcome.NOT_APPLICABLE))
    said = f"{counted(skipped, 'finding')} not demonstrated" if skipped else ""
    also = f"{counted(ruled_out, 'finding')} not applicable" if ruled_out else ""
    return " and ".join(filter(None, (said, also)))


def _why_open(digest: Digest, coverage: str) -> str:
    if not digest.outcomes or not any(digest.outcomes.values()):
        return "no test ran, nothing was judged"
    errors = digest.outcomes[Outcome.ERROR]
    if not digest.judged and not errors:
        return f"no clause was judged: {_unjudged(digest)}"
    if errors:
        return f"the environment failed in {counted(errors, 'test')} ({coverage})"
    return f"too little was judged ({coverage})"
