"""Secrets in an encrypted file with its key beside it, for computers without a keyring.

Openly labelled as what it is: whoever copies only the database, or only one of the two files,
reads nothing; a program of the same user reads everything.
"""

import json
import os
import threading
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING

from workmate_desktop.domain.secrets import SecretFileDamaged, SecretPlace

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

FILE_NAME = "secrets.enc"
KEY_NAME = "secrets.key"


class SecretFile:
    """A `SecretStore` in two files of `folder`, each readable by this user only."""

    place = SecretPlace.FILE

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._key = folder / KEY_NAME
        self._lock = threading.Lock()

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises `SecretFileDamaged`, `OSError`."""
        with self._lock:
            return self._read().get(name)

    def set(self, name: str, value: str) -> None:
        """Keep `value`. Raises `SecretFileDamaged`, `OSError`; then nothing has changed."""
        if not value:
            raise ValueError("An empty secret is deleted, not kept")
        with self._lock:
            self._write(self._read() | {name: value})

    def delete(self, name: str) -> None:
        """Forget it. Raises `SecretFileDamaged`, `OSError`; then nothing has changed."""
        with self._lock:
            kept = self._read()
            if kept.pop(name, None) is not None:
                self._write(kept)

    def discard(self) -> None:
        """Begin anew after `SecretFileDamaged`: both files are deleted."""
        with self._lock:
            self._file.unlink(missing_ok=True)
            self._key.unlink(missing_ok=True)

    def _read(self) -> dict[str, str]:
        from cryptography.fernet import InvalidToken

        if not self._file.exists():
            return {}
        try:
            text = self._cipher().decrypt(_read_private(self._file))
            kept = json.loads(text)
        # ValueError: no key of the right length, or no JSON.
        except (InvalidToken, ValueError, FileNotFoundError):
            raise SecretFileDamaged from None
        if not isinstance(kept, dict) or not all(isinstance(one, str) for one in kept.values()):
            raise SecretFileDamaged
        return kept

    def _write(self, secrets: dict[str, str]) -> None:
        from cryptography.fernet import Fernet

        # Without the encrypted file there is nothing that an older key could still open.
        if not self._file.exists():
            _write_private(self._key, Fernet.generate_key())
        _write_private(self._file, self._cipher().encrypt(json.dumps(secrets).encode()))
        if self._read() != secrets:
            raise SecretFileDamaged

    def _cipher(self) -> "Fernet":
        from cryptography.fernet import Fernet

        return Fernet(_read_private(self._key))


def _read_private(path: Path) -> bytes:
    # A backup that was copied back may have become readable for others.
    if path.stat().st_mode & 0o077 and os.name == "posix":
        path.chmod(0o600)
    return path.read_bytes()


def _write_private(path: Path, content: bytes) -> None:
    """Replace `path` at once and durably; it is 0600 from its first byte on."""
    handle, temporary = mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
