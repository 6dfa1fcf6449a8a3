"""The commands about what the program is made of."""

import json
from pathlib import Path

import pytest

from tests.places import CHECKOUT
from tests.supply import audit, licences, sbom
from tests.supply.locked import (
    DEVELOPERS,
    RUNTIME,
    Package,
    licence_of,
    licence_trouble,
    locked_packages,
)

TWO = [Package("idna", "3.20", ("00",)), Package("segno", "1.6.6", ("00",))]


def _answer(*entries: dict[str, object]) -> str:
    return json.dumps({"dependencies": entries, "fixes": []})


def _clean(name: str, version: str) -> dict[str, object]:
    return {"name": name, "version": version, "vulns": []}


# --- lock files ---------------------------------------------------------------------------


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPERS])
def test_no_line_of_a_lock_file_is_left_out(lock: str) -> None:
    text = (CHECKOUT / lock).read_text(encoding="utf-8")
    packages = locked_packages(lock)
    assert len(packages) == text.count("==") - text.count(" == '")
    assert sum(len(package.hashes) for package in packages) == text.count("--hash=sha256:")


# --- licences -----------------------------------------------------------------------------


def test_every_locked_package_has_a_licence_that_will_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert licences.main() == 0
    assert "0 will not do" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("licence", "trouble"),
    [
        ("MIT", ""),
        ("LGPL-3.0-only OR GPL-2.0-only", ""),
        ("GPL-3.0-only or MIT", ""),
        ("GPL-3.0-or-later", "GPL"),
        ("AGPL-3.0-only", "GPL"),
        ("MIT AND GPL-2.0-only", "GPL"),
        ("LGPL-2.1-only AND GPL-2.0-only", "GPL"),
        ("GNU General Public License v3 (GPLv3)", "GPL"),
        ("GNU Lesser General Public License v3 (LGPLv3)", ""),
        ("  ", "unknown"),
    ],
)
def test_gpl_and_unknown_licences_fail(licence: str, trouble: str) -> None:
    assert licence_trouble(licence) == trouble


def test_a_bad_licence_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(licences, "licence_of", lambda name: "" if name == "segno" else "MIT")
    assert licences.main() == 1
    assert "?  <- unknown" in capsys.readouterr().out


# --- bill of materials --------------------------------------------------------------------


def test_the_bill_names_every_shipped_package_with_hashes_and_licence() -> None:
    bill = json.loads(sbom.bill_of_materials())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "workmate-desktop"
    listed = {(c["name"], c["version"]): c for c in bill["components"]}
    assert set(listed) == {(p.name, p.version) for p in locked_packages()}
    for package in locked_packages():
        component = listed[package.name, package.version]
        assert component["purl"] == f"pkg:pypi/{package.name}@{package.version}"
        assert component["licenses"], package.name
        (files,) = component["externalReferences"]
        assert {h["content"] for h in files["hashes"]} == set(package.hashes)


def test_the_bill_says_who_needs_whom() -> None:
    bill = json.loads(sbom.bill_of_materials())
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert len(needs["workmate-desktop"]) == 13
    requests = next(ref for ref in needs if ref.startswith("pkg:pypi/requests@"))
    assert any(ref.startswith("pkg:pypi/urllib3@") for ref in needs[requests])


def test_the_bill_is_written_to_a_file(tmp_path: Path) -> None:
    assert sbom.main([str(tmp_path / "bill.json")]) == 0
    assert json.loads((tmp_path / "bill.json").read_text("utf-8"))["components"]


# --- audit --------------------------------------------------------------------------------


def test_all_looked_at_and_no_hole_passes() -> None:
    verdict = audit.judge(TWO, _answer(_clean("idna", "3.20"), _clean("segno", "1.6.6")))
    assert verdict.passed
    assert (verdict.audited, verdict.locked) == (2, 2)


@pytest.mark.parametrize("answer", ["", "no JSON", "[]", "{}", _answer()])
def test_an_audit_of_nothing_fails(answer: str) -> None:
    verdict = audit.judge(TWO, answer)
    assert not verdict.passed
    assert verdict.audited == 0
    assert not audit.judge([], answer).passed


def test_a_skipped_missing_or_other_package_fails() -> None:
    fine = _clean("idna", "3.20")
    skipped = {"name": "segno", "skip_reason": "not found"}
    for other in ([skipped], [], [_clean("segno", "1.0")]):
        verdict = audit.judge(TWO, _answer(fine, *other))
        assert not verdict.passed
        assert len(verdict.skipped) == 1


def test_a_hole_fails_and_is_named() -> None:
    bad = _clean("segno", "1.6.6") | {"vulns": [{"id": "PYSEC-1", "fix_versions": ["1.6.7"]}]}
    verdict = audit.judge(TWO, _answer(_clean("idna", "3.20"), bad))
    assert not verdict.passed
    assert verdict.holes == ("segno 1.6.6: PYSEC-1, mended in 1.6.7",)


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ("", 2, "NOTHING was audited"),
        (_answer(_clean("idna", "3.20")), 2, "NOT audited to the end"),
        (_answer(_clean("idna", "3.20"), _clean("segno", "1.6.6")), 0, "2 of 2"),
    ],
)
def test_the_command_says_how_much_it_looked_at(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    code: int,
    words: str,
) -> None:
    monkeypatch.setattr(audit, "locked_packages", lambda _lock: TWO)
    monkeypatch.setattr(audit, "ask", lambda _packages: (answer, "ERROR: no network"))
    assert audit.main() == code
    assert words in capsys.readouterr().out


def test_a_package_for_another_system_has_its_licence_too() -> None:
    assert licence_of("pywin32-ctypes") == "BSD-3-Clause"
    assert licence_of("never-heard-of") == ""
