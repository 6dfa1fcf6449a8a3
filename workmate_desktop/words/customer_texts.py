"""What customers read, in their own language: on a payment link that is switched off, and in the
e-mail that staff send. Without Qt: `serve` makes no links, but switches them off.

    customer("de").mail(number="RE-2026-0001", …)
"""

from datetime import date
from decimal import Decimal

from workmate_desktop.domain.payments.money import exponent
from workmate_desktop.words.language import GERMAN, Language, fill
from workmate_desktop.words.resources import resource_path


def customer(code: str) -> "CustomerTexts":
    """The texts in the language `code` ("de"), whatever the window speaks.

    Raises FileNotFoundError when there is no catalogue of it.
    """
    return CustomerTexts(Language(code, None if code == GERMAN else resource_path("locale")))


class CustomerTexts:
    """Texts in one language, with its way to write amounts and days."""

    def __init__(self, language: Language) -> None:
        self._language = language

    @property
    def link_inactive(self) -> str:
        """On Stripe's page of a link that takes no payment any more; at most 500 characters."""
        return self._language._(
            "Dieser Zahlungslink ist nicht mehr gültig: Die Rechnung ist schon bezahlt, oder der "
            "offene Betrag hat sich geändert. Bitte melden Sie sich bei uns, dann senden wir Ihnen "
            "gern einen neuen Link."
        )

    def mail(
        self, *, number: str, amount_minor: int, currency: str, url: str, due: date | None
    ) -> tuple[str, str]:
        """Subject and body of the e-mail with the link. `amount_minor`: what is owed."""
        say = self._language
        please = fill(say._("Bitte zahlen Sie bis zum %1."), self._day(due)) + " " if due else ""
        parts = (
            say._("Guten Tag,"),
            fill(
                say._("unsere Rechnung %1 über %2 können Sie hier sicher online bezahlen:"),
                number,
                self._money(amount_minor, currency),
            ),
            url,
            please
            + say._(
                "Der Link führt auf die Zahlungsseite unseres Zahlungsdienstleisters Stripe. "
                "Sollten Sie die Rechnung inzwischen schon beglichen haben, betrachten Sie diese "
                "Nachricht bitte als gegenstandslos."
            ),
            say._("Mit freundlichen Grüßen"),
        )
        return fill(say._("Rechnung %1: bequem online bezahlen"), number), "\n\n".join(parts)

    def _money(self, minor: int, currency: str) -> str:
        from babel.numbers import format_currency

        whole = Decimal(minor).scaleb(-exponent(currency))
        return format_currency(whole, currency.upper(), locale=self._language.code)

    def _day(self, day: date) -> str:
        from babel.dates import format_date

        return format_date(day, "medium", locale=self._language.code)
