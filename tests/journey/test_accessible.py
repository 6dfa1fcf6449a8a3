"""What a screen reader finds in the real window: every control has a German name."""

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QMessageBox,
    QTableView,
    QWidget,
)

from tests.journey.desk import Desk
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction

ENGLISH = re.compile(
    r"\b(close|open|search|save|cancel|delete|the|invoice|settings|clear|next|previous|more)\b",
    re.IGNORECASE,
)


@pytest.fixture
def demo(start: Callable[..., Desk]) -> Desk:
    desk = start(demo=True)
    desk.wait_until_ready()
    desk.wait(lambda: desk.pages.badge.accessibleName() == "TESTMODUS")
    return desk


def name_of(widget: QWidget) -> str:
    """What a screen reader says first."""
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface.text(QAccessible.Text.Name).replace("&", "")


def controls(root: QWidget) -> Iterator[QWidget]:
    """What Tab or a click can reach; the parts inside a list or a date count with it."""
    for widget in (root, *root.findChildren(QWidget)):
        inside = widget.parentWidget()
        if isinstance(inside, QComboBox | QAbstractSpinBox | QAbstractItemView):
            continue
        reachable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isEnabled()
        if reachable and widget.isVisible() and not widget.isWindow():
            yield widget


def nameless(root: QWidget) -> list[str]:
    """The controls that a screen reader cannot tell apart, or names in English."""
    found = []
    for widget in controls(root):
        name = name_of(widget).strip()
        if not name or ENGLISH.search(name):
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}: {name!r}")
    return found


def texts_of(interface: QAccessibleInterface) -> Iterator[str]:
    for place in range(interface.childCount()):
        child = interface.child(place)
        if child is not None:
            yield child.text(QAccessible.Text.Name)


@pytest.mark.parametrize("page", ["open_invoices", "open_stripe", "open_log"])
def test_every_control_of_the_window_has_a_german_name(demo: Desk, page: str) -> None:
    desk = demo
    getattr(desk, page)()
    QApplication.processEvents()
    assert len(list(controls(desk.program.window))) > 5
    assert nameless(desk.program.window) == []


def test_details_have_names_too(demo: Desk) -> None:
    desk = demo
    for number in [n for n in desk.numbers() if n != "Entwurf"][:6]:
        desk.select(number)
        assert nameless(desk.pages.invoices.detail) == []
    desk.open_stripe()
    for row in range(5):
        desk.click_row(desk.pages.stripe.events.table, row)
        assert nameless(desk.pages.stripe.detail) == []


def dialogs_of(desk: Desk) -> Iterator[QDialog]:
    """Open every dialog of the program, one after the other."""
    pages = desk.pages
    issued = next(n for n in desk.numbers() if desk.status(n) == "Offen")
    open_id = desk.invoice(issued).id
    paid_id = desk.invoice(next(n for n in desk.numbers() if desk.status(n) == "Bezahlt")).id
    draft = desk.pages.invoices.model.row_at(desk.numbers().index("Entwurf"))
    assert draft is not None
    actions = pages.invoices.actions_of
    openers: list[Callable[[], object]] = [
        lambda: desk.press("Ctrl+N"),
        lambda: actions.run(InvoiceAction.EDIT, draft.id),
        lambda: actions.run(InvoiceAction.ADD_PAYMENT, open_id),
        lambda: actions.run(InvoiceAction.CLOSE_REST, open_id),
        lambda: actions.run(InvoiceAction.CANCEL, open_id),
        lambda: actions.run(InvoiceAction.PAY_BACK, paid_id),
        lambda: actions.run(InvoiceAction.CANCEL, paid_id),
        lambda: actions.run(InvoiceAction.DELETE, draft.id),
        lambda: actions.run(InvoiceAction.SIMULATE, open_id),
        pages.stripe.configure,
    ]
    for opener in openers:
        opener()
        dialog = desk.dialog(QDialog)
        yield dialog
        dialog.reject()
        desk.wait(lambda shown=dialog: desk.open_dialog(QDialog) is not shown)  # type: ignore[misc]


def test_every_dialog_has_a_title_and_names(demo: Desk) -> None:
    titles = set()
    for dialog in dialogs_of(demo):
        assert nameless(dialog) == [], dialog.windowTitle()
        assert dialog.windowTitle() or isinstance(dialog, QMessageBox)
        titles.add(dialog.windowTitle())
    assert {"Neue Rechnung", "Entwurf bearbeiten", "Stripe konfigurieren"} <= titles
    assert len(titles) == 9


def test_mnemonics_are_unique_in_every_window(demo: Desk) -> None:
    """Two buttons with the same letter would only move the focus to and fro."""
    desk = demo
    for dialog in dialogs_of(desk):
        assert repeated_letters(dialog) == [], dialog.windowTitle()
    desk.select(next(n for n in desk.numbers() if desk.status(n) == "Offen"))
    for opener in (desk.open_invoices, desk.open_stripe, desk.open_log):
        opener()
        QApplication.processEvents()
        assert repeated_letters(desk.program.window) == []


def repeated_letters(root: QWidget) -> list[str]:
    """The mnemonics that several visible parts of this window claim."""
    letters: dict[str, list[str]] = {}
    for widget in root.findChildren(QWidget):
        words = widget.property("text")
        shown = isinstance(words, str) and widget.isVisible() and widget.window() is root
        if shown and (found := re.search(r"&([^&\s])", words)):
            letters.setdefault(found[1].lower(), []).append(words)
    return [f"{letter}: {words}" for letter, words in letters.items() if len(words) > 1]


def test_tables_are_read_with_headers_and_cells(demo: Desk) -> None:
    desk = demo
    desk.open_stripe()
    for table in (desk.pages.invoices.table, desk.pages.stripe.events.table):
        check_table(table)


def check_table(table: QTableView) -> None:
    model = table.model()
    interface = QAccessible.queryAccessibleInterface(table)
    assert interface is not None
    assert interface.role() == QAccessible.Role.Table
    said = interface.tableInterface() if hasattr(interface, "tableInterface") else None
    columns = model.columnCount(QModelIndex())
    for column in range(columns):
        title = model.headerData(column, Qt.Orientation.Horizontal)
        assert title
        spoken = str(model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole))
        assert spoken.startswith(f"{title}: "), spoken
        assert "–" not in spoken  # a screen reader says nothing for a dash
        if said is not None:
            assert said.cellAt(0, column).text(QAccessible.Text.Name) == spoken


def walk(desk: Desk, look: Callable[[QWidget], None]) -> list[QWidget]:
    """Press Tab until it comes round; every control on the way is looked at."""
    window = desk.program.window
    window.setFocus()
    desk.press("Tab")
    seen: list[QWidget] = []
    while (now := QApplication.focusWidget()) not in seen:
        assert now is not None
        seen.append(now)
        look(now)
        desk.press("Tab")
        assert len(seen) < 100
    return seen


@pytest.mark.parametrize("page", ["open_invoices", "open_stripe", "open_log"])
def test_tab_reaches_every_control_and_the_focus_is_seen(demo: Desk, page: str) -> None:
    desk = demo
    desk.select(next(n for n in desk.numbers() if desk.status(n) == "Offen"))
    getattr(desk, page)()
    window = desk.program.window
    invisible = []

    def look(now: QWidget) -> None:
        place = now.mapTo(window, now.rect().topLeft())
        area = now.rect().translated(place).adjusted(-3, -3, 3, 3)
        with_focus = window.grab(area).toImage()
        now.clearFocus()
        if window.grab(area).toImage() == with_focus:
            invisible.append(name_of(now))
        now.setFocus(Qt.FocusReason.TabFocusReason)

    reached = walk(desk, look)
    assert invisible == []
    wanted = [w for w in controls(window) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [name_of(widget) for widget in wanted if widget not in reached] == []


def test_tab_reaches_everything_before_anything_is_set_up(desk: Desk) -> None:
    desk.open_stripe()
    desk.button(desk.pages.stripe, "Konfigurieren")
    reached = walk(desk, lambda _now: None)
    window = desk.program.window
    wanted = [w for w in controls(window) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [name_of(widget) for widget in wanted if widget not in reached] == []
