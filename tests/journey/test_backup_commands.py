"""`backup` and `restore` on the command line, as an office server uses them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import issued, make_books
from tests.journey.test_serve import started
from tests.waiting import PATIENCE


def run(*arguments: str, data_dir: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "workmate_desktop", *arguments, "--data-dir", str(data_dir)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


def test_backup_restore_and_what_they_say(tmp_path: Path) -> None:
    data_dir, copy = tmp_path / "daten", tmp_path / "x.sqlite3"
    data_dir.mkdir()
    office = make_books(data_dir)
    issued(office)
    made = run("backup", str(copy), data_dir=data_dir)  # while another program has it open
    assert (made.returncode, made.stderr) == (0, "")
    assert "Rechnungen: 1, Entwürfe: 0, Zahlungen: 0" in made.stdout
    issued(office)
    office.close()
    asked = run("restore", str(copy), data_dir=data_dir)
    assert asked.returncode == 1
    assert "Danach würden fehlen: Rechnungen: 1 TEST-2026-0002" in asked.stdout
    assert "Nichts wurde geändert" in asked.stdout
    assert not list(data_dir.glob("restore*"))
    done = run("restore", str(copy), "--yes", data_dir=data_dir)
    assert done.returncode == 0
    assert "ersetzt-" in done.stdout
    office = make_books(data_dir)
    assert office.value("SELECT count(*) FROM invoices") == 1
    office.close()


@pytest.mark.parametrize("arguments", [["backup"], ["restore"], ["serve", "x.sqlite3"]])
def test_a_command_line_that_makes_no_sense_is_refused(
    tmp_path: Path, arguments: list[str]
) -> None:
    assert run(*arguments, data_dir=tmp_path).returncode == 2


def test_what_cannot_be_done_is_said_in_one_german_sentence(tmp_path: Path) -> None:
    (tmp_path / "daten").mkdir()
    make_books(tmp_path / "daten").close()
    for arguments, words in (
        (
            ["backup", str(tmp_path / "nirgends" / "x.sqlite3")],
            "Dort lässt sich nichts speichern. Bitte einen anderen Ort wählen.",
        ),
        (
            ["restore", str(tmp_path / "nirgends.sqlite3"), "--yes"],
            "Diese Datei gibt es nicht. Bitte eine andere wählen.",
        ),
        (["restore", __file__], "Das ist keine Sicherung dieses Programms."),
    ):
        found = run(*arguments, data_dir=tmp_path / "daten")
        assert found.returncode == 1
        assert words in found.stderr
        assert "_" not in found.stderr.replace(str(tmp_path), "")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_beside_a_server_and_after_its_crash(tmp_path: Path) -> None:
    copy = tmp_path / "x.sqlite3"
    with started(tmp_path, "serve") as server:
        server.wait_for_state()
        assert run("backup", str(copy), data_dir=server.data_dir).returncode == 0
        found = run("restore", str(copy), "--yes", data_dir=server.data_dir)
        assert found.stderr.startswith("Mit diesen Daten läuft schon ein anderes Programm.")
        assert server.end(signal.SIGSEGV) == -signal.SIGSEGV
    with started(tmp_path, "serve") as again:
        again.wait_for_line("The last run ended with a fault of the program")
        again.wait_for_line("Segmentation fault")
        assert again.end() == 0
    with started(tmp_path, "serve") as third:
        third.wait_for_state()
        assert third.end() == 0
        assert "last run" not in third.output
        assert not (third.data_dir / "running").exists()
