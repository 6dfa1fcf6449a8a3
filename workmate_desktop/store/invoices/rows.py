"""A row of `invoices` as the list shows it. Without SQLAlchemy: the first rows are read by it."""

from collections.abc import Mapping
from typing import Any

from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.invoices.invoices import OWED, InvoiceRow, InvoiceStatus
from workmate_desktop.store.common.values import date_or_none

COLUMNS = (
    "id",
    "number",
    "customer_name",
    "issue_date",
    "due_date",
    "total_minor",
    "paid_minor",
    "currency",
    "status",
    "livemode",
    "last_failed_at",
    "last_paid_at",
    "running_since",
    "refunded_minor",
    "charged_back_minor",
    "closed_minor",
    "forgiven_minor",
    "corrected_minor",
)
"""What `row_of` looks at."""


def row_of(found: Mapping[Any, Any]) -> InvoiceRow:
    """A row of `invoices` as the list shows it."""
    status = InvoiceStatus(found["status"])
    failed, paid = found["last_failed_at"], found["last_paid_at"]
    return InvoiceRow(
        id=found["id"],
        number=found["number"],
        customer_name=found["customer_name"] or "",
        issue_date=date_or_none(found["issue_date"]),
        due_date=date_or_none(found["due_date"]),
        total_minor=found["total_minor"],
        paid_minor=found["paid_minor"],
        currency=found["currency"],
        status=status,
        livemode=bool(found["livemode"]),
        payment_failed=(failed is not None and status in OWED and (paid is None or failed > paid)),
        running_since=(
            from_text(found["running_since"]) if found["running_since"] and status in OWED else None
        ),
        refunded_minor=found["refunded_minor"],
        charged_back_minor=found["charged_back_minor"],
        closed_minor=found["closed_minor"],
        forgiven_minor=found["forgiven_minor"],
        corrected_minor=found["corrected_minor"],
    )
