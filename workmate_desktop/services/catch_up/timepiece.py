"""Notices that the PC slept, or that its clock was set."""

from collections.abc import Callable

JUMP_SECONDS = 10.0
"""A look that comes so much later or earlier than planned: the PC slept, or its clock was set."""


class Timepiece:
    """Notices sleep and jumps: compares how long a wait took on two clocks.

    `wall` and `monotonic` in seconds. On some systems the monotonic clock stands still while
    the PC sleeps, on others it runs on: either shows.
    """

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._last = (wall(), monotonic())

    def jumped(self, planned: float) -> bool:
        """Whether since the last look much more time passed than the `planned` seconds, or the
        wall clock was set."""
        now = (self._wall(), self._monotonic())
        wall, monotonic = now[0] - self._last[0], now[1] - self._last[1]
        self._last = now
        return monotonic > planned + JUMP_SECONDS or abs(wall - monotonic) > JUMP_SECONDS
