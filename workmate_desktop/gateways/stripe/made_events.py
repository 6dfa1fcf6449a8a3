"""Objects that Stripe was asked for, as the events that would have told them.

So they are read by stripe_webhook.parse and booked like every other event.
"""

import json
from typing import Any

from workmate_desktop.domain.stripe.events import FOUND_BY_INVOICE


def made_event(
    name: str, kind: str, about: dict[str, Any], *, created: object, livemode: object
) -> bytes:
    """The JSON of an event of type `kind`; the same `name` always gives the same id."""
    event = {
        "id": f"{FOUND_BY_INVOICE}{name}",
        "object": "event",
        "type": kind,
        "created": created,
        "livemode": livemode,
        "data": {"object": about},
    }
    return as_body(event)


def as_body(event: dict[str, Any]) -> bytes:
    """An event as Stripe would post it."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
