"""Payments come while the tunnel dies, and while port 8000 belongs to another program."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.factories import sign
from tests.journey.desk import Desk
from tests.journey.test_catch_up import numbers_of, pay, reception
from tests.journey.test_payments import issue
from tests.journey.test_tunnel import ARRANGE, URL, office, state_file
from tests.standins.ngrok_play import TOKEN, StandInNgrok
from tests.standins.stripe_api import StripeStandIn
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH

__all__ = ["office"]

"""Seconds; Stripe itself comes again for three days."""


@pytest.fixture
def port_in_use() -> Iterator[int]:
    """A port that another program listens on, and the next one is free."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


def reachable(office: Callable[..., Desk], **options: object) -> Desk:
    """The program with its tunnel open and its webhook entered at Stripe."""
    desk = office(tunnel="ngrok", ngrok_authtoken=TOKEN, **options)
    desk.wait(lambda: desk.core.reception.state.public_url == URL)
    desk.wait(lambda: "nicht eingerichtet" in reception(desk))
    desk.click(desk.pages.stripe.reception, ARRANGE)
    desk.wait(lambda: "eingerichtet, aktiv" in reception(desk))
    return desk


def deliver(desk: Desk, ngrok: StandInNgrok, event: dict[str, object]) -> int:
    """One attempt of Stripe's through the public address; 0 when nobody answered."""
    body = json.dumps(event).encode()
    headers = {
        "Content_Type": "application/json",
        "Stripe_Signature": sign(body, desk.core.setup.keys.webhook_secrets[0], time.time()),
    }
    try:
        return ngrok.visit("POST", WEBHOOK_PATH, body, **headers)[0]
    except (OSError, EOFError):
        return 0


def succeeded(stripe: StripeStandIn) -> list[dict[str, object]]:
    return [one for one in stripe.events if one["type"] == "payment_intent.succeeded"]


def test_h1_the_tunnel_is_killed_while_payments_come(
    office: Callable[..., Desk],
    stripe: StripeStandIn,
    ngrok: StandInNgrok,
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = reachable(office)
    invoices = [issue(desk, name) for name in ("Café Morgenrot", "Optik Jansen", "Hotel Rhein")]
    numbers = numbers_of(desk, *invoices)
    for invoice in invoices:
        pay(stripe, invoice)
    first, *later = succeeded(stripe)
    assert deliver(desk, ngrok, first) == 200

    [agent] = ngrok.running
    os.kill(agent, signal.SIGKILL)
    desk.wait(lambda: agent not in ngrok.running)
    for event in later:  # Stripe tries until it is told 200
        desk.wait(lambda e=event: deliver(desk, ngrok, e) == 200)  # type: ignore[misc]
    for event in (first, *later):  # and some come twice
        assert deliver(desk, ngrok, event) == 200
    for number in numbers:
        desk.wait(lambda n=number: desk.status(n) == "Bezahlt")  # type: ignore[misc]
    for invoice in invoices:
        assert len(desk.core.books.payments(invoice)) == 1
    assert len(ngrok.starts) == 2  # back at the first try, a second after the end
    assert [line for line in caplog.messages if "Next try" in line] == [
        "[Tunnel] Next try in 1 s: tunnel_agent_gone"
    ]
    desk.wait(lambda: desk.core.reception.state.public_url == URL)


def test_h6_another_program_has_the_port_and_the_tunnel_follows(
    office: Callable[..., Desk], stripe: StripeStandIn, ngrok: StandInNgrok, port_in_use: int
) -> None:
    desk = reachable(office, port=port_in_use)
    port = desk.core.listener.port
    assert port is not None and port != port_in_use
    assert state_file(desk)["port"] == port
    desk.wait(lambda: str(port) in reception(desk))
    invoice = issue(desk, "Café Morgenrot")
    [number] = numbers_of(desk, invoice)
    pay(stripe, invoice)
    [event] = succeeded(stripe)
    assert deliver(desk, ngrok, event) == 200
    desk.wait(lambda: desk.status(number) == "Bezahlt")
