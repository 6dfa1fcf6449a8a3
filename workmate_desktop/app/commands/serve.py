"""`serve`: listener without a window, for an office server. No Qt.

Stops cleanly on SIGTERM and SIGINT. Every line goes to the log file and to the console.
"""

import logging
import select
import signal
import socket
import sys

from workmate_desktop.app.core import Core
from workmate_desktop.app.data_dir import hold_data_dir, remove_demo_data
from workmate_desktop.app.options import Options
from workmate_desktop.app.outside import Outside
from workmate_desktop.app.refused import STRIPE_MAY_COME_AGAIN, Refused
from workmate_desktop.app.watching import ServerWatch
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.instance_lock import InstanceLock
from workmate_desktop.services.log import ProgramLog
from workmate_desktop.words.messages import error_sentence

logger = logging.getLogger("workmate.serve")


RETRY_SECONDS = 15.0
"""How often a database that could not be opened is tried again."""


class StopSignals:
    """SIGTERM and SIGINT, waited for without a gap.

    A signal that comes just before the main thread blocks in a lock would be noticed only after
    it; and an Event set by a handler may wait for its own thread. So the signal itself writes
    into a socket, whichever thread it meets, and the main thread waits for that.
    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """

    def __init__(self) -> None:
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        self._before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: None)

    def wait(self, timeout: float | None = None) -> bool:
        """Whether a signal came, after `timeout` seconds at most; from then on always True."""
        ready, _, _ = select.select([self._read], [], [], timeout)
        return bool(ready)

    def close(self) -> None:
        """Leave the signals alone."""
        signal.set_wakeup_fd(self._before)
        self._read.close()
        self._write.close()


def serve(options: Options) -> int:
    """Run until a signal. Returns the exit code."""
    asked_to_stop = StopSignals()
    log = ProgramLog(options.data_dir, to_console=True)
    lock = InstanceLock(options.data_dir)
    try:
        core = _opened(options, lock, log, asked_to_stop)
        if core is None:
            return 1
        watch = ServerWatch(core)
        watch.start()
        try:
            _run(core, asked_to_stop)
        finally:
            core.stop()
        watch.stop()  # after a fault the note of the run stays: it did not end as it should
    finally:
        log.stop()
        lock.release()
        remove_demo_data(options)
        asked_to_stop.close()
    return 0


def _opened(
    options: Options, lock: InstanceLock, log: ProgramLog, asked_to_stop: StopSignals
) -> Core | None:
    """The core, once the books can be opened. None: they cannot, or a signal came before.

    Where the trouble may pass, Stripe is answered 503 meanwhile, so that it comes again.
    """
    refused: Refused | None = None
    held = False
    told: str | None = None
    try:
        while True:
            try:
                held = held or hold_data_dir(options.data_dir, lock)
                if not held:
                    _complain(_sentence(UserError("already_running")))
                    return None
                log.start()
                return Core(options, Outside.real(options))
            except ValueError as error:
                _complain(str(error))
                return None
            except UserError as error:
                log.start()
                logger.error("The database was refused: %s", error.code)
                told = _tell(error, told)
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


def _run(core: Core, asked_to_stop: StopSignals) -> None:
    if core.options.demo:
        _prepare_demo(core)
    core.start()
    if core.options.demo:
        _play_demo(core)
    asked_to_stop.wait()
    logger.info("Stopping")


def _prepare_demo(core: Core) -> None:
    from workmate_desktop.services.demo.office import fill

    fill(core.database, core.clock, core.setup)


def _play_demo(core: Core) -> None:
    """One success and one decline through the real listener, each step as a log line."""
    from workmate_desktop.services.demo.demo_play import play

    play(core.books, core.simulation, core.clock)


def _tell(error: UserError, told: str | None) -> str:
    """Say in German what is wrong and what to do; the same trouble is said once."""
    if error.code != told:
        _complain(_sentence(error))
        backup, saved = error.values.get("backup"), error.values.get("rescued")
        if saved:
            _complain(f"Dazu denselben Befehl aufrufen mit: restore '{saved}' --yes")
        elif backup:
            _complain(f"Neueste brauchbare Sicherung: {backup}")
    return error.code


def _sentence(error: UserError) -> str:
    return error_sentence(error).line


def _complain(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
