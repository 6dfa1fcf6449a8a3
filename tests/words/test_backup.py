"""Words about a backup."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.backup.screens import PictureBackups
from workmate_desktop.words.backup import saved_words


@pytest.mark.parametrize(
    ("invoices", "payments", "words"),
    [
        (1, 1, "buero.sqlite3: 1 Rechnung, 1 Zahlung, geprüft."),
        (0, 2, "buero.sqlite3: 0 Rechnungen, 2 Zahlungen, geprüft."),
    ],
)
def test_what_was_saved(invoices: int, payments: int, words: str) -> None:
    look = PictureBackups().look(Path("/daten/buero.sqlite3"))
    assert saved_words(replace(look, invoices=invoices, payments=payments)) == words
