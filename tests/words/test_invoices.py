"""Every code has German words, and no words say more than happened."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.fakes import NOW, TODAY, row
from workmate_desktop.domain.history import Action, HistoryLine
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceSort
from workmate_desktop.domain.payments.payments import MANUAL_METHODS
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction, action_text, actions_for
from workmate_desktop.words import history as history_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.actors import actor_name
from workmate_desktop.words.language import fill
from workmate_desktop.words.method_texts import method_name

EURO = "\u00a0€"


def line(action: str, actor: str = "stripe", **detail: Any) -> HistoryLine:
    return HistoryLine("h", "i", NOW, action, actor, detail)


ODD = HistoryLine("h", "i", NOW, "status_changed", "stripe", {"from": 7})


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_german_sentence(qapp: QApplication, action: Action) -> None:
    title = history_texts.history_title(line(action))
    assert title != action.value
    assert title[0].isupper()


@pytest.mark.parametrize(
    ("entry", "title", "note"),
    [
        (
            line("payment_booked", amount_minor=47600, currency="eur", method="card"),
            f"Zahlung eingegangen · 476,00{EURO}",
            "Karte",
        ),
        (
            line("payment_booked", amount_minor=500, currency="jpy", source="catch_up"),
            "Zahlung eingegangen · 500\u00a0¥",
            "Nachgeholt",
        ),
        (
            line("manual_payment", amount_minor=100, currency="eur", method="cash"),
            f"Zahlung eingetragen · 1,00{EURO}",
            "Bar",
        ),
        (
            line("payment_reversed", amount_minor=100, currency="eur", reason="<b>Irrtum</b>"),
            f"Zahlung rückgängig gemacht · 1,00{EURO}",
            "<b>Irrtum</b>",
        ),
        (line("cancelled", reason="Doppelt"), "Rechnung storniert", "Doppelt"),
        (
            line("status_changed", **{"from": "open", "to": "paid"}),
            "Status geändert: Offen → Bezahlt",
            "",
        ),
        (
            HistoryLine("h", "i", NOW, "status_changed", "stripe", {"from": 7}),
            "Status geändert",
            "",
        ),
        (line("from_a_newer_version", amount_minor="x"), "from_a_newer_version", ""),
    ],
)
def test_history_lines(qapp: QApplication, entry: HistoryLine, title: str, note: str) -> None:
    assert (history_texts.history_title(entry), history_texts.history_note(entry)) == (title, note)


def test_a_failure_without_codes_still_says_something(qapp: QApplication) -> None:
    assert len(history_texts.history_note(line("payment_failed"))) > 10


def test_actors(qapp: QApplication) -> None:
    assert [actor_name(name) for name in ("stripe", "program", "anna")] == [
        "Stripe",
        "Automatik",
        "anna",
    ]


def test_every_code_of_the_lists_has_words(qapp: QApplication) -> None:
    for wanted in InvoiceFilter:
        assert texts.filter_title(wanted, TODAY)
        assert texts.nothing_here(wanted)[0]
    assert all(texts.column_title(sort) for sort in InvoiceSort)
    assert all(texts.status_name(status) for status in InvoiceStatus)
    assert all(method_name(method) != method for method in MANUAL_METHODS)
    assert method_name("a_new_way") == "a_new_way"


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("card", "Karte"),
        ("link", "Link"),
        ("sepa_debit", "SEPA-Lastschrift"),
        ("klarna", "Klarna"),
        ("paypal", "PayPal"),
        ("eps", "eps"),
        ("bancontact", "Bancontact"),
        ("ideal", "iDEAL"),
        ("twint", "TWINT"),
        ("wero", "Wero"),
        ("billie", "Billie"),
        ("pay_by_bank", "Pay by Bank"),
        ("amazon_pay", "Amazon Pay"),
        ("revolut_pay", "Revolut Pay"),
        ("sofort", "Sofortüberweisung"),
        ("p24", "Przelewy24"),
        ("blik", "BLIK"),
        ("customer_balance", "Überweisung"),
    ],
)
def test_mb5_how_money_came_in_german(qapp: QApplication, method: str, words: str) -> None:
    assert method_name(method) == words


def test_fill_takes_values_as_they_are(qapp: QApplication) -> None:
    assert fill("%1 und %2", "100 % %2", "zwei") == "100 % %2 und zwei"


@pytest.mark.parametrize("status", InvoiceStatus)
def test_mnemonics_of_one_invoice_differ(qapp: QApplication, status: InvoiceStatus) -> None:
    actions = [*actions_for(row(1, status=status), simulation=True), InvoiceAction.COPY_NUMBER]
    letters = [action_text(action).partition("&")[2][:1].casefold() for action in actions]
    assert "" not in letters
    assert len(letters) == len(set(letters))
