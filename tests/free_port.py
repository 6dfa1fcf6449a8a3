"""A port for a program that must be told one before it starts."""

import random
import socket

_OWN = range(20_000, 32_000)
"""Below what systems hand out by themselves (Linux: from 32768, others: from 49152), so that no
connection of a test beside this one is given it before the program binds it."""


def free_port() -> int:
    """One that nobody listens on right now."""
    while True:
        port = random.SystemRandom().choice(_OWN)  # seeded, two workers would choose the same
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
