"""The agent's first-use download, from a server on this PC."""

import hashlib
import io
import os
import re
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.gateways.tunnel.tunnel_support import settings, until
from tests.standins.ngrok_play import NAME, StandInNgrok
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.tunnel.download import download_agent
from workmate_desktop.gateways.tunnel.ngrok import Ngrok
from workmate_desktop.gateways.tunnel.pins import PINS, VERSION, pin_for
from workmate_desktop.words.messages import trouble_message


def _tgz(content: bytes, name: str = "ngrok") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _zip(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("ngrok", content)
    return made.getvalue()


@contextmanager
def _server(
    content: bytes, status: int = 200, length: int | None = None, stalls: bool = False
) -> Iterator[str]:
    """An address that gives `content`; `stalls`: only half of it, and waits."""
    released = threading.Event()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(content) if length is None else length))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if stalls else content)
            if stalls:
                self.wfile.flush()
                released.wait(PATIENCE)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ngrok.tgz"
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def percents() -> Iterator[list[int]]:
    """What the progress was told."""
    told: list[int] = []
    yield told
    assert told == sorted(set(told))


@pytest.mark.parametrize("pack", [_tgz, _zip])
def test_the_agent_is_downloaded_with_progress(
    tmp_path: Path, percents: list[int], pack: Callable[[bytes], bytes]
) -> None:
    # Random bytes do not pack, so there is something to count.
    content = bytes(range(256)) * 10 + os.urandom(600_000)
    archive = pack(content)
    with _server(archive) as address:
        made = download_agent(
            tmp_path / "ngrok", threading.Event(), percents.append, address, sha256_of(archive)
        )
    assert made == tmp_path / "ngrok" / "ngrok"
    assert made.read_bytes() == content
    assert made.stat().st_mode & 0o777 == 0o700
    assert list(made.parent.iterdir()) == [made]
    assert percents[-1] == 100 and len(percents) > 5


def test_h10_it_is_used_at_once_and_kept(
    ngrok: StandInNgrok, data_dir: Path, percents: list[int]
) -> None:
    archive = _tgz(ngrok.executable.read_bytes())
    wanted = settings(ngrok, executable="")
    with _server(archive) as address:
        gateway = Ngrok(data_dir, download_from=address, download_sha256=sha256_of(archive))
        cancelled = threading.Event()
        (data_dir / "ngrok").mkdir()
        (data_dir / "ngrok" / "play.json").write_text('{"public_port": 0}', "utf-8")
        url = gateway.open(wanted, 9, cancelled, lambda: None, percents.append)
        gateway.close()
    assert url == f"https://{NAME}"
    gateway = Ngrok(data_dir, download_from="http://127.0.0.1:9/")  # nobody there, nobody asked
    assert gateway.open(wanted, 9, cancelled, lambda: None, percents.append) == url
    gateway.close()


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (b"<html>Bitte im WLAN anmelden</html>", {}),
        (b"", {}),
        (b"\x1f\x8b\x08nothing", {}),
        (b"PK\x03\x04 nothing PK\x05\x06" + bytes(18), {}),
        (_tgz(b"x", "other"), {}),
        (_tgz(b"x", "../ngrok"), {}),
        (_tgz(b"x" * 9000)[:-40], {}),
        (_tgz(b"x"), {"status": 403}),
        (_tgz(b"x"), {"length": 10_000}),
        (_tgz(b"x"), {"status": 204, "length": 0}),
    ],
    ids="page empty gzip zip other path cut refused short nothing".split(),
)
def test_h11_whatever_is_no_agent_is_an_error_and_installs_nothing(
    tmp_path: Path, percents: list[int], content: bytes, more: dict[str, Any]
) -> None:
    with _server(content, **more) as address, pytest.raises(UserError) as caught:
        download_agent(
            tmp_path / "ngrok", threading.Event(), percents.append, address, sha256_of(content)
        )
    assert caught.value.code == "tunnel_download_blocked"
    assert not (tmp_path / "ngrok" / "ngrok").exists()
    assert list(tmp_path.rglob("*ngrok.*")) == []


def test_h10_nobody_there_is_told_as_blocked(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        download_agent(tmp_path, threading.Event(), print, "http://127.0.0.1:9/ngrok.tgz")
    assert caught.value.code == "tunnel_download_blocked"


def test_h2_a_download_is_given_up_at_once(tmp_path: Path, percents: list[int]) -> None:
    cancelled, codes = threading.Event(), []
    with _server(bytes(500_000), stalls=True) as address:

        def download() -> None:
            try:
                download_agent(tmp_path, cancelled, percents.append, address)
            except UserError as error:
                codes.append(error.code)

        thread = threading.Thread(target=download)
        thread.start()
        assert until(lambda: percents)
        cancelled.set()
        thread.join(1)
        assert not thread.is_alive()
    assert codes == ["tunnel_cancelled"]
    assert until(lambda: not [t for t in threading.enumerate() if t.name == "tunnel-download"])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    archive = _tgz(b"x")
    with _server(archive) as address, pytest.raises(UserError) as caught:
        download_agent(tmp_path / "file", threading.Event(), print, address, sha256_of(archive))
    assert caught.value.code == "data_dir_unusable"


@pytest.mark.parametrize("pack", [_tgz, _zip])
@pytest.mark.parametrize("pinned", [True, False])
def test_sa11_an_archive_with_another_sum_is_thrown_away(
    tmp_path: Path, percents: list[int], pack: Callable[[bytes], bytes], pinned: bool
) -> None:
    """A whole archive with a program in it, but not the one that is known."""
    wanted = sha256_of(b"another") if pinned else None  # None: that of the real agent
    with _server(pack(b"#!/bin/sh\ntouch here")) as address, pytest.raises(UserError) as caught:
        download_agent(tmp_path / "ngrok", threading.Event(), percents.append, address, wanted)
    assert caught.value.code == "tunnel_download_changed"
    assert list(tmp_path.iterdir()) == []


def test_sa11_it_is_never_started(ngrok: StandInNgrok, data_dir: Path) -> None:
    archive = _tgz(ngrok.executable.read_bytes())
    with _server(archive) as address, pytest.raises(UserError) as caught:
        Ngrok(data_dir, download_from=address).open(
            settings(ngrok, executable=""), 9, threading.Event(), lambda: None, lambda _n: None
        )
    assert caught.value.code == "tunnel_download_changed"
    assert ngrok.starts == [] and not (data_dir / "ngrok" / "ngrok").exists()


def test_sa11_what_cannot_be_checked_is_not_even_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "s390x")
    with pytest.raises(UserError) as caught:
        download_agent(tmp_path, threading.Event(), print)
    assert caught.value.code == "tunnel_download_unknown"


@pytest.mark.parametrize("code", ["changed", "unknown", "blocked"])
def test_sa11_staff_are_led_to_an_ngrok_of_their_own(code: str) -> None:
    message = trouble_message(f"tunnel_download_{code}")
    assert message is not None and "Programm wählen" in message.action


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("linux", "x86_64", "linux-amd64.tar.gz"),
        ("linux", "aarch64", "linux-arm64.tar.gz"),
        ("linux", "armv7l", "linux-arm.tar.gz"),
        ("linux", "i686", "linux-386.tar.gz"),
        ("darwin", "arm64", "darwin-arm64.zip"),
        ("darwin", "x86_64", "darwin-amd64.zip"),
        ("win32", "AMD64", "windows-amd64.zip"),
        ("win32", "ARM64", "windows-amd64.zip"),
        ("freebsd14", "amd64", None),
        ("linux", "ppc64le", None),
    ],
)
def test_sa11_each_system_has_its_archive(system: str, machine: str, name: str | None) -> None:
    pin = pin_for(system, machine)
    assert (pin and pin.address.rpartition(f"ngrok-v3-{VERSION}-")[2]) == name


def test_sa11_each_archive_has_a_sum_and_an_unchanging_address() -> None:
    assert len({pin.sha256 for pin in PINS.values()}) == len(PINS) == 8
    for pin in PINS.values():
        assert re.fullmatch(r"[0-9a-f]{64}", pin.sha256)
        assert re.fullmatch(r"https://bin\.equinox\.io/a/\w+/ngrok-v3-[\d.]+-[\w.-]+", pin.address)
