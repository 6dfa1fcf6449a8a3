"""A line in the Verlauf of an invoice from which, or to which, money was moved."""

from workmate_desktop.domain.history import Action
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.transaction import Transaction


def tell_move(
    t: Transaction,
    invoice: InvoiceToBook,
    action: Action,
    actor: str,
    amount_minor: int,
    status: tuple[str, str],
    decision_id: str,
    **detail: object,
) -> None:
    """`status`: before and after. `detail`: other or origin, the other invoice; because_gone."""
    t.history.add(
        invoice.id,
        action,
        actor,
        livemode=invoice.livemode,
        amount_minor=amount_minor,
        currency=invoice.currency,
        decision_id=decision_id,
        **{"from": status[0], "to": status[1]},
        **detail,
    )
