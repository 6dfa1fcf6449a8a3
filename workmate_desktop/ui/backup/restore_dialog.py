"""Wiederherstellen: choose a backup, look into it, and only then put it in place of the books."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.backups import BackupLook, KeptBackup
from workmate_desktop.domain.clock import Clock
from workmate_desktop.services.upkeep.backups import Backups
from workmate_desktop.ui.backup.kept_model import Column, KeptModel
from workmate_desktop.ui.kit.cards import Card, KeyValueRows
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import Choice, PlainLabel, chosen_key, message_box
from workmate_desktop.ui.kit.tables import RowDelegate, style_table
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import backup as texts
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

_WIDTHS = {Column.NAME: 190, Column.INVOICES: 96, Column.PAYMENTS: 96, Column.LAST_ENTRY: 150}
_FILE, _LAST_ENTRY, _INVOICES, _PAYMENTS, _LAST, _ORIGIN = range(6)


class RestoreDialog(QDialog):
    """Signal `agreed()`: the backup last looked at shall become the books."""

    agreed = Signal()

    def __init__(
        self,
        theme: Theme,
        backups: Backups,
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._backups = backups
        self._bridge = bridge
        self._clock = clock
        self._wanted: Path | None = None
        self._looking: Path | None = None
        self.look: BackupLook | None = None
        self.setWindowTitle(_("Wiederherstellen"))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 620)
        self.model = KeptModel(clock, self)
        self.table = _table(theme, self.model)
        self.table.setAccessibleName(_("Automatische Sicherungen"))
        self.other_button = button(_("Andere &Datei …"))
        self.rows = KeyValueRows()
        for words in (
            _("Datei"),
            _("Letzter Eintrag"),
            _("Rechnungen"),
            _("Zahlungen"),
            _("Letzte Zahlung"),
            _("Herkunft"),
        ):
            self.rows.add_row(words)
        self.loss = PlainLabel(wrap=True)
        self.warning = PlainLabel(role="error", wrap=True)
        self.hint = PlainLabel(
            _("Noch wird nichts ersetzt: Hier steht zuerst, was die Sicherung enthält."),
            role="muted",
            wrap=True,
        )
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.inside = QStackedWidget()
        self.cancel_button = button(_("&Abbrechen"))
        self.restore_button = button(_("&Wiederherstellen …"), kind="danger")
        self.restore_button.setEnabled(False)
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.other_button.clicked.connect(self._choose_file)
        self.cancel_button.clicked.connect(self.reject)
        self.restore_button.clicked.connect(self._ask)
        self.finished.connect(self._on_finished)
        bridge.run_in_background(backups.kept, self._show_kept, self._on_failed, self)

    def look_into(self, path: Path) -> None:
        """Copy and read the file in the background; the newest wish wins."""
        self._wanted = path
        self.look = None
        self.restore_button.setEnabled(False)
        self._say(_("Die Sicherung wird geprüft …"))
        if self._looking is None:
            self._start_looking()

    # Inside

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(6)
        outer.addWidget(PlainLabel(_("Sicherung wiederherstellen"), role="title"))
        outer.addWidget(
            PlainLabel(
                _(
                    "Alle Rechnungen und Zahlungen gehen auf den Stand der Sicherung zurück. Die "
                    "jetzigen Daten werden nicht gelöscht, sondern beiseitegelegt."
                ),
                role="muted",
                wrap=True,
            )
        )
        outer.addSpacing(8)
        outer.addWidget(self.table, 1)
        beside = QHBoxLayout()
        outer.addLayout(beside)
        beside.addWidget(self.other_button)
        beside.addStretch(1)
        outer.addSpacing(4)
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.rows)
        column.addWidget(self.warning)
        column.addWidget(self.loss)
        column.addStretch(1)
        self.inside.addWidget(self.hint)
        self.inside.addWidget(found)
        card = Card(margin=14)
        card.setAccessibleName(_("Inhalt der Sicherung"))
        card.body.addWidget(self.inside)
        card.setMinimumHeight(264)
        outer.addWidget(card)
        outer.addSpacing(8)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        outer.addLayout(buttons)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.restore_button)

    def _say(self, words: str, role: str = "muted") -> None:
        self.hint.set_role(role)
        self.hint.setText(words)
        self.inside.setCurrentIndex(0)

    def _show_kept(self, rows: list[KeptBackup]) -> None:
        self.model.show_rows(rows)
        if not rows:
            self._say(_("Es gibt noch keine automatische Sicherung. Bitte eine Datei wählen."))

    @Slot(QModelIndex, QModelIndex)
    def _on_row(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self.model.row_at(current.row())
        if row is not None:
            self.look_into(Path(row.path))

    @Slot()
    def _choose_file(self) -> None:
        chosen, _filter = QFileDialog.getOpenFileName(
            self,
            _("Sicherung wählen"),
            str(Path.home()),
            _("Sicherung (*.sqlite3);;Alle Dateien (*)"),
        )
        if chosen:
            self.table.clearSelection()
            self.look_into(Path(chosen))

    def _start_looking(self) -> None:
        path = self._looking = self._wanted
        if path is not None:
            self._bridge.run_in_background(
                lambda: self._backups.look(path), self._show_look, self._on_look_failed, self
            )

    def _show_look(self, look: BackupLook) -> None:
        if self._overtaken():
            return
        self.look = look
        self.rows.set_value(_FILE, Path(look.path).name)
        self.rows.set_value(_LAST_ENTRY, texts.last_entry_words(look, self._clock))
        self.rows.set_value(_INVOICES, texts.invoices_words(look))
        self.rows.set_value(_PAYMENTS, str(look.payments))
        self.rows.set_value(_LAST, texts.last_payment_words(look, self._clock))
        self.rows.set_value(_ORIGIN, texts.origin_words(look))
        warning = texts.warning_words(look)
        self.warning.setText(warning)
        self.warning.setVisible(bool(warning))
        said = () if look.newer else (texts.loss_words(look), texts.number_words(look))
        self.loss.setText("\n".join(part for part in said if part))
        self.inside.setCurrentIndex(1)
        self.restore_button.setEnabled(not look.newer)

    def _on_look_failed(self, error: Exception) -> None:
        if not self._overtaken():
            self._on_failed(error)

    def _on_failed(self, error: Exception) -> None:
        self._say(error_sentence(error).line, "error")

    def _overtaken(self) -> bool:
        """Another file was chosen meanwhile: that one is looked into now."""
        looked, self._looking = self._looking, None
        if looked == self._wanted:
            return False
        self._start_looking()
        return True

    @Slot()
    def _ask(self) -> None:
        look = self.look
        if look is None or self._looking is not None:
            return
        box = message_box(
            self,
            _("Wiederherstellen"),
            _("Alle Daten auf den Stand dieser Sicherung zurücksetzen?"),
            "\n\n".join(
                part
                for part in (
                    _("Letzter Eintrag darin: {0}.").format(
                        texts.last_entry_words(look, self._clock)
                    ),
                    texts.loss_words(look),
                    texts.number_words(look),
                    texts.warning_words(look),
                    _("Die jetzigen Daten bleiben im Datenordner in einem Unterordner."),
                )
                if part
            ),
            [
                Choice("restore", _("&Zurücksetzen"), primary=True, danger=True),
                Choice("keep", _("&Abbrechen"), cancels=True),
            ],
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def decided() -> None:
            if chosen_key(box) == "restore":
                self.accept()
                self.agreed.emit()

        box.finished.connect(decided)
        box.open()

    @Slot(int)
    def _on_finished(self, result: int) -> None:
        """Nobody wants what was looked at: the copy is swept up."""
        if result != QDialog.DialogCode.Accepted:
            look = self.look
            self._bridge.run_in_background(lambda: self._backups.discard(look))


def _table(theme: Theme, model: KeptModel) -> QTableView:
    view = QTableView()
    style_table(view)
    view.setModel(model)
    view.setItemDelegate(RowDelegate(theme, view, tabular_digits=True))
    header = view.horizontalHeader()
    header.setStretchLastSection(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for column, width in _WIDTHS.items():
        view.setColumnWidth(column, width)
    return view
