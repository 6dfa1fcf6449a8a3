"""The German words around the payment link of one invoice."""

from datetime import datetime
from urllib.parse import quote

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.notify.addresses import wire_address
from workmate_desktop.domain.payments.links import Offer, OfferState
from workmate_desktop.domain.payments.pay_address import PayAddress
from workmate_desktop.domain.text import tidied
from workmate_desktop.words import formats
from workmate_desktop.words.customer_texts import CustomerTexts
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.messages import trouble_message


def offer_words(offer: Offer, since: datetime | None, now: datetime) -> str:
    """The state of the link, below its buttons. `since` and `now` in the office's time zone."""
    when = formats.day_time(since, now) if since is not None else ""
    match offer.state:
        case OfferState.NONE:
            return _("Zahlungslink: noch keiner")
        case OfferState.UNCONFIRMED:
            return _("Zahlungslink: von Stripe noch nicht bestätigt, ein Klick fragt nach.")
        case OfferState.READY:
            return fill(_("Zahlungslink bereit seit %1"), when)
        case OfferState.CLOSING:
            closing = _("Der bisherige Zahlungslink wird abgeschaltet.")
            return " ".join(words for words in (closing, _why(offer)) if words)
        case OfferState.RUNNING:
            words = _("Zahlung läuft seit %1: Die Lastschrift läuft und dauert einige Werktage.")
            return fill(words, when)
        case OfferState.NOT_OFFERED:
            return ""


def _why(offer: Offer) -> str:
    message = trouble_message(offer.trouble) if offer.trouble else None
    if message is None:
        return ""
    return f"{message.sentence} {_('Das Programm versucht es weiter.')}"


def amount_words(row: InvoiceRow) -> str:
    """What is owed."""
    return formats.money(row.outstanding_minor, row.currency)


def mail_url(customer: CustomerTexts, row: InvoiceRow, address: str, url: PayAddress) -> str:
    """`mailto:` with a finished text. https://www.rfc-editor.org/rfc/rfc6068

    Everything is percent-encoded, line ends are CRLF: an address or a name with `?` or `&` in it
    adds no field of its own, and a line end in it (which some programs decode) no header.
    """
    subject, body = customer.mail(
        number=row.number or "",
        amount_minor=row.outstanding_minor,
        currency=row.currency,
        url=url,
        due=row.due_date,
    )
    address = "".join(one for one in tidied(address) if one.isprintable()).strip()
    to = quote(wire_address(address), safe="@") if address else ""  # else "@" would be written to
    fields = "&".join(
        f"{name}={quote(text, safe='')}"
        for name, text in (("subject", subject), ("body", body.replace("\n", "\r\n")))
    )
    return f"mailto:{to}?{fields}"
