"""What Stripe sends while the program is killed: a fifth of it twice, a fifth of it failures."""

import random
import time
from datetime import UTC, datetime
from typing import Any

from tests.factories import encoded, event_body

TOTAL = 11900
"""Of each invoice, in cents."""
UNKNOWN = "RE-1999-0001"


class EventMaker:
    """Events as the reference model takes them; `made` holds each once."""

    def __init__(self, seed: int, invoices: list[str]) -> None:
        self.made: list[dict[str, Any]] = []
        self._random = random.Random(seed)
        self._stamp = f"{seed:x}x{self._random.getrandbits(40):x}"
        self._invoices = invoices
        self._intents: dict[str, tuple[str, int]] = {}

    def next(self) -> dict[str, Any]:
        """20 % duplicates, 20 % failures; some intents more than once, some for no invoice."""
        choose = self._random
        if self.made and choose.random() < 0.2:
            return choose.choice(self.made[-50:])
        number = len(self.made)
        if self._intents and choose.random() < 0.15:
            intent = choose.choice(list(self._intents))
        else:
            intent = f"pi_{self._stamp}x{number}"
            invoice = UNKNOWN if choose.random() < 0.03 else choose.choice(self._invoices)
            self._intents[intent] = (invoice, choose.choice([TOTAL, 5950, 100, TOTAL + 1]))
        invoice, amount = self._intents[intent]
        event = {
            "id": f"evt_{self._stamp}x{number}",
            "intent": intent,
            "kind": "failed" if choose.random() < 0.25 else "succeeded",  # 20 % of all deliveries
            "invoice": invoice,
            "amount": amount,
            "currency": "eur",
            "at": int(time.time()) - choose.randrange(10_000),
        }
        self.made.append(event)
        return event


def as_stripe_sends_it(event: dict[str, Any]) -> bytes:
    """The body."""
    return encoded(
        event_body(
            event["invoice"],
            amount=event["amount"],
            failed="generic_decline" if event["kind"] == "failed" else None,
            event_id=event["id"],
            intent_id=event["intent"],
            created=datetime.fromtimestamp(event["at"], UTC),
        )
    )
