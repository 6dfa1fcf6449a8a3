"""FAULTS E6 in full: refunds, disputes, manual payments and reassignments, in any order."""

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.factories import (
    NOON,
    OfficeBooks,
    customer,
    draft,
    encoded,
    event_body,
    make_books,
    sign,
)
from tests.faults.lengths import runs
from tests.faults.reversal_model import FullModel
from tests.reversal_events import dispute_event, refund_event, refunded_charge
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.lists import InvoiceFilter
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.store.transaction import Transaction

TOTAL = 11900
_SUMS = (
    "SELECT id, status, paid_minor, refunded_minor, charged_back_minor FROM invoices"
    " WHERE id IN (?, ?, ?) ORDER BY id"
)
Step = Callable[[], None]


@pytest.fixture(scope="module")
def shared_books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeBooks]:
    """One database for all sequences: each has invoices of its own."""
    made = make_books(tmp_path_factory.mktemp("e6-full"))
    yield made
    made.close()


class Sequence:
    """One random life of three invoices: what Stripe sends and what staff do, shuffled."""

    def __init__(
        self, office: OfficeBooks, customer_id: str, seed: int, ended: dict[str, int]
    ) -> None:
        """`ended` gets what each invoice is owed in the end."""
        self.office = office
        self.ended = ended
        self.seed = seed
        self.random = random.Random(seed)
        issue = office.invoicing.issue
        futures = [issue(draft(customer_id)) for _ in range(3)]
        self.ids = [future.result(PATIENCE) for future in futures]
        self.model = FullModel(
            {key: {"state": "issued", "total": TOTAL, "currency": "eur"} for key in self.ids}
        )
        self.steps: list[Step] = []
        for number in range(self.random.randint(1, 3)):
            self._add_payment(f"pi_{seed}x{number}")
        for _ in range(self.random.randint(0, 3)):
            self.steps.append(self.random.choice([self._pay_by_hand, self._reassign]))
        # Stripe sends some of it twice.
        self.steps += self.random.sample(self.steps, len(self.steps) // 4)
        self.random.shuffle(self.steps)

    def run(self) -> None:
        """The books equal the model after every single step."""
        for number, step in enumerate(self.steps):
            step()
            wanted = [(key, *self.model.sums(key)) for key in sorted(self.ids)]
            assert self.office.rows(_SUMS, *self.ids) == wanted, f"seed {self.seed}, step {number}"
        rows = [self.office.books.invoice_row(key) for key in self.ids]
        self.ended.update({row.id: row.outstanding_minor for row in rows if row})

    # --- what happens at Stripe ----------------------------------------------------------

    def _add_payment(self, intent: str) -> None:
        invoice = self.random.choice(self.ids)
        amount = self.random.choice([5000, 5950, TOTAL, TOTAL + 1])
        paid = event_body(invoice, amount=amount, intent_id=intent, event_id=f"evt_{intent[3:]}")
        told = {
            "id": paid["id"],
            "intent": intent,
            "kind": "succeeded",
            "invoice": invoice,
            "amount": amount,
            "currency": "eur",
            "at": 0,
        }
        self._add(paid, partial(self.model.take, told))
        left = amount
        counted = 0
        for number in range(self.random.choice([0, 1, 1, 2])):
            part = self.random.choice([left, max(1, left // 2)])
            made = NOON + timedelta(minutes=10 * number)
            back = self._add_refund(intent, f"re_{intent[3:]}x{number}", part, counted, made)
            # What fails is left, and may be refunded once more.
            left, counted = left - back, counted + back
            if not left:
                break
        if left and self.random.random() < 0.3:
            self._add_dispute(intent, f"dp_{intent[3:]}", left)

    def _add_refund(
        self, intent: str, refund: str, amount: int, before: int, made: datetime
    ) -> int:
        """Its events; returns how much has gone back by it in the end. `before`: how much of the
        payment had gone back when it was made."""
        fails = self.random.random() < 0.25
        states = ["pending", "succeeded", *(["failed"] if fails else [])]
        for minutes, status in enumerate(states):
            kind = {"pending": "refund.created", "failed": "refund.failed"}
            at = made + timedelta(minutes=minutes)
            event = refund_event(
                intent,
                amount,
                refund_id=refund,
                status=status,
                kind=kind.get(status, "refund.updated"),
                created=at,
                made=made,
            )
            tell = partial(self.model.tell_refund, intent, refund, amount, status, made, at)
            self._add(event, tell)
        total = before + amount
        if self.random.random() < 0.7:
            event = refunded_charge(intent, total, created=made)
            self._add(event, partial(self.model.tell_total, intent, total, made))
        return 0 if fails else amount

    def _add_dispute(self, intent: str, dispute: str, left: int) -> None:
        """By another rate the bank may take more than was paid, and it may give back a part."""
        amount = left + self.random.choice([0, 0, left // 20])
        end = self.random.choice(["won", "lost", "under_review", "warning_closed", "in_part"])
        begin = "warning_needs_response" if end == "warning_closed" else "needs_response"
        for days, status in enumerate((begin, end)):
            back = amount * 7 // 10 if status == "in_part" else None
            moves = [] if back is None else [-amount, back]
            event = dispute_event(
                intent,
                amount,
                dispute_id=dispute,
                status="won" if status == "in_part" else status,
                kind="charge.dispute.updated" if days else "charge.dispute.created",
                created=NOON + timedelta(days=days),
                balance_transactions=[{"amount": move, "currency": "eur"} for move in moves],
            )
            tell = partial(self.model.tell_dispute, intent, dispute, amount, status, back)
            self._add(event, tell)

    def _add(self, body: dict[str, Any], tell_model: Step) -> None:
        raw = encoded(body)

        def deliver() -> None:
            answer = self.office.receive.delivery(raw, sign(raw))
            assert not isinstance(answer, int)
            assert answer.result(PATIENCE) == 200
            tell_model()

        self.steps.append(deliver)

    # --- what staff do -------------------------------------------------------------------

    def _pay_by_hand(self) -> None:
        invoice, amount = self.random.choice(self.ids), self.random.choice([100, 6900])
        invoicing = self.office.invoicing
        day = date(2026, 11, 23)
        payment = invoicing.add_manual_payment(invoice, amount, "cash", day).result(PATIENCE)
        self.model.manual.append((invoice, amount))
        if self.random.random() < 0.4:
            invoicing.reverse_payment(payment, "Irrtum").result(PATIENCE)
            self.model.manual.append((invoice, -amount))

    def _reassign(self) -> None:
        """Move a payment, with everything that went back of it, to another invoice."""
        if not self.model.money:
            return
        intent = self.random.choice(sorted(self.model.money))
        target = self.random.choice(self.ids)

        def job(t: Transaction) -> None:
            held = t.payments.by_intent(intent)
            assert held is not None
            before = [t.invoices.to_book(key) for key in (held[1], target) if key]
            t.payments.assign(held[0], target)
            for invoice in before:
                assert invoice is not None
                update_status(t, invoice)

        self.office.writer.submit(job).result(PATIENCE)
        self.model.reassign(intent, target)


@pytest.mark.parametrize("block", range(10))
def test_e6_sequences_with_reversals_equal_the_model(shared_books: OfficeBooks, block: int) -> None:
    customer_id = customer(shared_books)
    before = shared_books.books.figures(False, shared_books.clock.today())
    owed: dict[str, int] = {}
    for seed in range(block * 100, block * 100 + runs(30, 100)):
        Sequence(shared_books, customer_id, seed, owed).run()
    figures = shared_books.books.figures(False, shared_books.clock.today())
    assert figures.outstanding_minor - before.outstanding_minor == sum(owed.values())
    listed = figures.counts[InvoiceFilter.OPEN] - before.counts[InvoiceFilter.OPEN]
    assert listed == sum(minor > 0 for minor in owed.values())
    # Nothing was ever changed or deleted: every entry has its payment, every sum its entries.
    assert (
        shared_books.value(
            "SELECT count(*) FROM payments e LEFT JOIN payments p ON p.id = e.reversal_of"
            " WHERE e.reversal_of IS NOT NULL"
            " AND (p.id IS NULL OR p.invoice_id IS NOT e.invoice_id)"
        )
        == 0
    )
