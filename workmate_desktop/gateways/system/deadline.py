"""Calls that may never come back (network, keyring) cannot hold up their caller."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


def start(work: Callable[[], T], name: str) -> Future[T]:
    """Run `work` in a daemon thread of its own; the future gets its result or its exception.

    A thread that hangs costs a thread, nothing more: no other call waits for it and the
    program can end. Whoever waits may settle the future itself to give up.
    """
    future: Future[T] = Future()

    def run() -> None:
        # Given up meanwhile: nobody wants the result any more.
        with suppress(InvalidStateError):
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - raised again for whoever waits
                future.set_exception(error)
            else:
                future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
