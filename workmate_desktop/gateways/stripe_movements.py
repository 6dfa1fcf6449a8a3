"""What moved at Stripe in a span of time: charges with their fees, refunds, disputes.

https://docs.stripe.com/api/charges/list, https://docs.stripe.com/api/refunds/list,
https://docs.stripe.com/api/disputes/list. One page after the other, so Stripe's limit of calls
is never near: https://docs.stripe.com/rate-limits
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from workmate_desktop.domain.events import (
    CHARGE_FAILED,
    DISPUTE_CLOSED,
    DISPUTE_UPDATED,
    PAYMENT_SUCCEEDED,
)
from workmate_desktop.domain.stripe_account import Refusal, StripeRefused
from workmate_desktop.gateways.stripe_api import StripeApi, plain
from workmate_desktop.gateways.stripe_made_events import made_event
from workmate_desktop.gateways.stripe_refunds import refund_as_event
from workmate_desktop.gateways.stripe_values import (
    CURRENCY,
    INTENT_ID,
    as_dict,
    matched,
    read_metadata,
    read_text,
)

PAGE = 100
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
    """Something that moved, as JSON of the event that would have told it.

    `invoice_ref` and `instance` are our metadata on a charge. `succeeded`: a charge that paid.
    `body` of any other charge is None, unless it took back what it had brought.
    """

    intent_id: str
    body: bytes | None
    object_id: str = ""
    status: str = ""
    succeeded: bool = False
    invoice_ref: str | None = None
    instance: str | None = None
    fee: Fee | None = None


@dataclass(frozen=True, slots=True)
class Page:
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

    def charges(self, since: int, after: str | None = None) -> Iterator[Page]:
        """Pages of charges with their fees."""
        asked = {"created": {"gte": since}, "expand": ["data.balance_transaction"]}
        ask = partial(self._pages, lambda client, params: client.v1.charges.list(params))
        for page in ask(asked, after):
            yield Page(self._charges(page), _last(page))

    def charges_of(self, intent_id: str) -> list[Movement]:
        """The charges of one payment; not an error when Stripe does not know it."""
        asked = {"payment_intent": intent_id, "expand": ["data.balance_transaction"]}
        pages = self._pages(lambda client, params: client.v1.charges.list(params), asked)
        return [charge for page in pages for charge in self._charges(page)]

    def refunds(self, since: int, after: str | None = None) -> Iterator[Page]:
        """Pages of refunds."""
        asked = {"created": {"gte": since}}
        ask = partial(self._pages, lambda client, params: client.v1.refunds.list(params))
        for page in ask(asked, after):
            found = [
                Movement(
                    intent,
                    refund_as_event(refund, livemode=self._livemode),
                    str(refund.get("id")),
                    str(refund.get("status")),
                )
                for refund, intent in _with_intents(page)
            ]
            yield Page(found, _last(page))

    def disputes(self, since: int, now: int, after: str | None = None) -> Iterator[Page]:
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
                )
                for dispute, intent in _with_intents(page)
            ]
            yield Page(found, _last(page))

    def _charges(self, page: list[dict[str, Any]]) -> list[Movement]:
        found = []
        for charge, intent in _with_intents(page):
            metadata = as_dict(charge.get("metadata"))
            succeeded = charge.get("status") == "succeeded"
            taken_back = charge.get("status") == "failed" and charge.get(
                "failure_balance_transaction"
            )
            body = None
            if succeeded:
                body = self._payment_event(charge, intent)
            elif taken_back:
                body = self._event(CHARGE_FAILED, charge, "taken_back", charge.get("created"))
            found.append(
                Movement(
                    intent,
                    body,
                    str(charge.get("id")),
                    "taken_back" if taken_back else str(charge.get("status")),
                    succeeded,
                    read_metadata(metadata.get("invoice_id")),
                    read_metadata(metadata.get("workmate_instance")),
                    _fee(charge.get("balance_transaction")) if succeeded else None,
                )
            )
        return found

    def _payment_event(self, charge: dict[str, Any], intent: str) -> bytes:
        """The success of its payment intent; the id is that of services/catch_up.py, too."""
        method = read_text(as_dict(charge.get("payment_method_details")).get("type"), longest=100)
        about = {
            "id": intent,
            "object": "payment_intent",
            "amount": charge.get("amount"),
            "amount_received": charge.get("amount_captured"),
            "currency": charge.get("currency"),
            "latest_charge": charge.get("id"),
            "metadata": charge.get("metadata"),
            "payment_method_types": [method] if method else [],
            "status": "succeeded",
        }
        created = charge.get("created")
        return made_event(
            intent, PAYMENT_SUCCEEDED, about, created=created, livemode=self._livemode
        )

    def _dispute_event(self, dispute: dict[str, Any], now: int) -> bytes:
        status = str(dispute.get("status"))
        kind = DISPUTE_CLOSED if status in _FINAL else DISPUTE_UPDATED
        return self._event(kind, dispute, status, now)

    def _event(self, kind: str, about: dict[str, Any], status: str, created: Any) -> bytes:
        name = f"{about.get('id')}_{status}"
        return made_event(name, kind, about, created=created, livemode=self._livemode)

    def _pages(
        self, ask: "Callable[..., object]", asked: dict[str, Any], after: str | None = None
    ) -> Iterator[list[dict[str, Any]]]:
        params: Any = {"limit": PAGE} | asked
        if after is not None:
            params["starting_after"] = after
        while True:
            found = plain(self._api.call(partial(ask, params=params)))
            page = found.get("data")
            if not isinstance(page, list):
                raise StripeRefused(Refusal.NOT_STRIPE)
            objects = [one for one in page if isinstance(one, dict)]
            if objects:
                yield objects
            if not found.get("has_more") or not objects:
                return
            params = params | {"starting_after": _last(objects)}


def _last(page: list[dict[str, Any]]) -> str:
    return str(page[-1].get("id"))


def _with_intents(page: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Those that belong to a payment intent; this program makes no others."""
    found = [(one, matched(INTENT_ID, one.get("payment_intent"))) for one in page]
    return [(one, intent) for one, intent in found if intent is not None]


def _fee(value: object) -> Fee | None:
    """None while the balance transaction does not exist yet, or is not as documented."""
    transaction = as_dict(value)
    key, currency = transaction.get("id"), matched(CURRENCY, transaction.get("currency"))
    fee, net = transaction.get("fee"), transaction.get("net")
    if not isinstance(key, str) or currency is None or type(fee) is not int or type(net) is not int:
        return None
    return Fee(key, fee, net, currency)
