"""What moved at Stripe in a span of time: charges with their fees, refunds, disputes.

https://docs.stripe.com/api/charges/list, https://docs.stripe.com/api/refunds/list,
https://docs.stripe.com/api/disputes/list. One page after the other, so Stripe's limit of calls
is never near: https://docs.stripe.com/rate-limits
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from workmate_desktop.domain.payments.charges import Charge
from workmate_desktop.domain.payments.reversals import TAKEN_BACK
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import (
    CHARGE_FAILED,
    DISPUTE_CLOSED,
    DISPUTE_UPDATED,
    PAYMENT_SUCCEEDED,
)
from workmate_desktop.gateways.stripe.api import StripeApi, plain
from workmate_desktop.gateways.stripe.charges import read_charge
from workmate_desktop.gateways.stripe.made_events import made_event
from workmate_desktop.gateways.stripe.pages import Onward
from workmate_desktop.gateways.stripe.refunds import refund_as_event
from workmate_desktop.gateways.stripe.values import (
    CHARGE_ID,
    CURRENCY,
    INTENT_ID,
    as_dict,
    matched,
    read_metadata,
)

PAGE = 100
_OF_FEES = "balance_transaction"
"""In the name of the right that expanding them needs."""
_EXPANDED = ["data.balance_transaction", "data.failure_balance_transaction"]
_OF_CHARGE = (
    "id",
    "object",
    "amount",
    "amount_captured",
    "captured",
    "created",
    "payment_intent",
    "payment_method_details",
    "status",
)
_FINAL = ("won", "lost", "warning_closed")


@dataclass(frozen=True, slots=True)
class Fee:
    """A balance transaction, in minor units of `currency`."""

    transaction_id: str
    fee_minor: int
    net_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Movement:
    """Something that moved, as JSON of the event that would have told it. `intent_id` is empty
    where a refund or dispute names its charge alone.

    `invoice_ref` and `instance` are our metadata on a charge. `charge`: what it tells; `body` of
    one that did not pay is None, unless it took back what it had brought. `moves`: how many
    balance transactions a dispute has.
    """

    intent_id: str
    body: bytes | None
    object_id: str = ""
    status: str = ""
    charge: Charge | None = None
    invoice_ref: str | None = None
    instance: str | None = None
    fee: Fee | None = None
    moves: int = 0
    charge_id: str | None = None
    """Of a refund or dispute."""

    @property
    def paid(self) -> bool:
        """A charge that brought money: an authorised one has not, though it is `succeeded`."""
        return self.charge is not None and self.charge.paid


@dataclass(frozen=True, slots=True)
class MovementPage:
    """One page of a list. `last` is the id at its end: the next page begins after it."""

    movements: list[Movement]
    last: str


class StripeMovements:
    """Every call raises `StripeRefused`. `since` in seconds since 1970; newest first.

    `after` goes on behind the object with this id, the `last` of a page.
    """

    def __init__(self, api: StripeApi, *, livemode: bool) -> None:
        self._api = api
        self._livemode = livemode

    @property
    def livemode(self) -> bool:
        """The mode that is asked in."""
        return self._livemode

    def charges(self, since: int, after: str | None = None) -> Iterator[MovementPage]:
        """Pages of charges, with their fees where the key may read those."""
        asked: dict[str, Any] = {"created": {"gte": since}, "expand": _EXPANDED}
        ask = partial(self._pages, lambda client, params: client.v1.charges.list(params))
        try:
            for page in ask(asked, after):
                after = _last(page)
                yield MovementPage(self._charges(page), after)
        except StripeRefused as refused:
            if _OF_FEES not in (refused.right or ""):
                raise
            # A key that may not read the fees is no reason to miss the payments.
            for page in ask({"created": {"gte": since}}, after):
                yield MovementPage(self._charges(page), _last(page))

    def charges_of(self, intent_id: str, *, fees: bool = True) -> list[Movement]:
        """The charges of one payment, newest first; not an error when Stripe does not know it.

        `fees` False: without them, and so without the right to read them.
        """
        asked: dict[str, Any] = {"payment_intent": intent_id}
        if fees:
            asked["expand"] = _EXPANDED
        pages = self._pages(lambda client, params: client.v1.charges.list(params), asked)
        return [charge for page in pages for charge in self._charges(page)]

    def refunds(self, since: int, now: int, after: str | None = None) -> Iterator[MovementPage]:
        """Pages of refunds, as they are `now`."""
        asked = {"created": {"gte": since}}
        ask = partial(self._pages, lambda client, params: client.v1.refunds.list(params))
        for page in ask(asked, after):
            found = [
                Movement(
                    intent,
                    refund_as_event(refund, livemode=self._livemode, now=now),
                    str(refund.get("id")),
                    str(refund.get("status")),
                    charge_id=matched(CHARGE_ID, refund.get("charge")),
                )
                for refund, intent in _of_payments(page)
            ]
            yield MovementPage(found, _last(page))

    def disputes(self, since: int, now: int, after: str | None = None) -> Iterator[MovementPage]:
        """Pages of disputes, as they are `now`."""
        asked = {"created": {"gte": since}}
        ask = partial(self._pages, lambda client, params: client.v1.disputes.list(params))
        for page in ask(asked, after):
            found = [
                Movement(
                    intent,
                    self._dispute_event(dispute, now),
                    str(dispute.get("id")),
                    str(dispute.get("status")),
                    moves=_moves(dispute),
                    charge_id=matched(CHARGE_ID, dispute.get("charge")),
                )
                for dispute, intent in _of_payments(page)
            ]
            yield MovementPage(found, _last(page))

    def _charges(self, page: list[dict[str, Any]]) -> list[Movement]:
        found = []
        for charge, intent in _with_intents(page):
            metadata = as_dict(charge.get("metadata"))
            told = read_charge(charge)
            paid = told is not None and told.paid
            taken_back = charge.get("status") == "failed" and charge.get(
                "failure_balance_transaction"
            )
            body = None
            if told is not None and told.paid:
                body = self._payment_event(charge, intent, told.captured_minor)
            elif taken_back:
                body = self._late_failure(charge)
            found.append(
                Movement(
                    intent,
                    body,
                    str(charge.get("id")),
                    TAKEN_BACK if taken_back else str(charge.get("status")),
                    told,
                    read_metadata(metadata.get("invoice_id")),
                    read_metadata(metadata.get("workmate_instance")),
                    _fee(charge.get("balance_transaction")) if paid else None,
                )
            )
        return found

    def _payment_event(self, charge: dict[str, Any], intent: str, captured: int) -> bytes:
        """The success of its payment intent; catch_up.py uses the same id."""
        about = {
            "id": intent,
            "object": "payment_intent",
            "amount": charge.get("amount"),
            "amount_received": captured,
            "currency": charge.get("currency"),
            "latest_charge": {name: charge.get(name) for name in _OF_CHARGE},
            "metadata": charge.get("metadata"),
            "status": "succeeded",
        }
        created = charge.get("created")
        return made_event(
            intent, PAYMENT_SUCCEEDED, about, created=created, livemode=self._livemode
        )

    def _late_failure(self, charge: dict[str, Any]) -> bytes:
        """When the money went, its balance transaction tells; the charge was made before."""
        moved = as_dict(charge.get("failure_balance_transaction"))
        at = moved.get("created", charge.get("created"))
        return self._event(CHARGE_FAILED, charge, TAKEN_BACK, at)

    def _dispute_event(self, dispute: dict[str, Any], now: int) -> bytes:
        """What was said of it before, it was before `now`; when it was made, it tells itself."""
        status = str(dispute.get("status"))
        kind = DISPUTE_CLOSED if status in _FINAL else DISPUTE_UPDATED
        # A dispute that came back in part keeps its status while the money moves.
        moves = _moves(dispute)
        name = f"{status}_{moves}" if moves > 1 else status
        return self._event(kind, dispute, name, now)

    def _event(self, kind: str, about: dict[str, Any], status: str, created: Any) -> bytes:
        name = f"{about.get('id')}_{status}"
        return made_event(name, kind, about, created=created, livemode=self._livemode)

    def _pages(
        self, ask: "Callable[..., object]", asked: dict[str, Any], after: str | None = None
    ) -> Iterator[list[dict[str, Any]]]:
        params: Any = {"limit": PAGE} | asked
        if after is not None:
            params["starting_after"] = after
        onward, more = Onward(), True
        while more:
            found = plain(self._api.call(partial(ask, params=params)))
            page = found.get("data")
            if not isinstance(page, list):
                raise StripeRefused(StripeRefusal.NOT_STRIPE)
            objects = [one for one in page if isinstance(one, dict)]
            more = bool(found.get("has_more"))
            onward.page([str(one.get("id")) for one in objects], more=more)
            if objects:
                yield objects
                params = params | {"starting_after": _last(objects)}


def _last(page: list[dict[str, Any]]) -> str:
    return str(page[-1].get("id"))


def _with_intents(page: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Those that belong to a payment intent; this program makes no others."""
    found = [(one, matched(INTENT_ID, one.get("payment_intent"))) for one in page]
    return [(one, intent) for one, intent in found if intent is not None]


def _of_payments(page: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Refunds or disputes with the payment intent that they name; empty where they name none, but
    their charge alone."""
    return [
        (one, matched(INTENT_ID, one.get("payment_intent")) or "")
        for one in page
        if matched(INTENT_ID, one.get("payment_intent")) or one.get("payment_intent") is None
    ]


def _moves(dispute: dict[str, Any]) -> int:
    moves = dispute.get("balance_transactions")
    return len(moves) if isinstance(moves, list) else 0


def _fee(value: object) -> Fee | None:
    """None while the balance transaction does not exist yet, or is not as documented."""
    transaction = as_dict(value)
    key, currency = transaction.get("id"), matched(CURRENCY, transaction.get("currency"))
    fee, net = transaction.get("fee"), transaction.get("net")
    if not isinstance(key, str) or currency is None or type(fee) is not int or type(net) is not int:
        return None
    return Fee(key, fee, net, currency)
