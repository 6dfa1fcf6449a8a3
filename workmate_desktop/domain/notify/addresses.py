"""E-mail addresses and host names: what is one, and how it goes over the wire.

One rule for every place where one is typed. A name with umlauts (bäckerei-müller.de) is written
`xn--…` for machines: https://www.rfc-editor.org/rfc/rfc5890. Python's own "idna" codec makes
"strasse" of "straße", which is another domain that may be another's; so it is not used.
"""

import ipaddress
import re
import unicodedata

from workmate_desktop.domain.text import tidied

_ASCII_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# RFC 5321, 4.1.2 (dot-string), and beyond ASCII RFC 6531. Quoted ones exist on paper only.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LETTERS = ("Ll", "Lo", "Lm", "Mn", "Mc", "Nd")
"""What a name may hold beyond ASCII (RFC 5892, 2.1): no signs, no blanks, nothing unseen."""
_LONGEST_HOST = 253
_LONGEST_LOCAL = 64
_LONGEST_ADDRESS = 254


def ascii_host(text: str) -> str | None:
    """A host name as machines write it, in small letters; None when it is none."""
    labels = [_ascii_label(label) for label in tidied(text).strip().lower().split(".")]
    if None in labels:
        return None
    name = ".".join(label for label in labels if label is not None)
    return name if len(name) <= _LONGEST_HOST else None


def is_server(text: str) -> bool:
    """Whether this names a computer: a host name or an IP address."""
    try:
        ipaddress.ip_address(text.strip())
    except ValueError:
        return ascii_host(text) is not None
    return True


def mail_address(text: str) -> str | None:
    """The one e-mail address in `text`, without what a copy brought along; None for anything else.

    Its domain has a point, or is this PC; what else has none is a typing error.
    """
    address = tidied(text).strip()
    local, found, domain = address.rpartition("@")
    host = ascii_host(domain)
    if not found or host is None or len(address) > _LONGEST_ADDRESS:
        return None
    if any(map(str.isspace, domain)):
        return None
    if len(local.encode()) > _LONGEST_LOCAL or not _LOCAL_PART.fullmatch(local):
        return None
    if not all(letter.isascii() or unicodedata.category(letter)[0] in "LMN" for letter in local):
        return None
    first, _, last = host.rpartition(".")
    if host != "localhost" and (not first or last.isdigit()):
        return None
    return address


def wire_address(address: str) -> str:
    """A valid address with its domain as machines write it. What stands before the @ stays."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_host(domain) or domain}"


def _ascii_label(label: str) -> str | None:
    if label.isascii():
        return label if _ASCII_LABEL.fullmatch(label) else None
    known = all(c.isascii() or unicodedata.category(c) in _LETTERS for c in label)
    plain = re.sub("[^\x00-\x7f]", "a", label)
    if not known or not _ASCII_LABEL.fullmatch(plain) or label[2:4] == "--":
        return None
    if unicodedata.category(label[0]).startswith("M"):  # a mark without its letter
        return None
    written = "xn--" + label.encode("punycode").decode("ascii")
    return written if len(written) <= 63 else None
