"""How much and how long the listener bears from anyone who can reach its port."""

from dataclasses import dataclass

from workmate_desktop.domain.stripe.webhook import MAX_BODY_BYTES


@dataclass(frozen=True)
class Limits:
    """Deadlines in seconds, sizes in bytes. Tests use small ones.

    CONTRACT promises that a header is closed *within* 5 s and a body within 10 s, as seen from
    the other side; the defaults stay a little below so that the promise holds on a busy machine.
    """

    header_seconds: float = 4.8
    """From the connection, or the first byte of a later request, to the end of the header."""
    body_seconds: float = 9.8
    """From the end of the header to the end of the body, however the bytes trickle in."""
    idle_seconds: float = 75.0
    """How long a kept-alive connection may wait for its next request."""
    answer_seconds: float = 20.0
    """How long a receipt may stay open before the answer is 503 (Stripe comes again)."""
    linger_seconds: float = 1.0
    """After a closing answer: how long unread input is thrown away, so that the answer arrives."""
    linger_bytes: int = 4 * 1024 * 1024
    """After a closing answer: how much unread input is thrown away."""
    connections: int = 64
    """Connections held at once; a further one evicts the least useful."""
    grace_seconds: float = 0.25
    """How long a request may take until its connection counts as stalled, and goes before all
    that may still be quick. What Stripe sends is there within a few milliseconds."""
    header_bytes: int = 16 * 1024
    """Request line and all header fields together."""
    header_fields: int = 100
    """Header fields of one request."""
    body_bytes: int = MAX_BODY_BYTES
    """Largest body; more is answered 413."""
