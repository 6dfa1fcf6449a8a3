"""The model of the events: pages, single rows, and never a reset for one change."""

import random
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from pytestqt.qtbot import QtBot

from tests.faults.lengths import runs
from tests.ui.fakes import HOSTILE, FakeClock
from tests.ui.stripe.fakes import FakeStripeBooks, event
from workmate_desktop.domain.invoices.lists import EventFilter
from workmate_desktop.domain.stripe.events import Outcome, Source
from workmate_desktop.ui.stripe.events.events_model import PAGE, Column, EventsModel


def model_of(books: FakeStripeBooks) -> EventsModel:
    made = EventsModel(books, FakeClock())
    tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Fatal, made
    )
    # Its first look fetches pages; begin anew with one.
    tester.setUseFetchMore(False)
    made.show_only(EventFilter.ALL, "nothing")
    made.show_only(EventFilter.ALL)
    return made


def ids(model: EventsModel) -> list[str]:
    return [model.id_at(at) or "" for at in range(model.rowCount())]


def test_shows_what_the_picture_shows(qtbot: QtBot) -> None:
    books = FakeStripeBooks()
    books.add_events(
        event(5),
        event(4, Outcome.FAILURE_RECORDED, label="RE-2026-0117", amount=47600),
        event(3, source=Source.CATCH_UP, answer_ms=None),
        event(2, Outcome.IGNORED, label=None, amount=None),
        event(1, minutes_ago=1440),
    )
    model = model_of(books)
    shown = [[model.index(at, column).data() for column in Column] for at in range(5)]
    nbsp = "\u00a0"
    assert shown[0] == [
        "09:15:05",
        "payment_intent.succeeded",
        "RE-2026-0118",
        f"1.190,00{nbsp}€",
        "Verbucht",
        "Webhook",
        "6 ms",
    ]
    assert shown[1][4] == "Fehlgeschlagen"
    assert shown[2][4:] == ["Verbucht · nachgeholt", "Nachgeholt", "–"]
    assert shown[3][2:5] == ["–", "–", "Ignoriert"]
    assert shown[4][0] == "22.11. 09:15"


def test_pages_follow_while_one_scrolls(qtbot: QtBot) -> None:
    books = FakeStripeBooks()
    books.add_events(*(event(serial) for serial in range(1, 601)))
    model = model_of(books)
    assert model.rowCount() == PAGE
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert ids(model) == [f"evt_{serial:05d}" for serial in range(600, 0, -1)]


def test_a_new_event_comes_on_top_and_a_decision_changes_one_row(qtbot: QtBot) -> None:
    books = FakeStripeBooks()
    books.add_events(*(event(serial) for serial in range(1, 11)))
    model = model_of(books)
    inserted, changed = QSignalSpy(model.rowsInserted), QSignalSpy(model.dataChanged)
    resets = QSignalSpy(model.modelReset)
    model.refresh(books.add_events(event(11, Outcome.NEEDS_REVIEW)))
    assert (model.id_at(0), inserted.count()) == ("evt_00011", 1)
    books.change_event("evt_00011", outcome=Outcome.BOOKED)
    model.refresh(("evt_00011",))
    assert model.index(0, Column.OUTCOME).data() == "Verbucht"
    model.refresh(("evt_00011",))
    assert changed.count() == 1, "what is the same is not painted again"
    first, last = changed.at(0)[0], changed.at(0)[1]
    assert (first.row(), last.row(), last.column()) == (0, 0, Column.ANSWER)
    assert resets.count() == 0


def test_a_filter_lets_in_and_out_what_changes(qtbot: QtBot) -> None:
    books = FakeStripeBooks()
    books.add_events(event(1), event(2, Outcome.NEEDS_REVIEW), event(3, Outcome.FAILURE_RECORDED))
    model = model_of(books)
    model.show_only(EventFilter.REVIEW)
    assert ids(model) == ["evt_00002"]
    books.change_event("evt_00002", outcome=Outcome.BOOKED)
    model.refresh(("evt_00002",))
    assert ids(model) == []
    model.refresh(books.add_events(event(4, Outcome.NEEDS_REVIEW), event(5)))
    assert ids(model) == ["evt_00004"]
    model.show_only(EventFilter.ERRORS)
    assert ids(model) == ["evt_00004", "evt_00003"]


def test_search_keeps_out_what_does_not_match(qtbot: QtBot) -> None:
    books = FakeStripeBooks()
    books.add_events(event(1, label="RE-2026-0001"), event(2, label="RE-2026-0002"))
    model = model_of(books)
    model.show_only(EventFilter.ALL, "re-2026-0002")
    model.refresh(books.add_events(event(3, label="RE-2026-0001"), event(4, label="RE-2026-0002")))
    assert ids(model) == ["evt_00004", "evt_00002"]


def test_a_changed_number_is_read_again(qtbot: QtBot) -> None:
    books = FakeStripeBooks()
    books.add_events(event(1, label="RE-2026-0001"))
    model = model_of(books)
    books.change_event("evt_00001", invoice_label="RE-2026-0009")
    model.refresh_invoices(("id-118",))
    assert model.index(0, Column.INVOICE).data() == "RE-2026-0009"


def test_a_flood_is_read_as_one_page(qtbot: QtBot) -> None:
    books = FakeStripeBooks()
    books.add_events(*(event(serial) for serial in range(1, 31)))
    model = model_of(books)
    before = books.calls.get("event", 0)
    model.refresh(books.add_events(*(event(serial) for serial in range(31, 200))))
    assert ids(model) == [f"evt_{serial:05d}" for serial in range(199, 0, -1)]
    assert books.calls.get("event", 0) == before


def test_random_changes_equal_a_fresh_reading(qtbot: QtBot) -> None:
    dice = random.Random(2026)
    for _ in range(runs(3, 12)):
        books = FakeStripeBooks()
        books.add_events(*(event(serial) for serial in range(0, 400, 2)))
        model = model_of(books)
        model.show_only(dice.choice(list(EventFilter)))
        for _ in range(25):
            changed = [event(dice.randrange(420), dice.choice(list(Outcome)))]
            changed *= dice.choice((1, 1, 12))
            changed = [
                replace(row, id=f"evt_{n:05d}")
                for row in changed
                for n in [dice.randrange(420)]
                if f"evt_{n:05d}" not in books.events
            ] + [
                replace(books.events[key], outcome=dice.choice(list(Outcome)))
                for key in dice.sample(sorted(books.events), dice.choice((1, 3, 14)))
            ]
            model.refresh(books.add_events(*changed))
            fresh = [row.id for row in books.event_page(model.which, "", None, model.rowCount())]
            assert ids(model) == fresh
            if not model.canFetchMore(QModelIndex()):
                everything = books.event_page(model.which, "", None, 10_000)
                assert model.rowCount() == len(everything)


def test_midnight_gives_yesterday_its_date(qtbot: QtBot) -> None:
    books, clock = FakeStripeBooks(), FakeClock()
    books.add_events(event(1))
    model = EventsModel(books, clock)
    clock.moment = clock.moment.replace(day=24)
    model.follow_day()
    assert model.index(0, Column.TIME).data() == "23.11. 09:15"


def test_j11_hostile_names_stay_text(qtbot: QtBot) -> None:
    books = FakeStripeBooks()
    for serial, text in enumerate(HOSTILE):
        books.add_events(replace(event(serial, label=text, invoice_ref=text), type=text))
    model = model_of(books)
    for at, event_id in enumerate(ids(model)):
        row = books.events[event_id]
        assert model.index(at, Column.INVOICE).data() == row.invoice_label
        tip = model.index(at, Column.TYPE).data(Qt.ItemDataRole.ToolTipRole)
        assert "<img" not in tip and "<b>" not in tip and "<a " not in tip


def test_cells_speak_to_a_screen_reader(qtbot: QtBot) -> None:
    books = FakeStripeBooks()
    books.add_events(event(1, label=None))
    model = model_of(books)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.index(0, Column.OUTCOME).data(role) == "Ergebnis: Verbucht"
    assert model.index(0, Column.INVOICE).data(role) == "Rechnung: nichts"
