"""An office in which anything may happen to money: steps in any order, through the real services.

Stripe tells late, in any order and twice. What Stripe and the staff did is kept beside the
books, so that a test can ask whether the books say the same.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.factories import OfficeBooks, customer, draft
from tests.faults.money_at_stripe import AMOUNTS, AtStripe
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.closings import SKONTO, WRITE_OFF, Closing, standing_refunds
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.review import Credit

FIRST_INVOICES, MOST_INVOICES = 3, 6
OFTEN = {
    "issue": 1,
    "paid": 2,
    "paid_without_invoice": 1,
    "paid_for_others": 1,
    "typed": 1,
    "typed_undone": 1,
    "assigned": 2,
    "others_assigned": 1,
    "assignment_undone": 2,
    "credit_kept": 2,
    "credit_used": 2,
    "split": 3,
    "move_undone": 1,
    "refunded": 3,
    "refund_told_by_charge": 1,
    "refund_failed": 1,
    "disputed": 1,
    "dispute_won": 1,
    "placed": 2,
    "closed": 1,
    "paid_back": 1,
    "owed_again": 1,
    "not_owed_again": 1,
    "set_aside": 1,
    "cancelled": 1,
    "customer_corrected": 1,
}
"""What may happen, and how often compared with the rest."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is tried, and the seed of all that is chosen in it, so that any may be left out."""

    what: str
    seed: int


def invented(seed: int, count: int) -> list[Step]:
    """The steps of one life."""
    chance = random.Random(seed)
    names = chance.choices(list(OFTEN), list(OFTEN.values()), k=count)
    return [Step(name, chance.randrange(2**32)) for name in names]


@dataclass(frozen=True, slots=True)
class Typed:
    """Entered by hand. `amount` is the money that came; 0 for what closes a rest."""

    amount: int
    currency: str


class MoneyOffice:
    """One life of an office: its invoices, and what happened to money so far."""

    def __init__(self, office: OfficeBooks) -> None:
        self.office = office
        self.stripe = AtStripe(office)
        self.customer_id = customer(office, "Becker")
        self.invoices: list[str] = []
        self.typed: dict[str, Typed] = {}
        """Id of the payment → what staff entered, as long as they did not take it back."""
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.chance = random.Random(0)

    def do(self, step: Step) -> bool:
        """Try it. Whether something happened: it may be refused, or there is nothing to do."""
        self.chance = self.stripe.chance = random.Random(step.seed)
        if self.chance.random() < 0.8:
            self.office.clock.advance(minutes=self.chance.choice([0, 1, 7]))
        what = step.what
        if len(self.invoices) < FIRST_INVOICES:
            what = "issue"
        try:
            happened: bool = getattr(self, "_" + what)()
        except UserError as refusal:
            self.refused[refusal.code] += 1
            return False
        self.done[what] += happened
        return happened

    # --- choices ---------------------------------------------------------------------------

    def _row(self, invoice_id: str) -> InvoiceRow:
        row = self.office.books.invoice_row(invoice_id)
        assert row is not None
        return row

    def _invoice(self, wanted: Callable[[InvoiceRow], object] | None = None) -> InvoiceRow:
        """Any invoice; one that is `wanted`, if there is one."""
        rows = [self._row(one) for one in self.invoices]
        return self.chance.choice([row for row in rows if wanted and wanted(row)] or rows)

    # --- invoices and customers --------------------------------------------------------------

    def _issue(self) -> bool:
        if len(self.invoices) >= MOST_INVOICES:
            return False
        chosen: list[Credit] = []
        if self.chance.random() < 0.6:
            chosen = self.office.review.open_credits(self.customer_id, False)
        new = draft(
            self.customer_id,
            total_minor=self.chance.choice([5000, 10000, 10000]),
            currency=self.chance.choice(["eur", "eur", "eur", "eur", "usd"]),
            credit_ids=tuple(one.id for one in chosen),
        )
        self.invoices.append(self.office.invoicing.issue(new).result(PATIENCE))
        return True

    def _cancelled(self) -> bool:
        if self.chance.random() < 0.5:  # else soon all of them are
            return False
        self.office.invoicing.cancel(self._invoice().id, "Doppelt").result(PATIENCE)
        return True

    def _customer_corrected(self) -> bool:
        known = self.office.books.customer(self.customer_id)
        assert known is not None
        house = self.chance.randrange(10**6)
        corrected = replace(known, name=f"Becker {house}", street=f"Am Markt {house}")
        self.office.invoicing.save_customer(corrected).result(PATIENCE)
        return True

    # --- money by Stripe ---------------------------------------------------------------------

    def _paid(self) -> bool:
        invoice = self._invoice()
        self.stripe.pay(invoice.id, invoice.currency)
        return True

    def _paid_without_invoice(self) -> bool:
        self.stripe.pay("RE-1-1", self.chance.choice(["eur", "eur", "eur", "usd"]))
        return True

    def _paid_for_others(self) -> bool:
        self.stripe.pay(None, "eur", of_others=True)
        return True

    def _refunded(self) -> bool:
        return self.stripe.refunded()

    def _refund_told_by_charge(self) -> bool:
        return self.stripe.refund_told_by_charge()

    def _refund_failed(self) -> bool:
        return self.stripe.refund_failed()

    def _disputed(self) -> bool:
        return self.stripe.disputed()

    def _dispute_won(self) -> bool:
        return self.stripe.dispute_won()

    # --- Klärung nötig -----------------------------------------------------------------------

    def _assigned(self) -> bool:
        waiting = [one for one in self.office.review.open_items() if one.assignable]
        if not waiting:
            return False
        item = self.chance.choice(waiting)
        to = self._invoice(lambda row: row.outstanding_minor)
        self.office.review.assign(item.id, to.id).result(PATIENCE)
        return True

    def _others_assigned(self) -> bool:
        waiting = self.office.review.not_ours_items()
        if not waiting:
            return False
        item = self.chance.choice(waiting)
        self.office.review.assign(item.id, self._invoice().id).result(PATIENCE)
        return True

    def _assignment_undone(self) -> bool:
        assignments = self.office.review.assignments_of
        made = [one for id_ in self.invoices for one in assignments(id_).values()]
        if made:
            self.office.review.undo(self.chance.choice(made)).result(PATIENCE)
        return bool(made)

    def _set_aside(self) -> bool:
        waiting = [one for one in self.office.review.open_items() if not one.asks_which]
        if not waiting:
            return False
        self.office.review.set_aside(self.chance.choice(waiting).id, "Erledigt").result(PATIENCE)
        return True

    def _placed(self) -> bool:
        """Staff say which invoice of a split payment was refunded."""
        asking = [one for one in self.office.review.open_items() if one.asks_which]
        if not asking:
            return False
        item = self.chance.choice(asking)
        suggested = self.office.review.suggestions(item)
        assert suggested, "a question without an answer"
        to = self.chance.choice(suggested).row.id
        self.office.review.place_reversal(item.id, to).result(PATIENCE)
        return True

    # --- money by hand, and what staff say about it ----------------------------------------

    def _typed(self) -> bool:
        invoice, amount = self._invoice(), self.chance.choice(AMOUNTS)
        entered = self.office.invoicing.add_manual_payment(
            invoice.id, amount, "cash", self.office.clock.today()
        )
        self.typed[entered.result(PATIENCE)] = Typed(amount, invoice.currency)
        return True

    def _paid_back(self) -> bool:
        invoice = self._invoice(lambda row: row.received_minor > 0)
        amount = min(self.chance.choice(AMOUNTS), max(1, invoice.received_minor))
        entered = self.office.invoicing.pay_back(
            invoice.id, amount, "cash", self.office.clock.today(), "Kulanz"
        )
        self.typed[entered.result(PATIENCE)] = Typed(-amount, invoice.currency)
        return True

    def _closed(self) -> bool:
        invoice = self._invoice(lambda row: row.outstanding_minor)
        kind = self.chance.choice([SKONTO, WRITE_OFF])
        closing = Closing(kind, invoice.outstanding_minor, "Rest")
        entered = self.office.invoicing.close_rest(invoice.id, closing)
        self.typed[entered.result(PATIENCE)] = Typed(0, invoice.currency)
        return True

    def _typed_undone(self) -> bool:
        if not self.typed:
            return False
        entered = self.chance.choice(list(self.typed))
        self.office.invoicing.reverse_payment(entered, "Versehen").result(PATIENCE)
        del self.typed[entered]
        return True

    def _owed_again(self) -> bool:
        payments = self.office.books.payments(self._invoice().id)
        refunds = standing_refunds(payments)
        if refunds:
            chosen = self.chance.choice(refunds)
            self.office.invoicing.owe_again([chosen.id], "Irrtum").result(PATIENCE)
        return bool(refunds)

    def _not_owed_again(self) -> bool:
        said = [one for invoice in self.invoices for one in self.office.books.owed_again(invoice)]
        if said:
            chosen = self.chance.choice(said)
            self.office.invoicing.not_owed_again([chosen.decision_id]).result(PATIENCE)
        return bool(said)

    # --- money that counts for another invoice -----------------------------------------------

    def _credit_kept(self) -> bool:
        invoice = self._invoice(lambda row: row.overpaid_minor)
        self.office.review.keep_credit(invoice.id).result(PATIENCE)
        return True

    def _credit_used(self) -> bool:
        kept = self.office.review.open_credits(self.customer_id, False)
        if not kept:
            return False
        to = self._invoice(lambda row: row.outstanding_minor)
        self.office.review.use_credits([self.chance.choice(kept).id], to.id).result(PATIENCE)
        return True

    def _split(self) -> bool:
        """All that is too much on one and fits on the other, or half of it."""
        here = self._invoice(lambda row: row.outstanding_minor)
        there = self._invoice(lambda row: row.overpaid_minor and row.id != here.id)
        most = min(there.overpaid_minor, here.outstanding_minor)
        if there.id == here.id or most == 0:
            return False
        amount = most if self.chance.random() < 0.7 else max(1, most // 2)
        self.office.review.split(there.id, here.id, amount).result(PATIENCE)
        return True

    def _move_undone(self) -> bool:
        moved = [one for id_ in self.invoices for one in self.office.review.moves_of(id_)]
        if moved:
            self.office.review.undo(self.chance.choice(moved).id).result(PATIENCE)
        return bool(moved)
