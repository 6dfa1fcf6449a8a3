"""Money that finds no invoice, from the socket to the decision and back, in the whole program."""

from collections.abc import Callable

import pytest

from tests.factories import post
from tests.journey.desk import WEBHOOK_SECRET, Desk, plain
from tests.journey.test_payments import NUMBER, issue
from tests.standins.signing import signature_header
from tests.standins.stripe_api import SECRET_KEY
from workmate_desktop.ui.kit.reason_dialog import ReasonDialog
from workmate_desktop.ui.review.choose_dialog import ChooseDialog
from workmate_desktop.ui.review.desk import ReviewDesk


@pytest.fixture
def office(in_test_mode: Desk) -> Desk:
    """Test keys, and one open Testrechnung over 119,00 €."""
    desk = in_test_mode
    issue(desk, "Fahrschule Becker")
    desk.wait(lambda: desk.status(NUMBER) == "Offen")
    return desk


def _review(desk: Desk) -> ReviewDesk:
    review = desk.pages.invoices.review
    assert review is not None
    return review


def _listed(desk: Desk) -> list[list[str]]:
    return desk.cells(_review(desk).pane.model)


def _money_without_invoice(desk: Desk, amount: int = 11900) -> str:
    body = desk.event(None, amount=amount)
    assert desk.stripe_sends(body) == 200
    figure = desk.pages.invoices.figures.review
    desk.wait(lambda: figure.figure() == "1 Zahlung")
    return str(body["id"])


def _open_review(desk: Desk) -> None:
    """Until all that waits is listed, or that nothing waits is said."""
    desk.click_widget(desk.pages.invoices.figures.review)
    pane = _review(desk).pane
    desk.wait(pane.isVisible)
    desk.wait(lambda: len(_listed(desk)) == desk.core.review.waiting().count)
    desk.wait(lambda: pane.nothing_open.isVisible() is (_listed(desk) == []))


def test_assigned_by_a_click_and_taken_back(office: Desk) -> None:
    desk = office
    event_id = _money_without_invoice(desk)
    _open_review(desk)
    assert [row[:2] for row in _listed(desk)] == [["119,00 €", "Zahlung ohne Rechnung"]]
    detail = _review(desk).detail
    desk.wait(lambda: NUMBER in desk.seen(detail) and "gleicher Betrag" in desk.seen(detail))

    desk.click(detail, "Zuordnen")
    desk.wait(lambda: _listed(desk) == [])
    figure = desk.pages.invoices.figures.review
    desk.wait(lambda: figure.figure() == "0 Zahlungen")
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    done = f"119,00 € sind jetzt {NUMBER} zugeordnet."
    desk.wait(lambda: done in desk.seen(_review(desk).pane))
    desk.wait(lambda: any(f"{NUMBER} ist bezahlt" in words for words in desk.toast_words()))

    desk.click(_review(desk).pane.done, "Rückgängig")
    desk.wait(lambda: len(_listed(desk)) == 1)
    desk.wait(lambda: figure.figure() == "1 Zahlung")
    desk.wait(lambda: desk.status(NUMBER) == "Offen")

    desk.click(_review(desk).pane, "Alle Rechnungen")
    desk.select(NUMBER)
    told = ["Zuordnung rückgängig gemacht", "Zahlung zugeordnet"]
    desk.wait(lambda: [line.split(" · ")[0] for line in desk.timeline()][:2] == told)
    # The events tell who decided what.
    desk.open_stripe()
    desk.pages.stripe.show_event(event_id)
    shown = desk.pages.stripe.detail
    desk.wait(lambda: f"{NUMBER} zugeordnet" in desk.seen(shown))
    desk.wait(lambda: "Rückgängig gemacht" in desk.seen(shown))


def test_another_invoice_chosen_then_decided_ones(office: Desk) -> None:
    desk = office
    _money_without_invoice(desk, 5000)
    _open_review(desk)
    desk.click(_review(desk).detail, "Andere Rechnung wählen …")
    dialog = desk.dialog(ChooseDialog)
    desk.write("becker")
    desk.wait(lambda: dialog.model.rowCount() == 1)
    desk.press("Down")
    desk.press("Return")
    desk.wait_closed(ChooseDialog)
    desk.wait(lambda: desk.status(NUMBER) == "Teilbezahlt")
    desk.click(_review(desk).pane.chips, "Entschieden")
    desk.wait(lambda: len(_listed(desk)) == 1)
    detail = _review(desk).detail
    desk.wait(lambda: f"{NUMBER} zugeordnet" in desk.seen(detail))
    desk.click(detail, "Rechnung anzeigen")
    desk.wait(lambda: desk.pages.invoices.detail.number.text() == NUMBER)


def test_set_aside_with_a_reason_and_after_a_new_start(
    office: Desk, start: Callable[..., Desk]
) -> None:
    desk = office
    _money_without_invoice(desk)
    _open_review(desk)
    desk.click(_review(desk).detail, "Ohne Rechnung ablegen …")
    dialog = desk.dialog(ReasonDialog)
    desk.write("Spende")
    desk.click(dialog, "Ablegen")
    desk.wait_closed(ReasonDialog)
    desk.wait(lambda: _listed(desk) == [])
    desk.stop()

    again = start(stripe_secret_key=SECRET_KEY, stripe_webhook_secret=WEBHOOK_SECRET)
    again.wait_until_ready()
    again.wait(lambda: again.pages.invoices.figures.review.figure() == "0 Zahlungen")
    _open_review(again)
    again.click(_review(again).pane.chips, "Entschieden")
    again.wait(lambda: "Spende" in again.seen(_review(again).detail))
    again.click(_review(again).detail, "Rückgängig")
    again.wait(lambda: again.pages.invoices.figures.review.figure() == "1 Zahlung")


def test_a_signed_message_that_nobody_can_read_waits_too(office: Desk) -> None:
    desk = office
    body = b"{not json"
    now = desk.core.clock.stripe_now()
    assert post(desk.port, body, signature_header(body, WEBHOOK_SECRET, now)) == 400
    figure = desk.pages.invoices.figures.review
    desk.wait(lambda: figure.figure() == "1 Vorgang")
    _open_review(desk)
    assert _listed(desk)[0][1] == "Unlesbare Nachricht"
    waits = "1 Vorgang wartet auf eine Entscheidung"
    desk.wait(lambda: plain(_review(desk).pane.how_many.full_text()) == waits)


def test_the_notice_leads_to_where_it_can_be_decided(office: Desk) -> None:
    desk = office
    event_id = _money_without_invoice(desk)
    desk.open_log()
    desk.pages.log.event_requested.emit(event_id)
    desk.wait(_review(desk).pane.isVisible)
    desk.wait(lambda: _review(desk).pane.table.selected_id() == event_id)
