"""Tells what a catch-up brought: a toast, and the quiet remark of the status bar."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.services.catch_up.catch_up import NO_KEY, CatchUpResult
from workmate_desktop.services.reception.reception import Reception
from workmate_desktop.ui.kit.toast import ToastHost, ToastKind
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence
from workmate_desktop.words.reception_texts import remark_words, result_words

AFTER_THE_NEWS_MS = 1200
"""The toasts of single invoices come first: few have room, and the sum must be among them."""


class CatchUpTeller(QObject):
    """Follows the catch-up. `answered()`: the request that `expect` named is done.

    What polling brings every 30 s is told by the news of the invoices alone.
    """

    answered = Signal()

    def __init__(
        self,
        reception: Reception,
        bridge: Bridge,
        toasts: ToastHost,
        set_remark: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._reception = reception
        self._toasts = toasts
        self._set_remark = set_remark
        self._last: CatchUpResult | None = None
        self._expected: int | None = None
        self._starting = True
        """No run of this session was complete yet."""
        self._at_start = [0, 0, 0, 0]
        bridge.reception_changed.connect(self._look)

    def expect(self, number: int) -> None:
        """Someone asked for the missed events; also "nichts Neues" is to be told."""
        self._expected = number

    @Slot()
    def _look(self) -> None:
        state = self._reception.state.catch_up
        result = state.last if state is not None else None
        if state is None or result is None or result is self._last:
            return
        self._last = result
        asked = self._expected is not None and state.answered >= self._expected
        starting = self._starting
        # Keys that are entered later end no absence.
        no_key = result.trouble is not None and result.trouble.code == NO_KEY
        self._starting = starting and not result.complete and not no_key
        if result.source is Source.CATCH_UP and result.found:
            self._remark(result, at_start=starting)
        if asked:
            self._expected = None
            self.answered.emit()
        if result.found and (asked or result.source is Source.CATCH_UP):
            words = result_words(result, after_absence=starting or result.absent)
            QTimer.singleShot(AFTER_THE_NEWS_MS, self, lambda: self._show(words, result))
        elif asked:
            self._show_nothing_found(result)

    def _remark(self, result: CatchUpResult, *, at_start: bool) -> None:
        found = [result.payments, result.failures, result.reviews, result.reversals]
        if at_start:  # a run may break off; the next one goes on
            self._at_start = found = [a + b for a, b in zip(self._at_start, found, strict=True)]
        self._set_remark(remark_words(*found, at_start=at_start))

    def _show(self, words: str, result: CatchUpResult) -> None:
        kind = ToastKind.SUCCESS if result.payments else ToastKind.INFO
        self._toasts.show(words, self._what_is_missing(result), kind)

    def _show_nothing_found(self, result: CatchUpResult) -> None:
        if result.trouble is not None:
            self._toasts.show(*error_sentence(result.trouble), ToastKind.ERROR)
        else:
            self._toasts.show(_("Nichts verpasst"), _("Bei Stripe liegt nichts Neues."))

    def _what_is_missing(self, result: CatchUpResult) -> str:
        if result.complete:
            return ""
        return _("Noch nicht alles: Das Programm versucht es gleich weiter.")
