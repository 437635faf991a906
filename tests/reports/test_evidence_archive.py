"""The evidence archive: the same bytes each time, and every change of one found."""

from __future__ import annotations

import io
import re
import stat
import tarfile
from base64 import b64decode
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from report_builders import finding, item, mixed_run, run_of
from run_files import write_run

from conformance.findings import Outcome
from conformance.runlog import parse_run
from reports.evidence.archive import NoArchive, deflate, inflate, pack, unpack
from reports.evidence.build import build
from reports.evidence.cli import attest, verify
from reports.evidence.contents import (
    ENVELOPE,
    LOG,
    MANIFEST,
    PUBLIC_KEY,
    STATEMENT,
    members_of,
    statement_of,
)
from reports.evidence.examining import examine
from reports.evidence.signing import encoded, envelope, key_id, opened, public_of, public_pem
from reports.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from conformance.runlog import Run

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def log_of(run: Run, tmp_path: Path) -> bytes:
    return (write_run(run, tmp_path / "logged") / "run.ndjson").read_bytes()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return log_of(mixed_run(), tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Archives as small as they come, signed and not."""
    content = log_of(run_of(finding("DIR-A"), exchanges=()), tmp_path_factory.mktemp("small"))
    return {
        "signed": pack(members_of(content, None, KEY)),
        "unsigned": pack(members_of(content)),
    }


def test_the_same_run_gives_the_same_bytes(log: bytes) -> None:
    assert pack(members_of(log, None, KEY)) == pack(members_of(log, None, KEY))


def test_an_untouched_archive_has_no_problem(log: bytes) -> None:
    found = examine(pack(members_of(log, None, KEY)), KEY.public_key())
    assert found.problems == ()
    assert found.notes == ()
    assert found.signer == key_id(KEY.public_key())
    assert found.log == log


def test_an_archive_holds_log_reports_and_manifest(log: bytes) -> None:
    members = members_of(log, None, KEY)
    reports = {f"reports/{kind.filename}" for kind in FORMATS.values() if kind.always}
    assert set(members) == {LOG, MANIFEST, ENVELOPE, PUBLIC_KEY, *reports}
    manifest = orjson.loads(members[MANIFEST])
    assert set(manifest["members"]) == {LOG, PUBLIC_KEY, *reports}
    assert manifest["members"][LOG]["sha256"] == sha256(members[LOG]).hexdigest()
    assert manifest["contract"] == {"tooele": "ab" * 32}
    assert manifest["tools"]["python"] == "3.12.1"
    assert inflate(members[LOG]) == log


def test_any_tool_opens_it(log: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(members_of(log)))) as tar:
        file = tar.extractfile(MANIFEST)
        assert file is not None
        assert orjson.loads(file.read())["verdict"] == "non-conformance"


@pytest.mark.parametrize("kind", ["signed", "unsigned"])
@settings(deadline=None)
@given(data=st.data())
def test_one_flipped_bit_anywhere_is_found(
    small: dict[str, bytes], kind: str, data: st.DataObject
) -> None:
    archive = small[kind]
    bit = data.draw(st.integers(0, len(archive) * 8 - 1))
    changed = bytearray(archive)
    changed[bit // 8] ^= 1 << bit % 8
    assert examine(bytes(changed)).problems


@given(st.binary(max_size=2000))
def test_what_is_no_archive_is_told_and_never_breaks(data: bytes) -> None:
    assert examine(data).problems


def test_an_archive_cut_short_or_made_longer_is_found(small: dict[str, bytes]) -> None:
    archive = small["signed"]
    for changed in (archive[:-1], archive[: len(archive) // 2], archive + b"\0" * 512, b""):
        assert examine(changed).problems


def test_a_missing_an_added_and_a_changed_file_are_told(log: bytes) -> None:
    members = members_of(log, None, KEY)
    junit = "reports/junit.xml"
    without = {name: content for name, content in members.items() if name != junit}
    assert f"{junit} is missing" in examine(pack(without)).problems
    added = {**members, "reports/extra.txt": b"x"}
    [said] = examine(pack(added)).problems
    assert said.startswith("reports/extra.txt was added")
    changed = {**members, junit: members[junit].replace(b"NV", b"UT")}
    assert (
        f"{junit} was changed: its SHA-256 is not the manifest's" in examine(pack(changed)).problems
    )


def test_a_report_changed_along_with_the_manifest_is_found(log: bytes) -> None:
    members = members_of(log)
    name = "reports/summary.json"
    old = sha256(members[name]).hexdigest()
    members[name] = members[name].replace(b'"fail"', b'"pass"')
    new = sha256(members[name]).hexdigest()
    members[MANIFEST] = members[MANIFEST].replace(old.encode(), new.encode())
    problems = examine(pack(members)).problems
    assert f"{STATEMENT} is about another run log or manifest" in problems
    run = parse_run(log)
    members[STATEMENT] = statement_of(run, log, members[MANIFEST])
    assert examine(pack(members)).problems == (f"{name} is not the report that the run log gives",)


def test_a_manifest_that_says_something_else_than_the_log_is_found(log: bytes) -> None:
    members = members_of(log)
    members[MANIFEST] = members[MANIFEST].replace(b"non-conformance", b"holds")
    assert f"{MANIFEST} does not say what the run log says" in examine(pack(members)).problems


def test_what_another_build_made_is_told_and_its_reports_are_left_alone(
    log: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = pack(members_of(log))
    monkeypatch.setattr("reports.evidence.examining.build", lambda: "flexcheck 9.9 (code 00)")
    monkeypatch.setattr(
        "reports.evidence.examining.reports_of", lambda *_: {"reports/junit.xml": b""}
    )
    found = examine(archive)
    assert found.problems == ()
    assert "its reports were not made again by flexcheck 9.9 (code 00)" in found.notes[0]


def test_the_build_is_known_by_its_own_files() -> None:
    assert re.fullmatch(r"flexcheck \d+\.\d+\.\d+ \(code [0-9a-f]{16}\)", build())


def test_who_signs_a_changed_archive_anew_has_another_key(log: bytes) -> None:
    forged = pack(members_of(log.replace(b'"fail"', b'"pass"'), None, OTHER))
    assert examine(forged).problems == ()
    assert any("was not compared: give --pub" in note for note in examine(forged).notes)
    [said] = examine(forged, KEY.public_key()).problems
    assert "another key signed it" in said


def test_an_unsigned_archive_is_told_and_does_not_do_for_a_key(log: bytes) -> None:
    archive = pack(members_of(log))
    assert any(note.startswith("not signed") for note in examine(archive).notes)
    assert examine(archive, KEY.public_key()).problems == ("it is not signed",)


def test_a_signature_cannot_be_taken_off(log: bytes) -> None:
    members = members_of(log, None, KEY)
    del members[ENVELOPE]
    assert examine(pack(members)).problems
    members[STATEMENT] = members_of(log)[STATEMENT]
    assert examine(pack(members)).problems


def test_a_log_that_grows_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.evidence.archive.MAX_BYTES", 1000)
    with pytest.raises(NoArchive, match="does not end"):
        inflate(deflate(b"0" * 100_000))


def test_a_member_there_twice_is_refused() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for _ in range(2):
            tar.addfile(tarfile.TarInfo("a"))
    with pytest.raises(NoArchive, match="there twice"):
        unpack(out.getvalue())


# -- statement and envelope ----------------------------------------------------------------------


def test_the_statement_is_an_in_toto_test_result(log: bytes) -> None:
    members = members_of(log)
    statement = orjson.loads(members[STATEMENT])
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    digests = {entry["name"]: entry["digest"]["sha256"] for entry in statement["subject"]}
    assert digests == {
        MANIFEST: sha256(members[MANIFEST]).hexdigest(),
        "run.ndjson": sha256(log).hexdigest(),
    }
    predicate = statement["predicate"]
    assert predicate["result"] == "FAILED"
    assert predicate["failedTests"] == ["DIR-LOC-SEARCH-STATE", "DIR-ORG-NTWK"]
    assert predicate["warnedTests"] == ["DIR-LOC-SORT"]
    assert predicate["passedTests"] == ["DIR-LOC-READ", "DIR-META"]
    assert predicate["configuration"] == [
        {"name": "contract/tooele", "digest": {"sha256": "ab" * 32}}
    ]


@pytest.mark.parametrize(
    ("run", "result"),
    [
        (run_of(finding("DIR-A")), "PASSED"),
        (run_of(finding("DIR-A"), finding("DIR-B", Outcome.WARNING)), "WARNED"),
        (run_of(finding("DIR-A", Outcome.FAIL)), "FAILED"),
        (run_of(finding("DIR-A"), footer={}), "FAILED"),
        (run_of(clauses=[item("DIR-A")]), "FAILED"),
        (run_of(finding("DIR-A", Outcome.SKIP)), "FAILED"),
    ],
)
def test_what_came_to_no_verdict_did_not_pass(run: Run, result: str, tmp_path: Path) -> None:
    statement = orjson.loads(members_of(log_of(run, tmp_path))[STATEMENT])
    assert statement["predicate"]["result"] == result


def test_the_envelope_is_dsse() -> None:
    # The example of the DSSE protocol, and what the signature has to be over.
    assert encoded("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    data = orjson.loads(envelope(b"{}", KEY))
    assert data["payloadType"] == "application/vnd.in-toto+json"
    assert b64decode(data["payload"]) == b"{}"
    [signature] = data["signatures"]
    KEY.public_key().verify(
        b64decode(signature["sig"]), b"DSSEv1 28 application/vnd.in-toto+json 2 {}"
    )
    assert opened(envelope(b"{}", KEY), KEY.public_key()) == b"{}"


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"payload": 1}', envelope(b"{}", OTHER), envelope(b"{}", KEY) + b" "],
)
def test_what_the_key_did_not_sign_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"envelope|another key"):
        opened(content, KEY.public_key())


# -- the commands --------------------------------------------------------------------------------


def call(command: object, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])  # type: ignore[arg-type]


def test_a_new_key_is_its_owners_and_is_never_written_over(tmp_path: Path) -> None:
    key = tmp_path / "signing.key"
    result = call(attest, "--new-key", key)
    assert (result.exit_code, result.output.strip()) == (0, f"{key}.pub")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    again = call(attest, "--new-key", key)
    assert again.exit_code == 2
    assert "Name a new file" in again.stderr
    assert key.read_bytes() == before


def test_a_run_is_attested_and_verified_with_a_new_key(tmp_path: Path) -> None:
    folder = write_run(mixed_run(), tmp_path / "run")
    key = tmp_path / "signing.key"
    made = call(attest, folder, "--new-key", key, "--key", key)
    assert made.exit_code == 0, made.output
    archive = folder / "evidence.tar"
    assert str(archive) in made.output
    good = call(verify, archive, "--pub", f"{key}.pub", "--no-rejudge")
    assert good.exit_code == 0, good.output
    assert good.output.startswith("UNTOUCHED")
    assert key_id(public_of((tmp_path / "signing.key.pub").read_bytes())) in good.output
    archive.write_bytes(archive.read_bytes().replace(b"Tooele", b"Toelee", 1))
    bad = call(verify, archive, "--pub", f"{key}.pub")
    assert bad.exit_code == 1
    assert bad.output.startswith("CHANGED")


def test_an_archive_without_key_says_that_it_is_not_signed(tmp_path: Path) -> None:
    folder = write_run(mixed_run(), tmp_path / "run")
    out = tmp_path / "elsewhere.tar"
    made = call(attest, folder, "--out", out)
    assert "not signed: give --key" in made.stderr
    shown = orjson.loads(call(verify, out, "--no-rejudge", "--json").stdout)
    assert shown["untouched"]
    assert shown["signer"] == ""
    assert shown["notes"][0].startswith("not signed")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    folder, key = write_run(mixed_run(), tmp_path / "run"), tmp_path / "k"
    call(attest, "--new-key", key)
    key.chmod(0o644)
    result = call(attest, folder, "--key", key)
    assert result.exit_code == 2
    assert f"Run `chmod 600 {key}`" in result.stderr


def test_what_is_no_key_or_no_file_is_told(tmp_path: Path) -> None:
    folder = write_run(mixed_run(), tmp_path / "run")
    wrong = tmp_path / "wrong"
    wrong.write_bytes(public_pem(KEY.public_key()))
    wrong.chmod(0o600)
    assert "not an Ed25519 private key" in call(attest, folder, "--key", wrong).stderr
    assert "cannot be read" in call(attest, folder, "--key", tmp_path / "none").stderr
    assert "no RUN is given" in call(attest).stderr
    call(attest, folder)
    archive = folder / "evidence.tar"
    assert "not an Ed25519 public key" in call(verify, archive, "--pub", archive).stderr
    assert "cannot be read" in call(verify, archive, "--pub", tmp_path / "none").stderr
    assert "cannot be read" in call(verify, tmp_path / "none").stderr
    assert "could not be written" in call(attest, folder, "--out", tmp_path).stderr


def test_names_in_an_archive_do_not_drive_the_terminal(log: bytes, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    archive.write_bytes(pack({**members_of(log), "\x1b[31mred": b""}))
    result = call(verify, archive)
    assert result.exit_code == 1
    assert "\\x1b[31mred was added" in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("run", "word"),
    [
        (run_of(finding("DIR-A"), footer={}), "incomplete"),
        (run_of(clauses=[item("DIR-A")]), "inconclusive"),
        (run_of(finding("DIR-A", Outcome.SKIP)), "inconclusive"),
        (mixed_run(), "non-conformance"),
        (run_of(finding("DIR-A")), "holds"),
    ],
)
def test_an_untouched_archive_says_what_its_run_came_to(
    run: Run, word: str, tmp_path: Path
) -> None:
    folder = write_run(run, tmp_path / "run")
    assert ("flexcheck: note: " in call(attest, folder).stderr) is (word != "holds")
    archive = folder / "evidence.tar"
    assert f"its verdict: {word}" in call(verify, archive, "--no-rejudge").output
    shown = orjson.loads(call(verify, archive, "--no-rejudge", "--json").stdout)
    assert shown["verdict"] == word
