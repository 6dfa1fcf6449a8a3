"""The tunnel from the window: token, address, webhook at Stripe, a payment through it, and off."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories import sign
from tests.gateways.tunnel.tunnel_support import until
from tests.journey.desk import Desk
from tests.journey.test_catch_up import KEYS, numbers_of, pay, reception
from tests.journey.test_payments import issue
from tests.journey.test_serve import started
from tests.standins.ngrok_play import NAME, TOKEN, StandInNgrok
from tests.standins.stripe_api import SECRET_KEY, StripeStandIn
from workmate_desktop.domain.stripe.events import SUBSCRIBED_TYPES
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.ui.stripe.connection.tunnel_dialog import TunnelDialog

URL = f"https://{NAME}"
ARRANGE = "Webhook automatisch einrichten"


@pytest.fixture
def office(
    laid_books: None, ngrok: StandInNgrok, stripe: StripeStandIn, start: Callable[..., Desk]
) -> Callable[..., Desk]:
    """Starts the program with two keys and the stand-in as chosen ngrok program.

    `start` comes last, so that the program ends before it is asked what it left behind.
    """

    def open_office(**options: str) -> Desk:
        desk = start(
            **KEYS, stripe_api_base=stripe.url, ngrok_path=str(ngrok.executable), **options
        )
        desk.wait_until_ready()
        desk.open_stripe()
        return desk

    return open_office


def endpoints(stripe: StripeStandIn) -> list[dict[str, object]]:
    """What is entered at Stripe."""
    _, found = stripe.answer("GET", "/v1/webhook_endpoints", "", SECRET_KEY, None)
    return list(found["data"])


def state_file(desk: Desk) -> dict[str, object]:
    text = (desk.program.options.data_dir / "listener.json").read_text("utf-8")
    return dict(json.loads(text))


def test_from_two_keys_and_a_token_to_a_payment_through_the_tunnel(
    office: Callable[..., Desk], stripe: StripeStandIn, ngrok: StandInNgrok
) -> None:
    desk = office()
    card = desk.pages.stripe.reception
    desk.wait(lambda: "kein Tunnel" in reception(desk))
    assert ngrok.starts == []  # off until someone wants it
    desk.click(card, "Tunnel verbinden")
    dialog = desk.dialog(TunnelDialog)
    assert not dialog.save_button.isEnabled()
    desk.type_into(dialog.token, TOKEN)
    desk.click(dialog, "Speichern")
    desk.wait_closed(TunnelDialog)
    desk.wait(lambda: desk.core.reception.state.public_url == URL)
    desk.wait(lambda: state_file(desk)["public_url"] == URL)
    desk.wait(lambda: "nicht eingerichtet" in reception(desk))
    state = desk.status_bar.state
    desk.wait(lambda: state.accessibleName() == "Abruf alle 30 s")  # nobody posts there yet
    assert endpoints(stripe) == []

    desk.click(card, ARRANGE)
    events = len(SUBSCRIBED_TYPES)
    desk.wait(lambda: f"eingerichtet, aktiv · {events} Ereignisse" in reception(desk))
    [endpoint] = endpoints(stripe)
    assert endpoint["url"] == f"{URL}{WEBHOOK_PATH}"
    desk.wait(lambda: state.accessibleName() == "Empfang bereit")
    desk.wait(lambda: URL in desk.status_bar.address.full_text())

    invoice = issue(desk, "Bäckerei Lindner GmbH")
    [number] = numbers_of(desk, invoice)
    pay(stripe, invoice)
    event = next(one for one in stripe.events if one["type"] == "payment_intent.succeeded")
    raw = json.dumps(event).encode()
    [secret] = desk.core.setup.keys.webhook_secrets
    status, _ = ngrok.visit(
        "POST",
        WEBHOOK_PATH,
        raw,
        Content_Type="application/json",
        Stripe_Signature=sign(raw, secret, time.time()),
    )
    assert status == 200
    desk.wait(lambda: desk.status(number) == "Bezahlt")

    desk.click(card, "Tunnel trennen")
    desk.wait(lambda: ngrok.running == [])
    desk.wait(lambda: "kein Tunnel" in reception(desk))
    desk.wait(lambda: state_file(desk)["public_url"] is None)
    for file in desk.program.options.data_dir.rglob("*"):
        if file.is_file():
            assert TOKEN.encode() not in file.read_bytes(), file


def test_what_was_set_holds_at_the_next_start(
    office: Callable[..., Desk], stripe: StripeStandIn, ngrok: StandInNgrok
) -> None:
    desk = office(ngrok_authtoken=TOKEN)
    desk.click(desk.pages.stripe.reception, "Tunnel verbinden")
    desk.click(desk.pages.stripe.reception, ARRANGE)
    desk.wait(lambda: "eingerichtet, aktiv" in reception(desk))
    desk.stop()
    assert until(lambda: ngrok.running == [])

    again = office(ngrok_authtoken=TOKEN)
    again.wait(lambda: "eingerichtet, aktiv" in reception(again))
    assert len(endpoints(stripe)) == 1


def test_a_wrong_token_is_one_sentence_and_the_rest_works(
    office: Callable[..., Desk], stripe: StripeStandIn, ngrok: StandInNgrok
) -> None:
    ngrok.play(fail="107")
    desk = office(ngrok_authtoken=TOKEN)
    desk.click(desk.pages.stripe.reception, "Tunnel verbinden")
    desk.wait(lambda: "ngrok kennt diesen Authtoken nicht." in reception(desk))
    invoice = issue(desk, "Praxis Dr. Aydin")
    [number] = numbers_of(desk, invoice)
    pay(stripe, invoice)
    desk.click(desk.pages.stripe.reception, "Verpasste Ereignisse nachholen")
    desk.wait(lambda: desk.status(number) == "Bezahlt")


def test_serve_opens_the_tunnel_of_its_environment(
    tmp_path: Path, stripe: StripeStandIn, ngrok: StandInNgrok
) -> None:
    environment = {
        "WORKMATE_STRIPE_SECRET_KEY": SECRET_KEY,
        "WORKMATE_STRIPE_API_BASE": stripe.url,
        "WORKMATE_TUNNEL": "ngrok",
        "WORKMATE_NGROK_AUTHTOKEN": TOKEN,
        "WORKMATE_NGROK_PATH": str(ngrok.executable),
    }
    with started(tmp_path, "serve", **environment) as program:
        program.wait_for_state()

        def public_url() -> object:
            return json.loads((program.data_dir / "listener.json").read_text("utf-8"))["public_url"]

        assert until(lambda: public_url() == URL, 20)
        assert program.end() == 0
        assert TOKEN not in program.output
        assert "Traceback" not in program.output
