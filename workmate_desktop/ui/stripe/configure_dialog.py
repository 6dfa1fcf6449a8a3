"""Konfigurieren / Bearbeiten: the three keys of Stripe.

What is stored is never put into a field: an empty secret field keeps the stored secret.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.stripe_keys import (
    KeyProblem,
    livemode_of,
    mask,
    problem_of_publishable,
    problem_of_secret,
    problem_of_webhook_secret,
)
from workmate_desktop.ui.shared.cards import line
from workmate_desktop.ui.shared.controls import button
from workmate_desktop.ui.shared.forms import FormField, Message
from workmate_desktop.ui.shared.key_messages import KeyKind, key_problem_sentence
from workmate_desktop.ui.shared.messages import error_sentence
from workmate_desktop.ui.shared.plain_text import PlainLabel
from workmate_desktop.ui.stripe.connection_test import ConnectionTest
from workmate_desktop.ui.stripe.file_offer import FileOffer
from workmate_desktop.ui.stripe.key_field import KeyField, SecretField
from workmate_desktop.ui.stripe.ports import Background, Setup
from workmate_desktop.ui.stripe.texts import mode_words

DASHBOARD = "https://dashboard.stripe.com/apikeys"
_VARIABLES = {
    KeyKind.PUBLISHABLE: "WORKMATE_STRIPE_PUBLISHABLE_KEY",
    KeyKind.SECRET: "WORKMATE_STRIPE_SECRET_KEY",
    KeyKind.WEBHOOK_SECRET: "WORKMATE_STRIPE_WEBHOOK_SECRET",
}
_PREFIXES = {
    KeyKind.PUBLISHABLE: ("pk_test_", "pk_live_"),
    KeyKind.SECRET: ("sk_test_", "sk_live_", "rk_test_", "rk_live_"),
    KeyKind.WEBHOOK_SECRET: ("whsec_",),
}


def _open_in_browser(address: str) -> None:
    QDesktopServices.openUrl(QUrl(address))


class ConfigureDialog(QDialog):
    """Accepted when the keys are saved."""

    def __init__(
        self,
        setup: Setup,
        bridge: Background,
        parent: QWidget | None = None,
        *,
        open_address: Callable[[str], None] = _open_in_browser,
    ) -> None:
        super().__init__(parent)
        self._setup = setup
        self._bridge = bridge
        self._open_address = open_address
        self._stored = setup.keys
        self._given = setup.from_environment
        self._saving = False
        self.setWindowTitle(self.tr("Stripe konfigurieren"))
        self.setMinimumWidth(520)
        self.publishable = KeyField()
        self.secret = SecretField(self.tr("Secret Key"), self._stored.secret)
        self.webhook_secret = SecretField(
            self.tr("Webhook Secret"), ",".join(self._stored.webhook_secrets)
        )
        self.fields = {
            KeyKind.PUBLISHABLE: FormField(self.tr("&Publishable Key"), self.publishable),
            KeyKind.SECRET: FormField(self.tr("&Secret Key"), self.secret),
            KeyKind.WEBHOOK_SECRET: FormField(self.tr("&Webhook Secret"), self.webhook_secret),
        }
        self.no_webhook_secret = PlainLabel(
            self.tr("Ohne Webhook Secret kann nichts empfangen werden."),
            role="warning",
            wrap=True,
        )
        self.mode_warning = PlainLabel(role="warning", wrap=True)
        self.failure = PlainLabel(role="error", wrap=True)
        self.file_offer = FileOffer()
        self.test = ConnectionTest(setup, bridge)
        self.cancel_button = button(self.tr("&Abbrechen"))
        self.save_button = button(self.tr("Speiche&rn"), kind="primary")
        self.save_button.setDefault(True)
        self._build()
        self._fill()
        self._connect()
        self._check()
        self.resize(600, self.sizeHint().height())

    def reject(self) -> None:
        """Close without saving; a saving under way is waited for."""
        if not self._saving:
            self.test.forget()
            super().reject()

    # Building

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(10)
        column.addWidget(PlainLabel(self.tr("Stripe konfigurieren"), role="title"))
        column.addLayout(self._intro())
        for kind, field in self.fields.items():
            column.addWidget(field)
            if kind is KeyKind.WEBHOOK_SECRET:
                column.addWidget(self.no_webhook_secret)
        column.addWidget(self.mode_warning)
        column.addWidget(self.failure)
        column.addWidget(self.file_offer)
        column.addSpacing(4)
        column.addWidget(line())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.test, 1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        column.addSpacing(2)
        column.addLayout(buttons)
        column.addStretch(1)

    def _intro(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        words = self.tr(
            "Die Schlüssel stehen im Stripe-Dashboard unter Entwickler → API-Schlüssel."
        )
        self.dashboard_link = button(self.tr("&Dashboard öffnen ↗"), kind="link")
        label = PlainLabel(words, role="muted", wrap=True)
        row.addWidget(label, 1)
        row.addWidget(self.dashboard_link, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _fill(self) -> None:
        """The publishable key is no secret and can be seen; keys of a server cannot be changed."""
        self.publishable.setText(self._stored.publishable)
        for kind, field in self.fields.items():
            if kind.value in self._given:
                edit = field.field
                assert isinstance(edit, KeyField)
                edit.setReadOnly(True)
                edit.setText("")
                edit.setPlaceholderText(self._mask(kind))
        self.failure.setVisible(False)
        self.file_offer.setVisible(False)
        if self._setup.trouble is not None:
            self._show_failure(UserError(self._setup.trouble))

    def _connect(self) -> None:
        self.publishable.textChanged.connect(self._on_api_key_changed)
        self.secret.textChanged.connect(self._on_api_key_changed)
        self.webhook_secret.textChanged.connect(self._check)
        self.dashboard_link.clicked.connect(self._on_dashboard)
        self.test.wanted.connect(self._on_test_wanted)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._on_save)
        self.file_offer.accepted.connect(self._on_save_in_file)

    # Checking

    def problems(self) -> dict[KeyKind, KeyProblem | None]:
        """What is wrong with each field as it stands now, the stored secrets included."""
        publishable = self._publishable()
        secret = self.secret.typed() or self._stored.secret
        typed = self.webhook_secret.typed()
        found = [
            problem
            for part in (typed or "").split(",")
            if part.strip() and (problem := problem_of_webhook_secret(part.strip()))
        ]
        return {
            KeyKind.PUBLISHABLE: problem_of_publishable(publishable),
            KeyKind.SECRET: problem_of_secret(secret, publishable),
            KeyKind.WEBHOOK_SECRET: found[0] if found else None,
        }

    @Slot()
    def _on_api_key_changed(self) -> None:
        self.test.forget()
        self._check()

    @Slot()
    def _check(self) -> None:
        problems = self.problems()
        for kind, problem in problems.items():
            self._say(kind, problem)
        receives = bool(self.webhook_secret.text() or self._stored.webhook_secrets)
        self.no_webhook_secret.setVisible(not receives)
        self._warn_of_other_mode(problems)
        self.test.set_possible(not self._saving and problems[KeyKind.SECRET] is None)
        changeable = len(self._given) < len(self.fields)
        valid = not any(problems.values())
        self.save_button.setEnabled(changeable and valid and not self._saving)

    def _say(self, kind: KeyKind, problem: KeyProblem | None) -> None:
        field = self.fields[kind]
        typed = self._typed(kind)
        if kind.value in self._given and problem is not KeyProblem.OTHER_MODE:
            words = self.tr("Vorgegeben durch die Umgebungsvariable %1.")
            field.set_message(words.replace("%1", _VARIABLES[kind]))
        elif problem is None:
            field.set_message(self._praise(kind), Message.GOOD)
        elif problem is KeyProblem.EMPTY and not typed:
            field.clear_message()
        else:
            # While only the beginning is typed, nothing is wrong yet.
            begun = any(prefix.startswith(typed) for prefix in _PREFIXES[kind]) and bool(typed)
            sentence = key_problem_sentence(kind, problem)
            field.set_message(sentence, Message.HINT if begun else Message.BAD)

    def _praise(self, kind: KeyKind) -> str:
        typed = self._typed(kind)
        if kind is KeyKind.PUBLISHABLE:
            return mode_words(livemode_of(typed))
        if kind is KeyKind.SECRET:
            if problem_of_publishable(self._publishable()) is not None:
                key = typed or self._stored.secret
                return mode_words(livemode_of(key))
            words = self.tr("Gleicher Modus wie der Publishable Key")
            return words if typed else self.tr("Gespeichert · %1").replace("%1", words)
        if typed:
            return self.tr("Form stimmt")
        return self.tr("Gespeichert") if self._stored.webhook_secrets else ""

    def _warn_of_other_mode(self, problems: dict[KeyKind, KeyProblem | None]) -> None:
        before, after = self._stored.livemode, livemode_of(self._publishable())
        changes = before is not None and after is not None and before is not after
        words = ""
        if changes and problems[KeyKind.PUBLISHABLE] is None:
            words = (
                self.tr("Sie wechseln in den Livebetrieb: Ab jetzt geht es um echtes Geld.")
                if after
                else self.tr(
                    "Sie wechseln in den Testmodus: Echte Zahlungen werden dann nicht verbucht."
                )
            )
            if self._stored.webhook_secrets and not self.webhook_secret.text():
                words += " " + self.tr(
                    "Jeder Modus hat sein eigenes Webhook Secret: Bitte auch das neue eintragen."
                )
        self.mode_warning.setText(words)
        self.mode_warning.setVisible(bool(words))

    def _typed(self, kind: KeyKind) -> str:
        edit = self.fields[kind].field
        assert isinstance(edit, KeyField)
        return edit.text()

    def _publishable(self) -> str:
        given = KeyKind.PUBLISHABLE.value in self._given
        return self._stored.publishable if given else self.publishable.text()

    def _mask(self, kind: KeyKind) -> str:
        return {
            KeyKind.PUBLISHABLE: mask(self._stored.publishable),
            KeyKind.SECRET: mask(self._stored.secret),
            KeyKind.WEBHOOK_SECRET: ", ".join(map(mask, self._stored.webhook_secrets)),
        }[kind]

    # Doing

    @Slot()
    def _on_dashboard(self) -> None:
        self._open_address(DASHBOARD)

    @Slot()
    def _on_test_wanted(self) -> None:
        self.test.start(self._publishable(), self.secret.typed())

    @Slot()
    def _on_save(self) -> None:
        self._save(allow_file=False)

    @Slot()
    def _on_save_in_file(self) -> None:
        self._save(allow_file=True)

    def _save(self, *, allow_file: bool) -> None:
        if self._saving or any(self.problems().values()):
            return
        self.test.forget()
        # A field that the environment gives is empty: its value is read, never kept.
        publishable, secret = self.publishable.text(), self.secret.typed()
        webhook_secret = self.webhook_secret.typed()
        self._set_saving(True)
        self._bridge.run_in_background(
            lambda: self._setup.save(publishable, secret, webhook_secret, allow_file=allow_file),
            self._on_saved,
            self._on_save_failed,
            self,
        )

    def _on_saved(self, _nothing: None) -> None:
        self._set_saving(False)
        self.accept()

    def _on_save_failed(self, error: Exception) -> None:
        self._set_saving(False)
        self._show_failure(error)
        code = error.code if isinstance(error, UserError) else ""
        self.file_offer.setVisible(code == "keychain_unavailable")
        if code == "keychain_unavailable":
            self.file_offer.button.setFocus()

    def _show_failure(self, error: Exception) -> None:
        words = " ".join(part for part in error_sentence(error) if part)
        self.failure.setText(words)
        self.failure.setVisible(True)

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.save_button.setText(self.tr("Speichert …") if saving else self.tr("Speiche&rn"))
        self.cancel_button.setEnabled(not saving)
        self.file_offer.setEnabled(not saving)
        for field in self.fields.values():
            field.setEnabled(not saving)
        if saving:
            self.failure.setVisible(False)
        self._check()
