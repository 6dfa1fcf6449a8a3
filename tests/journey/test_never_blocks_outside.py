"""Tunnel, webhook, self-test, catch-up: whatever hangs outside, the window waits for none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journey.desk import Desk
from tests.journey.test_catch_up import FETCH, KEYS, asked_once, numbers_of, pay, reception
from tests.journey.test_payments import issue
from tests.journey.test_tunnel import ARRANGE
from tests.journey.window_waits import WindowWaits
from tests.standins.ngrok_play import TOKEN, StandInNgrok
from tests.standins.public_edge import PublicEdge
from tests.standins.stripe_api import StripeStandIn
from tests.standins.stripe_http import Fault
from tests.store.database.counted import Steps
from workmate_desktop.ui.stripe.try_out.self_test_dialog import SelfTestDialog


@pytest.fixture
def office(
    laid_books: None, ngrok: StandInNgrok, stripe: StripeStandIn, start: Callable[..., Desk]
) -> Callable[..., Desk]:
    """The program with keys and a token; `start` comes last, so that it ends first."""

    def open_office(**options: str) -> Desk:
        desk = start(
            **KEYS,
            stripe_api_base=stripe.url,
            ngrok_path=str(ngrok.executable),
            ngrok_authtoken=TOKEN,
            **options,
        )
        desk.wait_until_ready()
        asked_once(desk)
        desk.open_stripe()
        return desk

    return open_office


def test_h2_a_silent_agent_and_abbrechen_at_once(
    office: Callable[..., Desk], ngrok: StandInNgrok, waits: WindowWaits
) -> None:
    ngrok.play(silent=True)
    desk = office()
    card = desk.pages.stripe.reception
    waits.fresh()
    desk.button(card, "Tunnel verbinden").click()
    desk.wait(lambda: ngrok.running)
    cancel = desk.button(card, "Abbrechen")
    cancel.click()
    desk.wait(lambda: "kein Tunnel" in reception(desk))
    assert waits.found == []


def test_an_agent_that_comes_and_goes(
    office: Callable[..., Desk], ngrok: StandInNgrok, waits: WindowWaits
) -> None:
    desk = office()
    card = desk.pages.stripe.reception
    waits.fresh()
    desk.click(card, "Tunnel verbinden")
    desk.wait(lambda: desk.core.reception.state.public_url)
    ngrok.play(crash=True)  # so it stays away until somebody has seen it
    assert ngrok.end_all()
    desk.wait(lambda: "neuer Versuch läuft" in reception(desk))
    ngrok.play()
    desk.wait(lambda: desk.core.reception.state.public_url)
    assert waits.found == []


def test_a_stripe_that_hangs_while_the_webhook_is_arranged(
    office: Callable[..., Desk],
    stripe: StripeStandIn,
    waits: WindowWaits,
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = office(tunnel="ngrok")
    desk.wait(lambda: "nicht eingerichtet" in reception(desk))
    stripe.fail_next(Fault.HANG, times=5)
    waits.fresh()
    desk.button(desk.pages.stripe.reception, ARRANGE).click()
    desk.wait(lambda: "wird eingerichtet" in reception(desk))
    assert waits.found == []
    desk.stop()
    assert "in time" not in caplog.text  # no part was given up at its deadline


def test_a_test_event_that_never_comes_back(
    office: Callable[..., Desk],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    waits: WindowWaits,
) -> None:
    with PublicEdge(tmp_path, silent=True) as edge:
        edge.use(monkeypatch)
        desk = office(tunnel="ngrok", stripe_webhook_secret="whsec_journeyJourneyJourney01")
        desk.wait(lambda: desk.core.reception.state.public_url)
        waits.fresh()
        send = desk.button(desk.pages.stripe.reception, "Testereignis senden")
        send.click()
        dialog = desk.dialog(SelfTestDialog)
        desk.wait(edge.met.is_set)
        assert dialog.running
        dialog.close_button.click()
        desk.wait_closed(SelfTestDialog)
        one_at_a_time: Any = desk.core.self_test._one_at_a_time
        desk.wait(lambda: not one_at_a_time.locked())
        assert waits.found == []
        assert desk.core.self_test.last is None


def test_h10_no_net_at_the_start_and_everything_local_works(
    start: Callable[..., Desk], ngrok: StandInNgrok, waits: WindowWaits
) -> None:
    """Neither Stripe nor ngrok can be reached: write, issue, take a payment, search."""
    ngrok.play(no_session="dial tcp: lookup connect.ngrok-agent.com: no such host")
    desk = start(
        **KEYS,
        stripe_webhook_secret="whsec_journeyJourneyJourney01",
        tunnel="ngrok",
        ngrok_authtoken=TOKEN,
        ngrok_path=str(ngrok.executable),
    )
    desk.wait_until_ready()
    desk.open_stripe()
    invoice = issue(desk, "Praxis Dr. Aydin")
    [number] = numbers_of(desk, invoice)
    assert desk.stripe_sends(desk.event(invoice)) == 200
    waits.fresh()
    desk.wait(lambda: desk.status(number) == "Bezahlt")
    desk.wait(lambda: "keine Verbindung zum Internet" in reception(desk))
    desk.open_log()
    assert waits.found == []


STEPS_FOR_A_PAYMENT = 1_000
"""Of SQLite's machine in the window's thread, at most, for a payment of a burst: its own row, now
and then the sums above the list. It is 180 where many come at once; half of the list is 2,000."""


def test_a_burst_of_missed_events(
    office: Callable[..., Desk], stripe: StripeStandIn, waits: WindowWaits
) -> None:
    """The window reads what has changed, and not the list anew for each payment."""
    desk = office()
    invoices = [issue(desk, f"Kunde {number}") for number in range(120)]
    for invoice in invoices:
        pay(stripe, invoice)
    last = numbers_of(desk, invoices[-1])[0]
    desk.open_invoices()
    desk.wait(lambda: desk.status(last) == "Offen")  # the invoices themselves are no such burst
    desk.open_stripe()
    steps = Steps(only_here=True)
    steps.watch_readers(desk.core.database)
    waits.fresh()
    desk.click(desk.pages.stripe.reception, FETCH)
    desk.wait(lambda: desk.status(last) == "Bezahlt")
    assert waits.found == []
    assert 0 < steps.number <= STEPS_FOR_A_PAYMENT * len(invoices)
