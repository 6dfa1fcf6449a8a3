"""The agent's first-use download, from a server on this PC."""

import io
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.gateways.tunnel_support import settings, until
from tests.standins.ngrok_play import NAME
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.tunnel import Ngrok
from workmate_desktop.gateways.tunnel_download import download_agent


def _tgz(content: bytes, name: str = "ngrok") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def _zip(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("ngrok", content)
    return made.getvalue()


@contextmanager
def _server(content: bytes, status: int = 200, length: int | None = None, stalls: bool = False):
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
                released.wait(20)

        def log_message(self, *args) -> None:
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
def test_the_agent_is_downloaded_with_progress(tmp_path, percents, pack):
    # Random bytes do not pack, so there is something to count.
    content = bytes(range(256)) * 10 + os.urandom(600_000)
    with _server(pack(content)) as address:
        made = download_agent(tmp_path / "ngrok", threading.Event(), percents.append, address)
    assert made == tmp_path / "ngrok" / "ngrok"
    assert made.read_bytes() == content
    assert made.stat().st_mode & 0o777 == 0o700
    assert list(made.parent.iterdir()) == [made]
    assert percents[-1] == 100 and len(percents) > 5


def test_h10_it_is_used_at_once_and_kept(ngrok, data_dir, percents):
    archive = _tgz(ngrok.executable.read_bytes())
    wanted = settings(ngrok, executable="")
    with _server(archive) as address:
        gateway = Ngrok(data_dir, download_from=address)
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
    tmp_path, percents, content, more
):
    with _server(content, **more) as address, pytest.raises(UserError) as caught:
        download_agent(tmp_path / "ngrok", threading.Event(), percents.append, address)
    assert caught.value.code == "tunnel_download_blocked"
    assert not (tmp_path / "ngrok" / "ngrok").exists()
    assert list(tmp_path.rglob("*ngrok.*")) == []


def test_h10_nobody_there_is_told_as_blocked(tmp_path):
    with pytest.raises(UserError) as caught:
        download_agent(tmp_path, threading.Event(), print, "http://127.0.0.1:9/ngrok.tgz")
    assert caught.value.code == "tunnel_download_blocked"


def test_h2_a_download_is_given_up_at_once(tmp_path, percents):
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


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with _server(_tgz(b"x")) as address, pytest.raises(UserError) as caught:
        download_agent(tmp_path / "file", threading.Event(), lambda _percent: None, address)
    assert caught.value.code == "data_dir_unusable"
