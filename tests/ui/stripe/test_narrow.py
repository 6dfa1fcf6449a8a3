"""The Stripe tab in a small window (900 × 600): nothing is cut off, the page scrolls instead."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.painted import settle, stale
from tests.ui.stripe.conftest import StripeDesk

PAGE = (900, 526)
"""What the tab has of a window of 900 × 600."""


def _cut_off(inside: QWidget) -> list[QWidget]:
    """Labels and buttons that reach beyond `inside` at the left or right."""
    found = []
    for kind in (QLabel, QAbstractButton):
        for widget in inside.findChildren(kind):
            if not widget.isVisible():
                continue
            left = widget.mapTo(inside, QPoint(0, 0)).x()
            if left < 0 or left + widget.width() > inside.width():
                found.append(widget)
    return found


@pytest.mark.parametrize("size", [PAGE, (760, 420), (1280, 694)])
def test_nothing_is_cut_off(stripe_desk: StripeDesk, qtbot: QtBot, size: tuple[int, int]) -> None:
    tab = stripe_desk.tab
    tab.set_simulation_available(True)
    tab.resize(*size)
    QApplication.processEvents()
    area = tab.splitter.widget(0)
    assert isinstance(area, QScrollArea)
    page = area.widget()
    assert page.width() <= area.viewport().width()
    assert _cut_off(area.viewport()) == []
    for label in tab.events.heading.findChildren(QLabel):
        assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())


def test_the_headings_of_the_list_are_whole(stripe_desk: StripeDesk) -> None:
    stripe_desk.tab.resize(*PAGE)
    QApplication.processEvents()
    header = stripe_desk.tab.events.table.horizontalHeader()
    for section in range(header.count()):
        if not header.isSectionHidden(section):
            assert header.sectionSize(section) >= header.sectionSizeHint(section), section


def test_a_low_window_scrolls_the_page(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    stripe_desk.tab.resize(*PAGE)
    area = stripe_desk.tab.splitter.widget(0)
    assert isinstance(area, QScrollArea)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert stripe_desk.tab.events.table.height() > 150


@pytest.mark.parametrize("size", [PAGE, (840, 640), (1700, 694)])
def test_me1_events_stand_under_their_headings(
    stripe_desk: StripeDesk, size: tuple[int, int]
) -> None:
    table = stripe_desk.tab.events.table
    settle()
    assert stale(table.viewport()) is None
    stripe_desk.tab.resize(*size)
    settle()
    assert stale(table.viewport()) is None
    table.restore_columns({"type": 120, "time": 140})
    settle()
    assert stale(table.viewport()) is None
    assert stale(table.horizontalHeader().viewport()) is None
