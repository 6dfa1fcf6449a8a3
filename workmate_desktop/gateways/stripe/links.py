"""Payment links at Stripe. https://docs.stripe.com/api/payment-link"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workmate_desktop.domain.payments.pay_address import host_of
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.gateways.stripe.api import StripeApi, plain
from workmate_desktop.gateways.stripe.pages import Onward

IDEMPOTENCY_ERROR = "idempotency_error"
"""`StripeRefused.stripe_code`: the key was used before with other parameters.
https://docs.stripe.com/api/idempotent_requests"""

_LINK = "workmate_link"


@dataclass(frozen=True, slots=True)
class StripeLink:
    """A link as Stripe knows it. `ref` is our own id of it, None for links of others.

    `url` is None where Stripe named none that may be kept: it can be switched off all the same.
    """

    id: str
    url: str | None
    active: bool
    ref: str | None


def request_for(
    ref: str,
    *,
    invoice_id: str,
    invoice_number: str,
    instance: str,
    amount_minor: int,
    currency: str,
    inactive_message: str,
) -> str:
    """What `create` sends, as JSON to be kept: a repeated call must be the same to the letter.

    One position with the invoice's number and the amount, payable once; CONTRACT's metadata on
    the link (and so on its checkout sessions) and on the payment.
    """
    metadata = {
        "invoice_id": invoice_id,
        "invoice_number": invoice_number,
        "workmate_instance": instance,
    }
    return json.dumps(
        {
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": currency,
                        "unit_amount": amount_minor,
                        "product_data": {"name": invoice_number},
                    },
                }
            ],
            "metadata": {**metadata, _LINK: ref},
            "payment_intent_data": {"metadata": metadata, "description": invoice_number},
            "restrictions": {"completed_sessions": {"limit": 1}},
            "inactive_message": inactive_message,
        },
        ensure_ascii=False,
    )


class StripeLinks:
    """The payment links of one account and mode. Every call raises `StripeRefused`."""

    def __init__(self, api: StripeApi) -> None:
        self._api = api

    def create(self, request: str, idempotency_key: str) -> StripeLink:
        """Make the link of `request_for`, or get the one that this key has made before."""
        params: Any = json.loads(request)
        options: Any = {"idempotency_key": idempotency_key}
        made = self._api.call(lambda client: client.v1.payment_links.create(params, options))
        return _link(plain(made))

    def get(self, link_id: str) -> StripeLink:
        """The link as it is now."""
        found = self._api.call(lambda client: client.v1.payment_links.retrieve(link_id))
        return _link(plain(found))

    def deactivate(self, link_id: str) -> None:
        """Switch it off for good as far as this program is concerned. Twice is fine."""
        params: Any = {"active": False}
        changed = self._api.call(lambda client: client.v1.payment_links.update(link_id, params))
        if _link(plain(changed)).active:
            raise StripeRefused(StripeRefusal.NOT_STRIPE)

    def active_like(self, request: str) -> list[StripeLink]:
        """The active links of the same invoice and installation as in `request`.

        Stripe cannot be asked for metadata here, so every active link is looked at: only for
        the rare case that an answer was lost.
        """
        wanted = json.loads(request)["metadata"]
        found: dict[str, StripeLink] = {}
        onward, more = Onward(), True
        params: Any = {"active": True, "limit": 100}
        while more:
            page = self._page(params)
            more = bool(page.get("has_more"))
            ids = [str(values.get("id")) for values in page["data"]]
            onward.page(ids, more=more)
            for values in page["data"]:
                metadata = values.get("metadata") or {}
                if all(
                    metadata.get(name) == wanted[name]
                    for name in ("invoice_id", "workmate_instance")
                ):
                    link = _link(values)
                    found[link.id] = link
            if ids:
                params = params | {"starting_after": ids[-1]}
        return list(found.values())

    def _page(self, params: Any) -> dict[str, Any]:
        page = plain(self._api.call(lambda client: client.v1.payment_links.list(params)))
        if not isinstance(page.get("data"), list):
            raise StripeRefused(StripeRefusal.NOT_STRIPE)
        return page


def _link(values: Mapping[str, Any]) -> StripeLink:
    link_id, url, active = values.get("id"), values.get("url"), values.get("active")
    if not (isinstance(link_id, str) and isinstance(active, bool)):
        raise StripeRefused(StripeRefusal.NOT_STRIPE)
    ref = (values.get("metadata") or {}).get(_LINK)
    url = url if host_of(url) is not None else None
    return StripeLink(link_id, url, active, ref if isinstance(ref, str) else None)
