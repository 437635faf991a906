"""One flexcheck run inside pytest: from collection to conclusion.

May import everything of `conformance`. With xdist each worker has one of these without a
controller; findings travel on the test reports to the controller process.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.client import Client, Recorder
from conformance.client.replay import Clock, ReplayClient, Tape
from conformance.contract import ContractError, load_contract
from conformance.plugin import fixtures
from conformance.plugin.addressing import reach, recorded
from conformance.plugin.ahead import Ahead
from conformance.plugin.applicability import unknown_selections, why_not_applicable
from conformance.plugin.choosing import Choosing
from conformance.plugin.collecting import collecting_seldom
from conformance.plugin.controller import Controller
from conformance.plugin.discreet import Discreet
from conformance.plugin.grouping import group_of
from conformance.plugin.judge import Judge
from conformance.plugin.keys import CLAUSE, EXIT_CODE
from conformance.plugin.outcomes import CASE, JUDGE, NOT_APPLICABLE, record_of
from conformance.plugin.owntime import OwnTime
from conformance.plugin.places import line_of
from conformance.plugin.settings import SIGN, only_lists, why_no_run_directory
from conformance.plugin.sharing import keep_to_concurrency, share_of
from conformance.redaction import Redactor
from conformance.redaction.pseudonyms import new_key
from conformance.redaction.veil import Veil
from conformance.returned import Returned
from conformance.runlog import read_run
from conformance.target import TargetError, load_target
from conformance.verdict import BUG, USAGE

if TYPE_CHECKING:
    from collections.abc import Generator

    from conformance.plugin.settings import Settings
    from conformance.target import Target

#: How an xdist worker tells its processor time.
OWN = "flexcheck_own_seconds"
#: How many tests run ahead of a target that is asked at a pace.
AHEAD_AT_A_PACE = 16


def start_session(config: pytest.Config, settings: Settings) -> None:
    """Find the target and register the session; a mistake of the user ends the run with code 2."""
    worker: dict[str, Any] = getattr(config, "workerinput", {})
    os.environ[SIGN] = "1"  # xdist workers inherit it
    stack = ExitStack()
    try:
        if worker:
            path = Path(worker["flexcheck_target"])
            argument = worker["flexcheck_argument"]
            whole = load_target(path, argument=argument, needs_api=False)
            target = share_of(whole, worker["workercount"])
        elif settings.replay:
            target = stack.enter_context(recorded(settings.replay))
        else:
            target = stack.enter_context(reach(settings.target))
            keep_to_concurrency(config, target)
        problems = unknown_selections(settings.only, load_contract().clauses)
        if not worker and not only_lists(config):
            problems += why_no_run_directory(settings.out)
        if not problems:
            worker_id = worker.get("workerid", "")
            session = FlexcheckSession(config, settings, target, stack, worker_id)
    except (TargetError, ContractError) as error:
        problems = [str(error)]
    except OSError as error:
        problems = [f"the run cannot start: {error}; is {settings.out} a folder you can write?"]
    if problems:
        stack.close()
        config.stash[EXIT_CODE] = USAGE
        pytest.exit("\n".join(problems), returncode=USAGE)
    config.pluginmanager.register(session, "flexcheck-session")
    config.pluginmanager.register(session.choosing, "flexcheck-choosing")
    config.pluginmanager.register(fixtures, "flexcheck-fixtures")
    discreet = Discreet(session.redactor, session.veil)
    config.pluginmanager.register(discreet, "flexcheck-discreet")


class FlexcheckSession:
    """Holds the target, the client and, in the controlling process, the run log."""

    def __init__(
        self,
        config: pytest.Config,
        settings: Settings,
        target: Target,
        stack: ExitStack,
        worker: str,
    ) -> None:
        self.config = config
        self.settings = settings
        self.target = target
        self.recorder = Recorder(worker)
        self.redactor = Redactor()
        self.interrupted = False
        self._uncollected = False
        self._stack = stack
        self._ahead: Ahead | None = None
        self._worker = worker
        self._own = OwnTime()
        stack.enter_context(collecting_seldom())
        self.returned = Returned()
        self.choosing = Choosing(target.deployment, settings.only)
        self.client = self._open_client()
        given: dict[str, Any] = getattr(config, "workerinput", {})
        self._key = given.get("flexcheck_key") or new_key()
        self.veil = Veil(target, self._key, _words()) if target.hides_members else None
        writes = not worker and not only_lists(config)
        self.controller = Controller(config, settings, target, self.veil) if writes else None
        if writes and not config.getoption("allure_report_dir", None):
            config.option.allure_report_dir = str(settings.out / "allure-results")
        spread = config.getoption("dist", "no") == "load"
        if spread and config.getoption("maxworkerrestart", None) is None:
            # xdist 3.8 waits for ever for what a worker in the place of a dead one should do.
            config.option.maxworkerrestart = "0"

    def _open_client(self) -> Client:
        if not self.settings.replay:
            return self._stack.enter_context(Client(self.target, self.recorder, self.redactor))
        clock = self._stack.enter_context(Clock())
        run = read_run(self.settings.replay)
        hidden = run.header.get("evidence", {}).get("bodies") == "pseudonyms"
        tape = Tape(run.exchanges.values(), pseudonyms=hidden)
        client = ReplayClient(self.target, self.recorder, self.redactor, tape, clock)
        return self._stack.enter_context(client)

    # -- collection ---------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Give each item its clause; keep what the target's document says and `--only` asks for."""
        kept: list[pytest.Item] = []
        dropped: list[pytest.Item] = []
        for item in items:
            mark = item.get_closest_marker("clause")
            if mark is None:
                raise pytest.UsageError(f"{item.nodeid} names no clause")
            self._prepare(item, mark.args[0], mark.kwargs.get("case", ""))
            clause = item.stash[CLAUSE]
            chosen = self.choosing.is_chosen(clause.id)
            chosen = chosen and item.nodeid not in self.settings.without
            (kept if chosen else dropped).append(item)
        if dropped:
            self.config.hook.pytest_deselected(items=dropped)
        items[:] = kept

    def _prepare(self, item: pytest.Item, clause_id: str, case: str) -> None:
        clause = load_contract()[clause_id]
        item.stash[CLAUSE] = clause
        item.stash[CASE] = case
        item.stash[JUDGE] = Judge(clause, strict=self.settings.strict)
        item.extra_keyword_matches.add(clause.id)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell the reports what is coming (in a single process)."""
        if self.controller and session.items:
            self.controller.started(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Tell the reports what is coming (with xdist, where workers collect)."""
        if self.controller and self._first_collection():
            self.controller.started(len(ids))

    def _first_collection(self) -> bool:
        first, self._collected = not getattr(self, "_collected", False), True
        return first

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A suite that cannot be collected is a failure of flexcheck, never of the target."""
        if report.failed and self.controller:
            self.controller.bug(f"{report.nodeid} could not be collected")
            self._uncollected = True

    # -- judging ------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Have tests run ahead where several requests may be under way at once.

        An xdist worker sends one at a time: there are several of them. A replay sends nothing.
        """
        limits = self.target.limits
        alone = self._worker or self.settings.replay or limits.concurrency <= 1
        options = self.config.option
        if alone or only_lists(self.config) or getattr(options, "usepdb", False):
            return
        # At a pace, what was sent ahead of an end that comes early would have cost time.
        most = AHEAD_AT_A_PACE if limits.requests_per_second else len(session.items)
        self._ahead = Ahead(session.items, self._may_run, threads=limits.concurrency, most=most)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Let tests behind this one start."""
        if self._ahead:
            self._ahead.look(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Take over what came of a test that has run ahead; None has pytest call it."""
        return (self._ahead is not None and self._ahead.call(pyfuncitem)) or None

    def _may_run(self, item: pytest.Item) -> bool:
        """Whether a test will be called, and may be so before its turn."""
        return not (
            item.get_closest_marker("in_turn")
            or why_not_applicable(item.stash[CLAUSE], self.target)
            or self._not_asked(item)
        )

    def _not_asked(self, item: pytest.Item) -> str:
        tier = item.get_closest_marker("tier")
        if tier and tier.args[0] not in self.target.safety:
            return f"not asked: the target allows no {tier.args[0]} requests ([safety] tiers)"
        return ""

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip what does not apply or is not allowed before any fixture sends anything."""
        if reason := why_not_applicable(item.stash[CLAUSE], self.target):
            item.stash[NOT_APPLICABLE] = reason
            pytest.skip(f"not applicable: {reason}")
        if reason := self._not_asked(item):
            pytest.skip(reason)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Make the finding and put it, with the new exchanges, on the report."""
        report = yield
        if self._ahead and call.when == "call":
            report.duration = self._ahead.seconds(item) or report.duration
        recorded = self.recorder.drain()
        for exchange in recorded:
            self.returned.add(group_of(self.recorder.asker_of(exchange) or item.nodeid), [exchange])
        if self.veil:
            recorded = self.veil.exchanges(recorded)
        record = record_of(item, call, report, recorded, self._veil_of(item))
        if record is not None:
            report.flexcheck = record  # type: ignore[attr-defined]  # reports carry extras over xdist
        return report

    def _veil_of(self, item: pytest.Item) -> Veil | None:
        """Return what hides member data in a test's finding; None where it can hold none."""
        return self.veil and self.veil.of_api(item.stash[CLAUSE].applies_when.api)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write what a report brought; in workers nothing, the controller gets it."""
        if self.controller is None:
            return
        record = getattr(report, "flexcheck", None)
        if record is not None:
            self.controller.take(record)
        elif report.failed:  # no phase of a test of ours fails without a record
            self.controller.bug(f"{report.nodeid}: the process that judged it died")

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Keep pytest's own letters and failure pages out of `flexcheck run`'s output."""
        return ("flexcheck", "", "") if self.settings.quiet else None

    # -- the end ------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember that the run did not come to its end.

        Pytest stops in the same way where a suite cannot be collected: then it is at its end.
        """
        self.interrupted = not self._uncollected
        # Pytest parses sources to show the place. In Python 3.11 another thread that does
        # (hypothesis) spoils that: both count their depth in one number.
        self._stop_ahead()
        # Pytest raises over a place without line, and the run would end as if it were whole.
        excinfo.traceback = excinfo.traceback.filter(lambda entry: line_of(entry) is not None)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Conclude, have the reports made, and set flexcheck's exit code."""
        if self.controller is None:
            if hasattr(self.config, "workeroutput"):
                self.config.workeroutput[OWN] = self._own.so_far()
            return
        self._end_ahead()
        if exitstatus == pytest.ExitCode.INTERNAL_ERROR:
            self.controller.bug("pytest stopped with an internal error")
        stopped = bool(session.shouldstop or session.shouldfail)
        conclusion = self.controller.finish(
            interrupted=self.interrupted or stopped,
            loose=self.client.loose if isinstance(self.client, ReplayClient) else None,
        )
        session.exitstatus = self.config.stash[EXIT_CODE] = conclusion.exit_code

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Count the processor time of a worker that has ended; of one that died none is known."""
        if self.controller:
            self.controller.worker_took(getattr(node, "workeroutput", {}).get(OWN, 0.0))

    def _stop_ahead(self) -> None:
        if self._ahead and not self._ahead.closed:
            self.client.stop()
            self._ahead.close()

    def _end_ahead(self) -> None:
        """Stop what has run ahead of an early end, and log what it had sent."""
        if self._ahead and self.controller:
            self._stop_ahead()
            recorded = self.recorder.drain()
            self.controller.sent(self.veil.exchanges(recorded) if self.veil else recorded)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> object | None:
        """Keep the tests that share what was asked in one worker, where nothing else is chosen."""
        if config.getoption("dist") != "load":
            return None
        from conformance.plugin.scheduling import ByResource  # noqa: PLC0415 - needs xdist

        return ByResource(config, log)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell an xdist worker where the target is; only this process serves the mock."""
        node.workerinput["flexcheck_target"] = str(self.target.path)
        node.workerinput["flexcheck_argument"] = self.target.argument
        node.workerinput["flexcheck_key"] = self._key

    def pytest_unconfigure(self) -> None:
        """Close the client and stop the mock."""
        self._stack.close()


def _words() -> str:
    """Return the contract's own words: a server that quotes them quotes no member."""
    clauses = load_contract().clauses
    return "\n".join(f"{clause.id} {clause.param} {clause.statement}" for clause in clauses)


__all__ = ["BUG", "FlexcheckSession", "start_session"]
