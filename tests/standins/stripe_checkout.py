"""What a customer does with a payment link: open its page, and pay there.

    session = stripe.open_link(url)      # LinkInactive when the page says that it is too late
    session.pay("4242424242424242")      # Declined for a card such as 4000000000000002
    session.pay_by("klarna")
    session.pay_by_sepa(); session.settle(paid=False)

Each page offers what the account has switched on, so its payment intent lists all of that: how
it was paid is known from the charge.

https://docs.stripe.com/payment-links/post-payment and
https://docs.stripe.com/payments/sepa-debit/accept-a-payment#test-integration
"""

from typing import TYPE_CHECKING, Any

from tests.standins.stripe_ledger import Ledger
from tests.standins.stripe_links import LinkResources
from tests.standins.stripe_payments import PaymentResources
from tests.standins.stripe_refusals import Refusal
from tests.standins.stripe_routes import Call

if TYPE_CHECKING:
    from tests.standins.stripe_api import StripeStandIn


class LinkInactive(Exception):
    """The page shows `message` instead of a payment."""

    def __init__(self, message: str | None) -> None:
        super().__init__(message)
        self.message = message


class Declined(Exception):
    """The page says that the card was declined; the customer may try another."""


class CheckoutPage:
    """One opened page. It stays usable when its link is switched off meanwhile, as at Stripe."""

    def __init__(
        self,
        stripe: "StripeStandIn",
        ledger: Ledger,
        payments: PaymentResources,
        links: LinkResources,
        url: str,
    ) -> None:
        self._stripe = stripe
        self._ledger = ledger
        self._payments = payments
        with stripe.locked():
            self._link = ledger.objects[url.rpartition("/")[2]]
            if not self._link["active"]:
                raise LinkInactive(self._link["inactive_message"])
            self._item = links.item_of(self._link["id"])
            self._livemode: bool = self._link["livemode"]
            self._session = ledger.add(
                "checkout.session",
                "cs_live" if self._livemode else "cs_test",
                self._livemode,
                amount_subtotal=self._item["amount"],
                amount_total=self._item["amount"],
                currency=self._item["currency"],
                metadata=dict(self._link["metadata"]),
                mode="payment",
                payment_intent=None,
                payment_link=self._link["id"],
                payment_status="unpaid",
                status="open",
            )
        self.intent: dict[str, Any] | None = None

    @property
    def amount(self) -> int:
        """What the page asks for, in minor units."""
        return int(self._item["amount"])

    @property
    def title(self) -> str:
        """What the page says is paid for."""
        return str(self._item["name"])

    def pay(self, card: str) -> None:
        """Type a test card and press the button."""
        with self._stripe.locked():
            intent = self._begun()
            method = self._payments.add_method(
                self._call(type="card", card={"number": card, "exp_month": "12"})
            )
            try:
                self._payments.confirm(self._call(intent["id"], payment_method=method["id"]))
            except Refusal as refusal:
                raise Declined(str(refusal)) from refusal
            finally:
                if intent["status"] == "succeeded":
                    self._complete("paid")

    def pay_by(self, method: str) -> None:
        """Choose another way that pays at once: link, klarna, eps, ideal, twint …"""
        with self._stripe.locked():
            intent = self._begun()
            charge = self._payments.charge(intent, method, "succeeded")
            intent |= {"status": "succeeded", "amount_received": intent["amount"]}
            self._ledger.record("charge.succeeded", charge, None)
            self._ledger.record("payment_intent.succeeded", intent, None)
            self._complete("paid")

    def pay_by_sepa(self) -> None:
        """Type an IBAN: complete at once, paid or not days later."""
        with self._stripe.locked():
            intent = self._begun()
            charge = self._payments.charge(intent, "sepa_debit", "pending")
            intent["status"] = "processing"
            self._ledger.record("charge.pending", charge, None)
            self._ledger.record("payment_intent.processing", intent, None)
            self._complete("unpaid")

    def settle(self, *, paid: bool) -> None:
        """Days later: the bank has paid the debit, or returned it.

        A returned one has a balance transaction and one that takes it back, like a charge that
        failed after it had succeeded: the balance was to get the money from the first day on.
        """
        with self._stripe.locked():
            intent = self.intent
            assert intent is not None and intent["status"] == "processing"
            charge = self._ledger.objects[intent["latest_charge"]]
            if paid:
                charge |= {"status": "succeeded", "paid": True}
                intent |= {"status": "succeeded", "amount_received": intent["amount"]}
                self._session["payment_status"] = "paid"
                self._ledger.record("charge.succeeded", charge, None)
                self._ledger.record("payment_intent.succeeded", intent, None)
            else:
                self._payments.take_back(charge, "insufficient_funds")
                error = {
                    "code": "payment_intent_payment_attempt_failed",
                    "charge": charge["id"],
                    "decline_code": None,
                    "type": "card_error",
                    "payment_method": {"type": "sepa_debit"},
                }
                intent |= {"status": "requires_payment_method", "last_payment_error": error}
                self._ledger.record("payment_intent.payment_failed", intent, None)
            name = "succeeded" if paid else "failed"
            self._ledger.record(f"checkout.session.async_payment_{name}", self._session, None)

    def _begun(self) -> dict[str, Any]:
        """The payment intent of this page; one for all its attempts."""
        if self._session["status"] != "open":
            raise LinkInactive(self._link["inactive_message"])
        limit = (self._link["restrictions"] or {}).get("completed_sessions")
        if limit is not None and limit["count"] >= limit["limit"]:
            raise LinkInactive(self._link["inactive_message"])
        if self.intent is None:
            data = self._link["payment_intent_data"] or {}
            self.intent = self._payments.create(
                self._call(
                    amount=str(self.amount),
                    currency=self._item["currency"],
                    metadata=data.get("metadata", {}),
                    payment_method_types=list(self._ledger.offered),
                )
            )
            self._session["payment_intent"] = self.intent["id"]
        return self.intent

    def _complete(self, payment_status: str) -> None:
        self._session |= {"status": "complete", "payment_status": payment_status}
        limit = (self._link["restrictions"] or {}).get("completed_sessions")
        if limit is not None:
            limit["count"] += 1
            if limit["count"] >= limit["limit"]:
                self._link["active"] = False
        self._ledger.record("checkout.session.completed", self._session, None)

    def _call(self, object_id: str = "", **params: Any) -> Call:
        return Call(params, self._livemode, object_id)
