"""What somebody does in the Dashboard, or a customer's bank: refunds and disputes from outside.

    Dashboard(stripe).refund("pi_…", 1900)

The listeners are told the events, as by Stripe itself.
"""

from typing import TYPE_CHECKING, Any

from tests.standins.stripe_routes import Call

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

    def close_dispute(self, dispute_id: str, *, won: bool, back: int | None = None) -> None:
        """The bank decides; `back` when it returns only a part of what it took."""
        with self._stripe.locked():
            self._refunds.close(dispute_id, won=won, back=back)

    def capture(self, intent_id: str, amount: int | None = None) -> None:
        """Take a hold, or a part of it."""
        params = {} if amount is None else {"amount_to_capture": str(amount)}
        with self._stripe.locked():
            self._stripe._holds.capture(self._call(intent_id, params))

    def call_off(self, intent_id: str) -> None:
        """Cancel a payment that is not paid yet; a hold is released."""
        with self._stripe.locked():
            self._stripe._holds.cancel(self._call(intent_id, {}))

    def debit_fails(self, intent_id: str) -> str:
        """A first attempt by SEPA debit comes back before anything else paid; its charge."""
        payments = self._stripe._payments
        with self._stripe.locked():
            charge = payments.charge(self._ledger.objects[intent_id], "sepa_debit", "pending")
            payments.take_back(charge, "insufficient_funds")
            return str(charge["id"])

    def take_back(self, intent_id: str) -> None:
        """The charge fails after all."""
        with self._stripe.locked():
            self._stripe._payments.take_back(self._charge(intent_id), "insufficient_funds")

    def _call(self, intent_id: str, params: dict[str, str]) -> Call:
        return Call(params, self._ledger.objects[intent_id]["livemode"], intent_id)

    def _charge(self, intent_id: str) -> dict[str, Any]:
        return self._ledger.objects[self._ledger.objects[intent_id]["latest_charge"]]
