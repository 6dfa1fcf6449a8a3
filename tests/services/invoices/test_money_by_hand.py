"""Skonto, Ausbuchung, Rückzahlung and "wieder offen": what they book, undo and refuse."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, encoded, event_body, issued, make_books, sign
from tests.reversal_events import dispute_event, refund_event
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.closings import SKONTO, WRITE_OFF, Closing
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.services.upkeep.backups import Backups

TODAY = date(2026, 11, 23)
LATE = TODAY + timedelta(days=90)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close_never_accused()


def row(office: OfficeBooks, invoice_id: str) -> InvoiceRow:
    found = office.books.invoice_row(invoice_id)
    assert found is not None
    return found


def lines(office: OfficeBooks, invoice_id: str) -> list[str]:
    """The Verlauf, oldest first."""
    return [line.action for line in reversed(office.books.history(invoice_id))]


def code(future) -> str:  # type: ignore[no-untyped-def]
    error = future.exception(10)
    assert isinstance(error, UserError), repr(error)
    return error.code


def pay(office: OfficeBooks, invoice_id: str, minor: int) -> str:
    return office.invoicing.add_manual_payment(invoice_id, minor, "bank_transfer", TODAY).result(
        PATIENCE
    )


def skontoed(office: OfficeBooks) -> str:
    """119,00 €, of which 116,62 € were paid and 2,38 € are Skonto."""
    invoice_id = issued(office)
    office.invoicing.pay_and_close(
        invoice_id, 11662, "bank_transfer", TODAY, "", Closing(SKONTO, 238)
    ).result(PATIENCE)
    return invoice_id


def given_back(office: OfficeBooks, minor: int = 5050) -> tuple[str, str]:
    """119,00 € paid by transfer, of which a part went back: (invoice, refund)."""
    invoice_id = issued(office)
    pay(office, invoice_id, 11900)
    back = office.invoicing.pay_back(invoice_id, minor, "bank_transfer", TODAY, "Kulanz")
    return invoice_id, back.result(PATIENCE)


# --- Skonto, Ausbuchung ----------------------------------------------------------------------


def test_mc2_skonto_closes_the_rest_and_is_no_money(office: OfficeBooks) -> None:
    invoice_id = skontoed(office)
    found = row(office, invoice_id)
    assert (found.status, found.outstanding_minor, found.overpaid_minor) == ("paid", 0, 0)
    assert (found.received_minor, found.closed_minor) == (11662, 238)
    assert not found.overdue(LATE)
    figures = office.books.figures(livemode=False, today=TODAY)
    assert figures.paid_this_month_minor == 11662
    assert figures.outstanding_minor == 0
    assert lines(office, invoice_id) == ["created", "issued", "manual_payment", "skonto"]
    newest = office.books.history(invoice_id)[0]
    assert newest.detail["amount_minor"] == 238
    assert (newest.detail["from"], newest.detail["to"]) == ("partially_paid", "paid")


def test_mc2_skonto_is_taken_back_and_the_rest_is_owed_again(office: OfficeBooks) -> None:
    invoice_id = skontoed(office)
    [skonto] = [one for one in office.books.payments(invoice_id) if one.kind == SKONTO]
    office.invoicing.reverse_payment(skonto.id, "Frist war vorbei").result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.outstanding_minor, found.closed_minor) == ("partially_paid", 238, 0)
    assert found.received_minor == 11662
    assert found.overdue(LATE)
    assert lines(office, invoice_id)[-1] == "closing_undone"
    again = office.invoicing.reverse_payment(skonto.id, "noch einmal")
    assert code(again) == "payment_already_reversed"
    kinds = [(one.kind, one.amount_minor) for one in office.books.payments(invoice_id)]
    assert sorted(kinds, key=str) == [("skonto", -238), ("skonto", 238), (None, 11662)]


def test_mc2_writing_off_needs_a_reason_and_the_rest_that_was_seen(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    pay(office, invoice_id, 11850)
    close = office.invoicing.close_rest
    assert code(close(invoice_id, Closing(WRITE_OFF, 50, "  "))) == "reason_missing"
    assert code(close(invoice_id, Closing(WRITE_OFF, 49, "Gebühr"))) == "rest_changed"
    assert code(close(invoice_id, Closing("refund", 50, "Gebühr"))) == "amount_invalid"
    assert row(office, invoice_id).outstanding_minor == 50
    close(invoice_id, Closing(WRITE_OFF, 50, " Bankgebühr ")).result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.outstanding_minor, found.received_minor) == ("paid", 0, 11850)
    assert office.books.history(invoice_id)[0].detail["reason"] == "Bankgebühr"
    assert code(close(invoice_id, Closing(WRITE_OFF, 50, "Gebühr"))) == "rest_changed"


def test_mc2_a_payment_and_its_closing_are_booked_both_or_not_at_all(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    wrong = Closing(SKONTO, 239)  # 2,38 € are left
    future = office.invoicing.pay_and_close(invoice_id, 11662, "cash", TODAY, "", wrong)
    assert code(future) == "rest_changed"
    assert office.books.payments(invoice_id) == []
    assert lines(office, invoice_id) == ["created", "issued"]


def test_mc2_all_of_an_invoice_is_written_off_and_it_may_be_cancelled(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    office.invoicing.close_rest(invoice_id, Closing(WRITE_OFF, 11900, "insolvent")).result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.outstanding_minor, found.received_minor) == ("paid", 0, 0)
    assert office.books.figures(livemode=False, today=TODAY).paid_this_month_minor == 0
    office.invoicing.cancel(invoice_id, "falsch geschrieben").result(PATIENCE)
    assert row(office, invoice_id).status == "cancelled"
    late = office.invoicing.close_rest(invoice_id, Closing(WRITE_OFF, 1, "x"))
    assert code(late) == "invoice_not_issued"


def test_mc2_money_after_a_write_off_is_too_much_until_staff_undo_it(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    pay(office, invoice_id, 10000)
    closing = Closing(WRITE_OFF, 1900, "uneinbringlich")
    closing_id = office.invoicing.close_rest(invoice_id, closing).result(PATIENCE)
    pay(office, invoice_id, 1900)
    found = row(office, invoice_id)
    assert (found.overpaid, found.overpaid_minor, found.outstanding_minor) == (True, 1900, 0)
    office.invoicing.reverse_payment(closing_id, "doch noch bezahlt").result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.overpaid, found.outstanding_minor) == ("paid", False, 0)
    assert found.received_minor == 11900


def test_ma3_money_after_a_full_refund_and_skonto_for_the_rest(office: OfficeBooks) -> None:
    invoice_id, _ = given_back(office, 11900)
    assert (row(office, invoice_id).refunded, row(office, invoice_id).payable_minor) == (
        True,
        11900,
    )
    office.clock.advance(minutes=1)
    closing = Closing(SKONTO, 238)
    office.invoicing.pay_and_close(invoice_id, 11662, "cash", TODAY, "", closing).result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.outstanding_minor, found.overpaid_minor) == ("paid", 0, 0)
    assert (found.forgiven_minor, found.refunded) == (0, False)


def test_mc2_a_backup_counts_money_alone(office: OfficeBooks, tmp_path: Path) -> None:
    skontoed(office)
    office.clock.advance(minutes=1)
    invoice_id = issued(office)
    office.invoicing.close_rest(invoice_id, Closing(WRITE_OFF, 11900, "insolvent")).result(PATIENCE)
    target = tmp_path / "stick" / "x.sqlite3"
    target.parent.mkdir()
    look = Backups(office.data_dir, office.clock).save_copy(target)
    assert (look.payments, look.last_payment_minor) == (1, 11662)


# --- Rückzahlung -----------------------------------------------------------------------------


def test_mc2_money_of_a_transfer_is_given_back(office: OfficeBooks) -> None:
    invoice_id, refund_id = given_back(office)
    found = row(office, invoice_id)
    assert found.received_minor == 6850
    assert found.outstanding_minor == 0  # given back on purpose: not owed
    assert (found.partly_refunded, found.refunded) == (True, False)
    assert not found.overdue(LATE)
    [refund] = [one for one in office.books.payments(invoice_id) if one.kind == "refund"]
    assert (refund.id, refund.amount_minor, refund.method) == (refund_id, -5050, "bank_transfer")
    assert refund.note == "Kulanz"
    assert lines(office, invoice_id)[-1] == "paid_back"
    office.invoicing.reverse_payment(refund_id, "nie überwiesen").result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.received_minor, found.outstanding_minor) == ("paid", 11900, 0)
    assert (found.partly_refunded, found.refunded) == (False, False)
    assert lines(office, invoice_id)[-1] == "paid_back_undone"


def test_mc2_a_refund_by_hand_has_its_own_day(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    pay(office, invoice_id, 11900)
    day = TODAY - timedelta(days=3)
    office.invoicing.pay_back(invoice_id, 100, "cash", day, "Kulanz").result(PATIENCE)
    [refund] = [one for one in office.books.payments(invoice_id) if one.kind == "refund"]
    assert office.clock.local(refund.received_at).date() == day


def test_mc2_no_more_is_given_back_than_came(office: OfficeBooks) -> None:
    invoice_id = skontoed(office)
    back = office.invoicing.pay_back
    assert code(back(invoice_id, 11663, "cash", TODAY, "x")) == "paid_back_too_much"
    assert code(back(invoice_id, 0, "cash", TODAY, "x")) == "amount_invalid"
    assert code(back(invoice_id, 1, "card", TODAY, "x")) == "amount_invalid"
    assert code(back(invoice_id, 1, "cash", TODAY, " ")) == "reason_missing"
    tomorrow = TODAY + timedelta(days=1)
    assert code(back(invoice_id, 1, "cash", tomorrow, "x")) == "date_in_future"
    back(invoice_id, 11662, "cash", TODAY, "x").result(PATIENCE)
    assert row(office, invoice_id).received_minor == 0
    assert code(back(invoice_id, 1, "cash", TODAY, "x")) == "paid_back_too_much"


def test_mc2_an_excess_goes_back_and_nothing_is_owed_by_it(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    pay(office, invoice_id, 20000)
    office.invoicing.pay_back(invoice_id, 8100, "cash", TODAY, "zu viel").result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.overpaid_minor, found.outstanding_minor) == ("paid", 0, 0)
    assert (found.partly_refunded, found.forgiven_minor) == (False, 0)


# --- cancelling ------------------------------------------------------------------------------


def test_ma5_cancelling_is_refused_only_while_money_is_here(office: OfficeBooks) -> None:
    invoice_id, _ = given_back(office, 5050)
    assert code(office.invoicing.cancel(invoice_id, "x")) == "invoice_has_payments"
    office.invoicing.pay_back(invoice_id, 6850, "cash", TODAY, "Rest").result(PATIENCE)
    office.invoicing.cancel(invoice_id, "x").result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.outstanding_minor) == ("cancelled", 0)


def test_ma5_a_refund_and_a_chargeback_of_one_payment_leave_a_loss(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    for body in (
        event_body(invoice_id, intent_id="pi_one"),
        refund_event("pi_one", 11900),
        dispute_event("pi_one", 11900),
    ):
        raw = encoded(body)
        answer = office.receive.delivery(raw, sign(raw))
        assert not isinstance(answer, int)
        assert answer.result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.received_minor, found.outstanding_minor) == (-11900, 11900)
    assert (
        code(office.invoicing.pay_back(invoice_id, 1, "cash", TODAY, "x")) == "paid_back_too_much"
    )
    office.invoicing.cancel(invoice_id, "Bank hat alles geholt").result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.status, found.outstanding_minor, found.overpaid_minor) == ("cancelled", 0, 0)


# --- wieder offen ----------------------------------------------------------------------------


def test_mc2_staff_say_that_what_went_back_is_owed_again(office: OfficeBooks) -> None:
    invoice_id, refund_id = given_back(office)
    assert row(office, invoice_id).outstanding_minor == 0
    office.invoicing.owe_again([refund_id], "Ware ist da").result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.outstanding_minor, found.forgiven_minor) == (5050, 0)
    assert found.overdue(LATE)
    assert lines(office, invoice_id)[-1] == "owed_again"
    [said] = office.books.owed_again(invoice_id)
    assert (said.payment_id, said.amount_minor) == (refund_id, 5050)
    assert code(office.invoicing.owe_again([refund_id], "noch einmal")) == "refund_gone"

    office.invoicing.not_owed_again([said.decision_id]).result(PATIENCE)
    found = row(office, invoice_id)
    assert (found.outstanding_minor, found.partly_refunded) == (0, True)
    assert lines(office, invoice_id)[-1] == "owed_again_undone"
    assert office.books.owed_again(invoice_id) == []
    twice = office.invoicing.not_owed_again([said.decision_id])
    assert code(twice) == "review_undone_already"
    office.invoicing.owe_again([refund_id], "doch").result(PATIENCE)
    assert row(office, invoice_id).outstanding_minor == 5050


def test_mc2_owed_again_is_refused_where_nothing_went_back(office: OfficeBooks) -> None:
    invoice_id, refund_id = given_back(office)
    again = office.invoicing.owe_again
    assert code(again([refund_id], " ")) == "reason_missing"
    [payment] = [one for one in office.books.payments(invoice_id) if one.kind is None]
    assert code(again([payment.id], "x")) == "refund_gone"
    assert code(again(["nothing"], "x")) == "refund_gone"
    assert code(again([], "x")) == "refund_gone"
    office.invoicing.reverse_payment(refund_id, "nie überwiesen").result(PATIENCE)
    assert code(again([refund_id], "x")) == "refund_gone"
    assert office.books.owed_again(invoice_id) == []


@pytest.mark.parametrize("days_ago", [0, 1])
def test_ma_money_of_today_moved_now_and_of_another_day_at_its_noon(
    office: OfficeBooks, days_ago: int
) -> None:
    """So what Stripe books in the same minute comes in the order in which it happened."""
    office.clock.advance(hours=3)
    invoice_id = issued(office)
    day = TODAY - timedelta(days=days_ago)
    office.invoicing.add_manual_payment(invoice_id, 100, "cash", day).result(PATIENCE)
    noon = office.clock.midnight(day) + timedelta(hours=12)
    [payment] = office.books.payments(invoice_id)
    assert payment.received_at == (noon if days_ago else office.clock.now())
    assert office.clock.now() != noon


@pytest.mark.parametrize(("typed", "kept"), [(" Bar erhalten ", "Bar erhalten"), ("  ", None)])
def test_mc2_what_staff_write_beside_a_payment_stands_in_the_history(
    office: OfficeBooks, typed: str, kept: str | None
) -> None:
    invoice_id = issued(office)
    office.invoicing.add_manual_payment(invoice_id, 100, "cash", TODAY, typed).result(PATIENCE)
    assert office.books.history(invoice_id)[0].detail.get("note") == kept
