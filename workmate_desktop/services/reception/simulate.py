"""Zahlung simulieren: a signed event goes through the real listener by real HTTP.

What one sees is what a real event would do: nothing here touches the books.
https://docs.stripe.com/webhooks/signature
"""

import hashlib
import hmac
import http.client
import json
import secrets
from collections.abc import Callable

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.stripe.events import PAYMENT_FAILED, PAYMENT_SUCCEEDED
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.books import Books

_TIMEOUT_SECONDS = 12.0  # the listener answers within its own 10 s


class Simulation:
    """Signs with the stored secret and posts to our own port."""

    def __init__(
        self,
        books: Books,
        receive: Receive,
        clock: Clock,
        instance_id: str,
        keys: Callable[[], StripeKeys | None],
        port: Callable[[], int | None],
    ) -> None:
        self._books = books
        self._receive = receive
        self._clock = clock
        self._instance_id = instance_id
        self._keys = keys
        self._port = port

    @property
    def available(self) -> bool:
        """Test mode, a running listener and a signing secret."""
        keys = self._keys()
        return (
            keys is not None
            and keys.can_receive
            and keys.livemode is not True
            and self._port() is not None
        )

    def run(self, scenario: Scenario, invoice_id: str | None) -> list[int]:
        """Send the events of `scenario`, each after the answer to the one before.

        Returns the HTTP answers. Blocks: for the background. Raises UserError
        simulation_live_mode, simulation_no_secret, simulation_no_listener,
        simulation_needs_open_invoice, simulation_wrong_mode.
        """
        port, secret = self._ready()
        if scenario is Scenario.UNKNOWN_INVOICE:
            events = [self._event("succeeded", 8900, "eur", None)]
        else:
            events = self._events(scenario, self._invoice(invoice_id))
        return [self._send(event, port, secret) for event in events]

    def _ready(self) -> tuple[int, str]:
        keys, port = self._keys(), self._port()
        if keys is None or not keys.can_receive:
            raise UserError("simulation_no_secret")
        if keys.livemode:
            raise UserError("simulation_live_mode")
        if port is None:
            raise UserError("simulation_no_listener")
        return port, keys.webhook_secrets[0]

    def _invoice(self, invoice_id: str | None) -> InvoiceRow:
        row = self._books.invoice_row(invoice_id) if invoice_id else None
        if row is None or not row.outstanding_minor:
            raise UserError("simulation_needs_open_invoice")
        if row.livemode:
            raise UserError("simulation_wrong_mode")
        return row

    def _events(self, scenario: Scenario, row: InvoiceRow) -> list[dict[str, object]]:
        owed = row.outstanding_minor

        def paid(minor: int) -> dict[str, object]:
            return self._event("succeeded", minor, row.currency, row)

        def failed(code: str) -> dict[str, object]:
            return self._event("failed", owed, row.currency, row, decline_code=code)

        match scenario:
            case Scenario.PARTIAL:
                return [paid(max(1, owed // 2))]
            case Scenario.OVERPAID:
                return [paid(owed + 1000)]
            case Scenario.DECLINED:
                return [failed("generic_decline")]
            case Scenario.INSUFFICIENT_FUNDS:
                return [failed("insufficient_funds")]
            case Scenario.DUPLICATE:
                # Stripe repeats the same event; and may send one payment as two events.
                event = paid(owed)
                return [event, event, {**event, "id": self._event_id()}]
            case Scenario.LATE_FAILURE:
                return [paid(owed), failed("generic_decline")]
            case _:
                return [paid(owed)]

    def _event_id(self) -> str:
        event_id = f"evt_simulation_{secrets.token_hex(10)}"
        self._receive.expect_simulation(event_id)
        return event_id

    def _event(
        self,
        outcome: str,
        minor: int,
        currency: str,
        row: InvoiceRow | None,
        decline_code: str | None = None,
    ) -> dict[str, object]:
        """An event in Stripe's shape, with the fields that this program reads."""
        succeeded = outcome == "succeeded"
        created = int(self._clock.stripe_now())
        metadata = {"invoice_id": "unbekannt"}
        if row is not None:
            metadata = {
                "invoice_id": row.id,
                "invoice_number": row.number or "",
                "workmate_instance": self._instance_id,
            }
        error = {"type": "card_error", "code": "card_declined", "decline_code": decline_code}
        return {
            "id": self._event_id(),
            "object": "event",
            "api_version": None,
            "created": created,
            "livemode": False,
            "type": PAYMENT_SUCCEEDED if succeeded else PAYMENT_FAILED,
            "data": {
                "object": {
                    "id": f"pi_simulation_{secrets.token_hex(10)}",
                    "object": "payment_intent",
                    "amount": minor,
                    "amount_received": minor if succeeded else 0,
                    "currency": currency,
                    "status": "succeeded" if succeeded else "requires_payment_method",
                    "payment_method_types": ["card"],
                    "last_payment_error": None if succeeded else error,
                    "metadata": metadata,
                }
            },
        }

    def _send(self, event: dict[str, object], port: int, secret: str) -> int:
        body = json.dumps(event).encode()
        timestamp = int(self._clock.stripe_now())
        signed = f"{timestamp}.".encode() + body
        signature = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request(
                "POST",
                WEBHOOK_PATH,
                body,
                {
                    "Content-Type": "application/json; charset=utf-8",
                    "Stripe-Signature": f"t={timestamp},v1={signature}",
                },
            )
            return connection.getresponse().status
        except OSError as error:
            raise UserError("simulation_no_listener") from error
        finally:
            connection.close()
