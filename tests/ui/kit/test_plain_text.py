"""Texts of customers are shown literally; a picture in them is never opened."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from workmate_desktop.ui.kit.plain_text import (
    Choice,
    PlainLabel,
    chosen_key,
    message_box,
    plain_tip,
)
from workmate_desktop.ui.kit.theme import Theme

HOSTILE = '<img src="{path}" width="60" height="60"><b>Müller</b> & Söhne'


@pytest.fixture
def hostile(tmp_path: Path) -> str:
    """A name with a picture that is red all over, so that it would be seen."""
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    path = tmp_path / "red.png"
    assert image.save(str(path))
    return HOSTILE.format(path=path.as_posix())


def _red(widget: QWidget) -> bool:
    picture = widget.grab().toImage()
    return any(
        picture.pixelColor(x, y) == QColor("red")
        for x in range(picture.width())
        for y in range(picture.height())
    )


def test_the_trap_works_on_an_ordinary_label(qtbot: QtBot, hostile: str) -> None:
    label = QLabel(hostile)
    qtbot.addWidget(label)
    assert _red(label)


@pytest.mark.parametrize("options", [{}, {"wrap": True}, {"elide": True}])
def test_labels(qtbot: QtBot, hostile: str, options: dict[str, Any]) -> None:
    label = PlainLabel(hostile, **options)
    qtbot.addWidget(label)
    label.resize(900, 90)
    assert not _red(label)
    assert label.full_text() == hostile


def test_message_boxes(qtbot: QtBot, hostile: str) -> None:
    box = message_box(None, "Titel", hostile, hostile)
    qtbot.addWidget(box)
    box.show()
    assert not _red(box)
    assert {label.textFormat() for label in box.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


def test_tips_show_every_sign(qtbot: QtBot, hostile: str) -> None:
    document = QTextDocument()
    asked: list[QUrl] = []
    document.loadResource = (  # type: ignore[method-assign]
        lambda kind, url: asked.append(QUrl(url))
    )
    document.setHtml(plain_tip(hostile))
    assert document.toPlainText() == hostile
    assert asked == []


def test_harmless_tips_stay_as_they_are() -> None:
    assert plain_tip("Müller & Söhne, 3 < 4") == "Müller & Söhne, 3 < 4"


def test_a_long_text_is_elided_and_its_tip_has_all_of_it(qtbot: QtBot) -> None:
    label = PlainLabel("Bäckerei Lindner GmbH und Partner", elide=True)
    qtbot.addWidget(label)
    label.show()
    label.resize(80, 20)
    assert label.text().endswith("…")
    assert label.toolTip() == label.full_text() == "Bäckerei Lindner GmbH und Partner"
    assert label.accessibleName() == label.full_text()
    label.resize(label.sizeHint())
    assert (label.text(), label.toolTip()) == (label.full_text(), "")


DELETE = (
    Choice("delete", "&Löschen", danger=True),
    Choice("keep", "&Behalten", cancels=True),
)


def test_enter_and_escape_do_no_harm(qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        box = message_box(None, "Löschen", "Wirklich?", choices=DELETE)
        qtbot.addWidget(box)
        box.open()
        assert box.defaultButton().text() == "&Behalten"
        qtbot.keyClick(box.defaultButton() if key == Qt.Key.Key_Return else box, key)
        assert chosen_key(box) == "keep"


def test_the_pressed_button_is_told(qtbot: QtBot) -> None:
    box = message_box(None, "Löschen", "Wirklich?", choices=DELETE)
    qtbot.addWidget(box)
    box.open()
    assert chosen_key(box) is None
    button = next(made for made in box.buttons() if made.text() == "&Löschen")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert chosen_key(box) == "delete"


def test_without_choices_there_is_ok(qtbot: QtBot) -> None:
    box = message_box(None, "Titel", "Text")
    qtbot.addWidget(box)
    assert isinstance(box, QMessageBox)
    assert [button.text() for button in box.buttons()] == ["OK"]


@pytest.mark.parametrize(
    "more", ["", "Echte Rechnungen und echte Zahlungen bleiben, wie sie sind."]
)
@pytest.mark.parametrize("times", [1, 6])
def test_long_questions_are_never_cut(qtbot: QtBot, times: int, more: str) -> None:
    question = "Alle Testrechnungen, Testzahlungen und Testereignisse löschen? " * times
    box = message_box(None, "Testdaten löschen", question.strip(), more, DELETE)
    qtbot.addWidget(box)
    box.show()
    qtbot.waitExposed(box)
    seen = [label for label in box.findChildren(QLabel) if label.isVisible() and label.text()]
    assert [label.text() for label in seen] == [text for text in (question.strip(), more) if text]
    for label in seen:
        needed = label.fontMetrics().boundingRect(
            label.contentsRect(), Qt.TextFlag.TextWordWrap if label.wordWrap() else 0, label.text()
        )
        assert needed.width() <= label.contentsRect().width()
        assert needed.height() <= label.contentsRect().height()


def test_me6_what_gives_up_stands_at_the_left_as_in_every_dialog(
    theme: Theme, qtbot: QtBot
) -> None:
    """Qt's own order differs from system to system, and from the program's dialogs."""
    box = message_box(
        None,
        "Löschen",
        "Löschen?",
        choices=(
            Choice("delete", "&Löschen", primary=True, danger=True),
            Choice("keep", "A&bbrechen", cancels=True),
        ),
    )
    qtbot.addWidget(box)
    box.show()
    qtbot.waitExposed(box)
    shown = sorted(box.buttons(), key=lambda one: one.mapTo(box, one.rect().topLeft()).x())
    assert [one.property("choice") for one in shown] == ["keep", "delete"]
