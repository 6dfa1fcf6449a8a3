"""What an invoice still is owed, in SQL: the same as domain/invoices.outstanding_after."""

from sqlalchemy import and_, func

from workmate_desktop.domain.invoices import OWED
from workmate_desktop.store.tables import invoices

OWED_STATUSES = [status.value for status in OWED]

_MISSING = invoices.c.total_minor - invoices.c.paid_minor

UNPAID_MINOR = func.min(
    _MISSING, func.max(_MISSING - invoices.c.refunded_minor, invoices.c.charged_back_minor)
)
"""Below 0 when more came than was asked for."""

IS_OWED = and_(invoices.c.status.in_(OWED_STATUSES), UNPAID_MINOR > 0)

UNPAID_PLAIN = (
    "min(total_minor - paid_minor,"
    " max(total_minor - paid_minor - refunded_minor, charged_back_minor))"
)
"""UNPAID_MINOR in the words of the index invoices_owed, or SQLite cannot use it."""

UNPAID_RAW = (
    "max(0, min(i.total_minor - i.paid_minor,"
    " max(i.total_minor - i.paid_minor - i.refunded_minor, i.charged_back_minor)))"
)
"""For the driver: `i` is an open or partly paid invoice."""
