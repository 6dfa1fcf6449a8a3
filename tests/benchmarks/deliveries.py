"""The deliveries every contestant gets: real event bodies, each for an invoice of its own."""

import json
import time
from datetime import UTC, datetime

from tests.places import TESTS
from tests.standins.signing import signature_header
from workmate_desktop.domain.invoices.invoices import number_for
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH

SECRET = "whsec_benchmark1234"
SECRET_KEY = "sk_test_benchmark1234"
BODY = TESTS / "stripe_events" / "pi_succeeded.json"
YEAR = 2026


def invoice_id(number: int) -> str:
    """The id of the `number`-th invoice: a UUID whose place in an index says nothing."""
    mixed = number * 2654435761 % 2**32  # Knuth's multiplicative hash: odd, so never twice
    return f"{mixed:08x}-0000-4000-8000-{number:012d}"


def invoice_number(number: int) -> str:
    """The number of a test invoice."""
    return number_for(YEAR, number + 1, livemode=False)


def amount_minor(number: int) -> int:
    """What the invoice costs, in cents: not the same for all, so that totals prove something."""
    return 10_000 + number * 7 % 9_973


class Deliveries:
    """Signed requests, made when asked for (a signature is good for 300 s)."""

    def __init__(self, host: str) -> None:
        template = json.loads(BODY.read_text("utf-8"))
        intent = template["data"]["object"]
        created = int(time.time()) - 60
        template |= {"id": "@EVENT@", "created": created}
        intent |= {"id": "@INTENT@", "created": created - 10, "client_secret": "@INTENT@_secret_x"}
        intent |= {"amount": 987654321, "amount_received": 987654321}
        intent["metadata"] = {"invoice_id": "@INVOICE@", "invoice_number": "@NUMBER@"}
        self._body = json.dumps(template, indent=2)  # Stripe sends it indented
        self._head = (
            f"POST {WEBHOOK_PATH} HTTP/1.1\r\n"
            f"Host: {host}\r\n"
            "Content-Type: application/json; charset=utf-8\r\n"
            "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
            "Accept: */*; q=0.5, application/xml\r\n"
            "Cache-Control: no-cache\r\n"
        )

    def body(self, number: int, invoice: int | None = None, amount: int | None = None) -> bytes:
        """Event `number`: pays invoice `number` in full, or `amount` cents of `invoice`."""
        paid = number if invoice is None else invoice
        text = (
            self._body.replace("@EVENT@", f"evt_3Qw01Bench{number:012d}")
            .replace("@INTENT@", f"pi_3Qw01Bench{number:012d}")
            .replace("@INVOICE@", invoice_id(paid))
            .replace("@NUMBER@", invoice_number(paid))
            .replace("987654321", str(amount_minor(paid) if amount is None else amount))
        )
        return text.encode()

    def request(
        self,
        number: int,
        secret: str = SECRET,
        invoice: int | None = None,
        amount: int | None = None,
    ) -> bytes:
        """The whole request, signed now."""
        body = self.body(number, invoice, amount)
        signature = signature_header(body, secret, datetime.now(UTC).timestamp())
        head = f"{self._head}Content-Length: {len(body)}\r\nStripe-Signature: {signature}\r\n\r\n"
        return head.encode() + body
