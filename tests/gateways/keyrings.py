"""Keyrings that behave as real ones do on a bad day; real backends of the keyring library."""

import threading

from keyring import errors
from keyring.backend import KeyringBackend


class GoodKeyring(KeyringBackend):
    """Keeps what it is given, in memory."""

    priority: float = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise errors.PasswordDeleteError("No such password!")
        del self.kept[service, username]


class LockedKeyring(GoodKeyring):
    """Its user has not unlocked it. `error` is what it raises."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error


class ForgetfulKeyring(GoodKeyring):
    """Takes everything, keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing happens."""


class StubbornKeyring(GoodKeyring):
    """Does not let go of an entry."""

    def delete_password(self, service: str, username: str) -> None:
        """Nothing happens."""


class AlteringKeyring(GoodKeyring):
    """Cuts off what is long."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:8])


class HangingKeyring(GoodKeyring):
    """Never answers, as KeePassXC without an exposed group, until `released` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.released.wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.released.wait()


class PlainTextKeyring(GoodKeyring):
    """As keyrings.alt: works, and anyone can read it."""

    priority = 0.5
