"""Where secrets are kept, behind one small interface. gateways/ has the real places."""

from enum import StrEnum
from typing import Protocol

from workmate_desktop.domain.errors import UserError


class Place(StrEnum):
    """Where a secret lies; the window says so openly."""

    KEYRING = "keyring"
    FILE = "file"
    """Encrypted, with its key beside it: protects a copied database, not against programs of
    the same user."""
    ENVIRONMENT = "environment"
    MEMORY = "memory"
    """Until the program ends: demo and tests."""


class SecretStore(Protocol):
    """Keeps texts by name. Every call may block for seconds: for the background only."""

    @property
    def place(self) -> Place:
        """Where this store keeps them."""
        ...

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises KeychainUnavailable."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep it, read back and compared. Raises KeychainUnavailable."""
        ...

    def delete(self, name: str) -> None:
        """Forget it; nothing happens when it is not there. Raises KeychainUnavailable."""
        ...


class KeychainUnavailable(UserError):
    """The keyring cannot be used. `reason`: no_backend, locked, hangs, forgets, insecure."""

    def __init__(self, reason: str) -> None:
        super().__init__("keychain_unavailable", reason=reason)
        self.reason = reason


class MemorySecrets:
    """Secrets that end with the program: for the demo and for tests."""

    place = Place.MEMORY

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        return self._kept.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep it."""
        self._kept[name] = value

    def delete(self, name: str) -> None:
        """Forget it."""
        self._kept.pop(name, None)
