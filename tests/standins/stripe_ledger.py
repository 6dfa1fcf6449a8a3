"""What the stand-in remembers: objects by id, events in order, and what happened to both.

Shared by every resource group. Only the server's lock protects it, so everything here is
called with that lock held.
"""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.standins import stripe_versions
from tests.standins.stripe_params import whole
from tests.standins.stripe_refusals import invalid, no_such

API_VERSION = "2026-10-28.endive"
ACCOUNT_ID = "acct_1StandInKoblenz"
SETTLED_IN = "eur"
"""What the account's balance is kept in."""
EVENTS_REACH_BACK = 30 * 86_400

_SHAPES: dict[str, str] = {
    kind: json.dumps(shape)
    for kind, shape in json.loads(
        Path(__file__).with_name("stripe_objects.json").read_text(encoding="utf-8")
    ).items()
}
"""As texts: reading one anew takes a fifth of the time that copying it takes."""


class Ledger:
    """The account's objects. `now` gives Stripe's time in seconds since 1970."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.api_version = API_VERSION
        """The account's own: its events are told in it."""
        self.offered = ["card", "klarna", "link", "sepa_debit"]
        """How a payment link may be paid."""
        self.names_charges = True
        """False: a payment intent does not say which charge paid it."""
        self.repeat_pages = 0
        """So many further pages are the same as the one before, once more."""
        self.largest_page: int | None = None
        """A page holds no more than this, whatever `limit` says."""
        self.pay_page: str | None = None
        """The address that every new payment link is given instead of one of the stand-in's."""
        self.website: str | None = None
        """What the owner of the account has entered as its website."""
        self.rates: dict[str, float] = {}
        """Currency → what one unit brings in SETTLED_IN; others are settled as they are."""
        self.objects: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        """Oldest first."""
        self.unsent: list[dict[str, Any]] = []
        """Events that no listener has been told yet; the server empties it after each call."""
        self._numbers = itertools.count(1)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_3StandIn{next(self._numbers):012d}"

    def shape(self, kind: str) -> dict[str, Any]:
        """A copy of Stripe's published example of an object of this kind."""
        made: dict[str, Any] = json.loads(_SHAPES[kind])
        return made

    def add(self, kind: str, prefix: str, livemode: bool, **fields: Any) -> dict[str, Any]:
        """Keep a new object of this kind: Stripe's shape with `fields` put in."""
        made = self.shape(kind)
        if "created" in made:
            made["created"] = int(self.now())
        made |= {"id": self.new_id(prefix), "livemode": livemode, "metadata": {}} | fields
        self.objects[made["id"]] = made
        return made

    def get(self, kind: str, object_id: str, livemode: bool) -> dict[str, Any]:
        """The object, or Stripe's refusal: test keys do not see live objects."""
        found = self.objects.get(object_id)
        if found is None or found["object"] != kind or found["livemode"] is not livemode:
            raise no_such(kind, object_id)
        return found

    def all_of(self, kind: str, livemode: bool) -> list[dict[str, Any]]:
        """Newest first, as Stripe lists them."""
        return [
            one
            for one in reversed(self.objects.values())
            if one["object"] == kind and one["livemode"] is livemode
        ]

    def record(self, event_type: str, about: dict[str, Any], idempotency_key: str | None) -> None:
        """Something happened to `about`: an event with its state at this moment."""
        event = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": self.api_version,
            "created": int(self.now()),
            "data": {"object": self.shown(about, self.api_version)},
            "livemode": about["livemode"],
            "pending_webhooks": 1,
            "request": {"id": self.new_id("req"), "idempotency_key": idempotency_key},
            "type": event_type,
        }
        self.events.append(event)
        self.unsent.append(event)

    def before(self, change: str) -> bool:
        """Whether the account's version is older than a change of stripe_versions.py."""
        return stripe_versions.before(self.api_version, change)

    def shown(self, value: Any, version: str) -> Any:
        """A copy of it as this version shows it."""
        made = stripe_versions.shown(value, version, self.objects)
        return made if self.names_charges else _without_charge(made)

    def page(self, found: list[dict[str, Any]], params: dict[str, Any], url: str) -> dict[str, Any]:
        """One page of `found` (newest first): limit, starting_after, ending_before, created.

        https://docs.stripe.com/api/pagination
        """
        limit = whole(params, "limit") if "limit" in params else 10
        if not 1 <= limit <= 100:
            raise invalid("Invalid limit: must be between 1 and 100", param="limit")
        limit = min(limit, self.largest_page or limit)
        wanted = params.get("created")
        found = [one for one in found if _created_fits(one.get("created", 0), wanted)]
        ids = [one["id"] for one in found]
        if "ending_before" in params:
            end = _place(ids, params["ending_before"])
            start = max(0, end - limit)
            more = start > 0
        else:
            start = _place(ids, params["starting_after"]) + 1 if "starting_after" in params else 0
            if start and self.repeat_pages:
                self.repeat_pages -= 1
                start = max(0, start - limit)
            end = start + limit
            more = end < len(found)
        return {"object": "list", "url": url, "has_more": more, "data": found[start:end]}


def _without_charge(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_charge(one) for one in value]
    if not isinstance(value, dict):
        return value
    hidden = {"latest_charge": None} if value.get("object") == "payment_intent" else {}
    inner = {name: _without_charge(one) for name, one in value.items() if name != "charges"}
    return inner | hidden


def _place(ids: list[str], cursor: str) -> int:
    if cursor not in ids:
        raise no_such("object", cursor)
    return ids.index(cursor)


def _created_fits(created: int, wanted: Any) -> bool:
    if wanted is None:
        return True
    if not isinstance(wanted, dict):
        return created == int(wanted)
    return (
        created > int(wanted.get("gt", created - 1))
        and created >= int(wanted.get("gte", created))
        and created < int(wanted.get("lt", created + 1))
        and created <= int(wanted.get("lte", created))
    )
