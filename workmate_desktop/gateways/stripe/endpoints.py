"""Webhook endpoints at Stripe. https://docs.stripe.com/api/webhook_endpoints"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.gateways.stripe.api import StripeApi, plain
from workmate_desktop.gateways.stripe.pages import Onward

MOST_ENDPOINTS = 16
"""In one mode of an account. https://docs.stripe.com/webhooks"""

_DESCRIPTION = "WorkmateOS Desktop"


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """One endpoint as Stripe knows it. `instance` is the metadata workmate_instance."""

    id: str
    url: str
    events: frozenset[str]
    enabled: bool
    instance: str | None


@dataclass(frozen=True, slots=True)
class CreatedEndpoint:
    """A new endpoint. Stripe tells its signing secret this one time."""

    endpoint: WebhookEndpoint
    secret: str = field(repr=False)


class StripeEndpoints:
    """The webhook endpoints of one account and mode. Every call raises `StripeRefused`."""

    def __init__(self, api: StripeApi) -> None:
        self._api = api

    def all(self) -> list[WebhookEndpoint]:
        """Every endpoint, whoever made it, newest first."""
        found: dict[str, WebhookEndpoint] = {}
        onward, more = Onward(), True
        params: Any = {"limit": 100}
        while more:
            answer = self._page(params)
            page = [_endpoint(one) for one in answer["data"]]
            more = bool(answer.get("has_more"))
            onward.page([one.id for one in page], more=more)
            found |= {one.id: one for one in page}
            if page:
                params = params | {"starting_after": page[-1].id}
        return list(found.values())

    def create(self, url: str, events: Sequence[str], instance: str) -> CreatedEndpoint:
        """A new endpoint, marked as made by this installation."""
        params: Any = {
            "url": url,
            "enabled_events": list(events),
            "description": _DESCRIPTION,
            "metadata": {"workmate_instance": instance},
        }
        made = plain(self._api.call(lambda client: client.v1.webhook_endpoints.create(params)))
        secret = made.get("secret")
        if not isinstance(secret, str):
            raise StripeRefused(StripeRefusal.NOT_STRIPE)
        return CreatedEndpoint(_endpoint(made), secret)

    def change(self, endpoint_id: str, **fields: Any) -> WebhookEndpoint:
        """Change `url`, `enabled_events` or `disabled`. The signing secret stays the same."""
        params: Any = fields
        changed = self._api.call(
            lambda client: client.v1.webhook_endpoints.update(endpoint_id, params)
        )
        return _endpoint(plain(changed))

    def delete(self, endpoint_id: str) -> None:
        """Remove it; fine when it is gone already."""
        try:
            self._api.call(lambda client: client.v1.webhook_endpoints.delete(endpoint_id))
        except StripeRefused as refused:
            if refused.stripe_code != "resource_missing":
                raise

    def _page(self, params: Any) -> dict[str, Any]:
        page = plain(self._api.call(lambda client: client.v1.webhook_endpoints.list(params)))
        if not isinstance(page.get("data"), list):
            raise StripeRefused(StripeRefusal.NOT_STRIPE)
        return page


def _endpoint(values: Mapping[str, Any]) -> WebhookEndpoint:
    endpoint_id, url = values.get("id"), values.get("url")
    if not isinstance(endpoint_id, str) or not isinstance(url, str):
        raise StripeRefused(StripeRefusal.NOT_STRIPE)
    instance = (values.get("metadata") or {}).get("workmate_instance")
    return WebhookEndpoint(
        endpoint_id,
        url,
        frozenset(str(event) for event in values.get("enabled_events") or ()),
        values.get("status") == "enabled",
        instance if isinstance(instance, str) else None,
    )
