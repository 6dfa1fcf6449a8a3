"""What an invoice still is owed, in SQL: the same as domain/invoices.outstanding_after."""

from sqlalchemy import and_

from workmate_desktop.domain.invoices import OWED
from workmate_desktop.store.tables import invoices

OWED_STATUSES = [status.value for status in OWED]

UNPAID_MINOR = invoices.c.total_minor - invoices.c.paid_minor - invoices.c.refunded_minor
"""Below 0 when more came than was asked for."""

IS_OWED = and_(invoices.c.status.in_(OWED_STATUSES), UNPAID_MINOR > 0)

UNPAID_RAW = "max(0, i.total_minor - i.paid_minor - i.refunded_minor)"
"""For the driver: `i` is an open or partly paid invoice."""
