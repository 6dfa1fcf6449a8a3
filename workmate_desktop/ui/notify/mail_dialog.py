"""E-Mail bei Meldungen: whether somebody gets an e-mail, who, and through which mailbox.

The stored password is never put into its field: an empty field keeps it.
"""

from typing import cast

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.notify.addresses import mail_address
from workmate_desktop.domain.notify.mail import (
    USUAL_PORT,
    MailAccount,
    MailField,
    MailProblem,
    MailSecurity,
    problems_of,
)
from workmate_desktop.domain.text import tidied
from workmate_desktop.services.notify.mail_setup import MailSetup
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.file_offer import FileOffer
from workmate_desktop.ui.kit.fitting_area import FittingArea, grow
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.key_field import SecretField
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.notify.mail_test import MailTest
from workmate_desktop.words.language import _
from workmate_desktop.words.mail_texts import hint, problem_words, security_words
from workmate_desktop.words.messages import error_sentence

_WIDTH = 560


class MailDialog(QDialog):
    """Accepted when everything is saved."""

    def __init__(self, settings: MailSetup, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._bridge = bridge
        self._state = settings.state
        self._saving = False
        account = self._state.account
        self._first_time = not account.server
        self.setWindowTitle(_("E-Mail bei Meldungen"))
        self.setMinimumWidth(_WIDTH)
        self.wanted = QCheckBox(_("Bei Meldungen eine &E-Mail senden"))
        self.wanted.setChecked(self._state.on or (self._first_time and not self._state.declined))
        self.recipient = QLineEdit(account.recipient)
        self.server = QLineEdit(account.server)
        self.server.setPlaceholderText("smtp.anbieter.de")
        self.port = QLineEdit(str(account.port))
        self.security = QComboBox()
        for security in MailSecurity:
            self.security.addItem(security_words(security), security)
        self.security.setCurrentIndex(list(MailSecurity).index(account.security))
        self.user = QLineEdit(account.user)
        self.password = SecretField(_("Passwort"))
        self.password.setProperty("mono", False)
        if self._state.has_password:
            self.password.setPlaceholderText(_("gespeichert"))
        self.from_address = QLineEdit("" if account.sender == account.user else account.sender)
        self.fields = {
            MailField.RECIPIENT: FormField(_("&An"), self.recipient),
            MailField.SERVER: FormField(_("&Mailserver"), self.server),
            MailField.PORT: FormField(_("&Port"), self.port),
            MailField.SECURITY: FormField(_("&Verschlüsselung"), self.security),
            MailField.PASSWORD: FormField(_("Pass&wort"), self.password),
            MailField.SENDER: FormField(_("A&bsender"), self.from_address),
        }
        self.user_field = FormField(_("Ben&utzer"), self.user)
        self.test = MailTest(settings, bridge)
        self.failure = PlainLabel(role="error", wrap=True)
        self.failure.setVisible(False)
        self.file_offer = FileOffer()
        self.file_offer.setVisible(False)
        self.cancel_button = button(_("Abb&rechen"))
        self.save_button = button(_("&Speichern"), kind="primary")
        self.save_button.setDefault(True)
        self._build()
        self._connect()
        self.resize(620, 200)
        self._check()
        (self.recipient if self._first_time else self.wanted).setFocus()

    def reject(self) -> None:
        """Close without saving; a saving under way is waited for."""
        if not self._saving:
            self.test.forget()
            super().reject()

    def event(self, event: QEvent) -> bool:
        """Grow when something inside asks for more room, and once all is dressed."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            grow(self, self._area, centred=event.type() == QEvent.Type.Show)
        return handled

    def account(self) -> MailAccount:
        """What is entered. The sender is the user, where that is an address and none is typed."""
        port, user = self.port.text().strip(), self.user.text().strip()
        sender = _address(self.from_address)
        return MailAccount(
            tidied(self.server.text()).strip(),
            int(port) if port.isdecimal() and len(port) < 7 else 0,
            MailSecurity(self.security.currentData()),
            user,
            sender or mail_address(user) or "",
            _address(self.recipient),
        )

    def problems(self) -> dict[MailField, MailProblem]:
        """What is wrong with the fields as they stand, the stored password included."""
        password = bool(self.password.typed()) or self._state.has_password
        return problems_of(self.account(), password=password)

    # Building

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 22, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(PlainLabel(_("E-Mail bei Meldungen"), role="title"))
        inside = QWidget()
        inside.setProperty("part", "scroll")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(10)
        words = _(
            "Bei fehlgeschlagenen Zahlungen, offenen Klärungen und Störungen erhält eine Person im "
            "Büro eine E-Mail. Meldungen derselben Minute werden zusammengefasst."
        )
        column.addWidget(PlainLabel(words, role="muted", wrap=True))
        column.addWidget(self.wanted)
        column.addWidget(self.fields[MailField.RECIPIENT])
        _add_row(
            column,
            (self.fields[MailField.SERVER], 4),
            (self.fields[MailField.PORT], 1),
            (self.fields[MailField.SECURITY], 3),
        )
        _add_row(column, (self.user_field, 1), (self.fields[MailField.PASSWORD], 1))
        column.addWidget(self.fields[MailField.SENDER])
        column.addWidget(self.failure)
        column.addWidget(self.file_offer)
        column.addStretch(1)
        self._area = FittingArea(inside)
        outer.addWidget(self._area, 1)
        outer.addWidget(self.test.answer)
        outer.addWidget(line())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        outer.addLayout(buttons)
        buttons.addWidget(self.test, 1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)

    def _connect(self) -> None:
        for field in (
            self.recipient,
            self.server,
            self.port,
            self.user,
            self.password,
            self.from_address,
        ):
            field.textChanged.connect(self._on_changed)
        self.security.currentIndexChanged.connect(self._on_security)
        self.wanted.toggled.connect(self._on_changed)
        self.test.wanted.connect(self._on_test_wanted)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._on_save)
        self.file_offer.accepted.connect(self._on_save_in_file)

    # Checking

    @Slot()
    def _on_security(self) -> None:
        """The usual port follows the choice; another one stays."""
        if self.port.text().strip() in {str(port) for port in USUAL_PORT.values()}:
            self.port.setText(str(USUAL_PORT[MailSecurity(self.security.currentData())]))
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self.test.forget()
        self._check()

    @Slot()
    def _check(self) -> None:
        wanted, problems = self.wanted.isChecked(), self.problems()
        for kind, field in self.fields.items():
            problem = problems.get(kind)
            # What is not filled in yet is not wrong yet.
            bad = problem is not None and problem is not MailProblem.MISSING
            words = (
                problem_words(kind, problem)
                if problem is not None and bad
                else hint(kind, has_password=self._state.has_password)
            )
            field.set_message(words, FieldMessage.BAD if bad and wanted else FieldMessage.HINT)
        user = self.user.text().strip()
        self.from_address.setPlaceholderText(mail_address(user) or "")
        for field in (*self.fields.values(), self.user_field):
            field.setEnabled(wanted and not self._saving)
        self.test.set_possible(wanted and not problems and not self._saving)
        self.save_button.setEnabled((not wanted or not problems) and not self._saving)

    # Doing

    @Slot()
    def _on_test_wanted(self) -> None:
        self.test.start(self.account(), self.password.typed())

    @Slot()
    def _on_save(self) -> None:
        self._save(allow_file=False)

    @Slot()
    def _on_save_in_file(self) -> None:
        self._save(allow_file=True)

    def _save(self, *, allow_file: bool) -> None:
        wanted = self.wanted.isChecked()
        if self._saving or (wanted and self.problems()):
            return
        self.test.forget()
        account, password, settings = self.account(), self.password.typed(), self._settings
        self._set_saving(True)

        def save() -> None:
            if wanted:
                settings.save(account, password, allow_file=allow_file)
            else:
                settings.turn_off()

        self._bridge.run_in_background(save, self._on_saved, self._on_failed, self)

    def _on_saved(self, _nothing: None) -> None:
        self._set_saving(False)
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self._set_saving(False)
        self.failure.setText(error_sentence(error).line)
        self.failure.setVisible(True)
        offered = isinstance(error, UserError) and error.code == "keychain_unavailable"
        if offered:
            self.file_offer.offer()
        else:
            self.file_offer.setVisible(False)
            self.save_button.setDefault(True)

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.save_button.setText(_("Speichert …") if saving else _("&Speichern"))
        for widget in (self.wanted, self.cancel_button, self.file_offer):
            cast(QWidget, widget).setEnabled(not saving)
        if saving:
            self.failure.setVisible(False)
        self._check()


def _address(field: QLineEdit) -> str:
    """Without what a copy brought along; as it stands when it is no address."""
    text = field.text().strip()
    return mail_address(text) or text


def _add_row(column: QVBoxLayout, *fields: tuple[QWidget, int]) -> None:
    row = QHBoxLayout()
    row.setSpacing(12)
    column.addLayout(row)
    for field, stretch in fields:
        row.addWidget(field, stretch, Qt.AlignmentFlag.AlignTop)
