"""Account, balance, events and webhook endpoints of the stand-in."""

from typing import Any

from tests.standins.stripe_ledger import (
    ACCOUNT_ID,
    EVENTS_REACH_BACK,
    Ledger,
)
from tests.standins.stripe_params import flag
from tests.standins.stripe_refusals import invalid, missing, no_such
from tests.standins.stripe_routes import Call, Route

MOST_ENDPOINTS = 16


class AccountResources:
    """GET only, except for webhook endpoints. `name` is what staff see as the account."""

    def __init__(self, ledger: Ledger, name: str) -> None:
        self._ledger = ledger
        self.name = name
        self.endpoint_secrets: dict[str, str] = {}
        self.old_secrets: dict[str, tuple[str, float]] = {}
        """Endpoint → the secret that was rolled, and until when it signs too."""

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/v1/account", "rak_accounts_kyc_basic_read", self.account),
            Route("GET", "/v1/balance", "rak_balance_read", self.balance),
            Route("GET", "/v1/events", "rak_event_read", self.events),
            Route("GET", "/v1/events/{id}", "rak_event_read", self.event),
            Route("GET", "/v1/webhook_endpoints", "rak_webhook_read", self.endpoints),
            Route("POST", "/v1/webhook_endpoints", "rak_webhook_write", self.add_endpoint),
            Route("GET", "/v1/webhook_endpoints/{id}", "rak_webhook_read", self.endpoint),
            Route("POST", "/v1/webhook_endpoints/{id}", "rak_webhook_write", self.change_endpoint),
            Route("DELETE", "/v1/webhook_endpoints/{id}", "rak_webhook_write", self.drop_endpoint),
        ]

    def account(self, call: Call) -> dict[str, Any]:
        account = self._ledger.shape("account") | {"id": ACCOUNT_ID, "country": "DE"}
        account["settings"]["dashboard"]["display_name"] = self.name
        account["business_profile"]["url"] = self._ledger.website
        return account

    def balance(self, call: Call) -> dict[str, Any]:
        return self._ledger.shape("balance") | {"livemode": call.livemode}

    def events(self, call: Call) -> dict[str, Any]:
        if "type" in call.params and "types" in call.params:
            raise invalid("You may only specify one of these parameters: type, types.")
        wanted = call.params.get("types") or [call.params.get("type")]
        oldest = self._ledger.now() - EVENTS_REACH_BACK
        found = [
            event
            for event in reversed(self._ledger.events)
            if event["livemode"] is call.livemode
            and event["created"] >= oldest
            and (wanted == [None] or event["type"] in wanted)
        ]
        return self._ledger.page(found, call.params, "/v1/events")

    def event(self, call: Call) -> dict[str, Any]:
        oldest = self._ledger.now() - EVENTS_REACH_BACK
        for event in self._ledger.events:
            mine = (event["id"], event["livemode"]) == (call.id, call.livemode)
            if mine and event["created"] >= oldest:
                return event
        raise no_such("event", call.id)

    def endpoints(self, call: Call) -> dict[str, Any]:
        found = self._ledger.all_of("webhook_endpoint", call.livemode)
        return self._ledger.page(found, call.params, "/v1/webhook_endpoints")

    def add_endpoint(self, call: Call) -> dict[str, Any]:
        for name in ("url", "enabled_events"):
            if name not in call.params:
                raise missing(name)
        if not call.params["url"].startswith("https://"):
            raise invalid("Invalid URL: URL must be publicly accessible over HTTPS.", param="url")
        if len(self._ledger.all_of("webhook_endpoint", call.livemode)) >= MOST_ENDPOINTS:
            raise invalid("You have reached the maximum of 16 test webhook endpoints.")
        made = self._ledger.add(
            "webhook_endpoint",
            "we",
            call.livemode,
            url=call.params["url"],
            enabled_events=call.params["enabled_events"],
            description=call.params.get("description"),
            api_version=call.params.get("api_version"),
            metadata=call.params.get("metadata", {}),
            status="enabled",
        )
        secret = f"whsec_{made['id'][3:]}"
        self.endpoint_secrets[made["id"]] = secret
        # Told this one time only; later answers lack it.
        return made | {
            "secret": secret,
            "api_version": made["api_version"] or self._ledger.api_version,
        }

    def endpoint(self, call: Call) -> dict[str, Any]:
        return self._ledger.get("webhook_endpoint", call.id, call.livemode)

    def change_endpoint(self, call: Call) -> dict[str, Any]:
        endpoint = self.endpoint(call)
        for name in ("url", "enabled_events", "description"):
            if name in call.params:
                endpoint[name] = call.params[name]
        endpoint["metadata"] |= call.params.get("metadata", {})
        if "disabled" in call.params:
            endpoint["status"] = "disabled" if flag(call.params, "disabled") else "enabled"
        return endpoint

    def roll(self, endpoint_id: str, valid_for: float) -> str:
        """As in the Dashboard: a new secret; the old one signs too for `valid_for` seconds."""
        old = self.endpoint_secrets[endpoint_id]
        self.old_secrets[endpoint_id] = (old, self._ledger.now() + valid_for)
        self.endpoint_secrets[endpoint_id] = f"{old}Rolled"
        return self.endpoint_secrets[endpoint_id]

    def secrets_of(self, endpoint_id: str) -> list[str]:
        """All that sign its deliveries now."""
        old, until = self.old_secrets.get(endpoint_id, ("", 0.0))
        also = [old] if self._ledger.now() < until else []
        return [self.endpoint_secrets[endpoint_id], *also]

    def drop_endpoint(self, call: Call) -> dict[str, Any]:
        endpoint = self.endpoint(call)
        del self._ledger.objects[call.id]
        return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}
