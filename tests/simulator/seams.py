"""Nothing of the real world reaches the program: chance, ids and the room on the disk are the
life's. Threads and time it is given (waits.py).
"""

import contextlib
import random
import secrets
import sys
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

from tests.simulator.disk import Disk
from workmate_desktop.store.database import ids


class _Named:
    """A module with some of its names replaced."""

    def __init__(self, module: Any, **names: Any) -> None:
        self.__dict__.update(names)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


@contextlib.contextmanager
def simulated(disk: Disk, chance: random.Random) -> Iterator[None]:
    """As long as one life lasts."""
    with contextlib.ExitStack() as stack:

        def put(module: Any, name: str, value: Any) -> None:
            stack.enter_context(mock.patch.object(module, name, value))

        put(ids, "getrandbits", chance.getrandbits)
        put(uuid, "uuid4", lambda: uuid.UUID(int=chance.getrandbits(128), version=4))
        put(secrets, "token_hex", lambda size=32: f"{chance.getrandbits(8 * size):0{2 * size}x}")
        upkeep = sys.modules["workmate_desktop.services.upkeep.upkeep"]
        usage = lambda _path: SimpleNamespace(free=disk.free_bytes)  # noqa: E731 - one line is all
        put(upkeep, "shutil", _Named(upkeep.shutil, disk_usage=usage))
        yield
