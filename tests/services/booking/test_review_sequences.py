"""Any order of events, decisions and second thoughts: the status equals the sum of the payments."""

import random
from pathlib import Path
from typing import Any

import pytest

from tests.factories import OfficeBooks, customer, draft, event_body, make_books
from tests.faults.lengths import runs
from tests.services.booking.review_office import deliver, row
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.review import Decision

TOTAL = 11900
EXPECTED_REFUSALS = {
    "review_decided",
    "review_undone_already",
    "review_invoice_closed",
    "review_other_currency",
    "review_no_money",
}


def _status(paid: int) -> str:
    return "open" if paid <= 0 else "paid" if paid >= TOTAL else "partially_paid"


class _Model:
    """Where the money is, in plain dicts: intent → (amount, invoice or None)."""

    def __init__(self, invoices: list[str], closed: set[str]) -> None:
        self.invoices = invoices
        self.closed = closed
        self.money: dict[str, tuple[int, str | None]] = {}
        self.intent_of: dict[str, str] = {}
        self.decided: dict[str, str] = {}
        """event → what staff decided"""

    def event(self, event_id: str, intent: str, invoice: str | None, amount: int) -> None:
        if event_id in self.intent_of or intent in self.money:
            return
        self.intent_of[event_id] = intent
        fits = invoice in self.invoices and invoice not in self.closed
        self.money[intent] = (amount, invoice if fits else None)

    def assign(self, event_id: str, invoice: str) -> bool:
        intent = self.intent_of.get(event_id)
        if intent is None or event_id in self.decided or invoice in self.closed:
            return False
        amount, where = self.money[intent]
        if where is not None:
            return False
        self.money[intent] = (amount, invoice)
        self.decided[event_id] = "assigned"
        return True

    def set_aside(self, event_id: str) -> bool:
        intent = self.intent_of.get(event_id)
        waits = intent is not None and self.money[intent][1] is None
        if not waits or event_id in self.decided:
            return False
        self.decided[event_id] = "set_aside"
        return True

    def undo(self, event_id: str) -> bool:
        if event_id not in self.decided:
            return False
        if self.decided.pop(event_id) == "assigned":
            intent = self.intent_of[event_id]
            self.money[intent] = (self.money[intent][0], None)
        return True

    def paid(self, invoice: str) -> int:
        return sum(amount for amount, where in self.money.values() if where == invoice)

    def waiting(self) -> set[str]:
        return {
            event
            for event, intent in self.intent_of.items()
            if self.money[intent][1] is None and event not in self.decided
        }


def _try(future: Any) -> bool:
    try:
        future.result(PATIENCE)
    except UserError as error:
        assert error.code in EXPECTED_REFUSALS, error.code
        return False
    return True


def _play(office: OfficeBooks, random_: random.Random, customer_id: str, seed: int) -> None:
    futures = [office.invoicing.issue(draft(customer_id)) for _ in range(3)]
    invoices = [future.result(PATIENCE) for future in futures]
    office.invoicing.cancel(invoices[2], "Doppelt").result(PATIENCE)
    model = _Model(invoices, {invoices[2]})
    decision_of: dict[str, str] = {}
    targets: dict[str, str | None] = {}
    names = [f"evt_{seed}x{n}" for n in range(5)]
    for _ in range(random_.randint(5, 25)):
        event_id, invoice = random_.choice(names), random_.choice(invoices)
        match random_.choice(["event", "event", "assign", "assign", "aside", "undo", "again"]):
            case "event":
                intent = f"pi_{seed}x{random_.randint(0, 3)}"
                # One name for one intent; of two names: tests/faults/test_named_twice.py.
                target = targets.setdefault(
                    intent, random_.choice([None, None, "RE-1999-0001", *invoices])
                )
                amount = random_.choice([1, 5950, TOTAL, TOTAL + 1])
                if event_id not in model.intent_of:
                    body = event_body(target, amount=amount, event_id=event_id, intent_id=intent)
                    known = office.books.event(event_id) is not None
                    deliver(office, body)
                    if not known:
                        model.event(event_id, intent, target, amount)
            case "assign":
                future = office.review.assign(event_id, invoice)
                if _known(office, event_id):
                    assert _try(future) == model.assign(event_id, invoice)
                    if model.decided.get(event_id) and future.exception() is None:
                        decision_of[event_id] = future.result()
            case "aside":
                if _known(office, event_id):
                    future = office.review.set_aside(event_id, "Spende")
                    assert _try(future) == model.set_aside(event_id)
                    if future.exception() is None:
                        decision_of[event_id] = future.result()
            case "undo":
                if event_id in decision_of:
                    done = _try(office.review.undo(decision_of[event_id]))
                    assert done == model.undo(event_id)
            case "again":
                if _known(office, event_id):
                    office.receive.reprocess(event_id).result(PATIENCE)
        for invoice_id in invoices:
            found = row(office, invoice_id)
            assert found.paid_minor == model.paid(invoice_id)
            expected = "cancelled" if invoice_id in model.closed else _status(found.paid_minor)
            assert found.status == expected
        waiting = {one.id for one in office.review.open_items(limit=10_000)}
        assert {one for one in waiting if one.startswith(f"evt_{seed}x")} == model.waiting()
    counted = [one.kind for name in names for one in office.review.decisions_about(name)]
    assert counted.count(Decision.UNDONE) + len(model.decided) == len(counted) / 2 + (
        len(model.decided) / 2
    )


def _known(office: OfficeBooks, event_id: str) -> bool:
    return office.books.event(event_id) is not None


@pytest.mark.parametrize("block", range(4))
def test_random_sequences_equal_the_model(tmp_path: Path, block: int) -> None:
    office = make_books(tmp_path)
    try:
        customer_id = customer(office)
        for seed in range(block * 50, block * 50 + runs(20, 50)):
            _play(office, random.Random(seed), customer_id, seed)
    finally:
        office.close_never_accused()
