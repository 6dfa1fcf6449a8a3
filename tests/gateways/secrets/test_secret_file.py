"""The encrypted file: private from its first byte, and damaged rather than silently empty."""

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from workmate_desktop.domain.secrets import SecretFileDamaged, SecretPlace, SecretStore
from workmate_desktop.gateways.secrets.secret_file import FILE_NAME, KEY_NAME, SecretFile

NAME = "stripe_secret_key"
SECRET = "sk_test_CanaryCanaryCanary4242"
posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


@pytest.fixture
def kept(tmp_path: Path) -> SecretFile:
    store = SecretFile(tmp_path)
    store.set(NAME, SECRET)
    return store


def test_kept_read_forgotten(tmp_path: Path) -> None:
    store: SecretStore = SecretFile(tmp_path)
    assert (store.place, store.get(NAME)) == (SecretPlace.FILE, None)
    store.delete(NAME)
    assert list(tmp_path.iterdir()) == []
    store.set(NAME, SECRET)
    store.set("other", "Ä€")
    again = SecretFile(tmp_path)
    assert (again.get(NAME), again.get("other")) == (SECRET, "Ä€")
    store.delete(NAME)
    assert (again.get(NAME), again.get("other")) == (None, "Ä€")
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME, KEY_NAME]


def test_j7_nothing_readable_on_the_disk(kept: SecretFile, tmp_path: Path) -> None:
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert SECRET.encode() not in content
    assert NAME.encode() not in content


def test_an_empty_secret_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="deleted"):
        SecretFile(tmp_path).set(NAME, "")


@posix
def test_j5_file_modes(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        SecretFile(tmp_path).set(NAME, SECRET)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {FILE_NAME: 0o600, KEY_NAME: 0o600}


@posix
def test_j5_loosened_modes_are_tightened(kept: SecretFile, tmp_path: Path) -> None:
    for name in (FILE_NAME, KEY_NAME):
        (tmp_path / name).chmod(0o644)
    assert kept.get(NAME) == SECRET
    for name in (FILE_NAME, KEY_NAME):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("verb", ["get", "set", "delete"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        (FILE_NAME, b""),
        (FILE_NAME, b"half"),
        (FILE_NAME, b"\xff\x00"),
        (KEY_NAME, b""),
        (KEY_NAME, b"no key"),
        (KEY_NAME, b"A" * 43 + b"="),
        (KEY_NAME, None),
    ],
)
def test_j17_damaged(
    kept: SecretFile, tmp_path: Path, name: str, content: bytes | None, verb: str
) -> None:
    path = tmp_path / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(SecretFileDamaged):
        kept.set("other", "x") if verb == "set" else getattr(kept, verb)(NAME)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_j17_one_changed_byte(kept: SecretFile, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    whole = bytearray(path.read_bytes())
    place = len(whole) // 2
    whole[place] = ord("A") if whole[place] != ord("A") else ord("B")
    path.write_bytes(whole)
    with pytest.raises(SecretFileDamaged):
        kept.get(NAME)


def test_begin_anew_after_damage(kept: SecretFile, tmp_path: Path) -> None:
    old_key = (tmp_path / KEY_NAME).read_bytes()
    (tmp_path / FILE_NAME).write_bytes(b"half")
    kept.discard()
    kept.discard()
    assert kept.get(NAME) is None
    kept.set(NAME, SECRET)
    assert kept.get(NAME) == SECRET
    assert (tmp_path / KEY_NAME).read_bytes() != old_key


def test_a_leftover_key_without_a_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / KEY_NAME).write_bytes(b"half a k")  # killed between the two files
    SecretFile(tmp_path).set(NAME, SECRET)
    assert SecretFile(tmp_path).get(NAME) == SECRET


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_f4_a_write_that_fails_changes_nothing(kept: SecretFile, tmp_path: Path) -> None:
    import resource

    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            kept.set("other", "x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_two_threads_lose_nothing(kept: SecretFile) -> None:
    names = [f"name{number}" for number in range(8)]
    threads = [threading.Thread(target=kept.set, args=(name, name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [kept.get(name) for name in names] == names
