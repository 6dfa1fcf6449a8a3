"""What the window's thread waits for: nothing, whatever hangs outside (FAULTS I).

Counted, not timed: a slow PC makes every answer late, but no call more. That the loop goes on
while something hangs, the journeys see by themselves: what they wait for is shown by that loop,
and what hangs does so until the test ends.
"""

import _queue
import _socket
import _ssl
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType, ModuleType

import workmate_desktop

_PROGRAM = os.path.dirname(workmate_desktop.__file__) + os.sep  # noqa: PTH120 - of each call
_WAITING = {"wait", "join"}
"""Of threading's conditions, events and threads; futures, queues and joins end there."""
_SLOW_OBJECTS = (_socket.socket, _ssl._SSLSocket, _queue.SimpleQueue)  # type: ignore[attr-defined]
_SLOW_METHODS = frozenset(
    "connect connect_ex accept recv recv_into recvfrom send sendall sendto read write"
    " do_handshake get".split()
)
_SLOW_FUNCTIONS = frozenset(
    (time.sleep, select.select, select.poll, os.waitpid, _socket.getaddrinfo)
)


class WindowWaits:
    """Watches the thread that makes it. `found` names each wait of the program there."""

    def __init__(self) -> None:
        self.found: list[str] = []
        sys.setprofile(self._profile)

    def fresh(self) -> None:
        """Forget what was before."""
        self.found.clear()

    def stop(self) -> None:
        sys.setprofile(None)

    def _profile(self, frame: FrameType, what: str, argument: object) -> None:
        slow = _is_slow(argument) if what == "c_call" else what == "call" and _waits(frame)
        if slow and (where := _of_the_program(frame)):
            self.found.append(where)


def _is_slow(function: object) -> bool:
    owner = getattr(function, "__self__", None)
    if isinstance(owner, ModuleType):
        return function in _SLOW_FUNCTIONS
    return isinstance(owner, _SLOW_OBJECTS) and function.__name__ in _SLOW_METHODS  # type: ignore[attr-defined]


def _waits(frame: FrameType) -> bool:
    code = frame.f_code
    if code.co_filename == subprocess.__file__:
        return code.co_name in ("wait", "communicate", "__init__")
    if code.co_filename != threading.__file__ or code.co_name not in _WAITING:
        return False
    # A pool asks its threads with a limit of 0; a thread that is started says so at once.
    return frame.f_locals.get("timeout") != 0 and not any(
        one.f_code.co_filename == threading.__file__ and one.f_code.co_name == "start"
        for one in _outwards(frame)
    )


def _of_the_program(frame: FrameType) -> str | None:
    """Where the program's own code is that called this; None for the test's own calls."""
    for one in _outwards(frame):
        if one.f_code.co_filename.startswith(_PROGRAM):
            place = one.f_code.co_filename.removeprefix(_PROGRAM)
            return f"{place}:{one.f_lineno} {one.f_code.co_name}: {frame.f_code.co_name}"
    return None


def _outwards(frame: FrameType) -> Iterator[FrameType]:
    one: FrameType | None = frame
    while one is not None:
        yield one
        one = one.f_back
