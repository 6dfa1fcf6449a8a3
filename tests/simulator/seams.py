"""Nothing of the real world reaches the program: chance, ids, threads and time are the life's."""

import contextlib
import queue
import random
import secrets
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

from tests.simulator.baton import Baton
from tests.simulator.disk import Disk
from tests.simulator.waits import SimLine, SimLock, SimSignal, SimWorker
from workmate_desktop.store.database import ids

_PLACES = ("services", "store", "listener")


class _Named:
    """A module with some of its names replaced."""

    def __init__(self, module: Any, **names: Any) -> None:
        self.__dict__.update(names)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


class _Thread:
    def __init__(
        self,
        baton: Baton,
        target: Callable[..., None],
        args: tuple[Any, ...] = (),
        name: str = "",
        daemon: bool = True,
    ) -> None:
        self._begin: Callable[[], Any] = lambda: SimWorker(
            baton, baton.begin(lambda: target(*args), name, baton.me.process)
        )
        self._worker: Any = None

    def start(self) -> None:
        self._worker = self._begin()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._worker, name)


@contextlib.contextmanager
def simulated(baton: Baton, disk: Disk, chance: random.Random) -> Iterator[None]:
    """As long as one life lasts."""

    threads = _Named(
        threading,
        Event=lambda: SimSignal(baton),
        Lock=lambda: SimLock(baton),
        Thread=lambda **how: _Thread(baton, **how),
        get_ident=lambda: baton.me.ident,
    )
    clock = _Named(time, monotonic=lambda: baton.now, sleep=baton.block)
    lines = _Named(queue, SimpleQueue=lambda: SimLine(baton))
    replaced = {"threading": threads, "time": clock, "queue": lines}
    with contextlib.ExitStack() as stack:

        def put(module: Any, name: str, value: Any) -> None:
            stack.enter_context(mock.patch.object(module, name, value))

        for name, module in sorted(sys.modules.items()):
            parts = name.split(".")
            if parts[0] == "workmate_desktop" and len(parts) > 2 and parts[1] in _PLACES:
                for old, new in replaced.items():
                    if getattr(module, old, None) in (threading, time, queue):
                        put(module, old, new)
        put(ids, "getrandbits", chance.getrandbits)
        put(uuid, "uuid4", lambda: uuid.UUID(int=chance.getrandbits(128), version=4))
        put(secrets, "token_hex", lambda size=32: f"{chance.getrandbits(8 * size):0{2 * size}x}")
        upkeep = sys.modules["workmate_desktop.services.upkeep.upkeep"]
        usage = lambda _path: SimpleNamespace(free=disk.free_bytes)  # noqa: E731 - one line is all
        put(upkeep, "shutil", _Named(upkeep.shutil, disk_usage=usage))
        yield
