"""A link whose answer never came, and that Stripe refuses when it is asked for again (I4, I7)."""

import pytest

from tests.services.pay_links.pay_rig import LINKS, Desk
from tests.standins.stripe_http import Fault
from tests.standins.stripe_routes import Asked
from workmate_desktop.domain.stripe.account import StripeRefused


@pytest.mark.parametrize(
    ("fault", "hindered", "state"),
    [
        (Fault.BAD_REQUEST, set(), "refused"),
        (Fault.OTHER_PARAMETERS, set(), "refused"),
        (Fault.RATE_LIMIT, {"stripe_rate_limited"}, "deactivating"),
    ],
)
def test_i7_a_link_that_cannot_have_been_made_hinders_nothing(
    desk: Desk, fault: Fault, hindered: set[str], state: str
) -> None:
    """Only a refusal that says so for certain; else it is asked for again later."""
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.RESET, 2)
    with pytest.raises(StripeRefused):
        desk.pay.link(invoice_id)
    assert desk.states(invoice_id) == ["creating"]
    desk.by_hand(invoice_id, 11900)

    def refuse_what_follows(asked: Asked) -> None:
        if (asked.method, asked.path) == ("GET", LINKS):
            desk.stripe.fail_next(fault)

    desk.stripe.before_answer = refuse_what_follows
    assert set(desk.close_due().values()) == hindered
    assert desk.states(invoice_id) == [state]
    assert desk.usable(invoice_id) == []
