"""Whatever hangs outside, the window goes on: it answers within 100 ms, and Abbrechen works."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit

from tests.gateways.keyrings import HangingKeyring
from tests.journey.desk import WEBHOOK_SECRET, Desk
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.standins.stripe_http import Fault
from workmate_desktop.gateways.keychain import Keychain
from workmate_desktop.ui.stripe.configure_dialog import ConfigureDialog

pytestmark = pytest.mark.alone

LIMIT = 0.100
"""Seconds that the window may take to answer (FAULTS I)."""


_SCHEDSTAT = Path("/proc/thread-self/schedstat")


class Pulse:
    """Beats every few milliseconds in the GUI thread, and in a thread beside it: what that one
    misses too is the machine's doing and not the window's. Nor is waiting for a free core.
    """

    def __init__(self) -> None:
        self._window = _Beats()
        self._machine = _Beats()
        self._ended = threading.Event()
        self._timer = QTimer()
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._window.beat)
        self._timer.start()
        self._thread = threading.Thread(target=self._run, name="pulse")
        self._thread.start()

    def fresh(self) -> None:
        """Forget what was before."""
        self._window.fresh()
        self._window.beat()  # from this moment on; the other thread begins with its next beat
        self._machine.fresh()

    @property
    def longest(self) -> float:
        """The window's longest silence in seconds, less that of the machine."""
        return max(0.0, self._window.longest - self._machine.longest)

    def stop(self) -> None:
        self._timer.stop()
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.005):
            self._machine.beat()


class _Beats:
    """The longest time between two beats."""

    def __init__(self) -> None:
        self._waited = 0.0
        self.fresh()

    def fresh(self) -> None:
        self._last = 0.0  # the thread that beats begins by itself: its waiting is its own
        self.longest = 0.0

    def beat(self) -> None:
        now, waited = time.monotonic(), _waited_for_a_core()
        if self._last:
            self.longest = max(self.longest, now - self._last - (waited - self._waited))
        self._last, self._waited = now, waited


def _waited_for_a_core() -> float:
    """Seconds that this thread was ready to run but others had the cores; 0.0 where that is not
    told. https://docs.kernel.org/scheduler/sched-stats.html
    """
    try:
        return int(_SCHEDSTAT.read_text("ascii").split()[1]) / 1e9
    except OSError:
        return 0.0


@pytest.fixture
def pulse(qtbot: object) -> Iterator[Pulse]:
    beating = Pulse()
    yield beating
    beating.stop()


@pytest.fixture
def hanging() -> Iterator[HangingKeyring]:
    """A keyring that never answers; freed at the end."""
    keyring = HangingKeyring()
    yield keyring
    keyring.released.set()


def type_keys(desk: Desk) -> ConfigureDialog:
    desk.open_stripe()
    desk.click(desk.pages.stripe, "Konfigurieren")
    dialog = desk.dialog(ConfigureDialog)
    fields: list[tuple[QLineEdit, str]] = [
        (dialog.publishable, PUBLISHABLE_KEY),
        (dialog.secret, SECRET_KEY),
        (dialog.webhook_secret, WEBHOOK_SECRET),
    ]
    for field, key in fields:
        field.setText(key)  # pasted
    return dialog


def test_j4_a_hanging_keyring_blocks_nothing(
    start: Callable[..., Desk], hanging: HangingKeyring, pulse: Pulse
) -> None:
    keychain = Keychain("test", open_backend=lambda: hanging, limit=1.0)
    desk = start(keychain=keychain)
    desk.wait_until_ready()
    dialog = type_keys(desk)
    pulse.fresh()
    desk.click(dialog, "Speichern")
    desk.wait(lambda: "Der Schlüsselbund dieses PCs antwortet nicht." in desk.seen(dialog))
    assert pulse.longest < LIMIT
    # The way out is offered, and works.
    desk.click(dialog, "In verschlüsselter Datei speichern")
    desk.wait_closed(ConfigureDialog)
    desk.wait(lambda: desk.pages.badge.accessibleName() == "TESTMODUS")


def test_a_keyring_that_hangs_at_the_start_leaves_the_list_usable(
    start: Callable[..., Desk], hanging: HangingKeyring, pulse: Pulse
) -> None:
    first = start(keychain=Keychain("test", open_backend=lambda: GoodOnce(hanging)))
    first.wait_until_ready()
    dialog = type_keys(first)
    first.click(dialog, "Speichern")
    first.wait_closed(ConfigureDialog)
    first.stop()

    desk = start(keychain=Keychain("test", open_backend=lambda: hanging, limit=1.0))
    desk.wait(lambda: desk.program.pages is not None)
    pulse.fresh()
    desk.open_invoices()
    desk.press("Ctrl+F")
    desk.write("Müller")
    desk.wait(lambda: desk.pages.invoices.model.query.text == "Müller")
    desk.open_stripe()
    desk.wait(lambda: "Die Schlüssel sind nicht lesbar." in desk.seen(desk.pages.stripe))
    assert pulse.longest < LIMIT
    desk.wait_until_ready()
    assert desk.stripe_sends(desk.event(None)) == 503  # Stripe comes again


class GoodOnce(HangingKeyring):
    """Works as long as nobody minds: the keyring of the first start."""

    def __init__(self, shared: HangingKeyring) -> None:
        super().__init__()
        self.kept = shared.kept
        self.released.set()

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


def test_a_stripe_that_never_answers_blocks_nothing_and_can_be_cancelled(
    start: Callable[..., Desk], pulse: Pulse
) -> None:
    with StripeStandIn() as stripe:
        desk = start(stripe_api_base=stripe.url)
        desk.wait_until_ready()
        dialog = type_keys(desk)
        stripe.fail_next(Fault.HANG, times=3)
        pulse.fresh()
        desk.click(dialog, "Verbindung testen")
        desk.wait(lambda: stripe.asked)
        assert dialog.test.running
        began = time.monotonic()
        desk.click(dialog, "Test abbrechen")
        assert time.monotonic() - began < LIMIT
        assert not dialog.test.running
        desk.wait(lambda: "Der Test wurde abgebrochen." in desk.seen(dialog))
        assert pulse.longest < LIMIT
        # Closing is as quick while it hangs again.
        desk.click(dialog, "Verbindung testen")
        desk.click(dialog, "Abbrechen")
        desk.wait_closed(ConfigureDialog)
        began = time.monotonic()
        desk.stop()
        assert time.monotonic() - began < 3
    assert not [thread for thread in threading.enumerate() if thread.name == "workmate-writer"]


def test_the_pulse_notices_a_blocked_window(desk: Desk, pulse: Pulse) -> None:
    pulse.fresh()
    QTimer.singleShot(0, lambda: time.sleep(0.3))
    desk.wait(lambda: pulse.longest > LIMIT)
