"""The port of the listener. Imports little: it is bound before the rest of the program is there."""

import errno
import socket
import sys
from typing import Final

ADDRESS: Final = "127.0.0.1"
"""The listener is reachable from this machine only; the tunnel runs on it too."""

_FURTHER_PORTS: Final = 50
_TAKEN: Final = (errno.EADDRINUSE, errno.EACCES)
_BACKLOG: Final = 512


class ListenerError(OSError):
    """No port could be bound; staff see a banner, the window works on."""


def bind(port: int) -> socket.socket:
    """Return a listening socket on ``port`` of 127.0.0.1 or the next free one; 0 means any.

    From now on the system takes connections and keeps them until the listener accepts them.
    Raises ListenerError when nothing can be bound.
    """
    candidates = [*range(port, min(port + _FURTHER_PORTS, 65535) + 1), 0] if port else [0]
    problem: OSError | None = None
    for candidate in candidates:
        try:
            return _listen(candidate)
        except OSError as error:
            problem = error
            if error.errno not in _TAKEN:
                break
    raise ListenerError(
        problem.errno if problem else errno.EADDRINUSE, "the listener could not be bound"
    ) from problem


def _listen(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # There, SO_REUSEADDR would take a port away from the program that has it.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # Past connections in TIME_WAIT do not count; a listening program does.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "darwin" and port and _answers(port):
            # BSD lets a second program bind the exact address beside a wildcard one.
            raise OSError(errno.EADDRINUSE, "port taken")
        bound.bind((ADDRESS, port))
        bound.listen(_BACKLOG)  # only here does Linux notice some kinds of "taken"
        bound.setblocking(False)
    except BaseException:
        bound.close()
        raise
    return bound


def _answers(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((ADDRESS, port)) == 0
