"""Too much money on an invoice, kept as a credit for the customer's next one: the rules.

A credit is chosen by its id while the next invoice is a draft. When that is issued, the money moves
there (services/booking/moving.py): what is owed is less by it, the total stays. Each step is a
decision (append-only) and a line in the Verlauf of both invoices.
"""

from collections.abc import Collection

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.review import Decision
from workmate_desktop.services.booking import moving
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.review.write import StoredDecision
from workmate_desktop.store.transaction import Transaction


def spare_minor(t: Transaction, invoice_id: str) -> int:
    """What is overpaid and not yet kept as a credit, in minor units."""
    invoice = t.invoices.to_book(invoice_id)
    if invoice is None:
        raise UserError("invoice_gone")
    return invoice.overpaid_minor - t.reviews.credited(invoice_id)


def keep(t: Transaction, invoice_id: str, actor: str) -> str:
    """Als Guthaben vormerken. Returns the credit's id.

    UserError invoice_gone, credit_nothing_left (somebody was faster, or money went back).
    """
    amount_minor = spare_minor(t, invoice_id)
    invoice = t.invoices.to_book(invoice_id)
    assert invoice is not None
    if amount_minor <= 0:
        raise UserError("credit_nothing_left")
    return _keep(t, invoice, amount_minor, actor)


def _keep(
    t: Transaction, invoice: InvoiceToBook, amount_minor: int, actor: str, *, quiet: bool = False
) -> str:
    credit_id = t.reviews.add(
        Decision.CREDIT_KEPT,
        actor,
        livemode=invoice.livemode,
        invoice_id=invoice.id,
        amount_minor=amount_minor,
        currency=invoice.currency,
    )
    if not quiet:
        _tell(t, invoice.id, Action.CREDIT_KEPT, actor, amount_minor, credit_id)
    return credit_id


def _open(t: Transaction, credit_id: str) -> StoredDecision:
    credit = t.reviews.get(credit_id)
    if credit is None or credit.kind is not Decision.CREDIT_KEPT or credit.undone:
        raise UserError("credit_used_already")
    if t.reviews.credit_is_used(credit_id):
        raise UserError("credit_used_already")
    return credit


def _undo(t: Transaction, decision_id: str, actor: str) -> None:
    decision = t.reviews.get(decision_id)
    assert decision is not None
    t.reviews.add(
        Decision.UNDONE,
        actor,
        livemode=decision.livemode,
        invoice_id=decision.invoice_id,
        amount_minor=decision.amount_minor,
        currency=decision.currency,
        undoes_id=decision_id,
    )


def choose(t: Transaction, invoice_id: str, credit_ids: Collection[str], actor: str) -> None:
    """These credits, and no others, are kept for this draft; issuing it deducts them.

    UserError credit_used_already (it is kept for another invoice, or was given up).
    """
    kept = {credit_id: decision for decision, credit_id in t.reviews.chosen_credits(invoice_id)}
    for credit_id, decision in kept.items():
        if credit_id not in credit_ids:
            _undo(t, decision, actor)
    for credit_id in credit_ids:
        if credit_id not in kept:
            credit = _open(t, credit_id)
            t.reviews.add(
                Decision.CREDIT_USED,
                actor,
                livemode=credit.livemode,
                invoice_id=invoice_id,
                amount_minor=credit.amount_minor,
                currency=credit.currency,
                credit_id=credit_id,
            )


def deduct(t: Transaction, invoice_id: str, actor: str) -> None:
    """The invoice was issued: the money of the credits kept for it counts for it now.

    UserError as of `use`.
    """
    for decision, credit_id in t.reviews.chosen_credits(invoice_id):
        _undo(t, decision, actor)
        use(t, credit_id, invoice_id, actor)


def use(t: Transaction, credit_id: str, invoice_id: str, actor: str) -> None:
    """The money of this credit counts for an issued invoice now; what it holds beyond what is
    owed stays a credit.

    UserError credit_used_already, credit_nothing_left (its money went back meanwhile),
    credit_other_currency, invoice_gone, invoice_not_issued.
    """
    credit, target = _open(t, credit_id), t.invoices.to_book(invoice_id)
    origin = t.invoices.to_book(credit.invoice_id or "")
    if origin is None or target is None:
        raise UserError("invoice_gone")
    if target.status in (InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED):
        raise UserError("invoice_not_issued")
    if (origin.currency, origin.livemode) != (target.currency, target.livemode):
        raise UserError("credit_other_currency")
    if origin.overpaid_minor < t.reviews.credited(origin.id, up_to=credit_id):
        raise UserError("credit_nothing_left")
    amount = credit.amount_minor
    assert amount is not None  # a credit always has one
    wanted = min(amount, target.outstanding_minor)
    if not wanted:
        return  # nothing is owed: it stays a credit
    if amount > wanted:
        # Two credits from now on: taking the use back brings back no more than was used.
        _undo(t, credit_id, actor)
        credit_id = _keep(t, origin, wanted, actor, quiet=True)
    moved = moving.move(t, origin, target, wanted, Decision.CREDIT_USED, actor, credit_id)
    if moved < wanted:
        raise UserError("credit_nothing_left")
    if amount > wanted:
        _keep(t, origin, amount - wanted, actor)


def give_up(t: Transaction, credit_id: str, actor: str) -> None:
    """Take a credit back that stands nowhere yet.

    UserError review_undone_already, credit_used_already.
    """
    credit = t.reviews.get(credit_id)
    if credit is None or credit.undone:
        raise UserError("review_undone_already")
    if t.reviews.credit_is_used(credit_id):
        raise UserError("credit_used_already")
    _undo(t, credit_id, actor)
    assert credit.invoice_id is not None and credit.amount_minor is not None  # a credit has both
    _tell(t, credit.invoice_id, Action.CREDIT_UNDONE, actor, credit.amount_minor, credit_id)


def _tell(
    t: Transaction,
    invoice_id: str,
    action: Action,
    actor: str,
    amount_minor: int,
    credit_id: str,
    **detail: object,
) -> None:
    invoice = t.invoices.to_book(invoice_id)
    assert invoice is not None
    t.history.add(
        invoice_id,
        action,
        actor,
        livemode=invoice.livemode,
        amount_minor=amount_minor,
        currency=invoice.currency,
        decision_id=credit_id,
        **detail,
    )
