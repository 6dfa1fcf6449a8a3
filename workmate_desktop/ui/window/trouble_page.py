"""Shown instead of everything else when the books cannot be opened: why, and what mends it."""

import platform
import traceback
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workmate_desktop import __version__
from workmate_desktop.domain.backups import backup_name
from workmate_desktop.domain.errors import UserError
from workmate_desktop.ui.kit.cards import Card, line
from workmate_desktop.ui.kit.controls import CopyButton, button
from workmate_desktop.ui.kit.open_outside import copy_text
from workmate_desktop.ui.kit.plain_text import Choice, PlainLabel, chosen_key, message_box
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import formats
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import Message, error_sentence

_MENDED_BY_BACKUP = frozenset(
    {"database_damaged", "database_missing", "database_foreign", "database_altered"}
)
_RESCUED = "database_rescued"
_NOT_BY_WAITING = frozenset(
    {"database_newer", "restore_at_next_start", _RESCUED, *_MENDED_BY_BACKUP}
)


class TroublePage(QWidget):
    """Signals: `restore_wanted(str)` the name of a backup file, after the user agreed, or the path
    of rescued books, newer than backups; `retry_wanted()`. Either way the page then waits to
    be replaced. `choose_wanted()`: another backup, from a list or a file.
    """

    restore_wanted = Signal(str)
    retry_wanted = Signal()
    choose_wanted = Signal()

    def __init__(
        self, theme: Theme, error: Exception, data_dir: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._details = ""
        code = error.code if isinstance(error, UserError) else ""
        found = error.values.get("backup") if isinstance(error, UserError) else None
        self._backup = str(found) if found and code in _MENDED_BY_BACKUP else ""
        message = self._message(error, code)
        self.sentence = PlainLabel(message.sentence, wrap=True, role="strong")
        self.action = PlainLabel(message.action, wrap=True)
        self.restore: QPushButton | None = None
        self.choose: QPushButton | None = None
        self.retry: QPushButton | None = None
        self.copy: QPushButton | None = None
        if self._backup:
            words = _("&Sicherung vom {0} einspielen …").format(backup_words(self._backup))
            self.restore = button(words, kind="primary")
            self.restore.clicked.connect(self._ask_to_restore)
        saved = error.values.get("rescued") if isinstance(error, UserError) else None
        self._rescued = str(saved) if saved and code == _RESCUED else ""
        if self._rescued:
            self.restore = button(_("&Gerettete Bücher einspielen"), kind="primary")
            self.restore.clicked.connect(self._restore_rescued)
        if code in _MENDED_BY_BACKUP or self._rescued:
            self.choose = button(_("&Andere Sicherung wählen …"))
            self.choose.clicked.connect(self.choose_wanted)
        if code not in _NOT_BY_WAITING:
            self.retry = button(_("&Erneut versuchen"), kind="primary")
            self.retry.clicked.connect(self._on_retry)
        if not isinstance(error, UserError):
            self._details = details(error)
            self.copy = button(_("Einzelheiten &kopieren"))
            self.copy.clicked.connect(self._copy_details)
        self.waiting = PlainLabel(role="muted")
        self.picture = QLabel()
        self._lay_out(self._card(code, data_dir))
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def showEvent(self, event: QShowEvent) -> None:
        """The button that mends it is at hand."""
        super().showEvent(event)
        for made in (self.restore, self.choose, self.retry, self.copy):
            if made is not None:
                made.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    # Building

    def _message(self, error: Exception, code: str) -> Message:
        message = error_sentence(error)
        if not isinstance(error, UserError):
            # The page Protokoll cannot be reached from here.
            action = _("Bitte noch einmal versuchen. Hilft das nicht, dem Support schreiben.")
            return Message(message.sentence, action)
        if code in _MENDED_BY_BACKUP and not self._backup:
            action = _(
                "Es gibt keine brauchbare automatische Sicherung. Haben Sie selbst eine "
                "gespeichert, lässt sie sich hier wählen."
            )
            return Message(message.sentence, action)
        return message

    def _card(self, code: str, data_dir: Path) -> Card:
        card = Card(margin=28)
        card.setMinimumWidth(320)
        card.setMaximumWidth(620)
        title = PlainLabel(
            _("Die Rechnungen können nicht geöffnet werden"), role="title", wrap=True
        )
        card.setAccessibleName(title.full_text())
        head = QHBoxLayout()
        head.setSpacing(14)
        card.body.addLayout(head)
        head.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(title, 1)
        card.body.addSpacing(4)
        for words in (self.sentence, self.action):
            card.body.addWidget(words)
        card.body.addSpacing(6)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        card.body.addLayout(buttons)
        for made in (self.restore, self.choose, self.retry, self.copy):
            if made is not None:
                buttons.addWidget(made)
        buttons.addWidget(self.waiting)
        buttons.addStretch(1)
        card.body.addSpacing(6)
        card.body.addWidget(line())
        if code != "already_running":
            card.body.addWidget(
                PlainLabel(
                    _(
                        "Zahlungen gehen nicht verloren: Was Stripe jetzt nicht zustellen kann, "
                        "stellt es später noch einmal zu."
                    ),
                    role="small",
                    wrap=True,
                )
            )
        card.body.addWidget(self._folder(data_dir))
        return card

    def _folder(self, data_dir: Path) -> QWidget:
        """The path may be selected and copied."""
        place = QWidget()
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.folder = PlainLabel(
            str(data_dir), role="mono", elide=True, elide_middle=True, selectable=True
        )
        row.addWidget(PlainLabel(_("Datenordner:"), role="small"))
        row.addWidget(self.folder, 1)
        row.addWidget(
            CopyButton(self._theme, _("Pfad des Datenordners kopieren"), text=str(data_dir))
        )
        return place

    def _lay_out(self, card: Card) -> None:
        inside = QWidget()
        inside.setProperty("part", "scroll")
        middle = QVBoxLayout(inside)
        middle.setContentsMargins(16, 16, 16, 16)
        middle.addStretch(1)
        row = QHBoxLayout()
        middle.addLayout(row)
        row.addStretch(1)
        row.addWidget(card, 100)
        row.addStretch(1)
        middle.addStretch(2)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    @Slot()
    def _draw_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        self.picture.setPixmap(self._theme.pixmap("triangle-alert", 28, "dot_red", ratio))

    # Doing

    @Slot()
    def _copy_details(self) -> None:
        copy_text(self._details)
        self.waiting.setText(_("Kopiert"))

    @Slot()
    def _on_retry(self) -> None:
        self._wait()
        self.retry_wanted.emit()

    @Slot()
    def _ask_to_restore(self) -> None:
        box = message_box(
            self,
            _("Sicherung einspielen"),
            _("Die Sicherung vom {0} an die Stelle der Datenbank setzen?").format(
                backup_words(self._backup)
            ),
            _(
                "Was danach eingetragen wurde, fehlt dann. Zahlungen über Stripe aus dieser Zeit "
                "bitte im Stripe-Dashboard vergleichen. Die jetzigen Dateien bleiben im "
                "Datenordner in einem eigenen Unterordner erhalten."
            ),
            [
                Choice("restore", _("Sicherung &einspielen"), primary=True, danger=True),
                Choice("keep", _("&Abbrechen"), cancels=True),
            ],
        )

        def decided() -> None:
            if chosen_key(box) == "restore":
                self._wait()
                self.restore_wanted.emit(self._backup)
            box.deleteLater()

        box.finished.connect(decided)
        box.open()

    @Slot()
    def _restore_rescued(self) -> None:
        self._wait()
        self.restore_wanted.emit(self._rescued)

    def _wait(self) -> None:
        """One click is enough; the answer is another page."""
        for made in (self.restore, self.choose, self.retry):
            if made is not None:
                made.setEnabled(False)
        self.waiting.setText(_("Einen Moment …"))


def backup_words(name: str) -> str:
    """ "22.11.2026, 14:05" for the file name of a backup, or the date alone; the name itself when
    the program did not make it.
    """
    found = backup_name(name.removesuffix(".sqlite3")) if name.endswith(".sqlite3") else None
    if found is None:
        return name
    day = formats.date_text(found.day)
    if found.before_update:  # made by store.open before it migrates
        before = _("{0} (vor dem Update)")
        return before.format(day)
    if found.before_mending:
        mending = _("{0} (vor der Reparatur)")
        return mending.format(day)
    return f"{day}, {found.time[:2]}:{found.time[2:]}" if found.time else day


def details(error: Exception) -> str:
    """For support: versions, the kind of the error and where it happened, but not its words,
    which may name what is private.
    """
    places = traceback.format_tb(error.__traceback__)
    head = f"WorkmateOS Desktop {__version__} · Python {platform.python_version()}"
    return "\n".join((head, platform.platform(), type(error).__name__, *places))
