"""One page with every shared part, for looking at: `python -m tests.screenshots gallery`."""

from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QStackedWidget,
    QStatusBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.ui.kit.cards import Card, DotLabel, EmptyState, FigureCard, KeyValueRows
from workmate_desktop.ui.kit.controls import CopyButton, SearchField, Segments, button
from workmate_desktop.ui.kit.date_field import DateField
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.pills import PillDelegate, PillLabel
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.tables import FLASH_ROLE, RowDelegate, style_table
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.kit.toast import ToastHost, ToastKind
from workmate_desktop.ui.window.navigation import TopNavigation
from workmate_desktop.words.formats import date_text, money
from workmate_desktop.words.pills import Pill, pills_text
from workmate_desktop.words.tone import Tone

PAID = Pill("Bezahlt", Tone.GREEN)
OPEN = Pill("Offen", Tone.BLUE)
FAILED = Pill("Zahlung fehlgeschlagen", Tone.RED)

ROWS = (
    ("RE-2026-0118", "Bäckerei Lindner GmbH", date(2026, 11, 21), 119000, 119000, (PAID,), 1.0),
    ("RE-2026-0117", "Praxis Dr. Aydin", date(2026, 11, 20), 47600, 0, (OPEN, FAILED), 0.0),
    (
        "RE-2026-0116",
        "Kanzlei Voß & Partner <b>",
        date(2026, 11, 18),
        238000,
        100000,
        (Pill("Teilbezahlt", Tone.AMBER),),
        0.0,
    ),
    (
        "RE-2026-0113",
        "Fahrschule Becker",
        date(2026, 10, 30),
        29750,
        0,
        (Pill("Überfällig", Tone.RED),),
        0.0,
    ),
    ("Entwurf", "Café Morgenrot", None, 21420, 0, (Pill("Entwurf", Tone.GREY),), 0.0),
)


class RowsModel(QAbstractTableModel):
    """Invoices as in the picture."""

    TITLES = ("Nummer", "Kunde", "Datum", "Betrag", "Bezahlt", "Status")

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(ROWS)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (3, 4):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return self.TITLES[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        row = ROWS[index.row()]
        column = index.column()
        if role == FLASH_ROLE:
            return row[6]
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (3, 4):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column == 2:
            return date_text(row[2])
        if column in (3, 4):
            return money(row[column], "eur") if row[column] else "–"
        return pills_text(row[5]) if column == 5 else row[column]


def table(theme: Theme) -> QTableView:
    """The list of invoices."""
    view = QTableView()
    style_table(view)
    view.setModel(RowsModel(view))
    view.setItemDelegate(RowDelegate(theme, view))
    view.setItemDelegateForColumn(2, RowDelegate(theme, view, muted=True))
    view.setItemDelegateForColumn(3, RowDelegate(theme, view, tabular_digits=True))
    view.setItemDelegateForColumn(4, RowDelegate(theme, view, tabular_digits=True, muted=True))
    view.setItemDelegateForColumn(5, PillDelegate(theme, lambda index: ROWS[index.row()][5], view))
    for column, width in enumerate((118, 174, 95, 97, 97)):
        view.setColumnWidth(column, width)
    view.horizontalHeader().setSectionResizeMode(5, QHeaderView.ResizeMode.Stretch)
    view.setSortingEnabled(True)
    view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    view.selectRow(1)
    return view


def build(theme: Theme) -> QWidget:
    """Everything in one window."""
    window = QWidget()
    window.setObjectName("gallery")
    outer = QVBoxLayout(window)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    stack = QStackedWidget()
    navigation = TopNavigation(stack)
    page = QWidget()
    navigation.add_page("Rechnungen", page)
    navigation.add_page("Stripe", QWidget())
    navigation.add_page("Protokoll", QWidget())
    navigation.add_right(PillLabel(theme, [Pill("TESTMODUS", Tone.AMBER)]))
    outer.addWidget(navigation)
    outer.addWidget(stack, 1)
    columns = QHBoxLayout(page)
    columns.setContentsMargins(16, 0, 0, 0)
    columns.setSpacing(16)
    left = QVBoxLayout()
    left.setSpacing(12)
    left.setContentsMargins(0, 14, 0, 14)
    columns.addLayout(left, 1)
    columns.addWidget(side_panel(theme))
    figures = QHBoxLayout()
    figures.setSpacing(10)
    for caption, figure, tone in (
        ("Offen", "4.986,00 €", Tone.GREY),
        ("Überfällig", "297,50 €", Tone.RED),
        ("Bezahlt im November", "12.423,60 €", Tone.GREEN),
        ("Klärung nötig", "3 Zahlungen", Tone.GREY),
    ):
        card = FigureCard(theme, caption)
        card.set_figure(figure, tone)
        figures.addWidget(card)
    left.addLayout(figures)
    bar = QHBoxLayout()
    new = button("Neue Rechnung", kind="primary")
    theme.set_icon(new, "plus", "on_accent")
    bar.addWidget(new)
    segments = Segments("Filter")
    for key, text, count in (
        ("all", "Alle", None),
        ("open", "Offen", 4),
        ("overdue", "Überfällig", 1),
        ("failed", "Fehlgeschlagen", 2),
        ("paid", "Bezahlt", None),
        ("draft", "Entwürfe", None),
    ):
        segments.add(key, text)
        segments.set_count(key, count)
    bar.addWidget(segments)
    bar.addStretch(1)
    bar.addWidget(SearchField(theme, "Suchen … Strg+F"))
    left.addLayout(bar)
    left.addWidget(table(theme), 1)
    left.addLayout(lower(theme))
    status = QStatusBar()
    status.setContentsMargins(16, 0, 16, 0)
    status.setSizeGripEnabled(False)
    state = DotLabel(theme)
    state.set_state(Tone.GREEN, "Empfang bereit")
    status.addWidget(state)
    status.addWidget(PlainLabel("https://kit-buero.ngrok.app → 127.0.0.1:8000", role="mono"))
    status.addWidget(PlainLabel("Letztes Ereignis: vor 3 s · payment_intent.succeeded"))
    status.addPermanentWidget(PlainLabel("Nachgeholt beim Start: 2 Zahlungen"))
    outer.addWidget(status)
    toasts = ToastHost(window, theme, animate=False)
    toasts.show("Webhook kann nicht geprüft werden", "Signatur passt nicht.", ToastKind.ERROR)
    toasts.show(
        "RE-2026-0118 ist bezahlt",
        "Bäckerei Lindner GmbH · 1.190,00 € · gerade eben",
        ToastKind.SUCCESS,
    )
    return window


def side_panel(theme: Theme) -> QWidget:
    """The right side: details and buttons."""
    panel = QWidget()
    panel.setProperty("part", "panel")
    panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    panel.setFixedWidth(344)
    layout = QVBoxLayout(panel)
    layout.setContentsMargins(16, 16, 16, 16)
    layout.addWidget(PlainLabel("RE-2026-0117", role="muted"))
    layout.addWidget(PlainLabel("Praxis Dr. Aydin", role="title"))
    layout.addWidget(PillLabel(theme, [OPEN, FAILED]))
    rows = KeyValueRows()
    rows.add_row("Netto", "400,00 €")
    rows.add_row("USt. 19 %", "76,00 €")
    rows.add_line()
    rows.add_row("Offener Betrag", "476,00 €", strong=True)
    layout.addWidget(rows)
    layout.addWidget(button("Mit Stripe bezahlen", kind="primary", size="large"))
    row = QHBoxLayout()
    row.addWidget(button("Link kopieren"))
    off = button("QR-Code")
    off.setEnabled(False)
    row.addWidget(off)
    row.addWidget(button("Stornieren", kind="danger"))
    layout.addLayout(row)
    saving = button("Speichern", kind="primary")
    saving.setEnabled(False)
    layout.addWidget(saving)
    layout.addWidget(button("Webhook automatisch einrichten", kind="link"))
    for widget in (QCheckBox("Testrechnung"), QRadioButton("Überweisung"), QRadioButton("Bar")):
        widget.setChecked(widget.text() != "Bar")
        widget.setAutoExclusive(False) if isinstance(widget, QRadioButton) else None
        layout.addWidget(widget)
    progress = QProgressBar()
    progress.setValue(60)
    layout.addWidget(progress)
    layout.addWidget(
        EmptyState(
            theme,
            "inbox",
            "Noch keine Ereignisse",
            "Sobald Stripe eine Zahlung meldet, steht sie hier.",
            button_text="Zahlung simulieren",
        ),
        1,
    )
    layout.addStretch(1)
    return panel


def lower(theme: Theme) -> QHBoxLayout:
    """Cards with fields."""
    row = QHBoxLayout()
    row.setSpacing(12)
    account = Card(title="Konto")
    account.header.addWidget(button("Bearbeiten"))
    rows = KeyValueRows()
    rows.add_row("Verbunden mit", "KIT Solutions · acct_1QKabcdefghijk")
    rows.add_row("Publishable Key", "pk_test_…Zt8Q", mono=True)
    rows.add_row(
        "Öffentlich (ngrok)",
        "https://kit-buero.ngrok.app/api/backoffice/finance/stripe/webhook",
        mono=True,
        extra=CopyButton(theme, "Öffentliche Adresse kopieren", text="https://…"),
    )
    account.body.addWidget(rows)
    account.body.addStretch(1)
    row.addWidget(account, 1)
    form = Card()
    key = QLineEdit("pk_test_51QK…")
    key.setProperty("mono", True)
    good = FormField("&Publishable Key", key)
    good.set_message("Testmodus", FieldMessage.GOOD)
    secret = QLineEdit("whsek_abc")
    secret.setProperty("mono", True)
    bad = FormField("&Webhook Secret", secret)
    bad.set_message("Muss mit whsec_ beginnen.", FieldMessage.BAD)
    form.body.addWidget(good)
    form.body.addWidget(bad)
    combo = QComboBox()
    combo.addItems(["Praxis Dr. Aydin", "Hotel Rheinblick"])
    form.body.addWidget(FormField("Kunde", combo))
    form.body.addStretch(1)
    row.addWidget(form, 1)
    more = Card()
    day = DateField(theme, date(2026, 11, 23))
    more.body.addWidget(FormField("Fällig am", day))
    more.body.addWidget(
        FormField("Hinweis", QPlainTextEdit("Zahlbar innerhalb von 14 Tagen ohne Abzug."))
    )
    row.addWidget(more, 1)
    return row
