"""Where a customer may be sent to pay: what the API and the database name is only text.

A payment link has an address at Stripe (https://buy.stripe.com/…), or under a custom domain that
the office has set up there (https://docs.stripe.com/payments/checkout/custom-domains). Stripe has
no call that lists custom domains, so one counts as confirmed when it lies below the website that
the account itself names (`business_profile.url`,
https://docs.stripe.com/api/accounts/object#account_object-business_profile-url): a second field,
asked of Stripe, never of the database, from which the address may come.

The pattern allows so little that no two programs read an address in two ways: no name or password
before the host, no backslash, no control character, nothing beyond ASCII.
"""

import re
from dataclasses import dataclass
from typing import NewType

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.notify.addresses import ascii_host

PayAddress = NewType("PayAddress", str)
"""An address that `PayHosts.checked` has let through; only that makes one."""

LONGEST = 2048
"""Characters. Stripe's have 50 to 400; a QR code holds 2,331."""

_STRIPE = ".stripe.com"
_REST = r"(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"
_HERE = r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?"
# ASCII, or "ı" would be an "i" where capitals do not count.
_WEB = re.compile(rf"https://([a-z0-9.-]{{1,253}})(?::443)?{_REST}", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(r"\A[a-z]+://", re.IGNORECASE | re.ASCII)
_THIS_PC = re.compile(rf"https?://{_HERE}{_REST}", re.ASCII)


def host_of(address: object) -> str | None:
    """The host of a web address that may be kept, in small letters; None for anything else.

    `localhost` for the ways to name this PC: only there may it be without TLS.
    """
    if not isinstance(address, str) or len(address) > LONGEST:
        return None
    if _THIS_PC.fullmatch(address):
        return "localhost"
    found = _WEB.fullmatch(address)
    host = ascii_host(found[1]) if found else None
    return host if host is not None and "." in host and not host[-1].isdigit() else None


def domain_of_website(website: object) -> str | None:
    """The domain below which a custom domain counts as the account's own; None without one."""
    if not isinstance(website, str):
        return None
    # Only its host counts: it may have umlauts or a port, and the page behind it any letters.
    place = re.split(r"[/?#]", _SCHEME.sub("", website.strip()))[0]
    host = ascii_host(re.sub(r":[0-9]{1,5}$", "", place))
    if host is None or "." not in host or host[-1].isdigit():
        return None
    return host.removeprefix("www.")


@dataclass(frozen=True, slots=True)
class PayHosts:
    """Which hosts may be paid at: Stripe's always.

    `own` is the domain of the account's website, None while Stripe was not asked. `this_pc`: the
    program was started with another address of Stripe's API, which is on this PC.
    """

    own: str | None = None
    this_pc: bool = False

    def checked(self, address: object) -> PayAddress:
        """`address`, if a customer may be sent there.

        Raises UserError `pay_address_wrong` (no such address at all) or `pay_address_foreign`
        (`host`: neither Stripe's nor the account's own).
        """
        host = host_of(address)
        if host is None or (host == "localhost" and not self.this_pc):
            raise UserError("pay_address_wrong")
        if host != "localhost" and not host.endswith(_STRIPE) and not self._is_own(host):
            raise UserError("pay_address_foreign", host=host)
        return PayAddress(str(address))

    def _is_own(self, host: str) -> bool:
        return self.own is not None and (host == self.own or host.endswith(f".{self.own}"))
