"""What somebody does in the Dashboard, or a customer's bank: refunds and disputes from outside.

    Dashboard(stripe).refund("pi_…", 1900)

The listeners are told the events, as by Stripe itself.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standins.stripe_api import StripeStandIn


class Dashboard:
    """Takes ids of payment intents; the one that paid counts."""

    def __init__(self, stripe: "StripeStandIn") -> None:
        self._stripe = stripe
        self._refunds = stripe._refunds
        self._ledger = stripe._ledger

    def refund(self, intent_id: str, amount: int, status: str = "succeeded") -> str:
        """Give back; the refund's id."""
        with self._stripe.locked():
            return str(self._refunds.refund(self._charge(intent_id), amount, status=status)["id"])

    def bank_takes_refunds(self, takes: bool) -> None:
        """Whether the next refunds reach the customer, or are dead in Stripe's answer."""
        with self._stripe.locked():
            self._refunds.dead_at_once = not takes

    def fail_refund(self, refund_id: str) -> None:
        """The customer's bank refuses it."""
        with self._stripe.locked():
            self._refunds.fail(refund_id)

    def dispute(self, intent_id: str, status: str = "needs_response", **fields: Any) -> str:
        """The customer's bank fetches the money; the dispute's id."""
        with self._stripe.locked():
            return str(self._refunds.dispute(self._charge(intent_id), status, **fields)["id"])

    def close_dispute(self, dispute_id: str, *, won: bool) -> None:
        """The bank decides."""
        with self._stripe.locked():
            self._refunds.close(dispute_id, won=won)

    def take_back(self, intent_id: str) -> None:
        """The charge fails after all."""
        with self._stripe.locked():
            charge = self._charge(intent_id)
            back = self._refunds.transaction(charge, -charge["amount"], 0, "payment_failure_refund")
            charge |= {
                "status": "failed",
                "paid": False,
                "failure_code": "insufficient_funds",
                "failure_balance_transaction": back,
            }
            self._ledger.record("charge.failed", charge, None)

    def _charge(self, intent_id: str) -> dict[str, Any]:
        return self._ledger.objects[self._ledger.objects[intent_id]["latest_charge"]]
