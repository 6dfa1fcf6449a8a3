"""The rows of Klärung nötig, watched by Qt's own checker, and their words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from tests.ui.fakes import NOW, FakeClock
from tests.ui.review.fakes import FakeReview, picture_review, waiting
from workmate_desktop.domain.review import ReviewList
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.ui.kit.tables import SUBTEXT_ROLE
from workmate_desktop.ui.review.model import PAGE, Column, ReviewModel
from workmate_desktop.words import review as texts


@pytest.fixture
def watched(qapp: QApplication) -> Callable[[FakeReview], ReviewModel]:
    """Builds a model that Qt's tester watches."""
    kept = []

    def make(review: FakeReview) -> ReviewModel:
        model = ReviewModel(review, FakeClock())
        kept.append(
            QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        )
        return model

    return make


def _cells(model: ReviewModel, row: int) -> list[str]:
    shown = [str(model.index(row, column).data()) for column in Column]
    note = model.index(row, Column.WHAT).data(SUBTEXT_ROLE)
    return [text.replace("\xa0", " ") for text in (*shown, str(note))]


def test_the_words_of_the_picture(watched: Callable[[FakeReview], ReviewModel]) -> None:
    model = watched(picture_review())
    assert [_cells(model, row) for row in range(3)] == [
        ["89,00 €", "Zahlung ohne Rechnung", "heute 09:00", "Das Ereignis nennt keine Rechnung."],
        [
            "476,00 €",
            "Rechnung ist storniert",
            "gestern 18:15",
            "RE-2026-0101 wurde am 02.11. storniert, danach ist eine Zahlung eingegangen.",
        ],
        [
            "120,00 $",
            "Andere Währung",
            "20.11.2026",
            "RE-2026-0098 lautet auf Euro, bezahlt wurde in US-Dollar.",
        ],
    ]


def test_rows_come_change_and_go(watched: Callable[[FakeReview], ReviewModel]) -> None:
    review = picture_review()
    model = watched(review)
    review.add(waiting("evt_new", at=NOW - timedelta(days=1)))
    review.add(replace(review.items["evt_1"], amount_minor=1))
    del review.items["evt_2"]
    model.refresh(["evt_new", "evt_1", "evt_2", "evt_unknown"])
    assert [model.item_at(at).id for at in range(model.rowCount())] == ["evt_1", "evt_new", "evt_3"]
    assert _cells(model, 0)[0] == "0,01 €"
    review.assign("evt_3", "id-113")
    model.refresh(["evt_3"])
    assert model.rowCount() == 2
    model.show(ReviewList.DECIDED)
    assert _cells(model, 0)[3] == "RE-2026-0113 zugeordnet · anna"
    review.undo(review.log["evt_3"][0].id)
    model.refresh(["evt_3"])
    assert model.rowCount() == 0


def test_further_pages(qapp: QApplication) -> None:
    review = FakeReview()
    for number in range(PAGE + 10):
        review.add(waiting(f"evt_{number:04d}", at=NOW - timedelta(minutes=number)))
    model = ReviewModel(review, FakeClock())  # Qt's tester would fetch the next page by itself
    assert model.rowCount() == PAGE and model.canFetchMore(QModelIndex())
    review.add(waiting("evt_old", at=NOW - timedelta(days=99)))
    model.refresh(["evt_old"])  # belongs to a later page
    assert model.rowCount() == PAGE
    model.fetchMore(QModelIndex())
    assert model.rowCount() == PAGE + 11 and not model.canFetchMore(QModelIndex())


def test_a_screen_reader_hears_both_lines(watched: Callable[[FakeReview], ReviewModel]) -> None:
    model = watched(picture_review())
    spoken = model.index(0, Column.WHAT).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Was ist passiert?: Zahlung ohne Rechnung. Das Ereignis nennt keine Rechnung."


@pytest.mark.parametrize("reason", texts.IN_REVIEW)
def test_every_reason_has_words_of_its_own(qapp: QApplication, reason: Reason) -> None:
    item = waiting("evt", reason, None, named_text="RE-1")
    words = (texts.item_title(item), texts.item_note(item, FakeClock()), texts.explanation(item))
    assert all(words)
    others = [texts.reason_title(other) for other in texts.IN_REVIEW if other is not reason]
    assert words[0] not in others


def test_after_midnight_today_is_yesterday(watched: Callable[[FakeReview], ReviewModel]) -> None:
    clock = FakeClock()
    model = ReviewModel(picture_review(), clock)
    clock.moment = NOW + timedelta(days=1)
    model.follow_day()
    assert model.index(0, Column.WHEN).data() == "gestern 09:00"
