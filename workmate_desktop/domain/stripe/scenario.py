"""What Zahlung simulieren can play."""

from enum import StrEnum


class Scenario(StrEnum):
    """What the simulated customer does."""

    SUCCESS = "success"
    PARTIAL = "partial"
    OVERPAID = "overpaid"
    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    DUPLICATE = "duplicate"
    LATE_FAILURE = "late_failure"
    UNKNOWN_INVOICE = "unknown_invoice"
