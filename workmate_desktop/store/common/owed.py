"""What an invoice still is owed, in SQL: the same as domain/invoices/owed.py says."""

from sqlalchemy import ColumnElement, FromClause, and_, case, func, literal_column

from workmate_desktop.domain.invoices.invoices import OWED, InvoiceStatus
from workmate_desktop.store.common.tables import invoices

OWED_STATUSES = [status.value for status in OWED]

_ASKED = invoices.c.total_minor + invoices.c.corrected_minor

UNPAID_MINOR = func.min(_ASKED, _ASKED - invoices.c.paid_minor - invoices.c.forgiven_minor)
"""Below 0 when more came than was asked for."""

IS_OWED = and_(invoices.c.status.in_(OWED_STATUSES), UNPAID_MINOR > 0)

UNPAID_PLAIN = (
    "min(total_minor + corrected_minor,"
    " total_minor + corrected_minor - paid_minor - forgiven_minor)"
)
"""UNPAID_MINOR in the words of the indexes invoices_owed and invoices_forgiven, or SQLite cannot
use them."""

UNPAID_RAW = (
    "max(0, min(i.total_minor + i.corrected_minor,"
    " i.total_minor + i.corrected_minor - i.paid_minor - i.forgiven_minor))"
)
"""For the driver: `i` is an open or partly paid invoice."""

IS_PARTLY_REFUNDED = and_(
    invoices.c.status.in_(OWED_STATUSES),
    invoices.c.forgiven_minor > 0,
    UNPAID_MINOR <= 0,
    invoices.c.paid_minor - invoices.c.closed_minor > 0,
)
"""Bezahlt, although the stored status, which follows the sum, says otherwise: a part was given
back on purpose."""

PARTLY_REFUNDED_PLAIN = (
    f"status IN ('open', 'partially_paid') AND forgiven_minor > 0 AND {UNPAID_PLAIN} <= 0"
    " AND paid_minor - closed_minor > 0"
)
"""IS_PARTLY_REFUNDED in the words of the index invoices_forgiven."""


def too_much_of(table: FromClause) -> ColumnElement[int]:
    """Überzahlt of an issued invoice, as domain/owed.too_much_minor; `table` is `invoices`, or an
    alias of it."""
    c = table.c
    asked = case(
        (c.status == InvoiceStatus.CANCELLED.value, literal_column("0")),
        else_=c.total_minor + c.corrected_minor,
    )
    return func.max(
        0, func.min(c.paid_minor + c.forgiven_minor - asked, c.paid_minor - c.closed_minor)
    )
