"""Too much money on an invoice, kept as a credit for the customer's next one: the rules.

A credit is a promise in words, not money of its own: the payment stays where it was booked. Each
step is a decision (append-only) and a line in the Verlauf of both invoices.
"""

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.review import Decision
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
    credit_id = t.reviews.add(
        Decision.CREDIT_KEPT,
        actor,
        livemode=invoice.livemode,
        invoice_id=invoice_id,
        amount_minor=amount_minor,
        currency=invoice.currency,
    )
    _tell(t, invoice_id, Action.CREDIT_KEPT, actor, amount_minor, credit_id)
    return credit_id


def use(t: Transaction, credit_id: str, invoice_id: str, actor: str) -> None:
    """The text of the credit stands on this invoice now.

    UserError credit_used_already, credit_nothing_left (its money went back), invoice_gone.
    """
    credit = t.reviews.get(credit_id)
    if credit is None or credit.kind is not Decision.CREDIT_KEPT or credit.undone:
        raise UserError("credit_used_already")
    if t.reviews.credit_is_used(credit_id):
        raise UserError("credit_used_already")
    origin, target = t.invoices.to_book(credit.invoice_id or ""), t.invoices.to_book(invoice_id)
    if origin is None or target is None:
        raise UserError("invoice_gone")
    if origin.overpaid_minor < t.reviews.credited(origin.id, up_to=credit_id):
        raise UserError("credit_nothing_left")
    t.reviews.add(
        Decision.CREDIT_USED,
        actor,
        livemode=credit.livemode,
        invoice_id=invoice_id,
        amount_minor=credit.amount_minor,
        currency=credit.currency,
        credit_id=credit_id,
    )
    amount = credit.amount_minor or 0
    _tell(t, origin.id, Action.CREDIT_USED, actor, amount, credit_id, other=target.number)
    _tell(t, target.id, Action.CREDIT_USED, actor, amount, credit_id, origin=origin.number)


def give_up(t: Transaction, credit_id: str, actor: str) -> None:
    """Take a credit back that stands nowhere yet.

    UserError review_undone_already, credit_used_already.
    """
    credit = t.reviews.get(credit_id)
    if credit is None or credit.undone:
        raise UserError("review_undone_already")
    if t.reviews.credit_is_used(credit_id):
        raise UserError("credit_used_already")
    t.reviews.add(
        Decision.UNDONE,
        actor,
        livemode=credit.livemode,
        invoice_id=credit.invoice_id,
        amount_minor=credit.amount_minor,
        currency=credit.currency,
        undoes_id=credit_id,
    )
    invoice_id, amount = credit.invoice_id or "", credit.amount_minor or 0
    _tell(t, invoice_id, Action.CREDIT_UNDONE, actor, amount, credit_id)


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
