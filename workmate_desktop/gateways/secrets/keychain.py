"""The keyring of the operating system, taken with care: it may lock, hang, forget or pretend."""

from collections.abc import Callable
from concurrent.futures import InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from workmate_desktop.domain.secrets import KeychainProblem, KeychainUnavailable, SecretPlace
from workmate_desktop.gateways.system import deadline

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "WorkmateOS Desktop"
"""Under this name the user finds our entries in the keyring's own window."""

LEAST_PRIORITY = 1
"""keyring's own measure: below lie plain-text files (keyrings.alt), `null` and `fail`."""


def system_keyring() -> "KeyringBackend":
    """The best backend of this computer. Asks D-Bus, so it may hang: Keychain bounds it."""
    import keyring

    return keyring.get_keyring()


class Keychain:
    """A `SecretStore` in the keyring. Entries are named `<instance_id>/<name>`.

    Each call to the keyring may take `limit` seconds (a KeePassXC without an exposed group
    never answers); it runs in a thread of its own, so a hanging one holds up no other.
    """

    place = SecretPlace.KEYRING

    def __init__(
        self,
        instance_id: str,
        *,
        open_backend: "Callable[[], KeyringBackend]" = system_keyring,
        limit: float = 3.0,
    ) -> None:
        self._instance_id = instance_id
        self._open_backend = open_backend
        self._limit = limit

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises `KeychainUnavailable`."""
        backend = self._backend()
        return self._within_limit(lambda: backend.get_password(SERVICE, self._user(name)))

    def set(self, name: str, value: str) -> None:
        """Keep `value` and read it back. Raises `KeychainUnavailable`, also when it is lost."""
        if not value:
            raise ValueError("An empty secret is deleted, not kept")
        backend = self._backend()
        self._within_limit(lambda: backend.set_password(SERVICE, self._user(name), value))
        if self._within_limit(lambda: backend.get_password(SERVICE, self._user(name))) != value:
            raise KeychainUnavailable(KeychainProblem.FORGETS)

    def delete(self, name: str) -> None:
        """Forget it. Raises `KeychainUnavailable`, also when the entry is still there."""
        backend = self._backend()
        # Deleting what is not there is an error to every backend, so look first.
        if self._within_limit(lambda: backend.get_password(SERVICE, self._user(name))) is None:
            return
        self._within_limit(lambda: backend.delete_password(SERVICE, self._user(name)))
        if self._within_limit(lambda: backend.get_password(SERVICE, self._user(name))) is not None:
            raise KeychainUnavailable(KeychainProblem.FORGETS)

    def _user(self, name: str) -> str:
        return f"{self._instance_id}/{name}"

    def _backend(self) -> "KeyringBackend":
        return self._within_limit(lambda: _secure(self._open_backend()))

    def _within_limit(self, work: Callable[[], T]) -> T:
        pending = deadline.start(lambda: _translated(work), "keyring")
        try:
            return pending.result(self._limit)
        except TimeoutError:
            given_up = KeychainUnavailable(KeychainProblem.HANGS)
            with suppress(InvalidStateError):
                pending.set_exception(given_up)
            raise given_up from None


def _secure(backend: "KeyringBackend") -> "KeyringBackend":
    """`backend`, or of a chain its best; refused when that is no safe place."""
    from keyring.backends.chainer import ChainerBackend
    from keyring.backends.fail import Keyring as NoKeyring

    if isinstance(backend, NoKeyring):
        raise KeychainUnavailable(KeychainProblem.NO_BACKEND)
    links = backend.backends if isinstance(backend, ChainerBackend) else [backend]
    for link in links:
        if link.priority >= LEAST_PRIORITY and not type(link).__module__.startswith("keyrings.alt"):
            return link
    raise KeychainUnavailable(KeychainProblem.INSECURE, type(backend).__name__)


def _translated(work: Callable[[], T]) -> T:
    from keyring import errors

    try:
        return work()
    except KeychainUnavailable:
        raise
    except errors.NoKeyringError:
        refused = KeychainUnavailable(KeychainProblem.NO_BACKEND)
    except errors.KeyringError as error:
        # InitError, KeyringLocked, PasswordSetError: it is there and does not let us in.
        refused = KeychainUnavailable(KeychainProblem.LOCKED, type(error).__name__)
    except Exception as error:  # noqa: BLE001 - backends let through whatever D-Bus raises
        refused = KeychainUnavailable(KeychainProblem.NO_BACKEND, type(error).__name__)
    # Outside the handlers: the library's own text, which may name the entry, ends here.
    raise refused
