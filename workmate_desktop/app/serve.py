"""`serve`: listener without a window, for an office server. No Qt.

Stops cleanly on SIGTERM and SIGINT. Every line goes to the log file and to the console.
"""

import logging
import signal
import sys
import threading
from types import FrameType

from workmate_desktop.app.core import STRIPE_MAY_COME_AGAIN, Core, Refused
from workmate_desktop.app.data_dir import make_data_dir, remove_demo_data
from workmate_desktop.app.options import Options
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.clock import SystemClock
from workmate_desktop.gateways.instance_lock import InstanceLock
from workmate_desktop.services.log import ProgramLog

logger = logging.getLogger("workmate.serve")


def serve(options: Options) -> int:
    """Run until a signal. Returns the exit code."""
    lock = InstanceLock(options.data_dir)
    try:
        make_data_dir(options.data_dir)
        alone = lock.acquire()
    except OSError as error:
        return _complain(f"The data folder cannot be used: {error.strerror}")
    if not alone:
        return _complain("Another WorkmateOS already works on this data folder; not started.")
    asked_to_stop = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    log = ProgramLog(options.data_dir, to_console=True)
    log.start()
    try:
        return _serve(options, asked_to_stop)
    finally:
        log.stop()
        lock.release()
        remove_demo_data(options)


def _serve(options: Options, asked_to_stop: threading.Event) -> int:
    try:
        core = Core(options, SystemClock())
    except UserError as error:
        return _answer_only_503(error, options, asked_to_stop)
    except ValueError as error:
        return _complain(str(error))
    try:
        if options.demo:
            _prepare_demo(core)
        core.start()
        if options.demo:
            _play_demo(core)
        asked_to_stop.wait()
        logger.info("Stopping")
    finally:
        core.stop()
    return 0


def _answer_only_503(error: UserError, options: Options, asked_to_stop: threading.Event) -> int:
    """The database was refused: say so. If that may pass, answer 503, so that Stripe returns."""
    logger.error(
        "The database was refused: %s (newest good backup: %s)",
        error.code,
        error.values.get("backup"),
    )
    if error.code not in STRIPE_MAY_COME_AGAIN:
        return 1  # a person is needed first; a server that waits would look like one that works
    refused = Refused(error, options)
    refused.start()
    asked_to_stop.wait()
    refused.stop()
    return 1


def _prepare_demo(core: Core) -> None:
    from workmate_desktop.services.demo import fill

    fill(core.database, core.clock, core.setup)


def _play_demo(core: Core) -> None:
    """One success and one decline through the real listener, each step as a log line."""
    from workmate_desktop.services.demo_play import play

    play(core.books, core.simulation, core.clock)


def _complain(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
