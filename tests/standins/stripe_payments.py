"""Payment methods and payment intents of the stand-in, with Stripe's test cards.

https://docs.stripe.com/testing and https://docs.stripe.com/payments/paymentintents/lifecycle
"""

import re
from dataclasses import dataclass
from typing import Any

from tests.standins.stripe_ledger import Ledger
from tests.standins.stripe_params import flag, whole
from tests.standins.stripe_refunds import RefundResources
from tests.standins.stripe_refusals import declined, invalid, missing
from tests.standins.stripe_routes import Call, Route
from tests.standins.stripe_versions import ASYNC_CAPTURE


@dataclass(frozen=True)
class Decline:
    """What a declining test card answers."""

    code: str
    decline_code: str | None
    message: str


_DECLINED = "card_declined"
DECLINES = {
    "pm_card_chargeDeclined": Decline(_DECLINED, "generic_decline", "Your card was declined."),
    "pm_card_visa_chargeDeclined": Decline(_DECLINED, "generic_decline", "Your card was declined."),
    "pm_card_chargeDeclinedInsufficientFunds": Decline(
        _DECLINED, "insufficient_funds", "Your card has insufficient funds."
    ),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Decline(
        _DECLINED, "insufficient_funds", "Your card has insufficient funds."
    ),
    "pm_card_chargeDeclinedLostCard": Decline(_DECLINED, "lost_card", "Your card was declined."),
    "pm_card_chargeDeclinedExpiredCard": Decline("expired_card", None, "Your card has expired."),
    "pm_card_chargeDeclinedIncorrectCvc": Decline(
        "incorrect_cvc", None, "Your card's security code is incorrect."
    ),
}
# Cards typed by number (https://docs.stripe.com/testing#declined-payments).
_NUMBERS = {
    "4242424242424242": "pm_card_visa",
    "4000000000000002": "pm_card_chargeDeclined",
    "4000000000009995": "pm_card_chargeDeclinedInsufficientFunds",
}
_CLAUSE = r"metadata\['([^']+)'\]:'((?:[^'\\]|\\.)*)'"
_PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


class PaymentResources:
    """POST and GET of payment methods and payment intents."""

    def __init__(self, ledger: Ledger, refunds: RefundResources) -> None:
        self._ledger = ledger
        self._refunds = refunds
        self._cards: dict[str, str] = {}

    def routes(self) -> list[Route]:
        read, write = "rak_payment_intent_read", "rak_payment_intent_write"
        intents = "/v1/payment_intents"
        return [
            Route("POST", "/v1/payment_methods", "rak_payment_method_write", self.add_method),
            Route("GET", "/v1/payment_methods/{id}", "rak_payment_method_read", self.method),
            Route("POST", intents, write, self.create),
            Route("GET", intents, read, self.list),
            Route("GET", intents + "/search", read, self.search),  # before {id}
            Route("GET", intents + "/{id}", read, self.retrieve),
            Route("POST", intents + "/{id}", write, self.change),
            Route("POST", intents + "/{id}/confirm", write, self.confirm),
            Route("POST", intents + "/{id}/cancel", write, self.cancel),
        ]

    def add_method(self, call: Call) -> dict[str, Any]:
        if call.params.get("type") != "card":
            raise missing("type")
        number = call.params.get("card", {}).get("number", "")
        if number not in _NUMBERS:
            raise declined("incorrect_number", None, "Your card number is incorrect.")
        return self._method_of(_NUMBERS[number], call.livemode)

    def _method_of(self, card: str, livemode: bool) -> dict[str, Any]:
        made = self._ledger.add("payment_method", "pm", livemode, type="card", customer=None)
        self._cards[made["id"]] = card
        return made

    def method(self, call: Call) -> dict[str, Any]:
        return self._ledger.get("payment_method", call.id, call.livemode)

    def create(self, call: Call) -> dict[str, Any]:
        for name in ("amount", "currency"):
            if name not in call.params:
                raise missing(name)
        amount = whole(call.params, "amount")
        if not 1 <= amount <= 99_999_999:
            raise invalid("Invalid positive integer", param="amount")
        intent = self._ledger.add(
            "payment_intent",
            "pi",
            call.livemode,
            amount=amount,
            amount_received=0,
            automatic_payment_methods=None,
            canceled_at=None,
            capture_method=call.params.get("capture_method", self._usual_capture()),
            currency=call.params["currency"].lower(),
            description=call.params.get("description"),
            last_payment_error=None,
            metadata=_metadata(call.params),
            next_action=None,
            payment_method_types=call.params.get("payment_method_types", ["card"]),
            processing=None,
            shipping=call.params.get("shipping"),
            status="requires_payment_method",
            transfer_data=None,
        )
        intent["client_secret"] = f"{intent['id']}_secret_StandIn"
        self._record("payment_intent.created", intent, call)
        if "payment_method" in call.params:
            intent["payment_method"] = call.params["payment_method"]
            intent["status"] = "requires_confirmation"
        if flag(call.params, "confirm"):
            self._charge(intent, call)
        return intent

    def _usual_capture(self) -> str:
        return "automatic" if self._ledger.before(ASYNC_CAPTURE) else "automatic_async"

    def list(self, call: Call) -> dict[str, Any]:
        found = self._ledger.all_of("payment_intent", call.livemode)
        return self._ledger.page(found, call.params, "/v1/payment_intents")

    def search(self, call: Call) -> dict[str, Any]:
        """Clauses `metadata['name']:'value'`, joined by OR; pages are told by a token.

        https://docs.stripe.com/search
        """
        if "query" not in call.params:
            raise missing("query")
        wanted = _clauses(call.params["query"])
        found = [
            intent
            for intent in self._ledger.all_of("payment_intent", call.livemode)
            if any(intent["metadata"].get(name) == value for name, value in wanted)
        ]
        limit = whole(call.params, "limit") if "limit" in call.params else 10
        start = whole(call.params, "page") if "page" in call.params else 0
        more = start + limit < len(found)
        return {
            "object": "search_result",
            "url": "/v1/payment_intents/search",
            "has_more": more,
            "next_page": str(start + limit) if more else None,
            "data": found[start : start + limit],
        }

    def retrieve(self, call: Call) -> dict[str, Any]:
        return self._ledger.get("payment_intent", call.id, call.livemode)

    def change(self, call: Call) -> dict[str, Any]:
        intent = self._payable(call, "update")
        if "amount" in call.params:
            intent["amount"] = whole(call.params, "amount")
        for name in ("description", "payment_method"):
            if name in call.params:
                intent[name] = call.params[name]
        intent["metadata"] |= _metadata(call.params)
        return intent

    def confirm(self, call: Call) -> dict[str, Any]:
        intent = self._payable(call, "confirm")
        if "payment_method" in call.params:
            intent["payment_method"] = call.params["payment_method"]
        if intent["payment_method"] is None:
            raise invalid(
                "You cannot confirm this PaymentIntent because it's missing a payment method.",
                code="payment_intent_unexpected_state",
            )
        self._charge(intent, call)
        return intent

    def cancel(self, call: Call) -> dict[str, Any]:
        intent = self._payable(call, "cancel")
        intent["status"] = "canceled"
        intent["canceled_at"] = int(self._ledger.now())
        intent["cancellation_reason"] = call.params.get("cancellation_reason")
        self._record("payment_intent.canceled", intent, call)
        return intent

    def _payable(self, call: Call, verb: str) -> dict[str, Any]:
        intent = self.retrieve(call)
        if intent["status"] not in _PAYABLE:
            raise invalid(
                f"You cannot {verb} this PaymentIntent because it has a status of "
                f"{intent['status']}.",
                code="payment_intent_unexpected_state",
            )
        return intent

    def _charge(self, intent: dict[str, Any], call: Call) -> None:
        """Try the card. A declined one leaves the intent payable and raises the refusal."""
        if intent["payment_method"] is None:
            raise missing("payment_method")
        given = intent["payment_method"]
        card = self._cards.get(given, given)
        if not card.startswith("pm_card_"):
            raise invalid(f"No such PaymentMethod: '{given}'", code="resource_missing")
        method = (
            self._method_of(card, call.livemode)
            if given == card
            else self._ledger.get("payment_method", given, call.livemode)
        )
        decline = DECLINES.get(card)
        charge = self.charge(intent, "card", "failed" if decline else "succeeded")
        if decline is None:
            intent |= {"payment_method": method["id"], "last_payment_error": None}
            self._record("charge.succeeded", charge, call)
            if charge["captured"]:
                intent |= {"status": "succeeded", "amount_received": intent["amount"]}
                self._record("payment_intent.succeeded", intent, call)
            else:
                intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
                self._record("payment_intent.amount_capturable_updated", intent, call)
            return
        refusal = declined(decline.code, decline.decline_code, decline.message, charge=charge["id"])
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_payment_error": refusal.error | {"payment_method": method},
        }
        self._record("charge.failed", charge, call)
        self._record("payment_intent.payment_failed", intent, call)
        refusal.error |= {"payment_intent": dict(intent), "payment_method": method}
        raise refusal

    def charge(self, intent: dict[str, Any], method: str, status: str) -> dict[str, Any]:
        """A new attempt to pay: `status` is succeeded, pending or failed.

        The charge alone says by which method; an intent only lists what it would take.
        """
        moved = status != "failed" and intent["capture_method"] != "manual"
        made = self._ledger.add(
            "charge",
            "ch" if method == "card" else "py",
            intent["livemode"],
            amount=intent["amount"],
            amount_captured=intent["amount"] if moved else 0,
            balance_transaction=None,
            captured=moved,
            currency=intent["currency"],
            metadata=dict(intent["metadata"]),
            paid=status == "succeeded",
            payment_intent=intent["id"],
            status=status,
        )
        if method != "card":
            made["payment_method_details"] = {"type": method, method: {"country": "DE"}}
        intent["latest_charge"] = made["id"]
        if moved:
            self._refunds.take_fee(made)
        return made

    def take_back(self, charge: dict[str, Any], failure_code: str) -> None:
        """The bank did not pay after all: the balance loses it again."""
        back = self._refunds.transaction(charge, -charge["amount"], 0, "payment_failure_refund")
        charge |= {
            "status": "failed",
            "paid": False,
            "failure_code": failure_code,
            "failure_balance_transaction": back,
        }
        self._ledger.record("charge.failed", charge, None)

    def _record(self, event_type: str, about: dict[str, Any], call: Call) -> None:
        self._ledger.record(event_type, about, call.idempotency_key)


def _clauses(query: str) -> list[tuple[str, str]]:
    """(name, value) of each clause, or Stripe's refusal of a query that it cannot read."""
    clauses = [re.fullmatch(_CLAUSE, text.strip()) for text in query.split(" OR ")]
    if len(clauses) > 10 or " AND " in query:
        raise invalid("You can only use 10 clauses, joined by AND or OR.", param="query")
    return [_clause(found, query) for found in clauses]


def _clause(found: re.Match[str] | None, query: str) -> tuple[str, str]:
    if found is None:
        raise invalid(f"We were unable to parse your search query: {query}", param="query")
    return found.group(1), re.sub(r"\\(.)", r"\1", found.group(2))


def _metadata(params: dict[str, Any]) -> dict[str, str]:
    """https://docs.stripe.com/api/metadata: 50 keys of 40 characters, values of 500."""
    metadata = params.get("metadata") or {}
    if len(metadata) > 50 or any(len(k) > 40 or len(v) > 500 for k, v in metadata.items()):
        raise invalid("Metadata values can have up to 500 characters.", param="metadata")
    return dict(metadata)
