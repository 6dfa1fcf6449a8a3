"""What Qt itself shows is German, too: dialogs for files and printing, standard buttons."""

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from workmate_desktop.ui.kit.qt_words import speak_german
from workmate_desktop.ui.kit.theme import Scheme, Theme


def words_of(widget: QWidget, kind: type[QLabel | QAbstractButton]) -> set[str]:
    return {found.text().replace("&", "") for found in widget.findChildren(kind)}


def test_the_dialog_for_a_file_is_german(theme: Theme, qtbot: QtBot) -> None:
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    qtbot.addWidget(dialog)
    assert {"Speichern", "Abbrechen"} <= words_of(dialog, QPushButton)
    assert {"Suchen in:", "Dateiname:"} <= words_of(dialog, QLabel)


def test_its_tool_buttons_show_their_signs(theme: Theme, qtbot: QtBot) -> None:
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    for made in dialog.findChildren(QToolButton):
        if made.objectName().endswith("Button"):
            made.ensurePolished()
            assert _is_painted(made), made.objectName()


def _is_painted(made: QToolButton) -> bool:
    """Its sign covers more than a few dots: painted with it and without, it differs."""
    before = made.grab().toImage()
    icon = made.icon()
    made.setIcon(QIcon())
    after = made.grab().toImage()
    made.setIcon(icon)
    painted = [
        (x, y)
        for x in range(before.width())
        for y in range(before.height())
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    spans = [max(axis) - min(axis) for axis in zip(*painted, strict=True)]
    return bool(spans) and max(spans) >= 7 * before.devicePixelRatio()


@pytest.mark.parametrize("name", ["backButton", "forwardButton", "toParentButton"])
def test_its_arrows_are_light_in_the_dark(theme: Theme, qtbot: QtBot, name: str) -> None:
    """Qt's own are black."""
    theme.set_scheme(Scheme.DARK)
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    image = dialog.findChild(QToolButton, name).icon().pixmap(16, 16).toImage()
    seen = [
        color.lightness()
        for x in range(image.width())
        for y in range(image.height())
        if (color := image.pixelColor(x, y)).alpha() > 128
    ]
    assert seen and max(seen) > 120


def test_the_print_dialog_is_german(theme: Theme, qtbot: QtBot) -> None:
    dialog = QPrintDialog(QPrinter())
    qtbot.addWidget(dialog)
    assert {"Drucken", "Abbrechen"} <= words_of(dialog, QPushButton)


def test_standard_buttons_are_german(theme: Theme, qtbot: QtBot) -> None:
    box = QMessageBox()
    box.setStandardButtons(QMessageBox.StandardButton.Cancel | QMessageBox.StandardButton.Yes)
    qtbot.addWidget(box)
    assert words_of(box, QPushButton) == {"Abbrechen", "Ja"}


def test_it_is_installed_once(theme: Theme, qapp: QApplication) -> None:
    speak_german(qapp)
    assert len(qapp.findChildren(QTranslator, "qtbase_de")) == 1
