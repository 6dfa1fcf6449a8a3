"""Meldungen: words, the list under changes, opening, marking as read."""

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE, NOW, FakeBridge, FakeClock
from tests.ui.log.fakes import FakeNotices, notice
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.steps import StepName
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.ui.kit.assets import icon_path
from workmate_desktop.ui.kit.tables import SUBTEXT_ROLE
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.log.notices_model import PAGE, NoticesModel
from workmate_desktop.ui.log.notices_pane import NoticesPane
from workmate_desktop.words.log import Target, notice_look, target_of
from workmate_desktop.words.notice_words import notice_words


@pytest.fixture
def books() -> FakeNotices:
    found = FakeNotices()
    found.add(
        notice(3),
        notice(
            2,
            NoticeKind.NEEDS_REVIEW,
            invoice=None,
            amount_minor=8900,
            currency="eur",
            reason="no_invoice",
        ),
        notice(1, NoticeKind.DISK_LOW, invoice=None, event=None, free_mb=412, read=True),
    )
    return found


@pytest.fixture
def bridge() -> FakeBridge:
    return FakeBridge()


@pytest.fixture
def pane(qtbot: QtBot, theme: Theme, books: FakeNotices, bridge: FakeBridge) -> NoticesPane:
    made = NoticesPane(theme, books, books, bridge, FakeClock())
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


# Words


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_words_and_a_picture(kind: NoticeKind) -> None:
    words = notice_words(notice(1, kind, number="RE-1", amount_minor=100, currency="eur"))
    assert words.title not in ("", "Meldung")
    assert words.why.endswith(".")
    assert icon_path(notice_look(notice(1, kind))[0]).is_file()


def test_g12_a_disabled_webhook_is_mended_in_this_program() -> None:
    words = notice_words(notice(1, NoticeKind.ENDPOINT_DISABLED))
    assert "„Webhook einschalten“" in words.why and "Dashboard" not in words.why


def test_a_trouble_that_is_over_says_so() -> None:
    over = notice_words(notice(1, NoticeKind.CLOCK_WRONG, minutes=12, over_at="2026-11-23"))
    assert (over.title, over.why) == ("Die Uhr dieses PCs geht 12 min vor", "Inzwischen behoben.")


def test_a_kind_of_a_newer_version_is_shown_all_the_same() -> None:
    words = notice_words(notice(1, "refund_arrived", anything=1))
    assert (words.title, words.why) == ("Meldung", "refund_arrived")


def test_a_failed_payment_names_invoice_amount_and_reason() -> None:
    words = notice_words(notice(1))
    assert words.title == "Zahlung fehlgeschlagen: RE-2026-0117 · 476,00\u00a0€"
    assert "Deckung" in words.why


def test_a_late_failure_does_not_frighten() -> None:
    late = notice(
        1,
        number="RE-1",
        amount_minor=100,
        currency="eur",
        decline_code="expired_card",
        still_owed=False,
    )
    assert "nicht mehr betroffen" in notice_words(late).why


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_for_review_is_explained(reason: Reason) -> None:
    one = notice(1, NoticeKind.NEEDS_REVIEW, amount_minor=8900, currency="eur", reason=reason.value)
    words = notice_words(one)
    assert words.title == "Klärung nötig: 89,00\u00a0€ ohne Rechnung"
    assert words.why != "Bitte unter Stripe → Ereignisse ansehen."
    assert words.why.endswith(".")


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"number": None, "amount_minor": None, "reason": "new"},
        {"number": 7, "amount_minor": "x", "currency": 1},
    ],
)
@pytest.mark.parametrize("kind", NoticeKind)
def test_gaps_in_the_detail_are_no_error(kind: NoticeKind, detail: dict[str, Any]) -> None:
    words = notice_words(notice(1, kind, invoice=None, **detail))
    assert words.title
    assert "None" not in words.title + words.why


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_numbers_stay_text(text: str) -> None:
    one = notice(1, number=text, amount_minor=100, currency="eur", decline_code=text)
    words = notice_words(one)
    assert " ".join(text.split()) in words.title


def test_what_was_caught_up_is_counted() -> None:
    one = notice(1, NoticeKind.CATCH_UP_RESULT, payments=2, failures=1, reviews=0, absent=True)
    words = notice_words(one)
    assert words.title == "Nachgeholt: 2 Zahlungen, 1 fehlgeschlagene Zahlung"
    assert "nicht lief" in words.why


def test_what_opening_shows() -> None:
    review = notice(1, NoticeKind.NEEDS_REVIEW, invoice="i", event="e")
    assert target_of(review) == (Target.EVENT, "e")
    assert target_of(notice(1, invoice="i", event="e")) == (Target.INVOICE, "i")
    assert target_of(notice(1, NoticeKind.THIN_EVENT, invoice=None)) == (Target.EVENT, "evt_1")
    assert target_of(notice(1, NoticeKind.DISK_LOW, invoice=None, event=None)) is None


# The model


def _model(books: FakeNotices, clock: FakeClock | None = None) -> NoticesModel:
    model = NoticesModel(books, clock or FakeClock())
    # A child of the model: in a reference cycle Python might delete it on another thread.
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def _ids(model: NoticesModel) -> list[str]:
    return [model.notice_at(row).id for row in range(model.rowCount())]


def test_newest_first_and_unread_bold(qapp: QApplication, books: FakeNotices) -> None:
    model = _model(books)
    assert _ids(model) == ["n-00003", "n-00002", "n-00001"]
    assert model.index(0).data(Qt.ItemDataRole.FontRole).weight() > 500
    assert model.index(2).data(Qt.ItemDataRole.FontRole) is None
    assert model.index(0).data(SUBTEXT_ROLE).startswith("heute 09:15 · Karte hat")
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("Ungelesen. Zahl")
    assert not model.index(2).data(Qt.ItemDataRole.AccessibleTextRole).startswith("Ungelesen")


def test_new_ones_come_on_top_without_a_reset(qapp: QApplication, books: FakeNotices) -> None:
    model = _model(books)
    resets = QSignalSpy(model.modelReset)
    books.add(notice(5), notice(4))
    model.refresh()
    assert _ids(model)[:3] == ["n-00005", "n-00004", "n-00003"]
    assert resets.count() == 0


def test_reading_repaints_one_row(qapp: QApplication, books: FakeNotices) -> None:
    model = _model(books)
    changed = QSignalSpy(model.dataChanged)
    books.mark_notices_read(["n-00002"])
    model.refresh()
    assert changed.count() == 1
    assert changed.at(0)[0].row() == 1


def test_deleted_ones_leave(qapp: QApplication, books: FakeNotices) -> None:
    model = _model(books)
    del books.notices["n-00002"]
    model.refresh()
    assert _ids(model) == ["n-00003", "n-00001"]
    books.notices.clear()
    model.refresh()
    assert _ids(model) == []


def test_older_ones_are_fetched_when_scrolled_to(qapp: QApplication) -> None:
    books = FakeNotices()
    books.add(*(notice(serial) for serial in range(PAGE + 10)))
    model = NoticesModel(books, FakeClock())  # the tester would fetch more by itself
    assert model.rowCount() == PAGE
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert model.rowCount() == PAGE + 10
    assert not model.canFetchMore(QModelIndex())


def test_a_full_page_stays_right_when_more_come(qapp: QApplication) -> None:
    books = FakeNotices()
    books.add(*(notice(serial) for serial in range(PAGE)))
    model = _model(books)
    books.add(*(notice(serial) for serial in range(PAGE, PAGE + 3)))
    model.refresh()
    assert model.rowCount() >= PAGE
    assert _ids(model) == [each.id for each in books.notice_page(limit=model.rowCount())]
    books.add(*(notice(serial) for serial in range(PAGE + 3, 3 * PAGE)))
    model.refresh()
    assert model.rowCount() >= PAGE
    assert _ids(model) == [each.id for each in books.notice_page(limit=model.rowCount())]


def test_after_midnight_today_is_yesterday(qapp: QApplication, books: FakeNotices) -> None:
    clock = FakeClock()
    model = _model(books, clock)
    changed = QSignalSpy(model.dataChanged)
    clock.moment = NOW.replace(day=24)
    model.refresh()
    assert changed.count() == 1
    assert model.index(0).data(SUBTEXT_ROLE).startswith("gestern 09:15")
    clock.moment = NOW.replace(day=27)
    assert model.index(0).data(SUBTEXT_ROLE).startswith("23.11.2026, 09:15")


# The pane


def test_opening_by_keyboard_shows_the_invoice_and_marks_as_read(
    qtbot: QtBot, pane: NoticesPane, books: FakeNotices
) -> None:
    pane.list.choose(0)
    with qtbot.waitSignal(pane.invoice_requested) as asked:
        qtbot.keyClick(pane.list, Qt.Key.Key_Return)
    assert asked.args == ["id-117"]
    assert books.marked == [["n-00003"]]
    assert pane.unread == 1


def test_a_double_click_shows_the_event(qtbot: QtBot, pane: NoticesPane) -> None:
    where = pane.list.visualRect(pane.model.index(1)).center()
    qtbot.mouseClick(pane.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    with qtbot.waitSignal(pane.event_requested) as asked:
        qtbot.mouseDClick(pane.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert asked.args == ["evt_1"]


def test_the_button_says_where_it_leads(qtbot: QtBot, pane: NoticesPane) -> None:
    assert not pane.open_button.isEnabled()
    pane.list.choose(0)
    assert pane.open_button.text() == "&Rechnung anzeigen"
    pane.list.choose(1)
    assert pane.open_button.text() == "&Ereignis anzeigen"
    with qtbot.waitSignal(pane.event_requested):
        pane.open_button.click()
    pane.list.choose(2)
    assert not pane.open_button.isEnabled()


def test_what_is_read_is_not_marked_again(
    qtbot: QtBot, pane: NoticesPane, books: FakeNotices
) -> None:
    pane.list.choose(2)
    qtbot.keyClick(pane.list, Qt.Key.Key_Return)
    assert books.marked == []


def test_all_are_marked_as_read(qtbot: QtBot, pane: NoticesPane, books: FakeNotices) -> None:
    with qtbot.waitSignal(pane.unread_changed) as told:
        pane.mark_all.click()
    assert told.args == [0]
    assert books.marked == [None]
    assert not pane.mark_all.isEnabled()
    assert pane.chips.button("unread").text() == "Ungelesen"


def test_marking_that_fails_says_why(qtbot: QtBot, pane: NoticesPane, books: FakeNotices) -> None:
    books.fail_with = UserError("disk_full")
    pane.mark_all.click()
    assert pane.problem.full_text().startswith("Der Speicherplatz ist voll")
    assert pane.mark_all.isEnabled()
    books.fail_with = None
    pane.mark_all.click()
    assert pane.problem.isHidden()


def test_unread_ones_alone(
    qtbot: QtBot, pane: NoticesPane, books: FakeNotices, bridge: FakeBridge
) -> None:
    qtbot.mouseClick(pane.chips.button("unread"), Qt.MouseButton.LeftButton)
    assert _ids(pane.model) == ["n-00003", "n-00002"]
    pane.mark_all.click()
    assert pane.stack.currentWidget() is pane.empty


def test_a_flood_is_read_a_few_times_only(
    qtbot: QtBot, pane: NoticesPane, books: FakeNotices, bridge: FakeBridge
) -> None:
    before = books.pages_read
    for serial in range(10, 110):
        bridge.notices_added.emit(books.add(notice(serial)))
    assert pane.unread == 3  # the first one at once
    qtbot.waitUntil(lambda: pane.unread == 102)
    assert books.pages_read - before <= 3


def test_the_choice_stays_on_its_notice(
    qtbot: QtBot, pane: NoticesPane, books: FakeNotices, bridge: FakeBridge
) -> None:
    pane.list.choose(1)
    bridge.notices_added.emit(books.add(notice(9)))
    assert pane.list.chosen().id == "n-00002"
    del books.notices["n-00003"]
    bridge.everything_changed.emit()
    assert pane.list.chosen().id == "n-00002"


def test_nothing_to_tell(qtbot: QtBot, theme: Theme, bridge: FakeBridge) -> None:
    books = FakeNotices()
    pane = NoticesPane(theme, books, books, bridge, FakeClock())
    qtbot.addWidget(pane)
    assert pane.stack.currentWidget() is pane.empty
    assert not pane.mark_all.isEnabled()
    bridge.notices_added.emit(books.add(notice(1)))
    assert pane.stack.currentWidget() is pane.list


@pytest.mark.parametrize("step", StepName)
@pytest.mark.parametrize(
    "trouble", ["stripe_no_right", "stripe_no_net", "disk_full", "backup_failed", "program_fault"]
)
def test_md1_every_step_that_fails_is_told_in_german(step: StepName, trouble: str) -> None:
    right = "rak_dispute_read" if trouble == "stripe_no_right" else None
    words = notice_words(
        notice(
            1, NoticeKind.STEP_FAILED, invoice=None, step=step.value, trouble=trouble, right=right
        )
    )
    assert step.value not in words.title and "Hintergrund" not in words.title
    assert words.why.endswith(".")
    if right:
        assert "„Rückbuchungen lesen“ (Disputes: Read, rak_dispute_read)" in words.why
    over = notice_words(
        notice(1, NoticeKind.STEP_FAILED, invoice=None, step=step.value, over_at="x")
    )
    assert over.why == "Inzwischen behoben."
