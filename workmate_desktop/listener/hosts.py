"""Which ``Host`` a request may name: this machine, and the tunnel's current public name."""

from typing import Final

_NONE: Final[frozenset[bytes]] = frozenset()


class HostNames:
    """The public host name of the tunnel, changed by any thread, read by the listener.

    A request naming any other host was not meant for this program (DNS rebinding, scanners) and
    is answered 421.
    """

    def __init__(self, public: str | None = None) -> None:
        self._public: str | None = None
        self._allowed = _NONE
        self.set_public(public)

    @property
    def public(self) -> str | None:
        """The tunnel's host name in lower case, or None while there is no tunnel."""
        return self._public

    @property
    def allowed(self) -> frozenset[bytes]:
        """The ``Host`` values, in lower case, that the public name allows."""
        return self._allowed

    def set_public(self, public: str | None) -> None:
        """Take the tunnel's new host name (``name.ngrok-free.dev``, no scheme, no path).

        Raises ValueError for anything that is not a bare host name.
        """
        if public is None:
            self._public, self._allowed = None, _NONE
            return
        name = public.strip().lower().removesuffix(":443")
        if not name or not name.isascii() or any(c in name for c in "/:@?# \t\r\n"):
            raise ValueError("a bare host name is expected")
        raw = name.encode("ascii")
        # One assignment of a finished set: a reader sees the old names or the new, never half.
        self._public, self._allowed = name, frozenset((raw, raw + b":443"))


def local_hosts(port: int) -> frozenset[bytes]:
    """Return the ``Host`` values that name this machine's listener on ``port``."""
    return frozenset((f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()))
