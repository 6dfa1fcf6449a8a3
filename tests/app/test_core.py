"""Starting and stopping the core, in any order and at any moment."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import NOBODY
from tests.waiting import PATIENCE
from workmate_desktop.app.core import Core
from workmate_desktop.app.data_dir import hold_data_dir
from workmate_desktop.app.options import Options
from workmate_desktop.app.outside import Outside
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.system.instance_lock import InstanceLock


class SlowSecrets(MemorySecrets):
    """A keyring that answers only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.go_on = threading.Event()

    def get(self, name: str) -> str | None:
        self.asked.set()
        assert self.go_on.wait(PATIENCE)
        return super().get(name)


def options(folder: Path) -> Options:
    return Options(command="serve", data_dir=folder, port=0, stripe_api_base=NOBODY)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    lock = InstanceLock(tmp_path / "data")
    assert hold_data_dir(tmp_path / "data", lock)
    yield tmp_path / "data"
    lock.release()


def own_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()} & {"writer", "listener", "upkeep"}


def test_a_stop_during_the_start_is_heeded(folder: Path) -> None:
    secrets = SlowSecrets()
    first = Core(options(folder), Outside.real(options(folder), keychain=secrets))
    first.start()
    first.setup.save("pk_test_abcd1234", "sk_test_abcd1234", "whsec_abcd1234")
    first.stop()

    core = Core(options(folder), Outside.real(options(folder), keychain=secrets))
    starting = threading.Thread(target=core.start)
    starting.start()
    assert secrets.asked.wait(PATIENCE), "the start is in the middle, waiting for the keyring"
    core.stop()
    secrets.go_on.set()
    starting.join(PATIENCE)
    assert core.listener.port is None
    assert own_threads() == set()


def test_a_stop_before_the_start_leaves_nothing_running(folder: Path) -> None:
    core = Core(options(folder), Outside.real(options(folder), keychain=MemorySecrets()))
    core.stop()
    core.start()
    assert core.listener.port is None
    assert own_threads() == set()
    core.stop()


def test_what_a_killed_run_left_in_the_state_file_is_gone_before_the_bind(folder: Path) -> None:
    (folder / "listener.json").write_text('{"pid": 1}', "utf-8")
    core = Core(options(folder), Outside.real(options(folder), keychain=MemorySecrets()))
    core.start()
    assert f'"port": {core.listener.port}' in (folder / "listener.json").read_text("utf-8")
    core.stop()
    assert not (folder / "listener.json").exists()
