"""Once a day: is everything booked still what it was? (How: store/seals/seals.py.)"""

import logging
from collections.abc import Callable
from functools import partial

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.schema.check import SEALS_CHECKED_ON
from workmate_desktop.store.seals.seals import Sealed, seal_found
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.upkeep.seal_report import SealReport, compare_with_seals
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.seals")

CHECKED_ON = SEALS_CHECKED_ON
TOLD = "seals.told"
_BREATH_SECONDS = 0.002
"""The check has all day; the window and the listener have not."""
_AT_ONCE = 200
"""Rows sealed in one transaction: few enough that a delivery need not wait for long."""


class SealCheck:
    """Blocks for as long as reading every booked row takes: for the background."""

    def __init__(
        self,
        writer: Writer,
        database: Database,
        clock: Clock,
        pause: Callable[[], object] | None = None,
    ) -> None:
        self._writer = writer
        self._database = database
        self._clock = clock
        self._pause = pause or partial(database.waiting.sleep, _BREATH_SECONDS)

    def due(self) -> bool:
        """Not done today."""
        with self._database.reader() as connection:
            return setting(connection, CHECKED_ON) != self._clock.today().isoformat()

    def run(self) -> SealReport:
        """Compare, and tell with one notice what was not told yet.

        Rows that other programs added are named once and sealed from then on. Raises
        StoreUnavailable, and the errors of the database.
        """
        report = compare_with_seals(self._database, self._pause)
        findings = report.findings
        logger.info("Seals checked: %s rows, head of the chain %s", findings.rows, findings.head)
        if findings.tampered or findings.added:
            logger.warning(
                "Changed from outside: %s rows changed, %s missing, %s added, chain %s",
                len(findings.changed),
                len(findings.missing),
                len(findings.added),
                "whole" if findings.broken_at is None else f"broken at {findings.broken_at}",
            )
        new = findings.added + findings.late
        for start in range(0, len(new), _AT_ONCE):
            self._seal(new[start : start + _AT_ONCE])
        self._writer.submit(lambda t: self._note(t, report)).result()
        return report

    def _seal(self, found: list[tuple[Sealed, str]]) -> None:
        self._writer.submit(lambda t: seal_found(t.raw, found)).result()

    def _note(self, t: Transaction, report: SealReport) -> None:
        findings = report.findings
        t.settings.set(CHECKED_ON, self._clock.today().isoformat())
        told = t.settings.get(TOLD) == report.fingerprint
        t.settings.set(TOLD, report.fingerprint if findings.tampered else None)
        if not findings.added and (told or not findings.tampered):
            return
        first = report.named[0] if report.named else {}
        invoice_id = first.get("invoice_id")
        t.notices.add(
            NoticeKind.CHANGED_OUTSIDE if findings.tampered else NoticeKind.ADDED_OUTSIDE,
            invoice_id=str(invoice_id) if invoice_id else None,
            changed=len(findings.changed),
            missing=len(findings.missing),
            added=len(findings.added),
            broken=findings.broken_at is not None,
            rows=report.named,
        )
