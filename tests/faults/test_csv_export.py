"""FAULTS J14: what a stranger wrote must not calculate in somebody's spreadsheet."""

import csv
import io
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.services.upkeep.csv_export import csv_text, safe_cell, write_csv

FORMULAS = [
    '=HYPERLINK("http://127.0.0.1/?"&A1,"klick")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "-2+3+cmd|' /C calc'!A0",
    *(
        f"{blank}{sign}1+1"
        for blank in (
            "",
            *" \t\r\n\v\f\x00\x1c\x1f\x7f\x85\u00a0\u00ad\u1680\u180e\u2000\u2003",
            *"\u2007\u200b\u200e",
            *"\u2028\u2029\u202e\u202f\u205f\u2060\u2066\u3000\ufeff",
            " \t\u00a0\u3000 ",
        )
        for sign in "=+-@＝＋－＠﹦﹢﹣﹫"
    ),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_j14_formula_is_text(text: str) -> None:
    for made in (csv_text([text], []), csv_text(["x"], [[text]])):
        *_, row = csv.reader(io.StringIO(made, newline=""), delimiter=";")
        assert row[0].startswith("'")


@pytest.mark.parametrize("text", ["-5,00\u00a0€", "1.190,00 €", "RE-2026-0001", "−5,00", "–", "12"])
def test_j14_numbers_and_plain_words_stay(text: str) -> None:
    assert safe_cell(text) == text


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_j14_every_row_reads_back_as_one_row_of_the_same_width(cells: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(["a"] * len(cells), [cells])), delimiter=";"))
    assert len(rows) == 2
    assert len(rows[1]) == len(cells)
    assert not any(cell[:1] in ("=", "+", "@", "\t", "\r") for cell in rows[1])


def test_j14_the_file_is_the_owners_alone_and_says_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "ereignisse.csv"
    write_csv(path, ["Kunde"], [['Müller; "Söhne"']])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows == [
        ["Kunde"],
        ['Müller; "Söhne"'],
    ]


def test_sa11_an_older_file_does_not_lend_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("alt")
    path.chmod(0o644)
    write_csv(path, ["Kunde"], [["Müller"]])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Müller" in path.read_text("utf-8-sig")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("there", [True, False])
def test_sa11_a_link_is_not_followed(tmp_path: Path, there: bool) -> None:
    target, path = tmp_path / "kundendaten", tmp_path / "liste.csv"
    if there:
        target.write_text("wichtig")
    path.symlink_to(target)
    write_csv(path, ["Kunde"], [["Müller"]])
    assert not path.is_symlink() and "Müller" in path.read_text("utf-8-sig")
    assert (target.read_text() if there else target.exists()) == ("wichtig" if there else False)


def test_sa11_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.mkdir()
    (path / "x").write_text("x")
    with pytest.raises(OSError, match="liste"):
        write_csv(path, ["Kunde"], [])
    assert list(tmp_path.iterdir()) == [path]
