"""The Protokoll tab with believable content, for pictures (tests/screenshots.py)."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from tests.ui.fakes import NOW, FakeBridge, FakeClock
from tests.ui.log.fakes import FakeLog, FakeNotices, notice
from tests.ui.stripe.fakes import FakeReception, FakeStripeBooks, event
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.ui.kit.mode_badge import ModeBadge
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.log.tab import LogTab
from workmate_desktop.ui.window.main_window import MainWindow
from workmate_desktop.ui.window.status_bar import StatusBar
from workmate_desktop.ui.window.trouble_page import TroublePage

DATA_DIR = Path("/home/anna/.local/share/WorkmateOS Desktop")


def picture_notices() -> FakeNotices:
    """Most kinds, the newest two unread."""
    found = FakeNotices()
    found.add(
        notice(9),
        notice(
            8,
            NoticeKind.NEEDS_REVIEW,
            invoice=None,
            amount_minor=8900,
            currency="eur",
            reason="no_invoice",
        ),
        notice(
            7,
            NoticeKind.OVERPAID,
            read=True,
            minutes_ago=50,
            number="RE-2026-0110",
            amount_minor=4530,
            currency="eur",
        ),
        notice(6, NoticeKind.DISK_LOW, read=True, minutes_ago=1500, event=None, free_mb=412),
        notice(5, NoticeKind.THIN_EVENT, read=True, minutes_ago=3000, invoice=None),
        notice(
            4,
            read=True,
            minutes_ago=4000,
            number="RE-2026-0115",
            amount_minor=83300,
            currency="eur",
            decline_code="expired_card",
            still_owed=False,
        ),
    )
    return found


def picture_log() -> FakeLog:
    """The lines of CONTRACT, and what goes wrong."""
    log = FakeLog(file=DATA_DIR / "logs" / "workmate.log")
    log.add("Backup 2026-11-22 made and verified", minutes_ago=1300)
    log.add("[Stripe] Listening on http://127.0.0.1:8000/api/backoffice/finance/stripe/webhook")
    log.add("[Stripe] Webhook verified: payment_intent.succeeded")
    log.add("[Stripe] Payment recorded for Invoice RE-2026-0118: €1190.00")
    log.add("[Stripe] Webhook verified: payment_intent.payment_failed")
    log.add("[Stripe] Payment failed for Invoice RE-2026-0117: Insufficient funds", "WARNING")
    log.add(
        "Background work failed\nTraceback (most recent call last):\n  …\nValueError",
        "ERROR",
    )
    return log


def tab(theme: Theme, notices: FakeNotices, log: FakeLog) -> LogTab:
    """A tab with everything faked around it."""
    bridge = FakeBridge()
    made = LogTab(theme, notices, notices, log, bridge, FakeClock())
    bridge.setParent(made)
    return made


def filled(theme: Theme) -> QWidget:
    """Notices and lines, the first notice selected, in the whole window."""
    window = MainWindow(theme)
    made = tab(theme, picture_notices(), picture_log())
    window.set_page(2, made)
    window.show_page(2)
    window.navigation.tabs.setTabText(2, "Protokoll (2)")
    badge = ModeBadge(theme)
    badge.set_mode(False, True)
    window.navigation.add_right(badge)
    books = FakeStripeBooks()
    books.add_events(event(0))
    clock = FakeClock(NOW)
    clock.moment = books.events["evt_00000"].received_at.replace(second=3)
    bar = StatusBar(theme, books, FakeReception(), FakeBridge(window), clock)
    window.setStatusBar(bar)
    made.notices.list.choose(1)
    return window


def empty(theme: Theme) -> QWidget:
    """The first day."""
    return tab(theme, FakeNotices(), FakeLog())


def damaged(theme: Theme) -> QWidget:
    """The books are damaged, and there is a backup."""
    return TroublePage(theme, UserError("database_damaged", backup="2026-11-22.sqlite3"), DATA_DIR)


def full(theme: Theme) -> QWidget:
    """The disk is full; it may pass."""
    return TroublePage(theme, UserError("disk_full", backup=None), DATA_DIR)


def rescued(theme: Theme) -> QWidget:
    """The file was deleted while the program ran."""
    path = str(DATA_DIR / "gerettet-20261123-170300.sqlite3")
    error = UserError("database_rescued", backup="2026-11-22.sqlite3", rescued=path)
    return TroublePage(theme, error, DATA_DIR)


def fault(theme: Theme) -> QWidget:
    """The program itself is at fault."""
    return TroublePage(theme, ValueError("x"), DATA_DIR)
