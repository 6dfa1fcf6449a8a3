"""Suggestions for money without an invoice: which, in which order, and why."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import LIVE_KEYS, OfficeBooks, customer, draft, event_body, issued, make_books
from tests.services.booking.review_office import deliver, item, loose_money
from tests.waiting import PATIENCE
from workmate_desktop.domain.review import Why, numbers_in

FAR: dict[str, Any] = {"issue_date": date(2026, 1, 5), "due_date": date(2026, 1, 19)}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


def _suggested(office: OfficeBooks, event_id: str) -> list[tuple[str, tuple[Why, ...], bool]]:
    found = office.review.suggestions(item(office, event_id))
    return [(one.row.id, one.reasons, one.likely) for one in found]


def test_the_only_invoice_of_this_amount_is_likely(office: OfficeBooks) -> None:
    wanted = issued(office, total_minor=8900, **FAR)
    issued(office, total_minor=8901)
    assert _suggested(office, loose_money(office, 8900)) == [(wanted, (Why.AMOUNT,), True)]


def test_of_two_equal_amounts_none_is_likely_and_the_nearer_day_comes_first(
    office: OfficeBooks,
) -> None:
    far, near = issued(office, total_minor=8900, **FAR), issued(office, total_minor=8900)
    assert _suggested(office, loose_money(office, 8900)) == [
        (near, (Why.AMOUNT, Why.DATE), False),
        (far, (Why.AMOUNT,), False),
    ]


@pytest.mark.parametrize(
    "intent",
    [
        {"description": "Rechnung test 2026/2, danke!"},
        {"metadata": {"bemerkung": "zu TEST-2026-0002"}},
        {"statement_descriptor_suffix": "TEST20260002"},
    ],
)
def test_a_number_in_the_texts_beats_the_amount(
    office: OfficeBooks, intent: dict[str, str]
) -> None:
    amount = issued(office, total_minor=8900)
    named = issued(office, total_minor=50000)
    event_id = loose_money(office, 8900, intent=intent)
    assert [(one[0], one[2]) for one in _suggested(office, event_id)] == [
        (named, True),
        (amount, True),
    ]
    # Only the number is kept, nothing of the words around it.
    assert "danke" not in str(office.rows("SELECT detail FROM stripe_events"))


@pytest.mark.parametrize(("amount", "likely"), [(8900, True), (4700, False)])
def test_a_number_that_may_have_been_given_anew_needs_the_amount(
    office: OfficeBooks, amount: int, likely: bool
) -> None:
    """A backup was restored: the invoice of the payment is gone, its number went to another."""
    other = issued(office, total_minor=8900)
    lost = {
        "invoice_id": "0198a000-0000-7000-8000-000000000001",
        "invoice_number": "TEST-2026-0001",
        "workmate_instance": office.instance_id,
    }
    event_id = deliver(office, event_body(amount=amount, metadata=lost))
    assert [(one[0], one[2]) for one in _suggested(office, event_id)] == [(other, likely)]


def test_a_paid_invoice_is_suggested_only_by_its_number(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    deliver(office, event_body(invoice_id))
    assert _suggested(office, loose_money(office)) == []
    by_number = loose_money(office, intent={"description": "TEST-2026-0001"})
    assert [one[:2] for one in _suggested(office, by_number)] == [(invoice_id, (Why.NUMBER,))]


def test_other_invoices_of_the_customer_of_a_cancelled_one(office: OfficeBooks) -> None:
    becker = customer(office, "Fahrschule Becker")
    cancelled, open_one = (
        office.invoicing.issue(draft(becker, total_minor=amount)).result(PATIENCE)
        for amount in (47600, 29750)
    )
    office.invoicing.cancel(cancelled, "Doppelt").result(PATIENCE)
    issued(office, total_minor=1)
    event_id = deliver(office, event_body(cancelled, amount=47600))
    assert _suggested(office, event_id) == [(open_one, (Why.CUSTOMER, Why.DATE), False)]


def test_other_invoices_of_the_likeliest_customer_follow(office: OfficeBooks) -> None:
    """As in klaerung.png: the same amount, then another invoice of the same customer."""
    becker = customer(office, "Fahrschule Becker")
    first, second = (
        office.invoicing.issue(draft(becker, total_minor=amount)).result(PATIENCE)
        for amount in (8900, 29750)
    )
    found = _suggested(office, loose_money(office, 8900))
    assert found == [
        (first, (Why.AMOUNT, Why.DATE), True),
        (second, (Why.CUSTOMER, Why.DATE), False),
    ]


def test_a_part_payment_is_found_by_what_is_left_and_by_the_total(office: OfficeBooks) -> None:
    invoice_id = issued(office, total_minor=10000)
    deliver(office, event_body(invoice_id, amount=4000))
    assert _suggested(office, loose_money(office, 6000))[0][1] == (Why.AMOUNT, Why.DATE)
    assert _suggested(office, loose_money(office, 10000))[0][1:] == ((Why.TOTAL, Why.DATE), False)


def test_currency_and_book_must_fit(office: OfficeBooks) -> None:
    issued(office, total_minor=8900, currency="usd")
    issued(office, total_minor=8900, livemode=True)
    event_id = loose_money(office, 8900)
    assert _suggested(office, event_id) == []
    assert office.review.find_invoices(item(office, event_id), "") == []


def test_search_offers_what_may_be_paid_the_owed_ones_first(office: OfficeBooks) -> None:
    paid, owed, cancelled = (issued(office, name=f"Huber {n}") for n in range(3))
    deliver(office, event_body(paid))
    office.invoicing.cancel(cancelled, "x").result(PATIENCE)
    issued(office, name="Meier")
    office.invoicing.save_draft(draft(customer(office, "Huber"))).result(PATIENCE)
    found = office.review.find_invoices(item(office, loose_money(office)), "huber")
    assert [one.id for one in found] == [owed, paid]


def test_at_most_five(office: OfficeBooks) -> None:
    for _ in range(8):
        issued(office)
    assert len(_suggested(office, loose_money(office))) == 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RE-2026-0113", ("RE-2026-0113",)),
        ("re 2026 113", ("RE-2026-0113",)),
        ("Rechnung RE2026/12345 und test-2026-1", ("RE-2026-12345", "TEST-2026-0001")),
        ("CORE-2026-0001", ()),
        ("RE-2026-", ()),
        ("RE-2026-01131234", ()),
        ("２０２６", ()),
        ("Danke! RE–2026–0113.", ("RE-2026-0113",)),
        ("RE\u20112026\u20110113", ("RE-2026-0113",)),
        ("RE−2026−0113 / RE—2026—114", ("RE-2026-0113", "RE-2026-0114")),
        ("RE\u00a02026\u202f113", ("RE-2026-0113",)),
        ("RE-2026-\n0113", ("RE-2026-0113",)),
        ("RE-20\u00ad26-01\u200b13", ("RE-2026-0113",)),
        ("\ufeffRE-2026-0113", ("RE-2026-0113",)),
    ],
)
def test_me3_numbers_in_texts(text: str, found: tuple[str, ...]) -> None:
    assert numbers_in([text, text]) == found


@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_is_read_without_an_error(texts: list[str]) -> None:
    assert all(number.startswith(("RE-", "TEST-")) for number in numbers_in(texts))


def test_ma1_a_number_of_the_offices_own_format_is_found(tmp_path: Path) -> None:
    office = make_books(tmp_path, keys=LIVE_KEYS)
    kept = office.writer.submit(lambda t: t.settings.set("number_format", "{JJ}-{NNN}"))
    kept.result(PATIENCE)
    issued(office, livemode=True, total_minor=8900)
    named = issued(office, livemode=True, total_minor=50000)
    number = office.books.invoice_row(named)
    assert number is not None and number.number == "26-002"
    event_id = loose_money(
        office, 8900, livemode=True, intent={"description": "Rechnung 26\u2013002 Meier"}
    )
    assert _suggested(office, event_id)[0][:2] == (named, (Why.NUMBER, Why.DATE))
    told = office.value("SELECT detail FROM stripe_events WHERE id = ?", event_id)
    assert "26-002" in told and "Meier" not in told  # only the number is kept
    office.close()
