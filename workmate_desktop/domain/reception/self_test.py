"""What a test event showed on its way out and back: the legs, each ticked or named."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Leg(StrEnum):
    """The way of a test event, in this order."""

    ADDRESS = "address"
    """There is a public address to send it to."""
    SENT = "sent"
    """The name was found, the line is encrypted, and it was handed over."""
    TUNNEL = "tunnel"
    """It came to this office's end of the tunnel."""
    LISTENER = "listener"
    """It came to the listener of this very program."""
    SIGNATURE = "signature"
    ANSWERED = "answered"
    """The 200 came back to the sender."""


class LegState(StrEnum):
    """What became of a leg."""

    OK = "ok"
    FAILED = "failed"
    NOT_TESTED = "not_tested"
    """One before it failed, or there is no tunnel."""


@dataclass(frozen=True, slots=True)
class LegResult:
    """One leg. `code` names the sentence of words/self_test_texts.py that says why it did
    not work and what mends it. `locally`: tested on this PC alone, past the tunnel."""

    leg: Leg
    state: LegState
    code: str | None = None
    locally: bool = False


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """One whole test. `at` is when it began (UTC, this PC's clock).

    `milliseconds` is the time from sending to the answer, None when no answer came. `status` is
    the HTTP status that came back, `ngrok_code` what ngrok itself answered (ERR_NGROK_…).
    """

    at: datetime
    legs: tuple[LegResult, ...]
    public_url: str | None = None
    milliseconds: float | None = None
    status: int | None = None
    ngrok_code: str | None = None

    @property
    def passed(self) -> bool:
        """It went out through the public address and came back: Stripe reaches this program."""
        return all(leg.state is LegState.OK and not leg.locally for leg in self.legs)

    @property
    def trouble(self) -> str | None:
        """The code of the first leg that did not work, or could not be tested."""
        for state in (LegState.FAILED, LegState.NOT_TESTED):
            for leg in self.legs:
                if leg.state is state and leg.code is not None:
                    return leg.code
        return None
