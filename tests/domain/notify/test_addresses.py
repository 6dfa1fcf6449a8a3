"""E-mail addresses and host names: one rule for all fields."""

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.domain.notify.addresses import (
    ascii_host,
    is_server,
    mail_address,
    wire_address,
)
from workmate_desktop.domain.notify.mail import MailAccount, MailField, MailProblem, problems_of

GOOD = {
    "info@bäckerei-müller.de": "info@xn--bckerei-mller-bfb28a.de",
    "info@ba\u0308ckerei-mu\u0308ller.de": "info@xn--bckerei-mller-bfb28a.de",
    "Info@Bäckerei-Müller.DE": "Info@xn--bckerei-mller-bfb28a.de",
    "kontakt@straße.de": "kontakt@xn--strae-oqa.de",
    "a.b+c_d-e@sub.firma.co.uk": "a.b+c_d-e@sub.firma.co.uk",
    "  buero@firma.de\u00a0": "buero@firma.de",
    "\u200bbuero@fir\u00adma.de": "buero@firma.de",
    "o'neill@firma.de": "o'neill@firma.de",
    "buero@xn--mller-kva.de": "buero@xn--mller-kva.de",
    "jörg@müller.de": "jörg@xn--mller-kva.de",
    "root@localhost": "root@localhost",
    "post@中文.example": "post@xn--fiq228c.example",
}
BAD = [
    *["", "anna", "@", "anna@", "@firma.de", "a@b@c.de", "anna@firma", "anna@firma.", "a@.de"],
    *["anna@-firma.de", "anna@firma-.de", "anna@fir_ma.de", "anna@firma..de", "an na@firma.de"],
    *["anna @firma.de", "anna@ firma.de", ".anna@firma.de", "anna.@firma.de", "an..na@firma.de"],
    *["Anna <anna@firma.de>", "a@b.de, c@d.de", "a@b.de;c@d.de", "mailto:anna@", "a@b\nc.de"],
    *["anna@127.0.0.1", "anna@[127.0.0.1]", "anna@☃.de", "an☃na@firma.de", "anna@fir\u200dma.de"],
    *["a" * 65 + "@firma.de", "a@" + "b" * 64 + ".de", "a@" + ".".join(["b" * 60] * 5)],
    "ä" * 33 + "@firma.de",
]


@pytest.mark.parametrize("typed", GOOD)
def test_me5_what_is_an_address(typed: str) -> None:
    found = mail_address(typed)
    assert found is not None
    assert wire_address(found) == GOOD[typed]
    assert mail_address(found) == found
    assert mail_address(wire_address(found)) == wire_address(found)


@pytest.mark.parametrize("typed", BAD, ids=repr)
def test_me5_what_is_none(typed: str) -> None:
    assert mail_address(typed) is None


@given(st.text(alphabet="aäöüßéłz09", min_size=1, max_size=20))
def test_me5_names_with_umlauts_are_written_as_the_standard_says(label: str) -> None:
    try:
        standard = idna.encode(label, uts46=True, transitional=False).decode("ascii")
    except idna.IDNAError:
        return
    assert ascii_host(f"{label}.de") == f"{standard}.de"


@given(st.text(max_size=30))
def test_me5_any_text_is_an_address_or_none(text: str) -> None:
    found = mail_address(text)
    if found is not None:
        assert wire_address(found).rpartition("@")[2].isascii()


def test_me5_names_of_servers() -> None:
    for name in ("mail.bäckerei-müller.de", "localhost", "127.0.0.1", "::1", "intern", "SMTP.a.de"):
        assert is_server(name), name
    for name in ("https://mail.de", "mail firma", "mail.de:587", "", "mail..de", "☃.de", "-a.de"):
        assert not is_server(name), name


def test_me5_the_mailbox_of_the_office_may_have_umlauts() -> None:
    account = MailAccount(
        server="mail.bäckerei-müller.de",
        sender="info@bäckerei-müller.de",
        recipient="chefin@bäckerei-müller.de",
    )
    assert problems_of(account, password=False) == {}
    assert problems_of(
        MailAccount("a.de", sender="info@bäckerei", recipient="x@ä☃.de"), password=False
    ) == {MailField.SENDER: MailProblem.MALFORMED, MailField.RECIPIENT: MailProblem.MALFORMED}
