"""FAULTS J11 to J13: names that would like to be HTML, in every window of the real program."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QLabel,
    QMessageBox,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.factories import encoded, event_body
from tests.journey.desk import Desk
from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceDraft
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction
from workmate_desktop.ui.invoices.panel.detail import DetailPanel

BAIT = "{bait}"
NAMES = [
    '<img src="file://{bait}">',
    "<img src='{bait}'>",
    "<IMG SRC={bait}>x",
    "<b>Fett GmbH</b>",
    "<h1>Groß</h1>",
    "<a href='file://{bait}'>Link</a>",
    "<script>alert(1)</script>",
    "<style>*{{color:red}}</style>",
    "<table background='{bait}'><tr><td>x</td></tr></table>",
    "<qt>Qt</qt>",
    "<!DOCTYPE html><html><body>x</body></html>",
    "<p style=\"background-image:url('{bait}')\">x</p>",
    "<br><br><br>",
    "&lt;b&gt;",
    "&amp;Mnemonic && Co",
    "A & B <kg>",
    "\u202egnp.live",
    "Zeile\u2028Zeile",
    "**fett** [x](file://{bait})",
    "%1 %s {{0}} {{}}",
    "'; DROP TABLE customers; --",
    "\x1b[31mrot",
    "🧾" * 40,
    "W" * 500,
    "<img src=x onerror=y>\n<b>zweite Zeile</b>",
]
TODAY = datetime.now(UTC).date()
_TRACED = "WORKMATE_TRACED"
"""Set for the run under strace."""


@pytest.fixture
def bait(tmp_path: Path) -> Path:
    """A picture that nobody may open. It was last read long ago."""
    path = tmp_path / "bait.png"
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0)
    assert image.save(str(path))
    os.utime(path, (1, 2))
    return path


def _was_opened(path: Path) -> bool:
    return path.stat().st_atime != 1


def _hostile_desk(start: Callable[..., Desk], bait: Path) -> tuple[Desk, dict[str, str]]:
    """The demo with 25 hostile customers, their invoices, events, notices; name → invoice."""
    desk = start(demo=True)
    desk.wait_until_ready()
    core, ids = desk.core, {}
    for raw in NAMES:
        name = raw.format(bait=bait)
        customer_id = core.invoicing.save_customer(
            Customer("", name, name, name, name, name, "DE", name)
        ).result(PATIENCE)
        known = core.books.customer(customer_id)
        assert known is not None
        due = TODAY + timedelta(days=7)
        items = core.books.invoice(_any_invoice(desk)).items
        bill = InvoiceDraft(customer_id, TODAY, due, items, note=name, livemode=False)
        ids[known.name] = core.invoicing.issue(bill).result(PATIENCE)
        core.invoicing.save_draft(bill).result(PATIENCE)
        core.invoicing.add_manual_payment(ids[known.name], 1, "cash", TODAY, name).result(PATIENCE)
        for metadata in ({"invoice_id": name}, {"invoice_number": name}):
            event = parse(encoded(event_body(metadata=metadata)), datetime.now(UTC))
            core.receive.event(event, Source.WEBHOOK).result(PATIENCE)
        failed = event_body(ids[known.name], failed="generic_decline")
        core.receive.event(parse(encoded(failed), datetime.now(UTC)), Source.WEBHOOK).result(
            PATIENCE
        )
    return desk, ids


def _any_invoice(desk: Desk) -> str:
    from workmate_desktop.domain.invoices.lists import InvoiceQuery

    return desk.core.books.invoice_page(InvoiceQuery(False, TODAY), limit=1)[0].id


def _visit_everything(desk: Desk, ids: dict[str, str]) -> Iterator[tuple[str, list[QWidget]]]:
    """Open one window after the other; yields its name and what is new while it is open."""
    pages, window = desk.pages, desk.program.window
    for page, name in ((1, "Stripe"), (2, "Protokoll"), (0, "Rechnungen")):
        window.show_page(page)
        QApplication.processEvents()
        yield name, [window]
    pages.stripe.show_review()
    for item in desk.core.review.open_items():
        pages.invoices.show_review(item.id)
        QApplication.processEvents()
        yield "Klärung nötig", [window]
    for name, invoice_id in ids.items():
        pages.invoices.select_invoice(invoice_id)
        desk.wait(partial(_shows, pages.invoices.detail, name))
        yield "detail", [pages.invoices.detail]
    for event in desk.core.books.event_page(limit=60):
        pages.stripe.show_event(event.id)
        QApplication.processEvents()
    yield "events", [window]
    for name, invoice_id in ids.items():
        window.toasts.show(name, name)
        draft_id = desk.core.invoicing.save_draft(_draft_like(desk, invoice_id)).result(PATIENCE)
        openers: list[Callable[[], None]] = [
            partial(pages.invoices.actions_of.run, InvoiceAction.ADD_PAYMENT, invoice_id),
            partial(pages.invoices.actions_of.run, InvoiceAction.CLOSE_REST, invoice_id),
            partial(pages.invoices.actions_of.run, InvoiceAction.PAY_BACK, invoice_id),
            partial(_reverse, desk, invoice_id),
            partial(pages.invoices.actions_of.run, InvoiceAction.DELETE, draft_id),
            partial(pages.invoices.edit_requested.emit, draft_id),
            partial(pages._open_simulation, invoice_id),
        ]
        for opener in openers:
            opener()
            QApplication.processEvents()
            yield "dialog", _dialogs()
            for dialog in _dialogs():
                dialog.hide()
                dialog.deleteLater()


def _dialogs() -> list[QWidget]:
    """What is open over the window; never nothing."""
    found: list[QWidget] = [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, QDialog) and widget.isVisible()
    ]
    assert found
    return found


def _draft_like(desk: Desk, invoice_id: str) -> InvoiceDraft:
    invoice = desk.core.books.invoice(invoice_id)
    assert invoice is not None
    return InvoiceDraft(
        invoice.customer_id, TODAY, TODAY, invoice.items, note=invoice.note, livemode=False
    )


def _shows(detail: DetailPanel, name: str) -> bool:
    return detail.customer.full_text() == name


def _reverse(desk: Desk, invoice_id: str) -> None:
    payment = desk.core.books.payments(invoice_id)[0]
    desk.pages.invoices.actions_of.reverse(invoice_id, payment.id)


def _leave_in_peace(desk: Desk) -> None:
    """Views read once more a moment after the last change: not from a closed database."""

    def busy() -> bool:
        timers = desk.program.window.findChildren(QTimer)
        return any(timer.isActive() and timer.isSingleShot() for timer in timers)

    desk.wait(lambda: not busy(), seconds=40)  # toasts stay their time, too


def _rich_places(roots: list[QWidget]) -> list[str]:
    """Where something on screen would be read as HTML."""
    found = []
    for root in roots:
        for widget in (root, *root.findChildren(QWidget)):
            found += _rich_in(widget)
    return found


def _rich_in(widget: QWidget) -> list[str]:
    rich, name = GuiQt.mightBeRichText, f"{type(widget).__name__} {widget.accessibleName()!r}"
    found = []
    if isinstance(widget, QLabel):
        auto = widget.textFormat() != Qt.TextFormat.PlainText
        found += [f"{name}: {widget.text()}"] if auto and rich(widget.text()) else []
    if isinstance(widget, QMessageBox):
        text = widget.text() + widget.informativeText()
        if widget.textFormat() != Qt.TextFormat.PlainText and rich(text):
            found.append(f"{name}: {text}")
    if isinstance(widget, QTextEdit) and "<img" in widget.toHtml():
        found.append(f"{name}: {widget.toHtml()}")
    tips = [widget.toolTip()]
    if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
        one = isinstance(model, QAbstractListModel)
        columns = 1 if one else model.columnCount(QModelIndex())
        tips += [
            str(model.index(row, column).data(Qt.ItemDataRole.ToolTipRole) or "")
            for row in range(min(model.rowCount(QModelIndex()), 120))
            for column in range(columns)
        ]
    # plain_tip escapes what it wraps in <qt>.
    for tip in tips:
        inside = tip.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "")
        if rich(tip) and ("<" in inside or not tip.startswith("<qt>")):
            found.append(f"{name}, tip: {tip}")
    return found


@pytest.mark.skipif(
    shutil.which("strace") is not None and _TRACED not in os.environ,
    reason="test_j12_strace_sees_no_file_opened runs it, under strace",
)
def test_j13_hostile_names_in_every_window(start: Callable[..., Desk], bait: Path) -> None:
    desk, ids = _hostile_desk(start, bait)
    seen = set()
    for place, roots in _visit_everything(desk, ids):
        seen.add(place)
        assert _rich_places(roots) == [], place
    _leave_in_peace(desk)
    assert seen == {
        "Stripe",
        "Protokoll",
        "Rechnungen",
        "Klärung nötig",
        "detail",
        "events",
        "dialog",
    }


def test_j12_no_file_is_opened(
    start: Callable[..., Desk], bait: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    # First the proof that this would be noticed: a plain QLabel does open the file.
    control = tmp_path / "control.png"
    control.write_bytes(bait.read_bytes())
    os.utime(control, (1, 2))
    label = QLabel(f'<img src="{control}">')
    qtbot.addWidget(label)
    label.show()
    qtbot.waitExposed(label)
    label.grab()
    if not _was_opened(control):
        pytest.skip("this file system does not note when a file was read")
    label.hide()
    os.utime(bait, (1, 2))
    desk, ids = _hostile_desk(start, bait)
    for place, roots in _visit_everything(desk, dict(list(ids.items())[:12])):
        for root in roots:
            root.grab()
        assert not _was_opened(bait), place
    _leave_in_peace(desk)


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.timeout(300)
def test_j12_strace_sees_no_file_opened(tmp_path: Path) -> None:
    """The test of all 25 names in every window, while strace notes each file that is opened."""
    trace = tmp_path / "opened.txt"
    tracing = ["strace", "-f", "-qq", "-e", "trace=open,openat,openat2", "-e", "signal=none"]
    tests = [__file__, "-k", "test_j13_hostile_names_in_every_window", "-o", "timeout=280"]
    run = subprocess.run(
        [
            *(*tracing, "-o", str(trace)),
            *(sys.executable, "-m", "pytest", *tests, "-p", "no:cacheprovider", "-p", "no:xdist"),
            *("--basetemp", str(tmp_path / "traced")),
        ],
        cwd=CHECKOUT,
        env={**os.environ, _TRACED: "1"},
        capture_output=True,
        text=True,
        timeout=290,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    assert "1 passed" in run.stdout
    opened = [line for line in trace.read_text("utf-8").splitlines() if "bait" in line]
    # Only where the test itself wrote it: so strace would have seen more.
    assert len(opened) == 1
    assert "O_WRONLY" in opened[0]


def test_j13_the_check_itself_notices_html(qtbot: QtBot, tmp_path: Path) -> None:
    label, tip = QLabel("<b>fett</b>"), QWidget()
    tip.setToolTip("<img src=x>")
    for widget in (label, tip):
        qtbot.addWidget(widget)
        assert len(_rich_places([widget])) == 1
