"""`serve`: listener without a window, for an office server. No Qt.

Stops cleanly on SIGTERM and SIGINT. Every line goes to the log file and to the console.
"""

import logging
import signal
import sys
import threading
from types import FrameType

from workmate_desktop.app.core import AlreadyRunning, Core, make_data_dir, remove_demo_data
from workmate_desktop.app.options import Options
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.clock import SystemClock
from workmate_desktop.services.log import ProgramLog

logger = logging.getLogger("workmate.serve")


def serve(options: Options) -> int:
    """Run until a signal. Returns the exit code."""
    try:
        make_data_dir(options.data_dir)
    except OSError as error:
        return _complain(f"The data folder cannot be used: {error.strerror}")
    log = ProgramLog(options.data_dir, to_console=True)
    log.start()
    clock = SystemClock()
    asked_to_stop = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        core = Core(options, clock, log)
    except AlreadyRunning:
        log.stop()
        return _complain("Another WorkmateOS already works on this data folder; not started.")
    except UserError as error:
        return _answer_only_503(error, options, log, asked_to_stop)
    except ValueError as error:
        log.stop()
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
        log.stop()
        remove_demo_data(options)
    return 0


def _answer_only_503(
    error: UserError, options: Options, log: ProgramLog, asked_to_stop: threading.Event
) -> int:
    """The database was refused: say so, answer 503, so that Stripe comes again."""
    from workmate_desktop.app.core import Refused

    logger.error(
        "The database was refused: %s (newest good backup: %s)",
        error.code,
        error.values.get("backup"),
    )
    refused = Refused(error, options)
    refused.start()
    asked_to_stop.wait()
    refused.stop()
    log.stop()
    return 1


def _prepare_demo(core: Core) -> None:
    from workmate_desktop.services.demo import fill

    fill(core.database, core.clock, core.setup)


def _play_demo(core: Core) -> None:
    """One success and one decline through the real listener, each step as a log line."""
    from workmate_desktop.services.demo import play

    play(core.books, core.simulation, core.clock)


def _complain(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
