"""The real Stripe CLI, from `stripe trigger` to the row that says Bezahlt in the window."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journey.desk import Desk
from tests.journey.test_invoicing import FIRST_TEST, write_invoice
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.standins.stripe_cli import StripeCli, find_stripe_cli
from tests.standins.stripe_cli_sessions import CLI_SECRET, CliSessions
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog
from workmate_desktop.ui.stripe.events.events_model import Column

pytestmark = pytest.mark.stripe_cli

PRICE = ["payment_intent:currency=eur", "payment_intent:amount=11900"]


@pytest.fixture
def cli(start: Callable[..., Desk], tmp_path: Path) -> Iterator[tuple[Desk, StripeCli]]:
    """The window, configured in its dialog, one open Testrechnung, and `stripe listen`."""
    program = find_stripe_cli()
    if program is None:
        pytest.skip("no Stripe CLI here: npm install @stripe/cli, or name it in STRIPE_CLI")
    with ExitStack() as stack:
        stripe = stack.enter_context(StripeStandIn())
        stack.enter_context(CliSessions(stripe))
        cli = stack.enter_context(StripeCli(program, stripe.url, SECRET_KEY, tmp_path))
        desk = start(stripe_api_base=stripe.url)
        desk.wait_until_ready()
        # The guide: `stripe listen` prints the secret, staff paste it under Konfigurieren.
        secret = cli.listen(f"http://127.0.0.1:{desk.port}{WEBHOOK_PATH}")
        assert secret == CLI_SECRET
        desk.open_stripe()
        desk.click(desk.pages.stripe, "Konfigurieren")
        dialog = desk.dialog(ConfigureDialog)
        for field, key in (
            (dialog.publishable, PUBLISHABLE_KEY),
            (dialog.secret, SECRET_KEY),
            (dialog.webhook_secret, secret),
        ):
            desk.type_into(field, key)
        desk.click(dialog, "Speichern")
        desk.wait_closed(ConfigureDialog)
        desk.wait(lambda: desk.pages.badge.accessibleName() == "TESTMODUS")
        desk.open_invoices()
        write_invoice(desk, "Bäckerei Müßig & Söhne", ("Beratung", "100"))
        desk.wait(lambda: desk.status(FIRST_TEST) == "Offen")
        yield desk, cli


def test_trigger_succeeded_turns_the_row_paid(cli: tuple[Desk, StripeCli]) -> None:
    desk, stripe = cli
    stripe.trigger(
        "payment_intent.succeeded",
        add=[f"payment_intent:metadata.invoice_id={FIRST_TEST}"],
        override=PRICE,
    )
    desk.wait(lambda: desk.status(FIRST_TEST) == "Bezahlt")
    desk.wait(lambda: any(f"{FIRST_TEST} ist bezahlt" in words for words in desk.toast_words()))
    desk.open_stripe()
    stripe.wait_for(r"\[(200)\] POST")
    desk.wait(lambda: desk.events() != [])
    [row] = desk.events()
    assert row[Column.OUTCOME] == "Verbucht"
    assert row[Column.INVOICE] == FIRST_TEST
    assert row[Column.SOURCE] == "Webhook"


def test_trigger_payment_failed_says_so_in_the_row(cli: tuple[Desk, StripeCli]) -> None:
    desk, stripe = cli
    by_number = [f"payment_intent:metadata.invoice_id={FIRST_TEST}"]
    stripe.trigger("payment_intent.payment_failed", add=by_number, override=PRICE)
    desk.wait(lambda: desk.status(FIRST_TEST) == "Offen, Zahlung fehlgeschlagen")
    tabs = desk.program.window.navigation.tabs
    desk.wait(lambda: tabs.tabText(2) == "Protokoll (1)")
    desk.select(FIRST_TEST)
    assert desk.timeline()[0].startswith("Zahlung fehlgeschlagen")

    stripe.trigger("payment_intent.succeeded", add=by_number, override=PRICE)
    desk.wait(lambda: desk.status(FIRST_TEST) == "Bezahlt")
