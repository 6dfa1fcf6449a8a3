"""The agent's download at its first use.

pyngrok's own download takes whatever is newest, unchecked, writes to a name in /tmp that anyone can
foresee, cannot be given up, and prints to a console that a window does not have. Here one version
is taken, and its archive compared with a sum of our own before anything of it is unpacked.
"""

import errno
import gzip
import hashlib
import io
import os
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryFile, mkstemp
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system import deadline
from workmate_desktop.gateways.tunnel.files import BINARY
from workmate_desktop.gateways.tunnel.pins import Pin, pin_here

TOTAL = 600.0
"""Seconds after which a download is given up, however steadily it drips."""

_NO_ARCHIVE = (
    KeyError,
    EOFError,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
)
_PACKED = (b"PK", b"\x1f\x8b")
_STALL = 10.0
_LARGEST = 200 * 1024 * 1024
_CHUNK = 64 * 1024


def download_agent(
    folder: Path,
    cancelled: Signal,
    progress: Callable[[int], None],
    address: str | None = None,
    sha256: str | None = None,
) -> Path:
    """Download the agent into `folder` and return its path; `progress` is told each percent.

    `address` and `sha256` None are those of gateways/tunnel/pins.py for this system. Raises
    UserError: `tunnel_download_blocked`, `tunnel_download_unknown` (nothing for this system that
    could be checked), `tunnel_download_changed` (another archive than expected came),
    `tunnel_cancelled`, `disk_full`, `data_dir_unusable`.
    """
    pin = pin_here() or Pin("", "")
    wanted = Pin(address or pin.address, sha256 or pin.sha256)
    if not wanted.address or not wanted.sha256:
        raise UserError("tunnel_download_unknown")
    pending = deadline.start(
        lambda: _download(folder, cancelled, progress, wanted), "tunnel-download"
    )
    while True:
        try:
            return pending.result(0.05)
        except TimeoutError:
            if cancelled.is_set():
                raise UserError("tunnel_cancelled") from None


def _download(
    folder: Path, cancelled: Signal, progress: Callable[[int], None], wanted: Pin
) -> Path:
    try:
        with TemporaryFile() as archive:
            found = _fetch(wanted.address, archive, cancelled, progress)
            if found != wanted.sha256:
                archive.seek(0)
                packed = archive.read(4).startswith(_PACKED)  # else a page of the WLAN came
                raise UserError("tunnel_download_changed" if packed else "tunnel_download_blocked")
            return _install(folder, _agent_in(archive), cancelled)
    except OSError as error:
        code = "disk_full" if error.errno == errno.ENOSPC else "data_dir_unusable"
        raise UserError(code) from error


def _fetch(
    address: str, archive: IO[bytes], cancelled: Signal, progress: Callable[[int], None]
) -> str:
    """Into `archive`; returns the SHA-256 of what came."""
    ends = time.monotonic() + TOTAL
    size, told = 0, -1
    digest = hashlib.sha256()
    try:
        # A proxy named in the environment is used: an office may have no other way out.
        with urlopen(address, timeout=_STALL) as answer:
            length = int(answer.headers.get("Content-Length") or 0)
            while chunk := answer.read(_CHUNK):
                if cancelled.is_set():
                    raise UserError("tunnel_cancelled")
                size += len(chunk)
                if size > _LARGEST or time.monotonic() > ends:
                    raise UserError("tunnel_download_blocked")
                archive.write(chunk)
                digest.update(chunk)
                if length and (percent := size * 100 // length) > told:
                    told = percent
                    progress(min(percent, 100))
    except HTTPError as error:
        error.close()
        raise UserError("tunnel_download_blocked") from error
    except (URLError, HTTPException, ValueError) as error:
        raise UserError("tunnel_download_blocked") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise UserError("tunnel_download_blocked") from error
    if length and size < length:
        raise UserError("tunnel_download_blocked")
    return digest.hexdigest()


def _agent_in(archive: IO[bytes]) -> IO[bytes]:
    """The agent's bytes. Anything that is no archive of it came from something in between."""
    archive.seek(0)
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                if packed.getinfo(BINARY).file_size > _LARGEST:
                    raise UserError("tunnel_download_blocked")
                return io.BytesIO(packed.read(BINARY))
        archive.seek(0)
        with tarfile.open(fileobj=archive, mode="r:gz") as packed_tar:
            member = packed_tar.getmember(BINARY)
            content = packed_tar.extractfile(member)
            if content is None or member.size > _LARGEST:
                raise UserError("tunnel_download_blocked")
            return io.BytesIO(content.read())
    except _NO_ARCHIVE as error:
        raise UserError("tunnel_download_blocked") from error


def _install(folder: Path, agent: IO[bytes], cancelled: Signal) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = mkstemp(prefix=f".{BINARY}.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            while chunk := agent.read(_CHUNK):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o700)
        if cancelled.is_set():
            raise UserError("tunnel_cancelled")
        return Path(name).replace(folder / BINARY)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
        raise
