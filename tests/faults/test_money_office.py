"""Anything may happen to money in any order: what the books say stays true after every step.

Long: `python3 run.py faults --long -k money_office` (300 lives).
"""

import json
import sqlite3
import tempfile
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.factories import customer, draft, event_body, make_books
from tests.faults.lengths import LONG, runs
from tests.faults.money_at_stripe import Post
from tests.faults.money_office import OFTEN, MoneyOffice, Step, invented
from tests.reversal_events import refund_event
from tests.waiting import PATIENCE
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.store.seals import seals
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.upkeep import recount

STEPS = 60
THOROUGH = 8
"""After how many steps everything is reckoned anew, which costs more."""

# What of each payment lies on which invoice.
_SHARES = """
SELECT first.id, part.invoice_id, sum(part.amount_minor) FROM payments first JOIN payments part
    ON part.id = first.id OR part.reversal_of = first.id OR part.reverses_id = first.id
WHERE first.kind IS NULL AND first.reverses_id IS NULL GROUP BY 1, 2"""
_MONEY = """
SELECT currency, sum(amount_minor) FROM payments
WHERE kind IS NULL OR kind NOT IN ('skonto', 'write_off') GROUP BY 1"""
_COUNTED = """
SELECT currency, sum(minor) FROM (
    SELECT currency, paid_minor - closed_minor AS minor FROM invoices
    UNION ALL
    SELECT currency, amount_minor FROM payments WHERE invoice_id IS NULL) GROUP BY 1"""
_BOOKED = """
SELECT first.invoice_id, (SELECT sum(part.amount_minor) FROM payments part
    WHERE part.id = first.id OR (part.reversal_of = first.id AND part.kind <> 'moved'))
FROM payments first WHERE first.stripe_payment_intent_id = ?"""
_PAPER = """
SELECT number, total_minor, currency, issue_date, due_date, customer_id, customer_name,
    json_extract(snapshot, '$.buyer') FROM invoices WHERE id = ?"""
_POSITIONS = """
SELECT description, quantity, unit, unit_price_minor, unit_price, tax_rate_percent
FROM invoice_items WHERE invoice_id = ? ORDER BY position"""
_OF_TEST_DATA = (
    "invoices invoice_items invoice_history payments review_decisions money_times charges "
    "stripe_events"
).split()


class Watched:
    """A life, and what must be true of its books."""

    def __init__(self, life: MoneyOffice) -> None:
        self.life = life
        self.office = life.office
        self.papers: dict[str, list[Any]] = {}
        """Invoice → what the customer has on paper."""

    def look(self) -> None:
        """What is looked at after every step."""
        self._nothing_went_wrong()
        self._no_payment_is_below_zero_here_and_above_there()
        self._papers_stay()
        assert self._sums(_COUNTED) == self._sums(_MONEY), "money appeared, or is lost"

    def look_thoroughly(self) -> None:
        """What is stored follows from what is sealed."""
        self.look()
        self._stored_is_what_is_reckoned()
        self._seals_hold()

    def look_at_the_end(self) -> None:
        """Everything arrived: the books say what Stripe and the staff did."""
        self.look_thoroughly()
        expected: Counter[str] = Counter()
        for typed in self.life.typed.values():
            expected[typed.currency] += typed.amount
        for paid in self.life.stripe.paid:
            right = paid.amount - self.life.stripe.back(paid)
            booked = self.office.rows(_BOOKED, paid.intent)
            if paid.of_others and (not booked or booked[0][0] is None):
                # Money of another program is followed only as long as it is on an invoice.
                right = booked[0][1] if booked else 0
            else:
                assert [minor for _, minor in booked] == [right], f"{paid}: {booked}, not {right}"
            expected[paid.currency] += right
        assert self._sums(_COUNTED) == {key: sum_ for key, sum_ in expected.items() if sum_}

    def delete_test_data(self) -> None:
        """Nothing of it is left."""
        self.office.invoicing.delete_test_data().result(PATIENCE)
        left = {
            table: self.office.value(f"SELECT count(*) FROM {table}") for table in _OF_TEST_DATA
        }
        assert not any(left.values()), left
        self._seals_hold()

    def _sums(self, query: str) -> dict[str, int]:
        return {currency: minor for currency, minor in self.office.rows(query) if minor}

    def _nothing_went_wrong(self) -> None:
        wrong = self.office.rows(
            "SELECT id, type, detail FROM stripe_events WHERE detail LIKE '%program_error%'"
        )
        assert wrong == []

    def _no_payment_is_below_zero_here_and_above_there(self) -> None:
        shares: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for payment, invoice, minor in self.office.rows(_SHARES):
            shares[payment][invoice] = minor
        for parts in shares.values():
            assert not min(parts.values()) < 0 < max(parts.values()), f"invented money: {parts}"

    def _papers_stay(self) -> None:
        for invoice in self.life.invoices:
            [paper] = self.office.rows(_PAPER, invoice)
            now = [paper, self.office.rows(_POSITIONS, invoice)]
            if invoice not in self.papers:
                self.papers[invoice] = now
                self._names_its_buyer(paper)
            assert now == self.papers[invoice]

    def _names_its_buyer(self, paper: tuple[Any, ...]) -> None:
        buyer = self.office.books.customer(self.life.customer_id)
        assert buyer is not None
        kept = json.loads(paper[-1])
        assert (kept["name"], kept["street"]) == (buyer.name, buyer.street)

    def _stored_is_what_is_reckoned(self) -> None:
        def reckon(t: Transaction) -> None:
            for invoice in self.life.invoices:
                stored = t.invoices.to_book(invoice)
                assert stored is not None
                recount.sum_up(t, invoice)
                update_status(t, stored)
                assert t.invoices.to_book(invoice) == stored

        self.office.writer.submit(reckon).result(PATIENCE)

    def _seals_hold(self) -> None:
        self.office.settled()
        with closing(sqlite3.connect(self.office.path)) as raw:
            *_, found = seals.check(raw)
        assert not found.tampered, found
        assert not found.added, found


def live(steps: list[Step]) -> tuple[Counter[str], Counter[str]]:
    """One life in books of its own. Returns what happened, and what was refused, how often."""
    with tempfile.TemporaryDirectory() as folder:
        office = make_books(Path(folder))
        try:
            life = MoneyOffice(office)
            watched = Watched(life)
            for number, step in enumerate(steps, 1):
                if life.do(step):
                    watched.look()
                if number % THOROUGH == 0:
                    watched.look_thoroughly()
            life.stripe.post.deliver_all(life.chance)
            watched.look_at_the_end()
            watched.delete_test_data()
            return life.done, life.refused
        finally:
            office.close()


def fault(steps: list[Step]) -> str:
    """What is wrong after these steps; "" if all is well."""
    try:
        live(steps)
    except Exception as error:  # noqa: BLE001 - any is a fault, and is shown
        return f"{type(error).__name__}: {error}"
    return ""


def smallest(steps: list[Step]) -> list[Step]:
    """Steps that still end in a fault, without any that it could do without."""
    kept = list(steps)
    for step in reversed(steps):
        fewer = [one for one in kept if one is not step]
        if fault(fewer):
            kept = fewer
    return kept


@pytest.mark.timeout(7200)
def test_money_office_stays_true_whatever_happens() -> None:
    lives = runs(14, 300)
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for seed in range(lives):
        steps = invented(seed, STEPS)
        try:
            happened, said_no = live(steps)
        except Exception as error:  # noqa: BLE001 - any is a fault, and is shown
            fewer = smallest(steps)
            listed = "\n".join(map(str, fewer))
            pytest.fail(f"life {seed}: {error!r}; at its smallest: {fault(fewer)}\n{listed}")
        done += happened
        refused += said_no
    print(f"{lives} lives: {done}\nrefused: {refused}", flush=True)
    assert not LONG or set(done) == set(OFTEN), "some steps never happened"


@pytest.mark.parametrize("late", [False, True])
def test_mb7_a_refund_of_a_split_payment_that_failed(tmp_path: Path, late: bool) -> None:
    """Also where Stripe tells that it failed after it has told of another refund."""
    assert received_after_refunds(tmp_path, late=late) == (5000, 0)


def received_after_refunds(folder: Path, *, late: bool) -> tuple[int, int]:
    """30,00 paid on one invoice that was paid already, moved to another one; refunded, which
    fails, and refunded again. Returns what counts as received on each.
    """
    with closing(make_books(folder)) as office:
        buyer, post = customer(office), Post(office)
        first, other = (
            office.invoicing.issue(draft(buyer, total_minor=5000)).result(PATIENCE)
            for _ in range(2)
        )
        today = office.clock.today()
        office.invoicing.add_manual_payment(first, 5000, "cash", today).result(PATIENCE)
        post.deliver(event_body(first, amount=3000, intent_id="pi_split"))
        office.review.split(first, other, 3000).result(PATIENCE)
        one = refund_event("pi_split", 3000, refund_id="re_one")
        failed = refund_event(
            "pi_split", 3000, refund_id="re_one", kind="refund.failed", status="failed"
        )
        two = refund_event("pi_split", 3000, refund_id="re_two")
        for body in (one, two, failed) if late else (one, failed, two):
            post.deliver(body)
        rows = office.books.invoice_rows([first, other])
        return rows[first].received_minor, rows[other].received_minor
