"""What the books must say after any sequence of events: plain dicts, no code of the program.

Written from FAULTS D and E alone. It knows nothing of order: an invoice's state
follows from the sets of what was paid and what failed, so a dependence on order shows up.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Model:
    """`invoices` by id: {"state": draft|issued|cancelled, "total": …, "currency": …}."""

    invoices: dict[str, dict[str, Any]]
    seen_events: set[str] = field(default_factory=set)
    money: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    """intent → (invoice or None, amount)"""
    failures: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """invoice → [(intent, Stripe's time)]"""
    paid_times: dict[str, list[int]] = field(default_factory=dict)
    review: int = 0
    duplicates: int = 0

    def take(self, event: dict[str, Any]) -> None:
        """One event: {"id", "intent", "kind", "invoice", "amount", "currency", "at"}."""
        if event["id"] in self.seen_events:
            return
        self.seen_events.add(event["id"])
        invoice = self.invoices.get(event["invoice"])
        if event["kind"] == "failed":
            if invoice is not None:  # of no invoice of ours: nobody is asked
                failure = (event["intent"], event["at"])
                self.failures.setdefault(event["invoice"], []).append(failure)
            return
        if event["intent"] in self.money:
            self.duplicates += 1
            return
        fits = (
            invoice is not None
            and invoice["state"] == "issued"
            and invoice["currency"] == event["currency"]
        )
        self.money[event["intent"]] = (event["invoice"] if fits else None, event["amount"])
        if fits:
            self.paid_times.setdefault(event["invoice"], []).append(event["at"])
        else:
            self.review += 1

    def paid(self, invoice_id: str) -> int:
        """The sum on an invoice."""
        return sum(amount for target, amount in self.money.values() if target == invoice_id)

    def status(self, invoice_id: str) -> str:
        """The stored status."""
        invoice = self.invoices[invoice_id]
        if invoice["state"] != "issued":
            return str(invoice["state"])
        paid = self.paid(invoice_id)
        if paid >= invoice["total"]:
            return "paid"
        return "partially_paid" if paid else "open"

    def failed_marker(self, invoice_id: str) -> bool:
        """Newest attempt failed, its intent was not paid after all, nothing paid after it."""
        if self.status(invoice_id) not in ("open", "partially_paid"):
            return False
        failed = [
            at for intent, at in self.failures.get(invoice_id, []) if intent not in self.money
        ]
        paid = self.paid_times.get(invoice_id, [])
        return bool(failed) and (not paid or max(failed) > max(paid))
