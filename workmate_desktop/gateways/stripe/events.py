"""What happened at Stripe while nobody listened: its event list, and paid payment intents.

https://docs.stripe.com/api/events/list reaches back 30 days;
https://docs.stripe.com/api/payment_intents/search reaches back for ever.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import PAYMENT_SUCCEEDED, SUBSCRIBED_TYPES
from workmate_desktop.gateways.stripe.api import StripeApi, plain
from workmate_desktop.gateways.stripe.made_events import as_body, made_event
from workmate_desktop.gateways.stripe.pages import Onward

if TYPE_CHECKING:
    from stripe import StripeClient

PAGE = 100
"""Most objects that Stripe gives at once."""

REFERENCES_AT_ONCE = 10
"""Most clauses in one search. https://docs.stripe.com/search#search-query-language"""


class CursorGone(Exception):
    """Stripe does not know the event to go on from: never did, or not any more (30 days)."""


@dataclass(frozen=True, slots=True)
class FetchedEvent:
    """One event as Stripe keeps it. `created` is Stripe's time in seconds since 1970."""

    id: str
    created: int
    body: bytes
    """Its JSON, as a delivery would have brought it: for gateways.stripe_webhook.parse."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Up to `PAGE` events. `more` tells that there is a next page."""

    events: tuple[FetchedEvent, ...]
    more: bool


class StripeEvents:
    """The subscribed events of one account. Every call raises `StripeRefused`."""

    def __init__(self, api: StripeApi, types: Sequence[str] = SUBSCRIBED_TYPES) -> None:
        self._api = api
        self._types = list(types)
        self._after = Onward()
        self._window = Onward()

    def newest_after(self, event_id: str) -> EventPage:
        """The events that follow `event_id`, oldest first. Raises `CursorGone`."""
        try:
            page = self._page({"ending_before": event_id})
        except StripeRefused as refused:
            # 400 for what was never an event's id, 404 for one that is gone.
            if refused.kind is StripeRefusal.OTHER and refused.status in (400, 404):
                raise CursorGone from refused
            raise
        self._after = _checked(self._after, page)
        return EventPage(page.events[::-1], page.more)

    def since(self, created: int, before: str | None = None) -> EventPage:
        """Events from the time `created` (seconds since 1970) on, newest first.

        `before` is the last event of the page before this one.
        """
        params: dict[str, Any] = {"created": {"gte": created}}
        if before is not None:
            params["starting_after"] = before
        else:
            self._window = Onward()
        page = self._page(params)
        self._window = _checked(self._window, page)
        return page

    def greet(self) -> None:
        """Ask for next to nothing: Stripe's answer tells the time."""
        self._page({"limit": 1})

    def payments_for(self, references: Sequence[str]) -> Iterator[bytes]:
        """Succeeded payments whose metadata `invoice_id` is one of `references`, as JSON of
        `payment_intent.succeeded` events with an id of our own (see `FOUND_BY_INVOICE`).

        At most `REFERENCES_AT_ONCE` references. Their time is that of the charge.
        """
        params: dict[str, Any] = {
            "query": " OR ".join(f"metadata['invoice_id']:'{_quoted(r)}'" for r in references),
            "limit": PAGE,
            "expand": ["data.latest_charge"],
        }
        onward, more = Onward(), True
        while more:
            found = self._search(params)
            intents = _objects(found.get("data"))
            more = bool(found.get("has_more") and found.get("next_page"))
            onward.page([str(intent.get("id")) for intent in intents], more=more)
            for intent in intents:
                if intent.get("status") == "succeeded":
                    yield _as_event(intent)
            params = params | {"page": found.get("next_page")}

    def _page(self, params: dict[str, Any]) -> EventPage:
        asked: Any = {"limit": PAGE, "types": self._types} | params

        def ask(client: "StripeClient") -> dict[str, Any]:
            return plain(client.v1.events.list(asked))

        answer = self._list(ask)
        events = tuple(
            FetchedEvent(str(one.get("id", "")), _seconds(one.get("created")), as_body(one))
            for one in _objects(answer["data"])
        )
        return EventPage(events, bool(answer.get("has_more")))

    def _search(self, params: dict[str, Any]) -> dict[str, Any]:
        asked: Any = params
        return self._list(lambda client: plain(client.v1.payment_intents.search(asked)))

    def _list(self, ask: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._api.call(ask)
        if not isinstance(answer.get("data"), list):
            raise StripeRefused(StripeRefusal.NOT_STRIPE)
        return answer


def _checked(reading: Onward, page: EventPage) -> Onward:
    """For the next page of the same reading; a new one where this was the last."""
    reading.page([event.id for event in page.events], more=page.more)
    return reading if page.more else Onward()


def _as_event(intent: dict[str, Any]) -> bytes:
    charge = intent.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    created = charge.get("created", intent.get("created"))
    livemode = intent.get("livemode")
    return made_event(
        str(intent.get("id")), PAYMENT_SUCCEEDED, intent, created=created, livemode=livemode
    )


def _objects(values: Any) -> list[dict[str, Any]]:
    return [one for one in values or [] if isinstance(one, dict)]


def _seconds(value: object) -> int:
    return value if type(value) is int else 0


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
