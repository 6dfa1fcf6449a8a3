"""Services, store and listener wait, lock and measure time through domain/waiting.py alone."""

import ast
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import NOBODY
from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.app.core import Core
from workmate_desktop.app.options import Options
from workmate_desktop.app.outside import Outside
from workmate_desktop.domain.connection.tunnel import TunnelSettings, TunnelSight
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Signal, Worker
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.system.threads import Threads

PACKAGE = CHECKOUT / "workmate_desktop"
ROOMS = ("services", "store", "listener")
MODULES = frozenset({"threading", "time", "random", "sched", "multiprocessing"})
TODAY = frozenset({"now", "today", "utcnow"})
LOOPS = frozenset({"SelectorEventLoop", "ProactorEventLoop", "new_event_loop", "run", "Runner"})
EXCEPTIONS = {
    ("services/log.py", "threading"): "logging's QueueListener starts a thread of its own anyway",
    ("services/demo/office.py", "random"): "seeded: the invented office is the same each time",
    ("store/database/ids.py", "random"): "parts of ids; who wants the same ones again seeds it",
    ("listener/net.py", "SelectorEventLoop"): "the port through which the listener gets its loop",
}


def own_time(source: str) -> set[str]:
    """What a file has of threads, time and chance that nobody gave it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names} & MODULES
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module).split(".")[0]} & MODULES
            if node.module == "concurrent.futures":
                found |= {alias.name for alias in node.names} & {"ThreadPoolExecutor"}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in ("datetime", "date") and node.attr in TODAY:
                found.add(f"{node.value.id}.{node.attr}")
            if node.value.id == "asyncio" and node.attr in LOOPS:
                found.add(node.attr)
    return found


def test_threads_time_and_chance_come_through_the_port() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix(), name)
        for room in ROOMS
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for name in own_time(path.read_text("utf-8"))
    }
    assert found == set(EXCEPTIONS)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import threading", "threading"),
        ("def f():\n    from time import sleep", "time"),
        ("import random as dice", "random"),
        ("from concurrent.futures import Future, ThreadPoolExecutor", "ThreadPoolExecutor"),
        ("x = datetime.now(UTC)", "datetime.now"),
        ("x = date.today()", "date.today"),
        ("loop = asyncio.new_event_loop()", "new_event_loop"),
    ],
)
def test_each_way_around_the_port_is_found(line: str, name: str) -> None:
    assert own_time(line) == {name}


class Unreachable:
    """services.tunnel.TunnelGateway that opens for ever."""

    def open(
        self,
        settings: TunnelSettings,
        port: int,
        cancelled: Signal,
        news: Callable[[], None],
        progress: Callable[[int], None],
    ) -> str:
        assert cancelled.wait(PATIENCE)
        raise UserError("tunnel_cancelled")

    def look(self) -> TunnelSight:
        raise AssertionError("it never was open")

    def close(self) -> None: ...

    def end_orphan(self) -> None: ...


class Noting(Threads):
    """The real thing, and which threads it started."""

    def __init__(self) -> None:
        self.started: list[Worker] = []

    def start(self, work: Callable[[], None], name: str) -> Worker:
        worker = super().start(work, name)
        self.started.append(worker)
        return worker


def test_every_thread_of_the_core_is_started_through_the_port(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    waiting = Noting()
    options = Options("serve", tmp_path, 0, stripe_api_base=NOBODY)
    real = Outside.real(options, keychain=MemorySecrets())
    core = Core(options, replace(real, waiting=waiting, ngrok=Unreachable()))
    core.start()
    try:
        assert core.address is not None
        core.address.connect()
        running = set(threading.enumerate()) - before
        assert {thread.name for thread in running} >= {"writer", "listener", "tunnel", "upkeep"}
        assert running <= set(waiting.started)
    finally:
        assert core.stop()
    assert not [worker for worker in waiting.started if worker.is_alive()]
