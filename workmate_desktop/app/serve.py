"""`serve`: listener without a window, for an office server. No Qt.

Stops cleanly on SIGTERM and SIGINT. Every line goes to the log file and to the console.
"""

import logging
import queue
import signal
import sys
from types import FrameType

from workmate_desktop.app.core import STRIPE_MAY_COME_AGAIN, Core, Refused
from workmate_desktop.app.data_dir import hold_data_dir, remove_demo_data
from workmate_desktop.app.options import Options
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.clock import SystemClock
from workmate_desktop.gateways.instance_lock import InstanceLock
from workmate_desktop.services.log import ProgramLog

logger = logging.getLogger("workmate.serve")


RETRY_SECONDS = 15.0
"""How often a database that could not be opened is tried again."""


class _StopAsked:
    """A flag that a signal handler may set at any moment.

    threading.Event may not: a handler that runs while the same thread begins to wait would
    wait for itself. https://docs.python.org/3/library/queue.html#queue.SimpleQueue.put
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[None] = queue.SimpleQueue()

    def set(self) -> None:
        """From now on `wait` returns True."""
        self._queue.put(None)

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it was set, after `timeout` seconds at most."""
        try:
            self._queue.get(timeout=timeout)
        except queue.Empty:
            return False
        self._queue.put(None)
        return True


def serve(options: Options) -> int:
    """Run until a signal. Returns the exit code."""
    asked_to_stop = _StopAsked()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    log = ProgramLog(options.data_dir, to_console=True)
    lock = InstanceLock(options.data_dir)
    try:
        core = _opened(options, lock, log, asked_to_stop)
        if core is None:
            return 1
        try:
            _run(core, asked_to_stop)
        finally:
            core.stop()
    finally:
        log.stop()
        lock.release()
        remove_demo_data(options)
    return 0


def _opened(
    options: Options, lock: InstanceLock, log: ProgramLog, asked_to_stop: "_StopAsked"
) -> Core | None:
    """The core, once the books can be opened. None: they cannot, or a signal came before.

    Where the trouble may pass, Stripe is answered 503 meanwhile, so that it comes again.
    """
    refused: Refused | None = None
    held = False
    try:
        while True:
            try:
                held = held or hold_data_dir(options.data_dir, lock)
                if not held:
                    _complain("Another WorkmateOS already works on this data folder; not started.")
                    return None
                log.start()
                return Core(options, SystemClock())
            except ValueError as error:
                _complain(str(error))
                return None
            except UserError as error:
                log.start()
                backup = error.values.get("backup")
                logger.error("The database was refused: %s (good backup: %s)", error.code, backup)
                if error.code not in STRIPE_MAY_COME_AGAIN:
                    # A person is needed first; a server that waits would look like one that works.
                    return None
                if refused is None:
                    refused = Refused(error, options)
                    refused.start()
            if asked_to_stop.wait(RETRY_SECONDS):
                return None
    finally:
        if refused is not None:
            refused.stop()


def _run(core: Core, asked_to_stop: "_StopAsked") -> None:
    if core.options.demo:
        _prepare_demo(core)
    core.start()
    if core.options.demo:
        _play_demo(core)
    asked_to_stop.wait()
    logger.info("Stopping")


def _prepare_demo(core: Core) -> None:
    from workmate_desktop.services.demo import fill

    fill(core.database, core.clock, core.setup)


def _play_demo(core: Core) -> None:
    """One success and one decline through the real listener, each step as a log line."""
    from workmate_desktop.services.demo_play import play

    play(core.books, core.simulation, core.clock)


def _complain(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
