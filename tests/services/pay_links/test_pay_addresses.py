"""What the API and the database name as the address of a payment link is checked before use."""

import pytest

from tests.services.pay_links.pay_rig import LINKS, Desk
from tests.standins.stripe_api import SECRET_KEY
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.store.transaction import Transaction

HOSTILE = [
    "file:///etc/passwd",
    "smb://server/share",
    "javascript:alert(1)",
    "http://buy.stripe.com/x",
    "https://buy.stripe.com@evil.example/x",
    "https://buy.stripe.com/" + "x" * 3000,
]
OWN = "https://pay.praxis-aydin.de/b/x"


def refused(desk: Desk, invoice_id: str) -> UserError:
    with pytest.raises(UserError) as error:
        desk.pay.link(invoice_id)
    return error.value


def overwrite(desk: Desk, url: str | None) -> None:
    """Somebody changes the row in the database."""

    def job(t: Transaction) -> None:
        t.raw.execute("UPDATE payment_links SET url = ?", (url,))

    desk.office.writer.submit(job).result(PATIENCE)


@pytest.mark.parametrize("address", HOSTILE)
def test_sa3_the_api_names_no_address_of_stripe(desk: Desk, address: str) -> None:
    desk.stripe.account.pay_page = address
    invoice_id = desk.invoice()
    for _ in range(2):
        assert refused(desk, invoice_id).code == "pay_address_wrong"
    assert [link.url for link in desk.links(invoice_id)] == [None]
    assert desk.asked().count(f"POST {LINKS}") == 1, "one link, though it cannot be used"
    # It can be paid by whoever knows it, so it must be switched off like any other.
    desk.by_hand(invoice_id, 11900)
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []


def test_sa3_the_api_names_another_host(desk: Desk) -> None:
    desk.stripe.account.pay_page = "https://evil.example/x"
    error = refused(desk, desk.invoice())
    assert (error.code, error.values) == ("pay_address_foreign", {"host": "evil.example"})


@pytest.mark.parametrize("address", [*HOSTILE, "https://evil.example/x", None])
def test_sa3_the_database_names_something_else(desk: Desk, address: str | None) -> None:
    invoice_id = desk.invoice()
    url = desk.url(invoice_id)
    overwrite(desk, address)
    assert desk.url(invoice_id) == url, "Stripe's word counts"
    assert [link.url for link in desk.links(invoice_id)] == [address], "the daily check names it"


def test_sa3_another_link_of_stripe_in_the_database(desk: Desk) -> None:
    """A page of Stripe, but somebody else's money."""
    invoice_id = desk.invoice()
    url = desk.url(invoice_id)
    overwrite(desk, "https://buy.stripe.com/somebody_elses")
    assert desk.url(invoice_id) == url


@pytest.mark.parametrize("address", [*HOSTILE, "https://evil.example/x"])
def test_sa3_the_database_names_something_else_and_stripe_is_silent(
    desk: Desk, address: str
) -> None:
    invoice_id = desk.invoice()
    desk.url(invoice_id)
    overwrite(desk, address)
    desk.stripe.fail_next(Fault.SERVER_ERROR, 9)
    assert refused(desk, invoice_id).code in ("pay_address_wrong", "stripe_stripe_down")


@pytest.mark.parametrize("website", ["https://www.praxis-aydin.de/start", "praxis-aydin.de"])
def test_sa3_the_accounts_own_domain(desk: Desk, website: str) -> None:
    """https://docs.stripe.com/payments/checkout/custom-domains"""
    desk.stripe.account.pay_page = OWN
    invoice_id = desk.invoice()
    assert refused(desk, invoice_id).code == "pay_address_foreign"
    desk.stripe.account.website = website
    assert desk.url(invoice_id) == OWN, "entered at Stripe: the next click works"
    before = len(desk.asked())
    assert desk.url(invoice_id) == OWN
    assert desk.asked()[before:] == [f"GET {LINKS}/{desk.links(invoice_id)[0].stripe_link_id}"]
    assert desk.pay.hosts.own == "praxis-aydin.de"


def test_sa3_a_key_that_may_not_read_the_account_confirms_no_domain(desk: Desk) -> None:
    desk.stripe.keys[SECRET_KEY].lacks |= {"rak_accounts_kyc_basic_read"}
    desk.stripe.account.pay_page, desk.stripe.account.website = OWN, "praxis-aydin.de"
    assert refused(desk, desk.invoice()).code == "pay_address_foreign"


def test_sa3_stripes_own_pages_cost_no_further_call(desk: Desk) -> None:
    desk.stripe.account.pay_page = "https://buy.stripe.com/test_1"
    assert desk.url(desk.invoice()) == "https://buy.stripe.com/test_1"
    assert desk.asked() == [f"POST {LINKS}"]


def test_sa3_this_pc_is_no_place_to_pay_at_unless_stripes_api_is_here(desk: Desk) -> None:
    pay = desk.new_pay()
    pay._hosts = type(pay.hosts)()
    with pytest.raises(UserError) as error:
        pay.link(desk.invoice())
    assert error.value.code == "pay_address_wrong"
