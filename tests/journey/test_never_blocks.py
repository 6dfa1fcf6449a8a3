"""Whatever hangs outside, the window waits for none of it and goes on, and Abbrechen works."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.message import EmailMessage
from ssl import create_default_context as create_context

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit

from tests.factories import NOBODY
from tests.gateways.keyrings import HangingKeyring
from tests.journey.desk import WEBHOOK_SECRET, Desk
from tests.journey.window_waits import WindowWaits
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.domain.notify.mail import MailAccount, MailRefused, MailSecurity
from workmate_desktop.domain.stripe.account import StripeRefused
from workmate_desktop.gateways.mail import smtp
from workmate_desktop.gateways.secrets.keychain import Keychain
from workmate_desktop.gateways.stripe.api import StripeApi
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.confirmation import Confirmation
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog


@pytest.fixture
def hanging() -> Iterator[HangingKeyring]:
    """A keyring that never answers; freed at the end."""
    keyring = HangingKeyring()
    yield keyring
    keyring.released.set()


def type_keys(desk: Desk) -> ConfigureDialog:
    desk.open_stripe()
    desk.click(desk.pages.stripe, "Konfigurieren")
    dialog = desk.dialog(ConfigureDialog)
    fields: list[tuple[QLineEdit, str]] = [
        (dialog.publishable, PUBLISHABLE_KEY),
        (dialog.secret, SECRET_KEY),
        (dialog.webhook_secret, WEBHOOK_SECRET),
    ]
    for field, key in fields:
        field.setText(key)  # pasted
    return dialog


def test_j4_a_hanging_keyring_blocks_nothing(
    start: Callable[..., Desk], hanging: HangingKeyring, waits: WindowWaits
) -> None:
    keychain = Keychain("test", open_backend=lambda: hanging, limit=1.0)
    desk = start(keychain=keychain)
    desk.wait_until_ready()
    dialog = type_keys(desk)
    waits.fresh()
    desk.click(dialog, "Speichern")
    desk.wait(lambda: "Der Passwortspeicher dieses PCs antwortet nicht." in desk.seen(dialog))
    assert waits.found == []
    # The way out is offered, and works.
    desk.click(dialog, "In verschlüsselter Datei speichern")
    desk.wait_closed(ConfigureDialog)
    desk.wait(lambda: desk.pages.badge.accessibleName() == "TESTMODUS")


def test_a_keyring_that_hangs_at_the_start_leaves_the_list_usable(
    start: Callable[..., Desk], hanging: HangingKeyring, waits: WindowWaits
) -> None:
    first = start(keychain=Keychain("test", open_backend=lambda: GoodOnce(hanging)))
    first.wait_until_ready()
    dialog = type_keys(first)
    first.click(dialog, "Speichern")
    first.wait_closed(ConfigureDialog)
    first.stop()

    desk = start(keychain=Keychain("test", open_backend=lambda: hanging, limit=1.0))
    desk.wait(lambda: desk.program.pages is not None)
    waits.fresh()
    desk.open_invoices()
    desk.press("Ctrl+F")
    desk.write("Müller")
    desk.wait(lambda: desk.pages.invoices.model.query.text == "Müller")
    desk.open_stripe()
    desk.wait(lambda: "Die Schlüssel sind nicht lesbar." in desk.seen(desk.pages.stripe))
    assert waits.found == []
    desk.wait_until_ready()
    assert desk.stripe_sends(desk.event(None)) == 503  # Stripe comes again


class GoodOnce(HangingKeyring):
    """Works as long as nobody minds: the keyring of the first start."""

    def __init__(self, shared: HangingKeyring) -> None:
        super().__init__()
        self.kept = shared.kept
        self.released.set()

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


def test_a_stripe_that_never_answers_blocks_nothing_and_can_be_cancelled(
    start: Callable[..., Desk], waits: WindowWaits, caplog: pytest.LogCaptureFixture
) -> None:
    with StripeStandIn() as stripe:
        desk = start(stripe_api_base=stripe.url)
        desk.wait_until_ready()
        dialog = type_keys(desk)
        stripe.fail_next(Fault.HANG, times=3)
        waits.fresh()
        desk.click(dialog, "Verbindung testen")
        desk.wait(lambda: stripe.asked)
        assert dialog.test.running
        desk.click(dialog, "Test abbrechen")
        assert not dialog.test.running
        desk.wait(lambda: "Der Test wurde abgebrochen." in desk.seen(dialog))
        assert waits.found == []
        # And so does closing while it hangs again.
        desk.click(dialog, "Verbindung testen")
        desk.click(dialog, "Abbrechen")
        desk.wait_closed(ConfigureDialog)
        desk.stop()
        assert "in time" not in caplog.text  # no part was given up at its deadline
        assert not stripe.stopping.is_set()  # it hangs all the while
    assert not [thread for thread in threading.enumerate() if thread.name == "writer"]


def test_a_wait_of_the_windows_thread_is_noticed(desk: Desk, waits: WindowWaits) -> None:
    def for_the_writer() -> None:
        with suppress(TimeoutError):
            Confirmation("evt_1", Threads()).exception(0.01)

    def for_stripe() -> None:
        with suppress(StripeRefused):
            StripeApi(SECRET_KEY, api_base=NOBODY).account()

    def for_a_mail_server() -> None:
        account = MailAccount("127.0.0.1", 9, MailSecurity.NONE)
        with suppress(MailRefused):
            smtp.hand_over(smtp.SmtpConnection(), account, "", EmailMessage(), create_context, 1.0)

    def found_by(*calls: Callable[[], object]) -> set[str]:
        waits.fresh()
        done: list[bool] = []
        for call in (*calls, lambda: done.append(True)):
            QTimer.singleShot(0, call)
        desk.wait(lambda: done)
        return {one.partition(":")[0] for one in waits.found}

    books, writer = desk.core.books, desk.core.writer
    assert found_by(lambda: books.has_invoices(livemode=True)) == set()  # the local file
    assert (
        found_by(lambda: writer.submit(lambda _t: None).result(PATIENCE)) == set()
    )  # the test's own
    assert found_by(for_the_writer) == {"store/database/confirmation.py"}
    assert found_by(for_stripe) == {"gateways/stripe/api.py"}
    assert found_by(for_a_mail_server) == {"gateways/mail/smtp.py"}
    assert found_by(desk.core.listener.stop) == {"listener/server.py"}
