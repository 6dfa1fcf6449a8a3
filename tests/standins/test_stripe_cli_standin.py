"""The real Stripe CLI against the stand-in: what it forwards is authentic and readable."""

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.standins.stripe_api import SECRET_KEY, StripeStandIn
from tests.standins.stripe_cli import StripeCli, find_stripe_cli
from tests.standins.stripe_cli_sessions import CLI_SECRET, CliSessions
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.gateways.stripe.webhook import parse, verify

pytestmark = pytest.mark.stripe_cli


@dataclass
class Receiver:
    """A tiny webhook endpoint: keeps what it is sent, answers 200."""

    url: str
    deliveries: "queue.Queue[tuple[bytes, str | None]]" = field(default_factory=queue.Queue)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.deliveries.put((body, self.headers.get("Stripe-Signature")))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(f"http://127.0.0.1:{server.server_address[1]}{WEBHOOK_PATH}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[tuple[StripeCli, CliSessions]]:
    program = find_stripe_cli()
    if program is None:
        pytest.skip("no Stripe CLI here: npm install @stripe/cli, or name it in STRIPE_CLI")
    with (
        StripeStandIn() as stripe,
        CliSessions(stripe) as sessions,
        StripeCli(program, stripe.url, SECRET_KEY, tmp_path) as driven,
    ):
        yield driven, sessions


@pytest.mark.parametrize(
    ("event_type", "decline_code", "status"),
    [
        ("payment_intent.succeeded", None, "succeeded"),
        ("payment_intent.payment_failed", "generic_decline", "requires_payment_method"),
    ],
)
def test_trigger_arrives_signed(
    cli: tuple[StripeCli, CliSessions],
    receiver: Receiver,
    event_type: str,
    decline_code: str | None,
    status: str,
) -> None:
    driven, sessions = cli
    secret = driven.listen(receiver.url)
    assert secret == CLI_SECRET

    driven.trigger(
        event_type,
        add=["payment_intent:metadata.invoice_id=RE-2026-0001"],
        override=["payment_intent:currency=eur", "payment_intent:amount=11900"],
    )

    body, header = receiver.deliveries.get(timeout=PATIENCE)
    verify(body, header, [secret], time.time())
    event = parse(body, datetime.now(UTC))
    assert (event.type, event.invoice_ref, event.problem) == (event_type, "RE-2026-0001", None)
    assert (event.amount_minor, event.currency, event.livemode) == (11900, "eur", False)
    assert (event.intent_status, event.decline_code) == (status, decline_code)
    [reply] = sessions.wait_for_replies(1)
    assert (reply["status"], reply["forward_url"]) == (200, receiver.url)
    # The charge and the intent's creation were events too, but not asked for.
    assert receiver.deliveries.empty()


def test_listen_that_cannot_start_says_what_the_cli_printed(tmp_path: Path) -> None:
    program = find_stripe_cli()
    if program is None:
        pytest.skip("no Stripe CLI here: npm install @stripe/cli, or name it in STRIPE_CLI")
    with (
        StripeStandIn() as stripe,
        CliSessions(stripe),
        StripeCli(program, stripe.url, "not_a_key", tmp_path) as driven,
        pytest.raises(TimeoutError, match="API key"),
    ):
        driven.listen("http://127.0.0.1:9/")
