"""Where the listener gets its port and its loop from."""

import asyncio
import socket
from typing import Protocol

from workmate_desktop.listener.binding import bind


class Net(Protocol):
    """The port that Stripe's deliveries come to, and the loop that serves it."""

    def bind(self, port: int) -> socket.socket:
        """A listening socket on this port or the next free one; 0 means any. Raises
        ListenerError when nothing can be bound."""
        ...

    def loop(self) -> asyncio.AbstractEventLoop:
        """A new loop; whoever runs it closes it. Called for each start of the listener."""
        ...


class LoopbackNet:
    """Sockets of this machine, on 127.0.0.1."""

    def bind(self, port: int) -> socket.socket:
        """As binding.bind."""
        return bind(port)

    def loop(self) -> asyncio.AbstractEventLoop:
        """The same loop on all three systems; 64 connections are far below what select() bears."""
        return asyncio.SelectorEventLoop()
