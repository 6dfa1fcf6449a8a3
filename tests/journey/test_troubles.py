"""Recognised troubles in the window: one sentence above the pages, one notice, gone when mended."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.factories import SECRET, encoded, post, sign
from tests.journey.desk import Desk
from tests.journey.test_catch_up import FETCH, KEYS, reception
from tests.journey.test_payments import issue
from tests.journey.test_tunnel import ARRANGE, endpoints
from tests.standins.ngrok_play import TOKEN, StandInNgrok
from tests.standins.stripe_api import StripeStandIn


class Skewed:
    """Stripe's clock: `behind` seconds behind this PC's."""

    behind = 0.0

    def __call__(self) -> float:
        return time.time() - self.behind


@pytest.fixture
def clock() -> Skewed:
    return Skewed()


@pytest.fixture
def stripe(clock: Skewed) -> Iterator[StripeStandIn]:
    with StripeStandIn(clock=clock) as server:
        yield server


def banner(desk: Desk) -> str:
    """What stands above the pages."""
    shown = desk.program.window.banner
    return shown.text() if shown.isVisible() else ""


def titles(desk: Desk, part: str) -> int:
    """How many notices say this."""
    return sum(part in line for line in desk.notices())


@pytest.mark.parametrize(
    ("behind", "words"),
    [
        (720.0, "Die Uhr dieses PCs geht 12 min vor."),
        (-600.0, "Die Uhr dieses PCs geht 10 min nach."),
        (48 * 3600.0, "Die Uhr dieses PCs geht 2 Tage vor."),
    ],
)
def test_g1_a_wrong_clock_is_told_and_payments_are_booked(
    start: Callable[..., Desk], stripe: StripeStandIn, clock: Skewed, behind: float, words: str
) -> None:
    clock.behind = behind
    desk = start(**KEYS, stripe_webhook_secret=SECRET, stripe_api_base=stripe.url)
    desk.wait_until_ready()
    desk.wait(lambda: words in banner(desk))
    invoice = issue(desk, "Bäckerei Lindner GmbH")
    row = desk.core.books.invoice_row(invoice)
    assert row is not None and row.number is not None
    number = row.number
    raw = encoded(desk.event(invoice))
    assert post(desk.port, raw, sign(raw, SECRET, clock())) == 200  # Stripe's own time
    desk.wait(lambda: desk.status(number) == "Bezahlt")
    desk.wait(lambda: titles(desk, words.removesuffix(".")) == 1)

    clock.behind = 0.0  # the PC's clock was set
    desk.open_stripe()
    desk.click(desk.pages.stripe.reception, FETCH)
    desk.wait(lambda: "Die Uhr dieses PCs" not in banner(desk))
    desk.wait(lambda: desk.core.books.unread_notices() == 0)


def test_a2_every_delivery_fails_its_signature(
    start: Callable[..., Desk], stripe: StripeStandIn
) -> None:
    desk = start(**KEYS, stripe_webhook_secret=SECRET, stripe_api_base=stripe.url)
    desk.wait_until_ready()
    for _ in range(5):
        assert desk.stripe_sends(desk.event(None), "whsec_ofTheStripeCli") == 400
    desk.wait(lambda: "Webhook Secret passt nicht" in banner(desk))
    desk.open_stripe()
    desk.wait(lambda: "Webhook Secret passt nicht" in reception(desk))
    desk.wait(lambda: titles(desk, "Webhook Secret passt nicht") == 1)
    assert desk.stripe_sends(desk.event(None), SECRET) == 200
    desk.wait(lambda: "Webhook Secret passt nicht" not in banner(desk))


def test_g12_disabled_by_stripe_is_told_and_one_click_enables_it(
    ngrok: StandInNgrok, stripe: StripeStandIn, start: Callable[..., Desk]
) -> None:
    desk = start(
        **KEYS,
        stripe_api_base=stripe.url,
        tunnel="ngrok",
        ngrok_authtoken=TOKEN,
        ngrok_path=str(ngrok.executable),
    )
    desk.wait_until_ready()
    desk.open_stripe()
    card = desk.pages.stripe.reception
    desk.click(card, ARRANGE)
    desk.wait(lambda: "eingerichtet, aktiv" in reception(desk))
    [endpoint] = endpoints(stripe)
    stripe.disable_endpoint(str(endpoint["id"]))
    assert desk.core.address is not None
    desk.core.address.check()
    desk.wait(lambda: "Stripe hat den Webhook abgeschaltet." in banner(desk))
    assert "„Webhook einschalten“" in banner(desk)
    desk.wait(lambda: titles(desk, "Stripe hat den Webhook abgeschaltet") == 1)
    bar = desk.status_bar
    desk.wait(lambda: bar.state.accessibleName() == "Abruf alle 30 s")

    desk.click(card, "Webhook einschalten")
    desk.wait(lambda: endpoints(stripe)[0]["status"] == "enabled")
    desk.wait(lambda: banner(desk).find("abgeschaltet") < 0)
    desk.wait(lambda: desk.core.books.unread_notices() == 0)
    desk.wait(lambda: bar.state.accessibleName() == "Empfang bereit")


def test_h12_the_quota_is_used_up_and_the_program_asks_by_itself(
    ngrok: StandInNgrok, stripe: StripeStandIn, start: Callable[..., Desk]
) -> None:
    ngrok.play(refuse="727")
    desk = start(
        **KEYS,
        stripe_api_base=stripe.url,
        tunnel="ngrok",
        ngrok_authtoken=TOKEN,
        ngrok_path=str(ngrok.executable),
    )
    desk.wait_until_ready()
    desk.wait(lambda: "Monatskontingent des ngrok-Kontos" in banner(desk))
    desk.wait(lambda: titles(desk, "Monatskontingent") == 1)
    bar = desk.status_bar
    desk.wait(lambda: bar.state.accessibleName() == "Abruf alle 30 s")
