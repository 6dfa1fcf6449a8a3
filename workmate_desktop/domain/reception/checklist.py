"""The points of the production checklist: which there are, how each stands, what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PointId(StrEnum):
    """The points, in the order of the list."""

    LIVE_KEYS = "live_keys"
    ENDPOINT = "endpoint"
    EVENTS = "events"
    SECRET = "secret"
    ADDRESS = "address"
    ANSWERS = "answers"
    NOTICES = "notices"
    PAYMENT = "payment"
    CLOCK = "clock"
    CATCH_UP = "catch_up"


class PointState(StrEnum):
    """How a point stands."""

    DONE = "done"
    OPEN = "open"
    """Still to be done; nothing is broken."""
    WRONG = "wrong"
    """Does not work, and somebody should mend it."""
    UNKNOWN = "unknown"
    """Not tried or not measured yet."""
    NOT_NEEDED = "not_needed"
    """Nothing to do for it as things are: neither done nor open, and counted apart."""


class Remedy(StrEnum):
    """What the one button of a point does."""

    CONFIGURE = "configure"
    ENTER_SECRET = "enter_secret"
    CONNECT = "connect"
    TUNNEL_SETTINGS = "tunnel_settings"
    ARRANGE = "arrange"
    ENABLE = "enable"
    SELF_TEST = "self_test"
    FETCH = "fetch"
    MEASURE = "measure"
    """Ask Stripe for the time (every answer holds it)."""
    RESTART = "restart"
    MAIL = "mail"
    INVOICES = "invoices"


@dataclass(frozen=True, slots=True)
class Point:
    """One line. `reason` says why it stands so (each has its words); `at` is when the evidence
    was seen (UTC); `values` are what it showed (masked key, address, milliseconds …)."""

    id: PointId
    state: PointState
    reason: str
    remedy: Remedy | None = None
    at: datetime | None = None
    values: Mapping[str, object] = field(default_factory=dict)
