"""The Stripe tab as staff use it: first start, keys, Empfang, events while they arrive."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from tests.services.reception.checklist_facts import EARLIER
from tests.ui.fakes import HOSTILE
from tests.ui.stripe.conftest import StripeDesk
from tests.ui.stripe.fakes import SECRET, TEST_KEYS, URL, WEBHOOK_SECRET, FakeSetup, event
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.secrets import SecretPlace
from workmate_desktop.domain.stripe.account import AccountInfo, StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import Outcome, Reason
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.catch_up.catch_up import CatchUpResult
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog
from workmate_desktop.ui.stripe.events.events_model import Column

LEFT = Qt.MouseButton.LeftButton


def shown(tab: QWidget) -> str:
    """Every word that a label shows now."""
    return "\n".join(label.text() for label in tab.findChildren(QLabel) if label.isVisible())


# --- the first day ---------------------------------------------------------------------------


def test_at_first_one_card_with_one_button(
    make_stripe_desk: Callable[..., StripeDesk], qtbot: QtBot
) -> None:
    desk = make_stripe_desk(setup=FakeSetup())
    assert desk.tab.empty.isVisible()
    assert not desk.tab.account.isVisible()
    assert "Rechnungen online bezahlen lassen" in shown(desk.tab)
    with qtbot.waitSignal(desk.tab.demo_requested):
        qtbot.mouseClick(desk.tab.empty.demo, LEFT)


@pytest.mark.parametrize("mode", ["test", "live"])
def test_konto_tells_in_live_mode_where_the_test_data_are(
    make_stripe_desk: Callable[..., StripeDesk], mode: str
) -> None:
    keys = StripeKeys(f"pk_{mode}_1", f"sk_{mode}_1")
    desk = make_stripe_desk(setup=FakeSetup(keys=keys))
    assert desk.tab.account.test_data.isVisible() is (mode == "live")


def test_me8_konto_calls_nothing_missing_that_a_successful_poll_spares(
    make_stripe_desk: Callable[..., StripeDesk],
) -> None:
    desk = make_stripe_desk(setup=FakeSetup(keys=StripeKeys("pk_test_1", "sk_test_1")))
    assert "noch nicht geprüft" in shown(desk.tab.account)
    assert "fehlt" not in shown(desk.tab.account)
    assert "keines (nicht nötig)" in shown(desk.tab.account)
    asked = CatchUpState(polling=True, last=CatchUpResult(complete=True), completed_at=EARLIER)
    desk.reception.state = replace(desk.reception.state, catch_up=asked)
    desk.bridge.reception_changed.emit()
    assert "Stripe · Schlüssel gilt" in shown(desk.tab.account)
    desk.reception.state = replace(
        desk.reception.state,
        catch_up=replace(asked, last=CatchUpResult(trouble=StripeRefused(StripeRefusal.WRONG_KEY))),
    )
    desk.bridge.reception_changed.emit()
    assert "noch nicht geprüft" in shown(desk.tab.account)


def test_konfigurieren_opens_the_dialog_and_saving_shows_the_account(
    make_stripe_desk: Callable[..., StripeDesk], qtbot: QtBot
) -> None:
    desk = make_stripe_desk(setup=FakeSetup())
    qtbot.keyClick(desk.tab.empty.configure, Qt.Key.Key_Space)
    dialog = desk.tab.findChild(ConfigureDialog)
    assert dialog is not None and dialog.isVisible()
    desk.setup.keys = TEST_KEYS
    dialog.accept()
    assert desk.tab.account.isVisible()


def test_while_the_keyring_is_asked_nothing_untrue_is_shown(
    make_stripe_desk: Callable[..., StripeDesk],
) -> None:
    desk = make_stripe_desk(setup=FakeSetup(loaded=False))
    assert desk.tab.currentWidget() is desk.tab.waiting
    desk.setup.loaded, desk.setup.keys = True, TEST_KEYS
    desk.bridge.settings_changed.emit()
    assert desk.tab.account.isVisible()


# --- Konto -----------------------------------------------------------------------------------


def test_konto_shows_masked_keys_and_where_they_lie(
    make_stripe_desk: Callable[..., StripeDesk],
) -> None:
    account = AccountInfo("acct_1QK", "KIT Solutions", livemode=False)
    setup = FakeSetup(keys=TEST_KEYS, account=account, place=SecretPlace.FILE)
    desk = make_stripe_desk(setup=setup)
    words = shown(desk.tab)
    for expected in (
        "KIT Solutions · acct_1QK",
        "pk_test_…Zt8Q",
        "sk_test_…4242",
        "whsec_…9f3a",
        "Testmodus",
        "Verschlüsselte Datei",
    ):
        assert expected in words
    everything = words + "".join(w.toolTip() for w in desk.tab.findChildren(QLabel))
    assert SECRET not in everything and WEBHOOK_SECRET not in everything


def test_keys_that_cannot_be_read_are_said_to_be_so(
    make_stripe_desk: Callable[..., StripeDesk],
) -> None:
    desk = make_stripe_desk(setup=FakeSetup(trouble="keychain_locked"))
    words = shown(desk.tab)
    assert "gesperrt" in words
    assert "nicht lesbar" in words
    assert desk.tab.account.edit.isVisible()


# --- Empfang ---------------------------------------------------------------------------------


def test_ready_with_an_address_to_copy(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    card = stripe_desk.tab.reception
    assert card.pill.accessibleName() == "Empfang bereit"
    qtbot.mouseClick(card.copy, LEFT)
    assert QGuiApplication.clipboard().text() == URL
    assert not card.trouble.isVisible()
    assert not card.restart.isVisible()
    assert not card.enter_secret.isVisible()


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (ReceptionState(ReceptionStatus.NO_SECRET, 8000, URL), "Webhook Secret"),
        (ReceptionState(ReceptionStatus.DISTURBED, 8000, URL, trouble="disk_full"), "voll"),
        (ReceptionState(ReceptionStatus.DISTURBED, 8000, URL, trouble="secret_mismatch"), "passt"),
        (ReceptionState(ReceptionStatus.READY, 8000, URL, trouble="strangers_refused"), "Fremde"),
        (ReceptionState(ReceptionStatus.DISTURBED, trouble="port_unavailable"), "Port"),
        (ReceptionState(ReceptionStatus.READY, 8001, URL, port_moved=True), "8001"),
        (ReceptionState(ReceptionStatus.READY, 8000, URL, refused={"wrong": 2}), "2 Nachrichten"),
        (ReceptionState(ReceptionStatus.READY, 8000, URL, refused={"wrong": 1}), "1 Nachricht a"),
    ],
)
def test_what_is_wrong_is_said(stripe_desk: StripeDesk, state: ReceptionState, word: str) -> None:
    stripe_desk.reception.state = state
    stripe_desk.bridge.reception_changed.emit()
    assert word in shown(stripe_desk.tab.reception)


def test_a_missing_webhook_secret_has_its_button(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    stripe_desk.reception.state = ReceptionState(ReceptionStatus.NO_SECRET, 8000, URL)
    stripe_desk.bridge.reception_changed.emit()
    qtbot.mouseClick(stripe_desk.tab.reception.enter_secret, LEFT)
    dialog = stripe_desk.tab.findChild(ConfigureDialog)
    assert dialog.focusWidget() is dialog.webhook_secret
    dialog.reject()


def test_a_stopped_empfang_can_be_started_again(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    ready = stripe_desk.reception.state
    stripe_desk.reception.state = ReceptionState(
        ReceptionStatus.DISTURBED, trouble="port_unavailable"
    )
    stripe_desk.reception.after_restart = ready
    stripe_desk.bridge.reception_changed.emit()
    assert not stripe_desk.tab.reception.copy.isEnabled()
    qtbot.mouseClick(stripe_desk.tab.reception.restart, LEFT)
    assert stripe_desk.reception.restarts == 1
    assert stripe_desk.tab.reception.pill.accessibleName() == "Empfang bereit"


def test_test_data_can_be_deleted_in_test_mode_only(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    card = stripe_desk.tab.reception
    wanted = QSignalSpy(stripe_desk.tab.delete_test_data_requested)
    qtbot.mouseClick(card.delete, LEFT)
    assert wanted.count() == 1
    stripe_desk.setup.keys = StripeKeys("pk_live_1234", "sk_live_1234", (WEBHOOK_SECRET,))
    stripe_desk.bridge.settings_changed.emit()
    assert not card.delete.isVisible()


# --- Ereignisse ------------------------------------------------------------------------------


def test_a_new_event_appears_and_moves_nothing(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    table = stripe_desk.tab.events.table
    table.select("evt_00030")
    bar = table.verticalScrollBar()
    before = bar.value()
    assert before > 0
    stripe_desk.record(event(80))
    assert stripe_desk.ids()[0] == "evt_00080"
    assert bar.value() == before + table.rowHeight(0)
    assert table.selected_id == "evt_00030"
    assert stripe_desk.tab.detail.event_id == "evt_00030"


def test_events_of_one_moment_are_all_shown(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    for serial in range(100, 130):
        stripe_desk.record(event(serial))
    qtbot.waitUntil(lambda: stripe_desk.ids()[0] == "evt_00129")
    assert len(stripe_desk.ids()) == 92


def test_what_came_while_nobody_looked_is_there_afterwards(
    make_stripe_desk: Callable[..., StripeDesk], qtbot: QtBot
) -> None:
    desk = make_stripe_desk(show=False)
    desk.record(event(1))
    before = desk.books.calls.get("event", 0)
    desk.record(event(2))
    assert desk.books.calls.get("event", 0) == before, "nothing is read for nobody"
    desk.tab.show()
    qtbot.waitExposed(desk.tab)
    assert desk.ids() == ["evt_00002", "evt_00001"]


def test_an_invoice_that_changed_while_nobody_looked_is_named_right(
    make_stripe_desk: Callable[..., StripeDesk], qtbot: QtBot
) -> None:
    desk = make_stripe_desk(show=False)
    desk.record(event(1, label="RE-2026-0001"))
    desk.tab.show()
    qtbot.waitExposed(desk.tab)
    desk.tab.hide()
    desk.books.change_event("evt_00001", invoice_label="RE-2026-0009")
    before = desk.books.calls.get("event", 0)
    desk.bridge.invoices_changed.emit(("id-118",))
    assert desk.books.calls.get("event", 0) == before, "nothing is read for nobody"
    desk.tab.show()
    qtbot.waitExposed(desk.tab)
    assert desk.tab.events.model.index(0, Column.INVOICE).data() == "RE-2026-0009"


def test_a_page_asked_for_by_another_page_is_up_to_date(
    make_stripe_desk: Callable[..., StripeDesk],
) -> None:
    desk = make_stripe_desk(show=False)
    desk.record(event(1))
    desk.tab.show_event("evt_00001")
    assert desk.tab.detail.event_id == "evt_00001"
    assert desk.tab.events.table.selected_id == "evt_00001"


def test_show_review_lists_what_waits(stripe_desk: StripeDesk) -> None:
    stripe_desk.tab.events.search.setText("nothing like it")
    stripe_desk.tab.show_review()
    assert stripe_desk.ids() == ["evt_00071"]
    assert stripe_desk.tab.events.chips.current() == "review"
    stripe_desk.tab.show_event("evt_00005")
    assert stripe_desk.tab.detail.event_id == "evt_00005"


def test_chips_and_search(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    events = stripe_desk.tab.events
    qtbot.mouseClick(events.chips.button("errors"), LEFT)
    assert stripe_desk.ids() == ["evt_00071", "evt_00070"]
    qtbot.keyClicks(events.search, "evt_00070")
    qtbot.waitUntil(lambda: stripe_desk.ids() == ["evt_00070"])
    qtbot.keyClicks(events.search, "x")
    qtbot.waitUntil(lambda: events.stack.currentWidget() is events.empty)
    assert "Nichts gefunden" in shown(events)


def test_strg_f_leads_to_the_search(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    stripe_desk.tab.activateWindow()
    stripe_desk.tab.events.table.setFocus()
    qtbot.keyClick(stripe_desk.tab, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(stripe_desk.tab.events.search.hasFocus)


def test_a_narrow_list_still_shows_the_outcome(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    stripe_desk.tab.resize(880, 600)
    table = stripe_desk.tab.events.table
    qtbot.waitUntil(lambda: table.isColumnHidden(Column.ANSWER))
    right = table.columnViewportPosition(Column.OUTCOME) + table.columnWidth(Column.OUTCOME)
    assert right <= table.viewport().width()
    stripe_desk.tab.resize(1400, 600)
    qtbot.waitUntil(lambda: not table.isColumnHidden(Column.ANSWER))


def test_columns_and_splitter_are_remembered(make_stripe_desk: Callable[..., StripeDesk]) -> None:
    first = make_stripe_desk()
    first.tab.events.table.setColumnWidth(Column.INVOICE, 201)
    first.tab.splitter.setSizes([800, 480])
    second = make_stripe_desk()
    second.tab.restore_state(first.tab.save_state())
    assert second.tab.events.table.columnWidth(Column.INVOICE) == 201
    assert second.tab.splitter.sizes() == first.tab.splitter.sizes()
    second.tab.restore_state({"columns": {"invoice": "wide", "type": -4}, "splitter": ["x", 1]})
    assert second.tab.events.table.columnWidth(Column.INVOICE) == 201


# --- one event -------------------------------------------------------------------------------


def test_a_declined_card_is_explained(stripe_desk: StripeDesk) -> None:
    stripe_desk.tab.show_event("evt_00070")
    words = shown(stripe_desk.tab.detail)
    assert "Deckung" in words
    assert "evt_00070" in words and "pi_00070" in words
    assert "payment_intent.payment_failed" in words


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_words(stripe_desk: StripeDesk, reason: Reason) -> None:
    outcome = Outcome.DUPLICATE if reason is Reason.SAME_INTENT else Outcome.NEEDS_REVIEW
    stripe_desk.record(event(90, outcome, reason=reason.value))
    stripe_desk.tab.show_event("evt_00090")
    assert len(stripe_desk.tab.detail.what.full_text()) > 25


def test_an_id_is_copied_whole(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    stripe_desk.tab.show_event("evt_00071")
    buttons = stripe_desk.tab.detail.findChildren(QAbstractButton)
    copy = next(b for b in buttons if b.accessibleName() == "Ereignis kopieren")
    qtbot.mouseClick(copy, LEFT)
    assert QGuiApplication.clipboard().text() == "evt_00071"


def test_erneut_verarbeiten_by_keyboard(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    stripe_desk.tab.show_event("evt_00071")
    qtbot.keyClick(stripe_desk.tab.events.table, Qt.Key.Key_Return)
    detail = stripe_desk.tab.detail
    assert stripe_desk.tab.focusWidget() is detail.reprocess
    stripe_desk.bridge.hold = True
    qtbot.keyClick(detail.reprocess, Qt.Key.Key_Space)
    assert not detail.reprocess.isEnabled(), "once is enough"
    stripe_desk.bridge.run_waiting()
    assert stripe_desk.receive.asked == ["evt_00071"]
    assert detail.result.full_text() == "Erledigt: Die Zahlung ist jetzt verbucht."
    assert detail.reprocess.isEnabled()
    stripe_desk.bridge.events_recorded.emit(("evt_00071",))
    assert [pill.text for pill in detail.pill.pills()] == ["Verbucht"]
    assert stripe_desk.cell("evt_00071", Column.OUTCOME) == "Verbucht"


def test_erneut_verarbeiten_that_fails_says_why(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    stripe_desk.tab.show_event("evt_00071")
    stripe_desk.receive.fail_with = UserError("disk_full")
    qtbot.mouseClick(stripe_desk.tab.detail.reprocess, LEFT)
    assert "voll" in stripe_desk.tab.detail.result.full_text()
    assert stripe_desk.tab.detail.reprocess.isEnabled()


def test_a_late_answer_for_another_event_is_dropped(stripe_desk: StripeDesk, qtbot: QtBot) -> None:
    stripe_desk.tab.show_event("evt_00071")
    stripe_desk.bridge.hold = True
    qtbot.mouseClick(stripe_desk.tab.detail.reprocess, LEFT)
    stripe_desk.tab.show_event("evt_00070")
    stripe_desk.bridge.run_waiting()
    assert stripe_desk.tab.detail.result.full_text() == ""
    assert stripe_desk.tab.detail.reprocess.isEnabled()


def test_j11_hostile_words_are_shown_plainly(stripe_desk: StripeDesk) -> None:
    for text in HOSTILE:
        row = event(95, Outcome.NEEDS_REVIEW, label=text, invoice_ref=text, reason=text)
        stripe_desk.record(replace(row, type=text, payment_intent_id=text))
        stripe_desk.tab.show_event("evt_00095")
        for label in stripe_desk.tab.detail.findChildren(QLabel):
            assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()
            tip = label.toolTip()
            assert "<img" not in tip and "<b>" not in tip and "<a " not in tip


def test_everything_has_a_name_for_a_screen_reader(stripe_desk: StripeDesk) -> None:
    stripe_desk.tab.show_event("evt_00070")
    for kind in (QAbstractButton, QLineEdit, QTableView):
        for widget in stripe_desk.tab.findChildren(kind):
            decoration = isinstance(widget.parent(), QLineEdit)  # the magnifier in a field
            if widget.isVisible() and not decoration:
                named = widget.accessibleName() or getattr(widget, "text", lambda: "")()
                assert named, widget
