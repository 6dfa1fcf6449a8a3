"""Who bought, in one line: as it stands on the invoice, or for a draft as the customer is now."""

from functools import cache

from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.words.language import _, fill

_HOME = ("DE", "")


def address_line(buyer: Customer | None) -> str:
    """Street, town, foreign country, VAT id; "" when nothing is known."""
    if buyer is None:
        return ""
    town = f"{buyer.postal_code} {buyer.city}".strip()
    country = "" if buyer.country in _HOME else _country_name(buyer.country)
    vat_id = _("USt-IdNr. %1")
    parts = (buyer.street, town, country, fill(vat_id, buyer.vat_id) if buyer.vat_id else "")
    return ", ".join(part for part in parts if part)


@cache
def _country_name(code: str) -> str:
    from babel import Locale  # reads its tables from files: only for addresses abroad

    return str(Locale("de").territories.get(code, code))
