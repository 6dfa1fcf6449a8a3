"""Stripe → Konfigurieren, with the keyboard alone; and later Bearbeiten."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.journey.desk import WEBHOOK_SECRET, Desk
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from workmate_desktop.domain.secrets import KeychainProblem, KeychainUnavailable, SecretPlace
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog
from workmate_desktop.words.key_messages import KeyKind


class NoKeyring:
    """A PC without a keyring."""

    place = SecretPlace.KEYRING

    def get(self, _name: str) -> str | None:
        raise KeychainUnavailable(KeychainProblem.NO_BACKEND)

    def set(self, _name: str, _value: str) -> None:
        raise KeychainUnavailable(KeychainProblem.NO_BACKEND)

    def delete(self, _name: str) -> None:
        raise KeychainUnavailable(KeychainProblem.NO_BACKEND)


def open_dialog_by_keyboard(desk: Desk, words: str) -> ConfigureDialog:
    desk.press("Alt+2")
    desk.tab_to(desk.button(desk.pages.stripe, words))
    desk.press("Space")
    return desk.dialog(ConfigureDialog)


def type_three_keys(desk: Desk, dialog: ConfigureDialog) -> None:
    """The dialog begins in its first field; Tab leads on."""
    for key, field in (
        (PUBLISHABLE_KEY, dialog.publishable),
        (SECRET_KEY, dialog.secret),
        (f"  {WEBHOOK_SECRET}", dialog.webhook_secret),  # a blank comes along when copying
    ):
        desk.tab_to(field)
        desk.write(key)


def test_configure_with_the_keyboard_alone(
    start: Callable[..., Desk], stripe: StripeStandIn
) -> None:
    desk = start(stripe_api_base=stripe.url)
    desk.wait_until_ready()
    assert desk.pages.badge.accessibleName() == "NICHT EINGERICHTET"
    # Nothing is wrong yet, so nothing is red.
    assert desk.status_bar.state.accessibleName() == "Empfang aus"
    assert "umgeleitet" in desk.program.window.banner.text()  # never unnoticed
    assert desk.port
    assert desk.stripe_sends(desk.event(None)) == 503  # not configured yet

    dialog = open_dialog_by_keyboard(desk, "Konfigurieren")
    assert QApplication.focusWidget() is dialog.publishable
    assert not dialog.save_button.isEnabled()
    type_three_keys(desk, dialog)
    assert dialog.secret.echoMode() is QLineEdit.EchoMode.Password
    assert dialog.webhook_secret.text() == WEBHOOK_SECRET

    desk.press("Alt+V")  # Verbindung testen
    desk.wait(lambda: "Büro Koblenz" in desk.seen(dialog))
    assert dialog.save_button.isEnabled()
    desk.press("Alt+R")  # Speichern
    desk.wait_closed(ConfigureDialog)

    desk.wait(lambda: desk.pages.badge.accessibleName() == "TESTMODUS")
    konto = desk.seen(desk.pages.stripe.account)
    assert "pk_test_…4242" in konto
    assert "sk_test_…4242" in konto
    assert "whsec_…ey01" in konto
    for whole in (PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET):
        assert whole not in konto
    state = desk.status_bar.state
    desk.wait(lambda: state.accessibleName() == "Abruf alle 30 s")
    assert desk.stripe_sends(desk.event(None)) == 200
    desk.wait(lambda: state.accessibleName() == "Empfang bereit")  # somebody does deliver


def test_edit_keeps_the_secrets_that_are_not_typed_again(
    start: Callable[..., Desk], stripe: StripeStandIn, data_dir: Path
) -> None:
    desk = start(stripe_api_base=stripe.url)
    desk.wait_until_ready()
    type_three_keys(desk, open_dialog_by_keyboard(desk, "Konfigurieren"))
    desk.press("Alt+R")
    desk.wait_closed(ConfigureDialog)

    dialog = open_dialog_by_keyboard(desk, "Bearbeiten")
    assert dialog.secret.text() == ""
    assert dialog.webhook_secret.text() == ""
    assert "4242" in dialog.secret.placeholderText()
    desk.tab_to(dialog.publishable)
    desk.press("Ctrl+A")
    desk.write("pk_test_AnotherPublishable99")
    desk.press("Alt+V")  # with the stored secret key
    desk.wait(lambda: "Büro Koblenz" in desk.seen(dialog))
    desk.press("Return")
    desk.wait_closed(ConfigureDialog)
    desk.wait(lambda: "pk_test_…le99" in desk.seen(desk.pages.stripe.account))
    assert desk.stripe_sends(desk.event(None)) == 200  # the old webhook secret still signs
    desk.stop()

    again = start()
    again.wait_until_ready()
    again.press("Alt+2")
    konto = again.pages.stripe.account
    again.wait(lambda: "pk_test_…le99" in again.seen(konto))
    assert "sk_test_…4242" in again.seen(konto)
    assert again.stripe_sends(again.event(None)) == 200
    # Nothing of the secrets lies in the folder in plain sight.
    for file in data_dir.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert SECRET_KEY.encode() not in content, file
            assert WEBHOOK_SECRET.encode() not in content, file


def test_a_wrong_key_is_told_in_one_sentence_and_nothing_is_saved(
    start: Callable[..., Desk], stripe: StripeStandIn
) -> None:
    desk = start(stripe_api_base=stripe.url)
    desk.wait_until_ready()
    dialog = open_dialog_by_keyboard(desk, "Konfigurieren")
    desk.write(PUBLISHABLE_KEY)
    desk.press("Tab")
    desk.write("sk_live_OtherMode12345")
    assert dialog.fields[KeyKind.SECRET].is_bad()
    assert not dialog.save_button.isEnabled()
    desk.press("Ctrl+A")
    desk.write("sk_test_NobodyKnowsThisOne1")
    desk.press("Alt+V")
    desk.wait(lambda: "Stripe kennt diesen Secret Key nicht." in desk.seen(dialog))
    desk.press("Escape")
    desk.wait_closed(ConfigureDialog)
    assert desk.pages.badge.accessibleName() == "NICHT EINGERICHTET"


def test_without_a_keyring_the_encrypted_file_is_offered_openly(
    start: Callable[..., Desk], data_dir: Path
) -> None:
    desk = start(keychain=NoKeyring())
    desk.wait_until_ready()
    dialog = open_dialog_by_keyboard(desk, "Konfigurieren")
    type_three_keys(desk, dialog)
    desk.press("Alt+R")
    desk.wait(lambda: "In verschlüsselter Datei speichern" in desk.seen(dialog).replace("&", ""))
    desk.wait(lambda: "Dieser PC hat keinen Passwortspeicher." in desk.seen(dialog))
    desk.wait(lambda: "nicht vor Programmen, die unter Ihrem Benutzer laufen" in desk.seen(dialog))
    assert not (data_dir / "secrets.enc").exists()  # offered, not done
    assert QApplication.focusWidget() is dialog.file_offer.button
    desk.press("Space")
    desk.wait_closed(ConfigureDialog)
    desk.wait(lambda: "Datei" in desk.seen(desk.pages.stripe.account))
    desk.stop()

    modes = {path.name: path.stat().st_mode & 0o777 for path in data_dir.rglob("*")}
    assert {modes["secrets.enc"], modes["secrets.key"]} == {0o600}
    assert data_dir.stat().st_mode & 0o777 == 0o700
    assert all(
        path.stat().st_mode & 0o777 == 0o600 for path in data_dir.rglob("*") if path.is_file()
    )
    assert SECRET_KEY.encode() not in (data_dir / "secrets.enc").read_bytes()

    again = start(keychain=NoKeyring())
    again.wait_until_ready()
    again.wait(lambda: again.pages.badge.accessibleName() == "TESTMODUS")
    assert again.stripe_sends(again.event(None)) == 200


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_trying_it_first_opens_a_demo_of_its_own(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    desk.open_stripe()
    desk.click(desk.pages.stripe, "Erst einmal ausprobieren: Zahlung simulieren")
    desk.wait(lambda: list(tmp_path.glob("workmate-demo-*/listener.json")))
    [file] = tmp_path.glob("workmate-demo-*/listener.json")
    demo = json.loads(file.read_text("utf-8"))["pid"]
    assert demo != os.getpid()
    os.kill(demo, signal.SIGTERM)  # the one we have just started
    desk.wait(lambda: not file.parent.exists())
    assert desk.numbers() == []  # our own books were left alone
