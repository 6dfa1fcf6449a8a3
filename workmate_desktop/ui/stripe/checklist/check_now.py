"""Jetzt prüfen: asks everything anew that the checklist is judged by, without a word in between."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.reception.self_test import SelfTestResult
from workmate_desktop.services.reception.reception import Reception


class CheckNow(QObject):
    """What comes of it is announced and ticks the points; `running_changed(bool)` tells when.

    `look` asks Stripe for the endpoint; `fetch` for missed events (the number of the request,
    None where nothing is ever fetched), which also measures the clock; `test` sends a test event
    through the public address, if there is one. `look` and `fetch` return at once, `test` blocks.
    """

    running_changed = Signal(bool)

    def __init__(
        self,
        reception: Reception,
        bridge: Bridge,
        look: Callable[[], None],
        fetch: Callable[[], int | None],
        test: Callable[[], SelfTestResult],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._reception = reception
        self._bridge = bridge
        self._look, self._fetch, self._test = look, fetch, test
        self._number: int | None = None
        self._testing = False
        self._running = False
        bridge.reception_changed.connect(self._on_news)

    @Slot()
    def start(self) -> None:
        """Begin; twice is once."""
        if self._running:
            return
        self._running = True
        self.running_changed.emit(True)
        self._look()
        self._number = self._fetch()
        self._testing = self._reception.state.public_url is not None
        if self._testing:
            self._bridge.run_in_background(self._test, self._on_tested, self._on_failed, self)
        self._on_news()

    def _on_tested(self, _result: SelfTestResult) -> None:
        self._testing = False
        self._on_news()

    def _on_failed(self, error: Exception) -> None:
        self._testing = False
        self._on_news()
        raise error  # a test that does not come back is a result; this is a fault of ours

    @Slot()
    def _on_news(self) -> None:
        catch_up = self._reception.state.catch_up
        fetched = self._number is None or (
            catch_up is not None and catch_up.answered >= self._number
        )
        if self._running and fetched and not self._testing:
            self._running = False
            self.running_changed.emit(False)
