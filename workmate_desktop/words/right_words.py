"""The German names of the rights that a restricted key of Stripe may lack. No Qt.

https://docs.stripe.com/keys/restricted-api-keys
"""

import re

from workmate_desktop.words.language import _

_RIGHT = re.compile(r"rak_(\w+)_(read|write)", re.ASCII)


def right_words(right: str) -> str:
    """ "Rückbuchungen lesen"; Stripe's own name of a right that has no words here."""
    found = _RIGHT.fullmatch(right)
    about = _resources().get(found[1]) if found else None
    if found is None or about is None:
        return right
    verb = _("lesen") if found[2] == "read" else _("schreiben")
    return f"{about[0]} {verb}"


def right_to_find(right: str) -> str:
    """To be found in the Dashboard: "„Rückbuchungen lesen“ (Disputes: Read, rak_dispute_read)"."""
    words = right_words(right)
    found = _RIGHT.fullmatch(right)
    if found is None or words == right:
        return f"„{right}“"
    level = "Read" if found[2] == "read" else "Write"
    return f"„{words}“ ({_resources()[found[1]][1]}: {level}, {right})"


def _resources() -> dict[str, tuple[str, str]]:
    """Stripe's code → our word, and what the Dashboard calls it."""
    links = (_("Zahlungslinks"), "Payment Links")
    return {
        "charge": (_("Zahlungen und Erstattungen"), "Charges and Refunds"),
        "dispute": (_("Rückbuchungen"), "Disputes"),
        "event": (_("Ereignisse"), "Events"),
        "webhook": (_("Webhooks"), "Webhook Endpoints"),
        "payment_intent": (_("Zahlungsvorgänge"), "PaymentIntents"),
        "payment_link": links,
        "payment_links": links,
        "checkout_session": (_("Bezahlseiten"), "Checkout Sessions"),
        "accounts_kyc_basic": (_("Kontodaten"), "Accounts"),
        "balance": (_("Guthaben"), "Balance"),
        "balance_transaction_source": (_("Gebühren"), "Balance transaction sources"),
        "product": (_("Produkte"), "Products"),
        "plan": (_("Preise"), "Prices"),
        "customer": (_("Kunden"), "Customers"),
    }
