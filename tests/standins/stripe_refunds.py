"""Charges, refunds, disputes and balance transactions of the stand-in.

https://docs.stripe.com/refunds, https://docs.stripe.com/disputes/how-disputes-work
"""

from typing import Any

from tests.standins.stripe_ledger import Ledger, page
from tests.standins.stripe_params import whole
from tests.standins.stripe_refusals import invalid, missing
from tests.standins.stripe_routes import Call, Route

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
            Route("POST", "/v1/refunds", "rak_charge_write", self.create),
            Route("GET", "/v1/disputes", "rak_dispute_read", self.disputes),
        ]

    # --- reading -------------------------------------------------------------------------

    def charges(self, call: Call) -> dict[str, Any]:
        found = page(self._of("charge", call), call.params, "/v1/charges")
        if "data.balance_transaction" in call.params.get("expand", []):
            found["data"] = [self._with_transaction(one) for one in found["data"]]
        return found

    def charge(self, call: Call) -> dict[str, Any]:
        found = self._ledger.get("charge", call.id, call.livemode)
        expand = "balance_transaction" in call.params.get("expand", [])
        return self._with_transaction(found) if expand else found

    def refunds(self, call: Call) -> dict[str, Any]:
        found = page(self._of("refund", call), call.params, "/v1/refunds")
        return found | {"data": [_shown(one) for one in found["data"]]}

    def disputes(self, call: Call) -> dict[str, Any]:
        return page(self._of("dispute", call), call.params, "/v1/disputes")

    def _of(self, kind: str, call: Call) -> list[dict[str, Any]]:
        return [
            one
            for one in self._ledger.all_of(kind, call.livemode)
            if all(one.get(name) == call.params[name] for name in _BY if name in call.params)
        ]

    def _with_transaction(self, charge: dict[str, Any]) -> dict[str, Any]:
        key = charge["balance_transaction"]
        return charge | {"balance_transaction": _shown(self._ledger.objects[key]) if key else None}

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
            return _shown(self._ledger.objects[made["id"]])
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
        made = self._ledger.add(
            "refund",
            "re",
            charge["livemode"],
            amount=amount,
            charge=charge["id"],
            currency=charge["currency"],
            metadata=metadata or {},
            payment_intent=charge["payment_intent"],
            reason=reason,
            status=status,
        )
        made["balance_transaction"] = self.transaction(made, -amount, 0, "refund")
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._record("refund.created", made, key)
        self._record("charge.refunded", charge, key)
        self._record("refund.updated", made, key)
        return _shown(made)

    def fail(self, refund_id: str) -> None:
        """The customer's bank does not take it: the money comes back."""
        refund = self._ledger.objects[refund_id]
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        charge = self._ledger.objects[refund["charge"]]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self._record("refund.updated", refund, None)
        self._record("refund.failed", refund, None)

    # --- disputes ------------------------------------------------------------------------

    def dispute(
        self, charge: dict[str, Any], status: str = "needs_response", **fields: Any
    ) -> dict[str, Any]:
        """The customer has the bank fetch the money again; an inquiry (warning_…) only asks."""
        made = self._ledger.add(
            "dispute",
            "dp",
            charge["livemode"],
            amount=charge["amount"],
            charge=charge["id"],
            currency=charge["currency"],
            payment_intent=charge["payment_intent"],
            reason="fraudulent",
            status=status,
            **fields,
        )
        self._record("charge.dispute.created", made, None)
        if not status.startswith("warning"):
            charge["disputed"] = True
            made["balance_transactions"] = [
                self._ledger.objects[
                    self.transaction(made, -made["amount"], _DISPUTE_FEE, "adjustment")
                ]
            ]
            self._record("charge.dispute.funds_withdrawn", made, None)
        if status == "lost":
            self._record("charge.dispute.closed", made, None)
        return made

    def close(self, dispute_id: str, *, won: bool) -> None:
        """The bank has decided."""
        dispute = self._ledger.objects[dispute_id]
        dispute["status"] = "won" if won else "lost"
        self._record("charge.dispute.closed", dispute, None)
        if won:
            self._ledger.objects[dispute["charge"]]["disputed"] = False
            self._record("charge.dispute.funds_reinstated", dispute, None)

    def transaction(self, about: dict[str, Any], amount: int, fee: int, kind: str) -> str:
        """A balance transaction; its id."""
        made = self._ledger.add(
            "balance_transaction",
            "txn",
            about["livemode"],
            amount=amount,
            currency=about["currency"],
            fee=fee,
            net=amount - fee,
            reporting_category=kind,
            source=about["id"],
            type=kind,
        )
        return str(made["id"])

    def _record(self, event_type: str, about: dict[str, Any], key: str | None) -> None:
        self._ledger.record(event_type, about, key)
        if about["object"] == "refund":
            del self._ledger.events[-1]["data"]["object"]["livemode"]


_BY = ("charge", "payment_intent")


def _shown(made: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in made.items() if name != "livemode"}
