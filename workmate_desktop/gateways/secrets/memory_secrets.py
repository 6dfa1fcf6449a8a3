"""Secrets that end with the program: for the demo and for tests."""

from workmate_desktop.domain.secrets import SecretPlace


class MemorySecrets:
    """A SecretStore that keeps nothing."""

    place = SecretPlace.MEMORY

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
