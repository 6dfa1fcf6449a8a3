"""Which addresses a customer may be sent to, and the many that only look like one."""

import pytest

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.payments.pay_address import LONGEST, PayHosts, domain_of_website

STRIPES = "https://buy.stripe.com/test_7sI5kD2Xv0aB9qM3cc"

GOOD = [
    STRIPES,
    "https://checkout.stripe.com/c/pay/cs_live_a1#fidkdWxOYHwnPyd1blpxYHZxWjA0",
    "https://buy.stripe.com:443/x?prefilled_email=a%40b.de&locale=de",
    "HTTPS://Buy.Stripe.Com/x",
]
HOSTILE = [
    "",
    "https://",
    "file:///etc/passwd",
    "file://server/share/x.exe",
    "smb://server/share",
    "javascript:alert(1)",
    "data:text/html,x",
    "ms-msdt:/id",
    "http://buy.stripe.com/x",
    "//buy.stripe.com/x",
    "buy.stripe.com/x",
    "\\\\server\\share",
    "C:\\Windows\\System32\\calc.exe",
    "https://user@buy.stripe.com/x",
    "https://buy.stripe.com@evil.example/x",
    "https://buy.stripe.com:x@evil.example/",
    "https://evil.example\\@buy.stripe.com/",
    "https://buy.stripe.com\\.evil.example/",
    "https://buy.stripe.com:8443/x",
    "https://buy.stripe.com./x",
    "https://.stripe.com/x",
    "https://buy..stripe.com/x",
    "https://[::ffff:1.2.3.4]/x",
    "https://1.2.3.4/x",
    "https://2130706433/",
    "https://buy.stripe.com/\r\nx",
    "https://buy.stripe.com/x\n",
    " https://buy.stripe.com/x",
    "https://buy.stripe.com/\x00",
    "https://buy.stripe.com/\t",
    "https://buy.stripe.com/ü",
    "https://buy.strıpe.com/x",
    "https://buy.stripe。com/x",
    "https://buy.stripe.com%2eevil.example/",
    "https://buy.stripe.com/" + "x" * LONGEST,
    "http://127.0.0.1:12111/pay/x",
    "http://localhost/pay/x",
    "https://[::1]/x",
]
FOREIGN = [
    "https://evil.example/x",
    "https://stripe.com.evil.example/x",
    "https://evilstripe.com/x",
    "https://buy-stripe.com/x",
    "https://stripe.com/x",
    "https://xn--strpe-5wa.com/x",
    "https://pay.praxis-aydin.de/b/x",
]


def code_of(address: object, hosts: PayHosts = PayHosts()) -> str:  # noqa: B008 - frozen
    with pytest.raises(UserError) as refused:
        hosts.checked(address)
    return refused.value.code


@pytest.mark.parametrize("address", GOOD)
def test_sa3_stripes_own_pages_pass(address: str) -> None:
    assert PayHosts().checked(address) == address


@pytest.mark.parametrize("address", HOSTILE)
@pytest.mark.parametrize("own", [None, "evil.example", "praxis-aydin.de"])
def test_sa3_what_is_no_such_address_never_passes(address: str, own: str | None) -> None:
    assert code_of(address, PayHosts(own)) == "pay_address_wrong"


@pytest.mark.parametrize("address", [None, 7, b"https://buy.stripe.com/x"])
def test_sa3_what_is_no_text_never_passes(address: object) -> None:
    assert code_of(address) == "pay_address_wrong"


@pytest.mark.parametrize("address", FOREIGN)
def test_sa3_another_host_is_named(address: str) -> None:
    with pytest.raises(UserError) as refused:
        PayHosts().checked(address)
    assert refused.value.code == "pay_address_foreign"
    assert refused.value.values["host"] == address.split("/")[2]


def test_sa3_the_accounts_own_domain_passes_and_none_that_ends_like_it() -> None:
    hosts = PayHosts(own="praxis-aydin.de")
    for good in ("https://pay.praxis-aydin.de/b/x", "https://praxis-aydin.de/x"):
        assert hosts.checked(good) == good
    for bad in ("https://xpraxis-aydin.de/x", "https://praxis-aydin.de.evil.example/"):
        assert code_of(bad, hosts) == "pay_address_foreign"
    assert code_of("http://pay.praxis-aydin.de/x", hosts) == "pay_address_wrong"


def test_sa3_this_pc_only_where_stripes_api_is_here() -> None:
    here = PayHosts(this_pc=True)
    for good in ("http://127.0.0.1:12111/pay/plink_1", "http://localhost:1/x", STRIPES):
        assert here.checked(good) == good
    for bad in ("http://127.0.0.2/x", "http://127.0.0.1.evil.example/", "http://a@127.0.0.1/"):
        assert code_of(bad, here) == "pay_address_wrong"


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.praxis-aydin.de/kontakt", "praxis-aydin.de"),
        ("praxis-aydin.de", "praxis-aydin.de"),
        ("http://Praxis-Aydin.de", "praxis-aydin.de"),
        ("https://bäckerei-müller.de/über-uns", "xn--bckerei-mller-bfb28a.de"),
        ("https://praxis-aydin.de:8443/?seite=ä b", "praxis-aydin.de"),
        ("praxis-aydin.de/?zurück=https://evil.example", "praxis-aydin.de"),
        ("https://a@praxis-aydin.de", None),
        ("https://praxis-aydin.de\\@evil.example", None),
        ("https:///evil.example", None),
        ("https://localhost", None),
        ("https://127.0.0.1", None),
        ("de", None),
        ("", None),
        (None, None),
        (["praxis-aydin.de"], None),
    ],
)
def test_the_domain_of_a_website(website: object, domain: str | None) -> None:
    assert domain_of_website(website) == domain
