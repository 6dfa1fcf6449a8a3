"""The list of backups, and the words about one."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.ui.backup.screens import PictureBackups
from tests.ui.fakes import FakeBridge, FakeClock
from workmate_desktop.domain.backups import Loss
from workmate_desktop.ui.backup.kept_model import Column, KeptModel
from workmate_desktop.ui.backup.restore_dialog import RestoreDialog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import backup as texts

LOOK = PictureBackups().look(Path("x"))


def cells(model: KeptModel, row: int) -> list[str]:
    return [str(model.index(row, column).data()) for column in Column]


def test_every_backup_is_listed_a_damaged_one_too(qtbot: QtBot) -> None:
    model = KeptModel(FakeClock())
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_rows(PictureBackups().kept())
    assert cells(model, 0) == ["22.11.2026", "118", "97", "22.11.2026, 09:15", "1,4 MB"]
    assert cells(model, 3) == ["19.11.2026", "–", "–", "beschädigt", "1,4 MB"]


def test_the_newest_wish_wins(qtbot: QtBot, theme: Theme) -> None:
    """Two rows chosen quickly: the second is what can be restored."""
    bridge = FakeBridge()
    dialog = RestoreDialog(theme, PictureBackups(), bridge, FakeClock())  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    bridge.hold = True
    dialog.table.selectRow(0)
    dialog.table.selectRow(1)
    assert not dialog.restore_button.isEnabled()
    bridge.run_waiting()
    assert dialog.look is not None
    assert dialog.look.path.endswith("2026-11-21.sqlite3")
    assert dialog.restore_button.isEnabled()


def test_what_is_lost_is_named_one_by_one() -> None:
    assert texts.loss_words(replace(LOOK, loss=None)).startswith("Was durch das Einspielen fehlen")
    nothing = Loss(0, (), 0, 0, 0)
    assert "alle jetzigen" in texts.loss_words(replace(LOOK, loss=nothing))
    one = Loss(0, (), 0, 1, 0)
    words = texts.loss_words(replace(LOOK, loss=one))
    assert words == "Es fehlt dann: 1 von Hand eingetragene Zahlung."
    assert texts.loss_words(LOOK).startswith(
        "Es fehlen dann: 4 Rechnungen (RE-2026-0117, RE-2026-0118, RE-2026-0119 …), 1 Entwurf, "
        "1 von Hand eingetragene Zahlung und 3 Zahlungen über Stripe."
    )


def test_refunds_are_no_payments_by_hand() -> None:
    words = texts.loss_words(replace(LOOK, loss=Loss(0, (), 0, 2, 0, reversals=2)))
    assert words.startswith(
        "Es fehlen dann: 2 von Hand eingetragene Zahlungen und 2 Erstattungen oder Rückbuchungen."
    )


def test_the_last_entry_is_named_so_not_the_moment_of_the_copy() -> None:
    empty = replace(LOOK, last_entry_at=None)
    assert texts.last_entry_words(empty, FakeClock()) == "noch keiner"


def test_a_newer_backup_cannot_be_chosen() -> None:
    assert "aktualisieren" in texts.warning_words(replace(LOOK, newer=True))
    assert texts.warning_words(LOOK) == ""
