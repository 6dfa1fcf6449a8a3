"""Signed events over a real socket, and what the window makes of them by itself."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest

from tests.factories import at_once
from tests.journey.desk import Desk
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceDraft, InvoiceItem
from workmate_desktop.domain.invoices.lists import InvoiceFilter
from workmate_desktop.ui.stripe.events.events_model import Column

NUMBER = f"TEST-{date.today():%Y}-0001"  # noqa: DTZ011 - the office's own day


@pytest.fixture
def office(in_test_mode: Desk) -> Desk:
    """Test keys, and one open Testrechnung over 119,00 €, selected."""
    desk = in_test_mode
    issue(desk, "Bäckerei Lindner GmbH")
    desk.wait(lambda: desk.status(NUMBER) == "Offen")
    desk.select(NUMBER)
    return desk


def issue(desk: Desk, customer: str) -> str:
    """An open Testrechnung, written somewhere else; its id."""
    today = desk.core.clock.today()
    invoicing = desk.core.invoicing
    customer_id = invoicing.save_customer(Customer("", customer)).result(PATIENCE)
    item = InvoiceItem("Beratung", Decimal(1), "Std.", 10_000, Decimal(19))
    draft = InvoiceDraft(customer_id, today, today, (item,), livemode=False)
    return invoicing.issue(draft).result(PATIENCE)


def test_a_signed_success_turns_the_row_paid_by_itself(office: Desk) -> None:
    desk = office
    figures = desk.pages.invoices.figures
    desk.wait(lambda: "119,00" in figures.cards[InvoiceFilter.OPEN].figure())
    desk.forget_toasts()

    assert desk.stripe_sends(desk.event(NUMBER, amount=11900)) == 200
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")

    table = desk.pages.invoices.table
    assert table.currentIndex().row() == 0  # still selected
    desk.wait(lambda: desk.toast_words() != [])
    [toast] = desk.toast_words()
    assert toast.startswith(f"{NUMBER} ist bezahlt. Bäckerei Lindner GmbH · 119,00 €")
    newest = desk.timeline()[0]
    assert newest.startswith("Zahlung")
    assert "119,00 €" in newest
    assert "Stripe" in newest
    assert desk.pages.invoices.detail.pills.accessibleName() == "Bezahlt"
    desk.wait(lambda: figures.cards[InvoiceFilter.OPEN].figure().startswith("0,00"))
    desk.wait(lambda: "119,00" in figures.cards[InvoiceFilter.PAID_THIS_MONTH].figure())
    bar = desk.status_bar
    desk.wait(lambda: "payment_intent.succeeded" in desk.seen(bar))
    desk.wait(lambda: "Letztes Ereignis:" in desk.seen(bar))

    desk.open_stripe()
    desk.wait(lambda: len(desk.events()) == 1)
    desk.wait(lambda: desk.events()[0][Column.ANSWER] != "–")
    [row] = desk.events()
    assert row[Column.TYPE] == "payment_intent.succeeded"
    assert row[Column.INVOICE] == NUMBER
    assert row[Column.AMOUNT] == "119,00 €"
    assert row[Column.OUTCOME] == "Verbucht"
    assert row[Column.SOURCE] == "Webhook"
    assert row[Column.ANSWER].endswith("ms")


def test_a_declined_card_leaves_it_open_and_says_why(office: Desk) -> None:
    desk = office
    assert desk.stripe_sends(desk.event(NUMBER, failed="insufficient_funds")) == 200
    desk.wait(lambda: desk.status(NUMBER) == "Offen, Zahlung fehlgeschlagen")
    newest = desk.timeline()[0]
    assert newest.startswith("Zahlung fehlgeschlagen")
    assert "nicht genügend Deckung" in newest
    desk.wait(lambda: any("fehlgeschlagen" in words for words in desk.toast_words()))
    tabs = desk.program.window.navigation.tabs
    desk.wait(lambda: tabs.tabText(2) == "Protokoll (1)")
    desk.open_log()
    desk.wait(lambda: len(desk.notices()) == 1)
    assert NUMBER in desk.notices()[0]
    desk.click(desk.pages.log, "Alle als gelesen markieren")
    desk.wait(lambda: tabs.tabText(2) == "Protokoll")

    # A later success pays it; the failure stays in the Verlauf.
    desk.open_invoices()
    assert desk.stripe_sends(desk.event(NUMBER)) == 200
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    assert sum("fehlgeschlagen" in line for line in desk.timeline()) == 1


def paid_toasts(desk: Desk) -> list[str]:
    return [words for words in desk.toast_words() if "ist bezahlt" in words]


@pytest.mark.parametrize("times", [2, 8])
def test_the_same_event_again_counts_once_and_is_told_once(office: Desk, times: int) -> None:
    desk = office
    desk.forget_toasts()
    event = desk.event(NUMBER)
    send = [partial(desk.stripe_sends, event)] * times
    answers = [one() for one in send] if times == 2 else at_once(send)
    assert answers == [200] * times
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    desk.wait(lambda: paid_toasts(desk) != [])

    # Whatever comes of the repetitions has come once a later event is shown.
    other = issue(desk, "Hotel Rheinblick")
    assert desk.stripe_sends(desk.event(other)) == 200
    second = NUMBER.replace("-0001", "-0002")
    desk.wait(lambda: any(second in words for words in paid_toasts(desk)))
    assert len([words for words in paid_toasts(desk) if NUMBER in words]) == 1
    assert len(desk.core.books.payments(desk.invoice(NUMBER).id)) == 1
    assert sum("119,00" in line and line.startswith("Zahlung") for line in desk.timeline()) == 1
    desk.open_stripe()
    desk.wait(lambda: len(desk.events()) == 2)


def test_a_payment_for_another_invoice_disturbs_nobody(office: Desk) -> None:
    """What one is doing stays as it is: selection, scroll position, the typed search."""
    desk = office
    ids = [issue(desk, f"Kunde {number:03}") for number in range(60)]
    desk.wait(lambda: len(desk.numbers()) == 61)
    table = desk.pages.invoices.table
    desk.select(NUMBER)
    bar = table.verticalScrollBar()
    bar.setValue(bar.maximum())
    before = bar.value(), table.currentIndex().row()
    assert before[0] > 0
    assert desk.stripe_sends(desk.event(ids[30])) == 200
    row = desk.core.books.invoice_row(ids[30])
    assert row is not None
    assert row.number is not None
    desk.wait(lambda: desk.status(row.number or "") == "Bezahlt")
    assert (bar.value(), table.currentIndex().row()) == before
    assert desk.pages.invoices.detail.number.text() == NUMBER


def test_a_paid_row_leaves_the_filtered_list_and_stays_shown(office: Desk) -> None:
    desk = office
    desk.click(desk.pages.invoices.toolbar, "Offen 1")
    assert desk.numbers() == [NUMBER]
    desk.stripe_sends(desk.event(NUMBER))
    desk.wait(lambda: desk.numbers() == [])
    assert desk.pages.invoices.detail.number.text() == NUMBER
    assert desk.pages.invoices.detail.pills.accessibleName() == "Bezahlt"


def test_a_forged_delivery_changes_nothing(office: Desk) -> None:
    desk = office
    for _ in range(3):
        assert desk.stripe_sends(desk.event(NUMBER), secret="whsec_of_a_stranger") == 400
    desk.open_stripe()
    desk.wait(lambda: "3 Nachrichten abgewiesen" in desk.seen(desk.pages.stripe.reception))
    state = desk.status_bar.state
    desk.wait(lambda: state.accessibleName() == "Empfang gestört")
    assert desk.events() == []
    # The right secret heals it.
    assert desk.stripe_sends(desk.event(NUMBER)) == 200
    desk.wait(lambda: state.accessibleName() == "Empfang bereit")
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")


def test_the_moment_of_the_payment_is_the_one_of_stripe(office: Desk) -> None:
    desk = office
    before = datetime.now(UTC)
    desk.stripe_sends(desk.event(NUMBER))
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    [payment] = desk.core.books.payments(desk.invoice(NUMBER).id)
    assert abs((payment.received_at - before).total_seconds()) < 60
