"""What the listener refused, counted by reason."""

from workmate_desktop.gateways.stripe.webhook import NotAuthenticReason
from workmate_desktop.services.booking.receive import Refusals


def test_what_refused_deliveries_are_counted_as() -> None:
    """Wrong ones in a row say that the secret does not fit, late ones that the clock is wrong."""
    refused = Refusals()
    expected = {"wrong": (1, 0), "too_old": (1, 1), "in_future": (1, 2), "missing": (1, 2)}
    for name, counts in expected.items():
        refused.note(NotAuthenticReason(name))
        assert (refused.in_a_row, refused.out_of_time_in_a_row) == counts, name
    refused.clear()
    assert (refused.in_a_row, refused.out_of_time_in_a_row, refused.authentic) == (0, 0, 1)
    assert refused.counts() == dict.fromkeys(expected, 1)
