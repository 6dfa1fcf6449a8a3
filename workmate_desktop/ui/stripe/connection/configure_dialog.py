"""Konfigurieren / Bearbeiten: the three keys of Stripe.

What is stored is never put into a field: an empty secret field keeps the stored secret.
"""

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.stripe.keys import (
    PUBLISHABLE_PREFIXES,
    SECRET_PREFIXES,
    WEBHOOK_PREFIXES,
    KeyProblem,
    livemode_of,
    mask,
    problem_of_publishable,
    problem_of_secret,
    problem_of_webhook_secret,
)
from workmate_desktop.services.connection.stripe_setup import StripeSetup
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.file_offer import FileOffer
from workmate_desktop.ui.kit.fitting_area import FittingArea, grow
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.key_field import KeyField, SecretField
from workmate_desktop.ui.kit.open_outside import OutsidePage, open_page
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.stripe.connection.connection_test import ConnectionTest
from workmate_desktop.words import key_texts
from workmate_desktop.words.key_messages import KeyKind, key_problem_sentence
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

_PREFIXES = {
    KeyKind.PUBLISHABLE: PUBLISHABLE_PREFIXES,
    KeyKind.SECRET: SECRET_PREFIXES,
    KeyKind.WEBHOOK_SECRET: WEBHOOK_PREFIXES,
}


class ConfigureDialog(QDialog):
    """Accepted when the keys are saved."""

    def __init__(
        self,
        setup: StripeSetup,
        bridge: Bridge,
        parent: QWidget | None = None,
        *,
        open_address: Callable[[OutsidePage], None] = open_page,
    ) -> None:
        super().__init__(parent)
        self._setup = setup
        self._bridge = bridge
        self._open_address = open_address
        self._stored = setup.keys
        self._given = setup.from_environment
        self._saving = False
        self.setWindowTitle(_("Stripe konfigurieren"))
        self.setMinimumWidth(520)
        self.publishable = KeyField()
        self.secret = SecretField(_("Secret Key"), self._stored.secret)
        self.webhook_secret = SecretField(
            _("Webhook Secret"), ",".join(self._stored.webhook_secrets)
        )
        self.fields = {
            KeyKind.PUBLISHABLE: FormField(_("&Publishable Key"), self.publishable),
            KeyKind.SECRET: FormField(_("&Secret Key"), self.secret),
            KeyKind.WEBHOOK_SECRET: FormField(_("&Webhook Secret"), self.webhook_secret),
        }
        self.no_webhook_secret = PlainLabel(
            key_texts.no_webhook_secret(), role="warning", wrap=True
        )
        self.mode_warning = PlainLabel(role="warning", wrap=True)
        self.failure = PlainLabel(role="error", wrap=True)
        self.file_offer = FileOffer()
        self.test = ConnectionTest(setup, bridge)
        self.cancel_button = button(_("&Abbrechen"))
        self.save_button = button(_("Speiche&rn"), kind="primary")
        self.save_button.setDefault(True)
        self._build()
        self._fill()
        self._connect()
        self.resize(600, 300)
        self._check()
        self._focus_first()

    def reject(self) -> None:
        """Close without saving; a saving under way is waited for."""
        if not self._saving:
            self.test.forget()
            super().reject()

    @Slot()
    def _fit(self) -> None:
        """Grow with what is said, as far as the screen has room."""
        grow(self, self._area)

    # Building

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 22, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(PlainLabel(_("Stripe konfigurieren"), role="title"))
        self._add_intro(outer)
        self._area = self._scrolled_fields()
        outer.addWidget(self._area, 1)
        outer.addWidget(line())
        outer.addWidget(self.test.answer)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        outer.addLayout(buttons)
        buttons.addWidget(self.test, 1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """From field to field; whoever wants to see a secret comes by "anzeigen" afterwards."""
        chain = (
            self.publishable,
            self.secret,
            self.webhook_secret,
            self.secret.toggle,
            self.webhook_secret.toggle,
            self.file_offer.button,
            self.test.button,
            self.cancel_button,
            self.save_button,
            self.dashboard_link,
        )
        for one, after in pairwise(chain):
            self.setTabOrder(one, after)

    def _scrolled_fields(self) -> FittingArea:
        """At 200 % on a small screen the fields scroll, and the buttons stay in sight."""
        inside = QWidget()
        inside.setProperty("part", "scroll")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(10)
        for field in self.fields.values():
            column.addWidget(field)
        for label in (self.no_webhook_secret, self.mode_warning, self.failure):
            column.addWidget(label)
        column.addWidget(self.file_offer)
        column.addStretch(1)
        return FittingArea(inside)

    def _add_intro(self, outer: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        outer.addLayout(row)
        words = _("Die Schlüssel stehen im Stripe-Dashboard unter Entwickler → API\u2011Schlüssel.")
        self.dashboard_link = button(_("&Dashboard öffnen ↗"), kind="link")
        label = PlainLabel(words, role="muted", wrap=True)
        row.addWidget(label, 1)
        row.addWidget(self.dashboard_link, 0, Qt.AlignmentFlag.AlignTop)

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
        self.test.answered.connect(self._fit)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._on_save)
        self.file_offer.accepted.connect(self._on_save_in_file)

    def _focus_first(self) -> None:
        """The first field that still needs something has the focus."""
        empty = [kind for kind, problem in self.problems().items() if problem is not None]
        for kind in (*empty, *self.fields):
            if kind.value not in self._given:
                self.fields[kind].field.setFocus(Qt.FocusReason.OtherFocusReason)
                return

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
        self._fit()

    def _say(self, kind: KeyKind, problem: KeyProblem | None) -> None:
        field, typed = self.fields[kind], self._typed(kind)
        if problem is KeyProblem.OTHER_MODE and not typed:
            field.set_message(self._stored_does_not_fit(), FieldMessage.BAD)
        elif kind.value in self._given:
            field.set_message(key_texts.given_by_environment(kind))
        elif problem is None:
            field.set_message(self._praise(kind, typed), FieldMessage.GOOD)
        elif not typed:
            field.set_message(key_texts.hint_while_empty(kind))
        else:
            # While only the beginning is typed, nothing is wrong yet.
            begun = any(prefix.startswith(typed) for prefix in _PREFIXES[kind])
            sentence = key_problem_sentence(kind, problem)
            field.set_message(sentence, FieldMessage.HINT if begun else FieldMessage.BAD)

    def _praise(self, kind: KeyKind, typed: str) -> str:
        if typed:
            return key_texts.key_is_right(kind, livemode_of(typed))
        if kind is KeyKind.WEBHOOK_SECRET and not self._stored.webhook_secrets:
            return ""
        return key_texts.key_is_stored(kind)

    def _stored_does_not_fit(self) -> str:
        return key_texts.stored_of_other_mode(livemode_of(self._stored.secret) is True)

    def _warn_of_other_mode(self, problems: dict[KeyKind, KeyProblem | None]) -> None:
        before, after = self._stored.livemode, livemode_of(self._publishable())
        words = ""
        if None not in (before, after) and before is not after:
            keeps = bool(self._stored.webhook_secrets) and not self.webhook_secret.text()
            words = key_texts.mode_switch(after is True, keeps_webhook_secret=keeps)
        shown = bool(words) and problems[KeyKind.PUBLISHABLE] is None
        self.mode_warning.setText(words)
        self.mode_warning.setVisible(shown)

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
        self._open_address(OutsidePage.STRIPE_KEYS)

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
        if code == "keychain_unavailable":
            self.file_offer.offer()
        else:
            self.file_offer.setVisible(False)
            self.save_button.setDefault(True)
        self._fit()

    def _show_failure(self, error: Exception) -> None:
        words = error_sentence(error).line
        self.failure.setText(words)
        self.failure.setVisible(True)
        self._fit()

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.save_button.setText(_("Speichert …") if saving else _("Speiche&rn"))
        self.cancel_button.setEnabled(not saving)
        self.file_offer.setEnabled(not saving)
        for field in self.fields.values():
            field.setEnabled(not saving)
        if saving:
            self.failure.setVisible(False)
        self._check()
