"""Payments that no webhook brought: fetched at the start, every 30 s, and on demand."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.factories import NOBODY
from tests.journey.desk import WEBHOOK_SECRET, Desk
from tests.journey.test_payments import issue
from tests.journey.test_serve import started
from tests.journey.window_waits import WindowWaits
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.standins.stripe_http import Fault
from workmate_desktop.services.catch_up import catch_up_keeper
from workmate_desktop.ui.stripe.events.events_model import Column

KEYS = {
    "stripe_publishable_key": PUBLISHABLE_KEY,
    "stripe_secret_key": SECRET_KEY,
}
FETCH = "Verpasste Ereignisse nachholen"


@pytest.fixture
def office(
    laid_books: None, start: Callable[..., Desk], stripe: StripeStandIn
) -> Callable[[], Desk]:
    """Starts the program with keys of the stand-in, but nothing that could deliver a webhook."""

    def open_office() -> Desk:
        desk = start(**KEYS, stripe_api_base=stripe.url)
        desk.wait_until_ready()
        return desk

    return open_office


def asked_once(desk: Desk) -> Desk:
    """The first run of this start is complete."""
    assert desk.core.catch_up is not None
    state = desk.core.reception
    desk.wait(lambda: state.state.catch_up and state.state.catch_up.completed_at)
    return desk


def pay(
    stripe: StripeStandIn, invoice: str, *, declined: bool = False, amount: int = 11900
) -> None:
    """The customer pays on Stripe's page; nobody delivers that."""
    form = {
        "amount": amount,
        "currency": "eur",
        "confirm": "true",
        "payment_method": "pm_card_chargeDeclined" if declined else "pm_card_visa",
        "metadata[invoice_id]": invoice,
    }
    status, _ = stripe.answer("POST", "/v1/payment_intents", urlencode(form), SECRET_KEY, None)
    assert status == (402 if declined else 200)


def numbers_of(desk: Desk, *invoices: str) -> list[str]:
    rows = [desk.core.books.invoice_row(invoice) for invoice in invoices]
    return [row.number or "" for row in rows if row is not None]


def reception(desk: Desk) -> str:
    """All words of the Empfang card."""
    return desk.seen(desk.pages.stripe.reception)


def test_what_happened_while_the_program_was_off_is_booked_at_the_start(
    office: Callable[[], Desk], stripe: StripeStandIn
) -> None:
    before = asked_once(office())
    invoices = [issue(before, f"Kunde {number}") for number in range(4)]
    numbers = numbers_of(before, *invoices)
    before.stop()
    for invoice in invoices[:3]:
        pay(stripe, invoice)
    pay(stripe, invoices[3], declined=True)

    desk = office()
    desk.wait(lambda: [desk.status(number) for number in numbers[:3]] == ["Bezahlt"] * 3)
    desk.wait(lambda: desk.status(numbers[3]) == "Offen, Zahlung fehlgeschlagen")
    told = "Während Ihrer Abwesenheit: 3 Zahlungen, 1 fehlgeschlagene Zahlung"
    desk.wait(lambda: any(told in words for words in desk.toast_words()))
    bar = desk.status_bar
    remark = "Nachgeholt beim Start: 3 Zahlungen, 1 fehlgeschlagene Zahlung"
    desk.wait(lambda: bar.remark.full_text() == remark)
    desk.open_log()
    desk.wait(
        lambda: "Nachgeholt: 3 Zahlungen, 1 fehlgeschlagene Zahlung" in "\n".join(desk.notices())
    )
    desk.open_stripe()
    desk.wait(lambda: len(desk.events()) == 4)
    outcomes = sorted(row[Column.OUTCOME] for row in desk.events())
    assert outcomes == ["Fehlgeschlagen · nachgeholt"] + ["Verbucht · nachgeholt"] * 3
    desk.wait(lambda: "3 Zahlungen, 1 fehlgeschlagene Zahlung" in reception(desk))


def test_without_a_tunnel_the_program_asks_by_itself_and_says_so(
    office: Callable[[], Desk], stripe: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up_keeper, "POLL_SECONDS", 0.2)
    desk = asked_once(office())
    state = desk.status_bar.state
    desk.wait(lambda: state.accessibleName() == "Abruf alle 30 s")
    desk.open_stripe()
    desk.wait(lambda: desk.pages.stripe.reception.pill.accessibleName() == "Abruf alle 30 s")
    invoice = issue(desk, "Bäckerei Lindner GmbH")
    [number] = numbers_of(desk, invoice)
    pay(stripe, invoice)

    desk.wait(lambda: desk.status(number) == "Bezahlt")
    desk.wait(lambda: [row[Column.SOURCE] for row in desk.events()] == ["Abruf"])
    desk.wait(lambda: any(f"{number} ist bezahlt" in words for words in desk.toast_words()))
    # The news of the invoice is enough: polling has no toast and no notice of its own.
    assert not any("Abwesenheit" in words or "Nachgeholt" in words for words in desk.toast_words())
    assert desk.notices() == []


def test_a_delivery_from_outside_makes_the_empfang_ready(
    start: Callable[..., Desk], stripe: StripeStandIn
) -> None:
    desk = start(**KEYS, stripe_webhook_secret=WEBHOOK_SECRET, stripe_api_base=stripe.url)
    desk.wait_until_ready()
    asked_once(desk)
    state = desk.status_bar.state
    desk.wait(lambda: state.accessibleName() == "Abruf alle 30 s")
    assert desk.stripe_sends(desk.event(None)) == 200
    desk.wait(lambda: state.accessibleName() == "Empfang bereit")


def test_the_button_fetches_at_once_and_tells_the_result(
    office: Callable[[], Desk], stripe: StripeStandIn
) -> None:
    desk = asked_once(office())
    invoices = [issue(desk, "Praxis Dr. Aydin"), issue(desk, "Hotel Rheinblick")]
    numbers = numbers_of(desk, *invoices)
    pay(stripe, invoices[0])
    pay(stripe, invoices[1], declined=True)
    desk.open_stripe()
    desk.click(desk.pages.stripe.reception, FETCH)
    desk.wait(lambda: desk.status(numbers[0]) == "Bezahlt")
    desk.wait(
        lambda: any("1 Zahlung, 1 fehlgeschlagene Zahlung" in words for words in desk.toast_words())
    )
    desk.wait(desk.button(desk.pages.stripe.reception, FETCH).isEnabled)

    desk.forget_toasts()
    desk.click(desk.pages.stripe.reception, FETCH)
    desk.wait(lambda: any("Nichts verpasst" in words for words in desk.toast_words()))
    assert desk.core.books.payments(invoices[0])[0].amount_minor == 11900
    assert len(desk.core.books.payments(invoices[0])) == 1


def test_while_stripe_hangs_the_window_lives_and_closes_at_once(
    office: Callable[[], Desk],
    stripe: StripeStandIn,
    waits: WindowWaits,
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = asked_once(office())
    # The last question of the daily comparison, which follows the first run.
    desk.wait(lambda: any(one.path == "/v1/disputes" for one in stripe.asked))
    stripe.fail_next(Fault.HANG)
    desk.open_stripe()
    asked = len(stripe.asked)
    desk.click(desk.pages.stripe.reception, FETCH)
    desk.wait(lambda: len(stripe.asked) > asked)
    button = desk.button(desk.pages.stripe.reception, FETCH)
    desk.wait(lambda: not button.isEnabled())
    waits.fresh()
    desk.open_invoices()
    desk.open_stripe()
    assert waits.found == []
    desk.stop()
    desk.wait(lambda: not desk.program.window.isVisible())
    assert "in time" not in caplog.text  # no part was given up at its deadline
    assert not stripe.stopping.is_set()  # it hangs all the while


def test_a_wrong_key_and_a_missing_net_are_told_where_one_looks(
    start: Callable[..., Desk], stripe: StripeStandIn
) -> None:
    wrong = {**KEYS, "stripe_secret_key": "sk_test_NobodyKnowsThisOne1"}
    desk = start(**wrong, stripe_api_base=stripe.url)
    desk.wait_until_ready()
    desk.open_stripe()
    desk.wait(lambda: "Stripe kennt diesen Secret Key nicht." in reception(desk))
    state = desk.status_bar.state
    desk.wait(lambda: state.accessibleName() == "Abruf gestört")
    assert desk.toasts() == []  # said, but nobody is nagged
    desk.click(desk.pages.stripe.reception, FETCH)
    desk.wait(lambda: any("kennt diesen Secret Key nicht" in one for one in desk.toast_words()))
    desk.stop()

    offline = start(**KEYS, stripe_api_base=NOBODY)
    offline.wait_until_ready()
    offline.open_stripe()
    offline.wait(lambda: "keine Verbindung zum Internet" in reception(offline))
    offline.wait(lambda: "fragt automatisch weiter nach" in reception(offline))


def test_without_a_secret_key_nothing_is_asked(
    start: Callable[..., Desk], stripe: StripeStandIn
) -> None:
    desk = start(stripe_webhook_secret=WEBHOOK_SECRET, stripe_api_base=stripe.url)
    desk.wait_until_ready()
    desk.wait(lambda: desk.core.reception.state.catch_up.last is not None)
    desk.open_stripe()
    desk.wait(lambda: "braucht den Secret Key" in reception(desk))
    desk.wait(lambda: not desk.button(desk.pages.stripe.reception, FETCH).isEnabled())
    assert stripe.asked == []
    state = desk.status_bar.state
    desk.wait(lambda: state.accessibleName() == "Empfang bereit")


def test_serve_catches_up_as_well_and_doctor_says_until_when(
    tmp_path: Path, stripe: StripeStandIn
) -> None:
    environment = {
        "WORKMATE_STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
        "WORKMATE_STRIPE_SECRET_KEY": SECRET_KEY,
        "WORKMATE_STRIPE_API_BASE": stripe.url,
    }
    with started(tmp_path, "serve", **environment) as program:
        program.wait_for_state()
        program.wait_for_line(r"Asked for missed events \(catch_up\): 0 payments.*complete")
        with started(tmp_path, "doctor", **environment) as doctor:
            doctor.exit_code()
        assert "Von davor kann nichts fehlen" in doctor.output
        assert program.end() == 0
        assert "Traceback" not in program.output
