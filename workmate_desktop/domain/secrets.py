"""Where keys and tokens are kept, and why a place cannot keep them."""

from enum import StrEnum
from typing import Protocol

from workmate_desktop.domain.errors import UserError


class SecretPlace(StrEnum):
    """Where a secret lies; the window says so in words."""

    KEYRING = "keyring"
    """The keyring of the operating system, unlocked with the user's login."""
    FILE = "file"
    """Encrypted file with its key beside it: protects a copied database, not against
    programs of the same user."""
    ENVIRONMENT = "environment"
    """Variables of a server; they are read, never written."""
    MEMORY = "memory"
    """Only until the program ends."""


class SecretStore(Protocol):
    """Keeps texts under a name. Calls may take seconds: make them in a worker.

    Raises `KeychainUnavailable` or `SecretFileDamaged` when the place does not work.
    """

    @property
    def place(self) -> SecretPlace:
        """Where this store keeps what it is given."""
        ...

    def get(self, name: str) -> str | None:
        """The secret, or None when there is none of this name."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep `value`. When this returns, the place has been read back."""
        ...

    def delete(self, name: str) -> None:
        """Forget it; fine when there is none of this name."""
        ...


class KeychainProblem(StrEnum):
    """Why the keyring of the operating system is of no use now."""

    NO_BACKEND = "no_backend"
    LOCKED = "locked"
    HANGS = "hangs"
    FORGETS = "forgets"
    """It took the secret without an error and did not give it back."""
    INSECURE = "insecure"
    """What answers as a keyring keeps secrets readable, or nowhere."""


class KeychainUnavailable(UserError):
    """The keyring does not work. `code` is `keychain_` and the reason."""

    def __init__(self, reason: KeychainProblem, detail: str = "") -> None:
        super().__init__(f"keychain_{reason.value}", detail=detail)
        self.reason = reason
        self.detail = detail
        """The kind of the library's error, for the log; never its text."""


class SecretFileDamaged(UserError):
    """The encrypted file cannot be read: changed, cut off, or its key is gone.

    Nothing is overwritten; staff enter the keys again after the file was set aside.
    """

    def __init__(self) -> None:
        super().__init__("secret_file_damaged")
