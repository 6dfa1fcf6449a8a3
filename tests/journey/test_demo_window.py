"""--demo: a believable office, and every scenario of Zahlung simulieren through the dialog."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from tests.journey.desk import Desk
from workmate_desktop.domain.invoices.lists import InvoiceFilter
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.ui.stripe.events.events_model import Column
from workmate_desktop.ui.stripe.try_out.simulate_dialog import SimulateDialog


@pytest.fixture
def demo(start: Callable[..., Desk]) -> Desk:
    desk = start(demo=True)
    desk.wait_until_ready()
    desk.wait(lambda: desk.pages.badge.accessibleName() == "TESTMODUS")
    return desk


def simulate(desk: Desk, title: str) -> str:
    """Select an open invoice, choose what the customer does, send; the invoice's number."""
    desk.open_invoices()
    number = next(n for n in desk.numbers() if n != "Entwurf" and desk.status(n) == "Offen")
    desk.select(number)
    desk.click(desk.pages.invoices.detail, "Zahlung simulieren")
    dialog = desk.dialog(SimulateDialog)
    radio = desk.button(dialog, title)
    radio.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press("Space")
    assert radio.isChecked()
    desk.click(dialog, "Senden")
    desk.wait(lambda: dialog.answer.property("role") in ("success", "error"))
    assert dialog.answer.property("role") == "success", dialog.answer.text()
    desk.click(dialog, "Schließen")
    desk.wait_closed(SimulateDialog)
    return number


def newest(desk: Desk, count: int) -> list[str]:
    """The outcomes of the newest events, newest first."""
    return [row[Column.OUTCOME] for row in desk.events()[:count]]


def test_the_demo_looks_like_an_office(demo: Desk) -> None:
    desk = demo
    assert "Beispieldaten – werden beim Beenden gelöscht" in desk.seen(
        desk.program.window.navigation
    )
    statuses = {desk.status(number) for number in desk.numbers() if number != "Entwurf"}
    assert len(desk.numbers()) >= 40
    assert {"Offen", "Teilbezahlt", "Bezahlt", "Storniert", "Überfällig"} <= statuses
    assert "Offen, Zahlung fehlgeschlagen" in statuses
    assert "Entwurf" in desk.numbers()
    assert desk.events()
    assert desk.notices()
    assert desk.program.options.data_dir.exists()
    desk.stop()
    assert not desk.program.options.data_dir.exists()


@pytest.mark.parametrize(
    ("scenario", "title", "status", "outcomes"),
    [
        (Scenario.SUCCESS, "Erfolgreich", "Bezahlt", ["Verbucht"]),
        (Scenario.PARTIAL, "Teilzahlung", "Teilbezahlt", ["Verbucht"]),
        (Scenario.OVERPAID, "Überzahlung", "Bezahlt, Überzahlt", ["Verbucht"]),
        (
            Scenario.DECLINED,
            "Karte abgelehnt",
            "Offen, Zahlung fehlgeschlagen",
            ["Fehlgeschlagen"],
        ),
        (
            Scenario.INSUFFICIENT_FUNDS,
            "Zu wenig Deckung",
            "Offen, Zahlung fehlgeschlagen",
            ["Fehlgeschlagen"],
        ),
        (Scenario.DUPLICATE, "Doppelt zugestellt", "Bezahlt", ["Doppelt", "Verbucht"]),
        (
            Scenario.LATE_FAILURE,
            "Verspätete Meldung",
            "Bezahlt",
            ["Fehlgeschlagen", "Verbucht"],
        ),
        (Scenario.UNKNOWN_INVOICE, "Unbekannte Rechnung", "Offen", ["Klärung nötig"]),
    ],
    ids=[str(scenario) for scenario in Scenario],
)
def test_simulated(
    demo: Desk, scenario: Scenario, title: str, status: str, outcomes: list[str]
) -> None:
    desk = demo
    before = len(desk.events())
    waiting = desk.pages.invoices.figures.review.figure()
    number = simulate(desk, title)
    desk.wait(lambda: desk.status(number) == status)
    desk.open_stripe()
    desk.wait(lambda: len(desk.events()) == before + len(outcomes))
    assert newest(desk, len(outcomes)) == outcomes
    rows = desk.events()[: len(outcomes)]
    assert {row[Column.SOURCE] for row in rows} == {"Simulation"}
    if scenario is Scenario.UNKNOWN_INVOICE:
        review = desk.pages.invoices.figures.review
        desk.wait(lambda: review.figure() != waiting)
    else:
        assert {row[Column.INVOICE] for row in rows} == {number}


def test_the_figures_follow_and_filter(demo: Desk) -> None:
    desk = demo
    figures = desk.pages.invoices.figures
    open_before = figures.cards[InvoiceFilter.OPEN].figure()
    number = simulate(desk, "Erfolgreich")
    desk.wait(lambda: figures.cards[InvoiceFilter.OPEN].figure() != open_before)
    figures.cards[InvoiceFilter.PAID_THIS_MONTH].click()
    desk.wait(lambda: number in desk.numbers())
    assert all(desk.invoice(shown).paid_minor > 0 for shown in desk.numbers())


def test_search_by_number_customer_and_amount(demo: Desk) -> None:
    desk = demo
    everything = desk.numbers()
    search = desk.pages.invoices.toolbar.search
    desk.press("Ctrl+F")
    for words, customer in (("mussig", "Müßig"), ("RE-", ""), ("476", "")):
        desk.press("Ctrl+A")
        desk.write(words)
        desk.wait(lambda: desk.pages.invoices.model.query.text == search.text())
        assert 0 < len(desk.numbers()) < len(everything) or words == "RE-"
        if customer:
            assert customer in desk.cell(desk.pages.invoices.model, 0, 1)
    desk.press("Ctrl+A")
    desk.write("gibt es nicht")
    desk.wait(lambda: desk.numbers() == [])
    desk.press("Escape")
    desk.wait(lambda: desk.numbers() == everything)
