"""Wiederherstellen with believable backups, for pictures (tests/screenshots.py)."""

from datetime import timedelta
from pathlib import Path

from PySide6.QtWidgets import QWidget

from tests.ui.fakes import NOW, FakeBridge, FakeClock
from workmate_desktop.domain.backups import BackupLook, KeptBackup, Loss
from workmate_desktop.ui.backup.restore_dialog import RestoreDialog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.window.crash_dialog import CrashDialog


class PictureBackups:
    """Answers as services.backups.Backups does, without files."""

    def __init__(self, *, ours: bool = True) -> None:
        self.ours = ours

    def kept(self) -> list[KeptBackup]:
        return [
            KeptBackup(
                f"/daten/backups/2026-11-{22 - day:02d}{'-1712' if day % 3 == 2 else ''}.sqlite3",
                1_380_000 - day * 9_000,
                118 - day * 2,
                97 - day * 2,
                NOW - timedelta(days=1 + day, minutes=37 * day),
                sound=day != 3,
            )
            for day in range(14)
        ]

    def look(self, source: Path) -> BackupLook:
        at = NOW - timedelta(days=2, minutes=37)
        return BackupLook(
            str(source),
            1_371_000,
            at,
            at,
            116,
            2,
            95,
            at,
            119_000,
            "eur",
            ours=self.ours,
            newer=False,
            loss=Loss(4, ("RE-2026-0117", "RE-2026-0118", "RE-2026-0119"), 1, 1, 3),
            next_number="RE-2026-0121" if self.ours else "RE-2026-0117",
            numbers_known=self.ours,
        )

    def discard(self, look: BackupLook | None) -> None:
        """Nothing to sweep up."""


def restore(theme: Theme) -> QWidget:
    """The second newest backup is chosen."""
    return _dialog(theme, PictureBackups())


def other_office(theme: Theme) -> QWidget:
    """A backup of another installation."""
    return _dialog(theme, PictureBackups(ours=False))


def _dialog(theme: Theme, backups: PictureBackups) -> QWidget:
    bridge = FakeBridge()
    made = RestoreDialog(theme, backups, bridge, FakeClock())  # type: ignore[arg-type]
    bridge.setParent(made)
    made.table.selectRow(1)
    return made


def fault(theme: Theme) -> QWidget:
    """The last run ended by a fault of the program."""
    report = (
        "WorkmateOS Desktop 0.4 · Python 3.11.7\nLinux-6.1.0-x86_64\n\n"
        "Fault in native code\n\nFatal Python error: Segmentation fault\n\n"
        "Current thread 0x00007f (most recent call first):\n"
        '  File "workmate_desktop/app/window/run.py", line 41 in run_window\n\n'
        "2026-11-23T08:00:03.120Z INFO    [Stripe] Listening on http://127.0.0.1:8000/…"
    )
    return CrashDialog(theme, report, ended=True)
