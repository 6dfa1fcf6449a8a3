"""Holds of the stand-in: money that is authorised, and captured later, in part or never.

https://docs.stripe.com/payments/place-a-hold-on-a-payment-method

Until it is captured a charge has the status `succeeded` and `captured: false`, and no money has
moved. What is not captured is released: Stripe shows it as `amount_refunded` and as a refund
object, though nobody was ever given anything back. Such a refund has no balance transaction.
"""

from typing import Any

from tests.standins.stripe_ledger import Ledger
from tests.standins.stripe_params import whole
from tests.standins.stripe_payments import PaymentResources
from tests.standins.stripe_refunds import RefundResources
from tests.standins.stripe_refusals import invalid
from tests.standins.stripe_routes import Call, Route

HELD = "requires_capture"


class HoldResources:
    """Capturing and calling off."""

    def __init__(
        self, ledger: Ledger, payments: PaymentResources, refunds: RefundResources
    ) -> None:
        self._ledger = ledger
        self._payments = payments
        self._refunds = refunds

    def routes(self) -> list[Route]:
        """To be asked before those of payment intents, for `cancel` is here too."""
        intents, write = "/v1/payment_intents/{id}", "rak_payment_intent_write"
        return [
            Route("POST", intents + "/capture", write, self.capture),
            Route("POST", intents + "/cancel", write, self.cancel),
        ]

    def capture(self, call: Call) -> dict[str, Any]:
        intent = self._payments.retrieve(call)
        if intent["status"] != HELD:
            raise invalid(
                "This PaymentIntent could not be captured because it has a status of "
                f"{intent['status']}. Only a PaymentIntent with one of the following statuses may "
                "be captured: requires_capture.",
                code="payment_intent_unexpected_state",
            )
        held = intent["amount_capturable"]
        amount = whole(call.params, "amount_to_capture") if call.params else held
        if not 0 < amount <= held:
            raise invalid(
                f"The amount to capture ({amount}) must be positive and at most the amount "
                f"capturable ({held}).",
                param="amount_to_capture",
                code="amount_too_large" if amount > held else "parameter_invalid_integer",
            )
        charge = self._ledger.objects[intent["latest_charge"]]
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        charge |= {"captured": True, "amount_captured": amount}
        self._refunds.take_fee(charge)
        released = self._refunds.release(charge, held - amount) if amount < held else None
        self._ledger.record("charge.captured", charge, call.idempotency_key)
        self._ledger.record("payment_intent.succeeded", intent, call.idempotency_key)
        if released is not None:
            self._refunds.tell_created(released, charge, call.idempotency_key)
        return intent

    def cancel(self, call: Call) -> dict[str, Any]:
        """Call off: a hold is released as a whole."""
        intent = self._payments.retrieve(call)
        if intent["status"] != HELD:
            return self._payments.cancel(call)
        charge = self._ledger.objects[intent["latest_charge"]]
        released = self._refunds.release(charge, charge["amount"])
        intent |= {
            "status": "canceled",
            "amount_capturable": 0,
            "canceled_at": int(self._ledger.now()),
            "cancellation_reason": call.params.get("cancellation_reason"),
        }
        self._refunds.tell_created(released, charge, call.idempotency_key)
        self._ledger.record("payment_intent.canceled", intent, call.idempotency_key)
        return intent
