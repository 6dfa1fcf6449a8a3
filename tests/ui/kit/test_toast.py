"""Toasts: place, number, leaving, and what they must not do."""

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workmate_desktop.ui.kit.outline import NAVIGATION_HEIGHT
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.kit.toast import MARGIN, TABS, TOP, Toast, ToastHost, ToastKind


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(800, 600)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def toasts(window: QWidget, theme: Theme) -> ToastHost:
    return ToastHost(window, theme, animate=False)


def shown(toasts: ToastHost, *news: Any) -> Toast:
    toasts.show(*news)
    return toasts.toasts()[-1]


def test_it_stands_at_the_top_beside_the_tabs_and_follows_the_window(
    window: QWidget, toasts: ToastHost
) -> None:
    toast = shown(toasts, "RE-2026-0118 ist bezahlt", "1.190,00 €", ToastKind.SUCCESS)
    assert toast.geometry().left() == TABS
    window.resize(1400, 900)
    assert toast.geometry().center().x() == pytest.approx(700, abs=1)
    assert toast.geometry().top() == TOP


def test_the_usual_news_covers_nothing_of_a_page(window: QWidget, toasts: ToastHost) -> None:
    """It lay over the status of the last rows, for as long as it stood there."""
    about = "Bäckerei Lindner GmbH · 1.190,00 € · gerade eben"
    toast = shown(toasts, "RE-2026-0118 ist bezahlt", about, ToastKind.SUCCESS)
    assert toast.geometry().bottom() < NAVIGATION_HEIGHT + 16  # the edge around the cards


def names(toasts: ToastHost) -> list[str]:
    return [toast.accessibleName() for toast in toasts.toasts()]


def test_at_most_two_and_the_others_are_counted(toasts: ToastHost) -> None:
    for number in range(5):
        toasts.show(f"Nummer {number}")
    shown = toasts.toasts()
    assert names(toasts) == ["Nummer 3", "Nummer 4"]
    assert all(a.geometry().bottom() < b.geometry().top() for a, b in pairwise(shown))
    assert [toast.more.isVisible() for toast in shown] == [True, False]
    assert shown[0].more.full_text() == "und 3 weitere"
    assert shown[0].height() == shown[0].height_for_width() > shown[1].height()


def test_the_count_goes_on_to_the_one_that_stays_and_ends_with_it(toasts: ToastHost) -> None:
    for number in range(3):
        toasts.show(f"Nummer {number}")
    toasts.toasts()[0].leave(fade_ms=0)
    (left,) = toasts.toasts()
    assert left.more.full_text() == "und 1 weitere"
    left.leave(fade_ms=0)
    assert not shown(toasts, "Neu").more.isVisible()


def test_good_news_do_not_push_out_bad_ones(toasts: ToastHost) -> None:
    toasts.show("Fehlschlag", "", ToastKind.ERROR)
    for number in range(3):
        toasts.show(f"Nummer {number}", "", ToastKind.SUCCESS)
    assert names(toasts) == ["Fehlschlag", "Nummer 2"]


def test_what_the_panel_offers_can_be_clicked_meanwhile(window: QWidget, toasts: ToastHost) -> None:
    """Stornieren … and the Verlauf lay under the news about them."""
    window.resize(880, 560)
    panel = 880 - 344 + 16
    places = {"Stornieren …": (panel, 200), "Wiederherstellen …": (720, 480), "Protokoll": (160, 8)}
    buttons = [QPushButton(words, window) for words in places]
    for made, (left, top) in zip(buttons, places.values(), strict=True):
        made.setGeometry(left, top, 120, 28)
        made.show()
    for number in range(3):
        toasts.show(f"Nummer {number}", "Bäckerei Lindner GmbH", ToastKind.SUCCESS)
    for made in buttons:
        assert window.childAt(made.geometry().center()) is made


def test_it_keeps_its_distance_in_any_window(window: QWidget, toasts: ToastHost) -> None:
    window.setMinimumSize(0, 0)
    window.resize(200, 300)
    toast = shown(toasts, "Ein langer Titel, der in mehreren Zeilen steht", "Und noch mehr Worte")
    assert toast.geometry().left() == MARGIN
    assert toast.geometry().right() == 200 - MARGIN - 1
    assert toast.height() >= toast.height_for_width()


def test_a_click_closes_and_the_other_moves_up(toasts: ToastHost, qtbot: QtBot) -> None:
    first, second = shown(toasts, "Eins"), shown(toasts, "Zwei")
    place = first.pos()
    with qtbot.waitSignal(first.closed):
        qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: toasts.toasts() == [second])
    assert second.pos() == place


def test_it_leaves_by_itself(toasts: ToastHost, qtbot: QtBot) -> None:
    toast = shown(toasts, "Eins")
    toast.timer.start(1)
    qtbot.waitUntil(lambda: toasts.toasts() == [])


def test_it_never_takes_the_focus(window: QWidget, toasts: ToastHost) -> None:
    edit = QLineEdit(window)
    edit.show()
    edit.setFocus()
    toasts.show("Eins", "Zwei", ToastKind.ERROR)
    assert edit.hasFocus()


def test_clicks_beside_it_go_through(window: QWidget, toasts: ToastHost, qtbot: QtBot) -> None:
    button = QPushButton("Beside", window)
    button.move(10, 500)
    button.show()
    toasts.show("Eins")
    assert window.childAt(QPoint(15, 505)) is button


def test_fading_ends_visible_and_then_gone(window: QWidget, theme: Theme, qtbot: QtBot) -> None:
    toasts = ToastHost(window, theme)
    toast = shown(toasts, "Eins")
    qtbot.waitUntil(lambda: toast.graphicsEffect() is None)
    assert toast.isVisible()
    with qtbot.waitSignal(toast.closed):
        toast.leave()
    assert toasts.toasts() == []


def test_leaving_while_arriving(window: QWidget, theme: Theme, qtbot: QtBot) -> None:
    toasts = ToastHost(window, theme)
    toast = shown(toasts, "Eins")
    with qtbot.waitSignal(toast.closed):
        toast.leave()
    assert toasts.toasts() == []


@pytest.mark.timeout(20)
def test_one_that_is_fading_makes_room_at_once(window: QWidget, theme: Theme) -> None:
    """It once was asked to leave for ever, and the window stood still."""
    toasts = ToastHost(window, theme)
    fading = shown(toasts, "Eins")
    toasts.show("Zwei")
    closed: list[str] = []
    fading.closed.connect(lambda: closed.append("Eins"))
    fading.leave()
    toasts.show("Drei")
    assert names(toasts) == ["Zwei", "Drei"]
    assert closed == ["Eins"]
