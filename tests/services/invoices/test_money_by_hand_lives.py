"""Random lives of an invoice in the hands of staff: what holds after every step, and at the end."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest

from tests.factories import OfficeBooks, issued, make_books
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.closings import (
    CLOSINGS,
    SKONTO,
    WRITE_OFF,
    Closing,
    by_staff,
    standing_refunds,
)
from workmate_desktop.domain.invoices.invoices import InvoiceRow, status_after

TODAY = date(2026, 11, 23)
STEPS = 30


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close_never_accused()


class Clerk:
    """Does something with one invoice, whatever can be done."""

    def __init__(self, office: OfficeBooks, seed: int) -> None:
        self.office = office
        self.random = Random(seed)
        self.invoice_id = issued(office)

    @property
    def row(self) -> InvoiceRow:
        found = self.office.books.invoice_row(self.invoice_id)
        assert found is not None
        return found

    def step(self) -> None:
        self.office.clock.advance(minutes=1)
        deeds = [self.pay, self.pay, self.pay_and_close, self.close, self.give_back, self.again]
        self.random.choice([*deeds, self.not_again, self.undo])()

    def pay(self) -> None:
        minor = self.random.choice([1, 100, 5000, 11900, 20000])
        self.office.invoicing.add_manual_payment(self.invoice_id, minor, "cash", TODAY).result(
            PATIENCE
        )

    def pay_and_close(self) -> None:
        rest = self.random.choice([1, 238, 5000])
        minor = self.row.payable_minor - rest
        if minor > 0:
            pay = self.office.invoicing.pay_and_close
            pay(self.invoice_id, minor, "cash", TODAY, "", Closing(SKONTO, rest)).result(PATIENCE)
            assert (self.row.status, self.row.outstanding_minor) == ("paid", 0)

    def close(self) -> None:
        if rest := self.row.outstanding_minor:
            closing = Closing(WRITE_OFF, rest, "Kulanz")
            self.office.invoicing.close_rest(self.invoice_id, closing).result(PATIENCE)
            assert self.row.outstanding_minor == 0

    def give_back(self) -> None:
        here = self.row.received_minor
        if here > 0:
            owed = self.row.outstanding_minor
            minor = self.random.randint(1, here)
            back = self.office.invoicing.pay_back
            back(self.invoice_id, minor, "cash", TODAY, "Kulanz").result(PATIENCE)
            # What is given back on purpose, or because it was too much, is owed by nobody.
            assert self.row.outstanding_minor == owed

    def again(self) -> None:
        said = {one.payment_id for one in self.office.books.owed_again(self.invoice_id)}
        refunds = standing_refunds(self.office.books.payments(self.invoice_id))
        free = [one for one in refunds if one.id not in said]
        if free:
            forgiven = self.row.forgiven_minor
            self.office.invoicing.owe_again([one.id for one in free], "doch").result(PATIENCE)
            assert self.row.forgiven_minor == 0 <= forgiven

    def not_again(self) -> None:
        said = self.office.books.owed_again(self.invoice_id)
        if said:
            ids = [self.random.choice(said).decision_id]
            self.office.invoicing.not_owed_again(ids).result(PATIENCE)

    def undo(self) -> None:
        standing = self.standing()
        if standing:
            one = self.random.choice(standing)
            self.office.invoicing.reverse_payment(one, "vertippt").result(PATIENCE)

    def standing(self) -> list[str]:
        payments = self.office.books.payments(self.invoice_id)
        undone = {one.reverses_id for one in payments}
        return [one.id for one in payments if by_staff(one) and one.id not in undone]

    def check(self) -> None:
        row = self.row
        payments = self.office.books.payments(self.invoice_id)
        closed = sum(one.amount_minor for one in payments if one.kind in CLOSINGS)
        assert row.closed_minor == closed >= 0
        assert row.paid_minor == sum(one.amount_minor for one in payments)
        assert row.status is status_after(row.status, row.total_minor, row.paid_minor)
        assert 0 <= row.outstanding_minor <= row.total_minor
        assert 0 <= row.overpaid_minor <= max(0, row.received_minor)
        assert not (row.outstanding_minor and row.overpaid_minor)
        assert row.forgiven_minor >= 0


@pytest.mark.parametrize("seed", range(12))
def test_mc2_whatever_staff_do_the_sums_hold_and_all_of_it_can_be_undone(
    office: OfficeBooks, seed: int
) -> None:
    clerk = Clerk(office, seed)
    for _ in range(STEPS):
        clerk.step()
        clerk.check()
    for payment_id in clerk.standing():
        office.clock.advance(minutes=1)
        office.invoicing.reverse_payment(payment_id, "alles zurück").result(PATIENCE)
        clerk.check()
    row = clerk.row
    assert (row.status, row.paid_minor, row.closed_minor) == ("open", 0, 0)
    assert (row.forgiven_minor, row.outstanding_minor) == (0, row.total_minor)
    office.invoicing.cancel(clerk.invoice_id, "war nur eine Übung").result(PATIENCE)
