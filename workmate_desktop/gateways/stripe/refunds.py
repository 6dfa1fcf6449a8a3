"""Refunds at Stripe. https://docs.stripe.com/api/refunds"""

from typing import Any

from workmate_desktop.domain.payments.reversals import REFUND_IS_DEAD
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import REFUND_CREATED
from workmate_desktop.gateways.stripe.api import StripeApi, plain
from workmate_desktop.gateways.stripe.made_events import made_event
from workmate_desktop.gateways.stripe.pages import Onward
from workmate_desktop.gateways.stripe.reversals import REQUEST_KEY

_PAGE = 100


class StripeRefunds:
    """The refunds of one account and mode. Every call raises `StripeRefused`.

    A refund comes as JSON of a `refund.created` event with an id of our own, so that it is read
    and booked like every other: for gateways.stripe_webhook.parse.
    """

    def __init__(self, api: StripeApi, *, livemode: bool) -> None:
        self._api = api
        self._livemode = livemode

    def create(self, intent_id: str, amount_minor: int, request_id: str, key: str) -> bytes:
        """Give back a part of a payment, or get the refund that this key has made before."""
        params: Any = {
            "payment_intent": intent_id,
            "amount": amount_minor,
            "metadata": {REQUEST_KEY: request_id},
        }
        options: Any = {"idempotency_key": key}
        made = plain(self._api.call(lambda client: client.v1.refunds.create(params, options)))
        if not isinstance(made.get("id"), str):
            raise StripeRefused(StripeRefusal.NOT_STRIPE)
        return refund_as_event(made, livemode=self._livemode)

    def made_for(self, intent_id: str, request_id: str) -> bytes | None:
        """The refund that a request of ours has made already; None when there is none."""
        params: Any = {"payment_intent": intent_id, "limit": _PAGE}
        onward, more = Onward(), True
        while more:
            found = self._listed(params)
            refunds = found.get("data")
            if not isinstance(refunds, list):
                raise StripeRefused(StripeRefusal.NOT_STRIPE)
            for refund in refunds:
                if (refund.get("metadata") or {}).get(REQUEST_KEY) == request_id:
                    return refund_as_event(refund, livemode=self._livemode)
            more = bool(found.get("has_more"))
            onward.page([str(refund.get("id")) for refund in refunds], more=more)
            if refunds:
                params = params | {"starting_after": refunds[-1].get("id")}
        return None

    def _listed(self, params: Any) -> dict[str, Any]:
        return plain(self._api.call(lambda client: client.v1.refunds.list(params)))


def refund_as_event(refund: dict[str, Any], *, livemode: bool, now: int | None = None) -> bytes:
    """A refund as the event that would have told it. The same state always has the same id.

    One that was found dead in a list was dead by `now` at the latest: nobody knows since when.
    """
    status = refund.get("status")
    created = refund.get("created")
    if status in REFUND_IS_DEAD and now is not None:
        created = now
    name = f"{refund.get('id')}_{status}"
    return made_event(name, REFUND_CREATED, refund, created=created, livemode=livemode)
