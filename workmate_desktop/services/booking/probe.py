"""Test events of our own on their way: sent by the self-test, met again in `receive`.

A probe looks like no event of Stripe's: it has a type of its own and an id that Stripe never
gives (`probe_…`). It counts once, while the test waits for it; one that was forged, repeated or
comes too late is answered 400. None of them is ever booked or stored.
"""

import json
import secrets
from dataclasses import dataclass

from workmate_desktop.gateways.stripe.webhook import NotAuthenticReason

PROBE_START = b'{"object": "workmate.probe"'
"""How every probe begins. Only who has our signing secret can sign one."""


@dataclass(slots=True)
class Arrival:
    """A probe came to the listener; `refused` says why it was not believed, None: it was."""

    refused: NotAuthenticReason | None


class Probes:
    """Those on their way. The listener's thread notes, the self-test's asks."""

    def __init__(self) -> None:
        self._on_the_way: dict[bytes, bytes] = {}
        """Whole body → what it is recognised by when it was changed on the way."""
        self._arrivals: dict[bytes, Arrival] = {}

    def make(self) -> bytes:
        """A new probe, expected from now on."""
        nonce = secrets.token_hex(16)
        values = {"object": "workmate.probe", "id": f"probe_{nonce}", "type": "workmate.probe"}
        body = json.dumps(values).encode()
        self._on_the_way[body] = nonce.encode()
        return body

    def forget(self, body: bytes) -> Arrival | None:
        """No longer expect it; how it arrived, None: it never did."""
        self._on_the_way.pop(body, None)
        return self._arrivals.pop(body, None)

    def arrived(self, body: bytes) -> bool:
        """An authentic probe came. True when it was expected, and for the first time."""
        expected = body in self._on_the_way and body not in self._arrivals
        if expected:
            self._arrivals[body] = Arrival(None)
        return expected

    def refused(self, body: bytes, reason: NotAuthenticReason) -> bool:
        """Something not authentic came; whether it is an expected probe, perhaps changed."""
        for expected, nonce in list(self._on_the_way.items()):
            if nonce in body:
                self._arrivals.setdefault(expected, Arrival(reason))
                return True
        return False
