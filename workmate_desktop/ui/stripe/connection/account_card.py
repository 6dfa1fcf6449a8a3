"""Konto: which Stripe account, which keys, which mode, and where the secrets lie."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.keys import mask
from workmate_desktop.services.connection.stripe_setup import StripeSetup
from workmate_desktop.ui.kit.cards import Card, KeyValueRows
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.mode_badge import hidden_test_data
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words import events as texts
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.messages import trouble_message


class AccountCard(Card):
    """Shows masked keys only. Signal `edit_wanted()`: Bearbeiten."""

    edit_wanted = Signal()

    def __init__(self, setup: StripeSetup, parent: QWidget | None = None) -> None:
        super().__init__(parent, title=_("Konto"))
        self._setup = setup
        self._answered = False
        self.edit = button(_("&Bearbeiten"))
        self.header.addWidget(self.edit)
        self.rows = KeyValueRows()
        self._account = self.rows.add_row(_("Verbunden mit"))
        self._publishable = self.rows.add_row(_("Publishable Key"), mono=True)
        self._secret = self.rows.add_row(_("Secret Key"), mono=True)
        self._webhook_secret = self.rows.add_row(_("Webhook Secret"), mono=True)
        self._mode = self.rows.add_row(_("Modus"))
        self._place = self.rows.add_row(_("Gespeichert in"))
        self.test_data = PlainLabel(hidden_test_data(), role="small", wrap=True)
        self.trouble = PlainLabel(role="error", wrap=True)
        self.body.addWidget(self.rows)
        self.body.addWidget(self.test_data)
        self.body.addWidget(self.trouble)
        self.body.addStretch(1)
        self.edit.clicked.connect(self.edit_wanted)
        self.refresh()

    def show_answered(self, answered: bool) -> None:
        """Stripe has answered the Secret Key in this session: that proves it."""
        if answered is not self._answered:
            self._answered = answered
            self.refresh()

    def refresh(self) -> None:
        """Show what is in force now."""
        keys = self._setup.keys
        # What cannot be read may well be there.
        missing = _("nicht lesbar") if self._setup.trouble else _("fehlt")
        webhook = ", ".join(mask(secret) for secret in keys.webhook_secrets)
        for row, words in (
            (self._account, self._account_words(self._setup.account)),
            (self._publishable, mask(keys.publishable) or missing),
            (self._secret, mask(keys.secret) or missing),
            (self._webhook_secret, webhook or self._no_webhook_secret(missing)),
            (self._mode, texts.mode_words(keys.livemode)),
            (self._place, texts.place_words(self._setup.place)),
        ):
            self.rows.set_value(row, words)
        self.test_data.setVisible(keys.livemode is True)
        code = self._setup.trouble
        self.trouble.setText(self._trouble_words(code) if code else "")
        self.trouble.setVisible(code is not None)

    def _no_webhook_secret(self, missing: str) -> str:
        """Without one Stripe is asked with the Secret Key, so that nothing is missing."""
        spared = self._setup.keys.secret and not self._setup.trouble
        return _("keines (nicht nötig)") if spared else missing

    def _account_words(self, account: AccountInfo | None) -> str:
        if account is None and self._answered:
            return _("Stripe · Schlüssel gilt")
        if account is None:
            return _("noch nicht geprüft")
        return " · ".join(part for part in (account.name, account.id) if part) or formats.NONE

    def _trouble_words(self, code: str) -> str:
        message = trouble_message(code)
        why = message.sentence if message else fill(_("Unbekannte Störung (%1)."), code)
        if code == "keychain_locked":
            todo = _("Bitte entsperren und das Programm neu starten.")
        else:
            todo = _("Bitte die Schlüssel unter Bearbeiten neu eintragen.")
        return f"{_('Die Schlüssel sind nicht lesbar.')} {why} {todo}"
