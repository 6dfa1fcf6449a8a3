"""Charges, refunds, disputes and balance transactions of the stand-in.

https://docs.stripe.com/refunds, https://docs.stripe.com/disputes/how-disputes-work
"""

from typing import Any

from tests.standins.stripe_ledger import SETTLED_IN, Ledger
from tests.standins.stripe_params import whole
from tests.standins.stripe_refusals import invalid, missing
from tests.standins.stripe_routes import Call, Route
from tests.standins.stripe_versions import REFUND_EVENTS

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_DISPUTE_FEE = 2000


def fee_of(amount: int) -> int:
    """1.5 % and 25 cents, rounded half up."""
    return (amount * 15 + 500) // 1000 + 25


class RefundResources:
    """Money that goes back, and what Stripe keeps. Objects of Stripe's without `livemode` have
    it inside the ledger alone."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.dead_at_once = False
        """The customer's bank takes no refund, and Stripe knows it before it answers."""

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/v1/charges", "rak_charge_read", self.charges),
            Route("GET", "/v1/charges/{id}", "rak_charge_read", self.charge),
            Route("GET", "/v1/refunds", "rak_charge_read", self.refunds),
            Route("GET", "/v1/refunds/{id}", "rak_charge_read", self.one_refund),
            Route("POST", "/v1/refunds", "rak_charge_write", self.create),
            Route("GET", "/v1/disputes", "rak_dispute_read", self.disputes),
            Route("GET", "/v1/disputes/{id}", "rak_dispute_read", self.one_dispute),
        ]

    # --- reading -------------------------------------------------------------------------

    def charges(self, call: Call) -> dict[str, Any]:
        return self._ledger.page(self._of("charge", call), call.params, "/v1/charges")

    def charge(self, call: Call) -> dict[str, Any]:
        return self._ledger.get("charge", call.id, call.livemode)

    def refunds(self, call: Call) -> dict[str, Any]:
        return self._ledger.page(self._of("refund", call), call.params, "/v1/refunds")

    def one_refund(self, call: Call) -> dict[str, Any]:
        return self._ledger.get("refund", call.id, call.livemode)

    def disputes(self, call: Call) -> dict[str, Any]:
        return self._ledger.page(self._of("dispute", call), call.params, "/v1/disputes")

    def one_dispute(self, call: Call) -> dict[str, Any]:
        return self._ledger.get("dispute", call.id, call.livemode)

    def _of(self, kind: str, call: Call) -> list[dict[str, Any]]:
        return [
            one
            for one in self._ledger.all_of(kind, call.livemode)
            if all(one.get(name) == call.params[name] for name in _BY if name in call.params)
        ]

    # --- refunds -------------------------------------------------------------------------

    def create(self, call: Call) -> dict[str, Any]:
        charge = self._charge_of(call)
        left = charge["amount"] - charge["amount_refunded"]
        amount = whole(call.params, "amount") if "amount" in call.params else left
        if "reason" in call.params and call.params["reason"] not in _REASONS:
            raise invalid(f"Invalid reason: must be one of {', '.join(_REASONS)}", param="reason")
        if charge["disputed"]:
            raise invalid(
                f"Charge {charge['id']} has been charged back; cannot issue a refund.",
                code="charge_disputed",
            )
        if left == 0:
            raise invalid(
                f"Charge {charge['id']} has already been refunded.",
                code="charge_already_refunded",
            )
        if amount <= 0:
            raise invalid("Invalid positive integer", param="amount")
        if amount > left:
            raise invalid(
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                param="amount",
            )
        made = self.refund(
            charge,
            amount,
            reason=call.params.get("reason"),
            metadata=dict(call.params.get("metadata") or {}),
            key=call.idempotency_key,
        )
        if self.dead_at_once:
            self.fail(made["id"])
        return made

    def _charge_of(self, call: Call) -> dict[str, Any]:
        if "charge" in call.params:
            return self._ledger.get("charge", call.params["charge"], call.livemode)
        if "payment_intent" not in call.params:
            raise missing("payment_intent")
        intent = self._ledger.get("payment_intent", call.params["payment_intent"], call.livemode)
        if intent["status"] != "succeeded":
            raise invalid(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        return self._ledger.objects[intent["latest_charge"]]

    def refund(
        self,
        charge: dict[str, Any],
        amount: int,
        *,
        status: str = "succeeded",
        reason: str | None = None,
        metadata: dict[str, str] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Give it back, by the API or in the Dashboard."""
        made = self._add(charge, amount, status=status, reason=reason, metadata=metadata or {})
        made["balance_transaction"] = self.transaction(made, -amount, 0, "refund")
        self.tell_created(made, charge, key)
        return made

    def release(self, charge: dict[str, Any], amount: int) -> dict[str, Any]:
        """What a hold does not take: Stripe shows it as a refund, though no money goes back."""
        return self._add(charge, amount, status="succeeded", reason=None, metadata={})

    def _add(self, charge: dict[str, Any], amount: int, **fields: Any) -> dict[str, Any]:
        made = self._ledger.add(
            "refund",
            "re" if charge["id"].startswith("ch_") else "pyr",
            charge["livemode"],
            amount=amount,
            charge=charge["id"],
            currency=charge["currency"],
            payment_intent=charge["payment_intent"],
            **fields,
        )
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        return made

    def tell_created(self, refund: dict[str, Any], charge: dict[str, Any], key: str | None) -> None:
        """As the account's version tells it."""
        if self._ledger.before(REFUND_EVENTS):
            self._ledger.record("charge.refunded", charge, key)
            return
        self._ledger.record("refund.created", refund, key)
        self._ledger.record("charge.refunded", charge, key)
        self._ledger.record("refund.updated", refund, key)

    def fail(self, refund_id: str) -> None:
        """The customer's bank does not take it: the money comes back."""
        refund = self._ledger.objects[refund_id]
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        refund["failure_balance_transaction"] = self.transaction(
            refund, refund["amount"], 0, "refund_failure"
        )
        charge = self._ledger.objects[refund["charge"]]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        old = self._ledger.before(REFUND_EVENTS)
        for name in ["charge.refund.updated"] if old else ["refund.updated", "refund.failed"]:
            self._ledger.record(name, refund, None)

    # --- disputes ------------------------------------------------------------------------

    def dispute(
        self, charge: dict[str, Any], status: str = "needs_response", **fields: Any
    ) -> dict[str, Any]:
        """The customer has the bank fetch the money again; an inquiry (warning_…) only asks.

        `fields` may say another amount (exchange rates), no `payment_intent`, a reason …
        """
        about = {
            "amount": charge["amount"],
            "charge": charge["id"],
            "currency": charge["currency"],
            "payment_intent": charge["payment_intent"],
            "reason": "fraudulent",
            "status": status,
        }
        if charge["payment_method_details"]["type"] != "card":
            about["payment_method_details"] = {}
        made = self._ledger.add("dispute", "dp", charge["livemode"], **(about | fields))
        self._ledger.record("charge.dispute.created", made, None)
        if not status.startswith("warning"):
            charge["disputed"] = True
            made["is_charge_refundable"] = False
            self._move(made, -made["amount"], _DISPUTE_FEE)
            self._ledger.record("charge.dispute.funds_withdrawn", made, None)
        if status == "lost":
            self._ledger.record("charge.dispute.closed", made, None)
        return made

    def close(self, dispute_id: str, *, won: bool, back: int | None = None) -> None:
        """The bank has decided. `back`: so much comes back, when not all of it."""
        dispute = self._ledger.objects[dispute_id]
        dispute["status"] = "won" if won else "lost"
        self._ledger.record("charge.dispute.closed", dispute, None)
        if won:
            self._ledger.objects[dispute["charge"]]["disputed"] = False
            self._move(dispute, dispute["amount"] if back is None else back, 0)
            self._ledger.record("charge.dispute.funds_reinstated", dispute, None)

    def _move(self, dispute: dict[str, Any], amount: int, fee: int) -> None:
        moved = self._ledger.objects[self.transaction(dispute, amount, fee, "adjustment")]
        dispute["balance_transactions"] = [*dispute["balance_transactions"], moved]

    # --- what the account's balance says --------------------------------------------------

    def take_fee(self, charge: dict[str, Any]) -> None:
        """Captured: https://docs.stripe.com/api/balance_transactions/object"""
        amount = charge["amount_captured"]
        charge["balance_transaction"] = self.transaction(charge, amount, fee_of(amount), "charge")

    def transaction(self, about: dict[str, Any], amount: int, fee: int, kind: str) -> str:
        """A balance transaction; its id."""
        rate = self._ledger.rates.get(about["currency"])
        here = amount if rate is None else round(amount * rate)
        made = self._ledger.add(
            "balance_transaction",
            "txn",
            about["livemode"],
            amount=here,
            currency=about["currency"] if rate is None else SETTLED_IN,
            exchange_rate=rate,
            fee=fee,
            net=here - fee,
            reporting_category=kind,
            source=about["id"],
            type=kind,
        )
        return str(made["id"])


_BY = ("charge", "payment_intent")
