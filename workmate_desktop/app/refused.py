"""What still answers while the books cannot be opened."""

import logging

from workmate_desktop.app.options import Options
from workmate_desktop.domain.errors import UserError
from workmate_desktop.listener.server import Listener
from workmate_desktop.services.booking.receive import NOT_READY
from workmate_desktop.store.database.errors import StoreTrouble

logger = logging.getLogger("workmate.app")

STRIPE_MAY_COME_AGAIN = frozenset(
    {StoreTrouble.FULL, StoreTrouble.READ_ONLY, StoreTrouble.BUSY, StoreTrouble.UNREADABLE}
)
"""Troubles that pass: meanwhile the listener answers 503. A damaged, missing or foreign
database needs a person first, so nothing listens at all (FAULTS F5 to F9)."""


class Refused:
    """The books could not be opened: where that may pass, answer 503, so that Stripe returns."""

    def __init__(self, error: Exception, options: Options) -> None:
        self._listener = Listener(lambda _body, _signature: NOT_READY)
        self._options = options
        self._useful = isinstance(error, UserError) and error.code in STRIPE_MAY_COME_AGAIN

    def start(self) -> None:
        """Answer 503 from now on, if a port can be had."""
        if not self._useful:
            return
        try:
            self._listener.start(self._options.port)
        except OSError as error:
            logger.error("The listener could not be started: %s", error)

    def stop(self) -> None:
        """Stop answering."""
        self._listener.stop()
