"""The German words of Klärung nötig: items, suggestions and decisions in, sentences out."""

from datetime import date

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.review import (
    Decided,
    Decision,
    OthersPayments,
    ReviewItem,
    Suggestion,
    WaitingCount,
    Why,
)
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.words import formats
from workmate_desktop.words.actors import actor_name
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.pills import Pill
from workmate_desktop.words.reason_texts import reason_words
from workmate_desktop.words.tone import Tone

SEPARATOR = " · "


IN_REVIEW = (
    Reason.NO_INVOICE,
    Reason.UNKNOWN_INVOICE,
    Reason.NOT_MARKED,
    Reason.INVOICE_MISMATCH,
    Reason.NAMED_TWICE,
    Reason.OTHER_INSTALLATION,
    Reason.OTHER_CURRENCY,
    Reason.WRONG_MODE,
    Reason.INVOICE_CANCELLED,
    Reason.INVOICE_DRAFT,
    Reason.BAD_AMOUNT,
    Reason.NOT_SUCCEEDED,
    Reason.PROGRAM_ERROR,
    Reason.UNREADABLE,
)
"""The reasons that wait for a decision, each with words of its own."""


def reason_title(reason: Reason, *, failed: bool = False) -> str:
    """What happened, in two or three words."""
    if failed and reason is Reason.NO_INVOICE:
        return _("Fehlgeschlagene Zahlung ohne Rechnung")
    return {
        Reason.NO_INVOICE: _("Zahlung ohne Rechnung"),
        Reason.UNKNOWN_INVOICE: _("Unbekannte Rechnung"),
        Reason.NOT_MARKED: _("Nicht über den Zahlungslink bezahlt"),
        Reason.NOT_OURS: _("Zahlung eines anderen Programms"),
        Reason.INVOICE_MISMATCH: _("Rechnung und Nummer passen nicht"),
        Reason.NAMED_TWICE: _("Für zwei Rechnungen genannt"),
        Reason.OTHER_INSTALLATION: _("Andere Installation"),
        Reason.OTHER_CURRENCY: _("Andere Währung"),
        Reason.WRONG_MODE: _("Falscher Modus"),
        Reason.INVOICE_CANCELLED: _("Rechnung ist storniert"),
        Reason.INVOICE_DRAFT: _("Rechnung ist noch ein Entwurf"),
        Reason.BAD_AMOUNT: _("Betrag unklar"),
        Reason.NOT_SUCCEEDED: _("Zahlung nicht abgeschlossen"),
        Reason.PROGRAM_ERROR: _("Programmfehler"),
        Reason.UNREADABLE: _("Unlesbare Nachricht"),
    }.get(reason, _("Ereignis"))


def item_title(item: ReviewItem) -> str:
    """The first line of an item."""
    if not (item.is_money or item.failed or item.unreadable):
        return _("Rückbuchung passt nicht")
    return reason_title(item.reason, failed=item.failed)


def item_note(item: ReviewItem, clock: Clock) -> str:
    """The second line: what makes this one different from its like, and whether it is test
    money: with live keys, too, it waits here."""
    note = _note(item, clock)
    is_test = item.livemode is False and item.is_money and item.reason is not Reason.WRONG_MODE
    return fill(_("%1 · Testgeld"), note) if is_test else note


def _note(item: ReviewItem, clock: Clock) -> str:
    if item.decided is not None:
        return decision_words(item.decided, stays_on=stays_on(item))
    if not (item.is_money or item.failed or item.unreadable):
        return reason_title(item.reason)
    if item.reason is Reason.NAMED_TWICE:
        return _named_twice(item)
    named, text = item.named_label or _("Entwurf"), item.named_text
    match item.reason:
        case Reason.NO_INVOICE if item.failed:
            return _("Es ist kein Geld geflossen.")
        case Reason.NO_INVOICE:
            return _("Das Ereignis nennt keine Rechnung.")
        case Reason.UNKNOWN_INVOICE:
            return fill(_("„%1“ gibt es hier nicht."), text)
        case Reason.NOT_MARKED:
            sentence = _("Die Zahlung nennt %1. Ist sie für diese Rechnung?")
            return fill(sentence, item.named_label or text)
        case Reason.NOT_OURS:
            return fill(_("Kennung bei Stripe: %1"), item.intent_id or formats.NONE)
        case Reason.INVOICE_MISMATCH:
            return fill(_("In der Zahlung steht %1, die Kennung gehört aber zu %2."), text, named)
        case Reason.OTHER_CURRENCY if item.named_currency and item.currency:
            sentence = _("%1 lautet auf %2, bezahlt wurde in %3.")
            currencies = (currency_name(item.named_currency), currency_name(item.currency))
            return fill(sentence, named, *currencies)
        case Reason.INVOICE_CANCELLED if item.named_cancelled_at is not None:
            day = formats.date_text(clock.local(item.named_cancelled_at).date())[:6]
            return fill(
                _("%1 wurde am %2 storniert, danach ist eine Zahlung eingegangen."), named, day
            )
        case Reason.WRONG_MODE:
            real = _("Eine echte Zahlung nennt eine Testrechnung.")
            return real if item.livemode else _("Eine Testzahlung nennt eine echte Rechnung.")
    return _further_note(item.reason)


def _named_twice(item: ReviewItem) -> str:
    named = item.named_label or _("ein Entwurf")
    if item.held_label is None:
        return fill(_("Das Geld steht auf keiner Rechnung, genannt wird jetzt %1."), named)
    return fill(_("Das Geld steht auf %1, genannt wird jetzt auch %2."), item.held_label, named)


def _further_note(reason: Reason) -> str:
    return {
        Reason.OTHER_INSTALLATION: _("Die Zahlung gehört zu einem anderen WorkmateOS."),
        Reason.INVOICE_DRAFT: _("Der Kunde hat vor dem Ausstellen bezahlt."),
        Reason.INVOICE_CANCELLED: _("Nach der Stornierung ist eine Zahlung eingegangen."),
        Reason.OTHER_CURRENCY: _("Zahlung und Rechnung lauten nicht auf dieselbe Währung."),
        Reason.BAD_AMOUNT: _("Der Betrag im Ereignis kann nicht stimmen."),
        Reason.NOT_SUCCEEDED: _("Stripe meldet Erfolg, aber keinen Betrag."),
        Reason.PROGRAM_ERROR: _("Sicher gespeichert, aber noch nicht verbucht."),
        Reason.UNREADABLE: _("Die Nachricht stammt von Stripe, ist aber nicht lesbar."),
    }.get(reason, "")


def explanation(item: ReviewItem) -> str:
    """What happened, in one sentence, for the panel."""
    return reason_words(item.reason, failed=item.failed).what


def todo(item: ReviewItem) -> str:
    """What can be done where nothing can be assigned."""
    return reason_words(item.reason, failed=item.failed).todo


def amount(item: ReviewItem) -> str:
    """Money that came; a dash where none did."""
    if item.amount_minor is None or item.currency is None or not item.is_money:
        return formats.NONE
    return formats.money(item.amount_minor, item.currency)


def when_and_what(item: ReviewItem, clock: Clock) -> str:
    """The small line on top of the panel."""
    moment = formats.date_time(clock.local(item.at))
    if item.unreadable:
        return fill(_("Nachricht vom %1"), moment)
    if not item.is_money or item.amount_minor is None:
        return fill(_("Ereignis vom %1"), moment)
    words = _("Zahlung vom %1") if item.livemode is not False else _("Testzahlung vom %1")
    return fill(words, moment)


def currency_name(currency: str) -> str:
    """ "Euro", "US-Dollar"; the code itself for one that nobody knows."""
    # Imported when first needed: Babel reads its tables from files.
    from babel.numbers import get_currency_name

    return get_currency_name(currency.upper(), locale="de_DE")


def waiting_words(waiting: WaitingCount) -> str:
    """Beside the title: how many wait."""
    if waiting.count == 0:
        return ""
    money = waiting.money == waiting.count
    if waiting.count == 1:
        one = (_("1 Zahlung"), _("1 Vorgang"))
        return fill(_("%1 wartet auf eine Entscheidung"), one[0] if money else one[1])
    many = _("%1 Zahlungen warten auf eine Entscheidung")
    others = _("%1 Vorgänge warten auf eine Entscheidung")
    return fill(many if money else others, str(waiting.count))


def others_words(others: OthersPayments) -> str:
    """How many payments of other programs came over the account."""
    if others.count == 1 and not others.more:
        return _("1 Zahlung eines anderen Programms über dieses Konto")
    number = f"{others.count:,}".replace(",", ".")
    many = _("%1 Zahlungen anderer Programme über dieses Konto")
    at_least = _("Mehr als %1 Zahlungen anderer Programme über dieses Konto")
    return fill(at_least if others.more else many, number)


def others_explained() -> str:
    """Above their list: what they are."""
    return _(
        "Diese Zahlungen tragen das Kennzeichen eines anderen Programms, zum Beispiel eines Shops. "
        "Sie müssen nichts tun. Gehört eine doch zu einer Rechnung, ordnen Sie sie zu."
    )


def others_hidden() -> str:
    """After Nicht mehr zeigen."""
    return _("Zahlungen anderer Programme stehen jetzt nur noch unter „Entschieden“.")


# --- suggestions -----------------------------------------------------------------------------


def fit_pill(suggestion: Suggestion) -> Pill:
    """How sure the suggestion is."""
    if suggestion.likely:
        return Pill(_("sehr wahrscheinlich"), Tone.GREEN)
    return Pill(_("möglich"), Tone.GREY)


def why_words(suggestion: Suggestion, today: date) -> str:
    """The reasons of a suggestion in one line."""
    row = suggestion.row
    words = {
        Why.NUMBER: _("Nummer steht im Zahlungstext"),
        Why.AMOUNT: _("gleicher Betrag"),
        Why.TOTAL: _("gleicher Rechnungsbetrag"),
        Why.CUSTOMER: _("gleicher Kunde"),
        Why.DATE: formats.due_text(row.due_date, today)
        if row.due_date and row.outstanding_minor
        else "",
    }
    return ", ".join(words[why] for why in suggestion.reasons if words[why])


# --- decisions -------------------------------------------------------------------------------


def stays_on(item: ReviewItem) -> str:
    """Where the money is left that was named for two invoices; empty for other items."""
    return (item.held_label or "") if item.reason is Reason.NAMED_TWICE else ""


def decision_words(decided: Decided, *, stays_on: str = "") -> str:
    """What was decided, by whom, and why. `stays_on`: the invoice on which set-aside money is."""
    aside = _("Ohne Rechnung abgelegt")
    what = {
        Decision.ASSIGNED: fill(_("%1 zugeordnet"), decided.invoice_label or ""),
        Decision.SET_ASIDE: fill(_("Bleibt auf %1"), stays_on) if stays_on else aside,
        Decision.MONEY_SPLIT: fill(_("%1 zugeordnet"), decided.invoice_label or ""),
        Decision.REFUNDED: _("Erstattet"),
        Decision.UNDONE: _("Rückgängig gemacht"),
        Decision.CREDIT_KEPT: _("Als Guthaben vorgemerkt"),
        Decision.CREDIT_USED: _("Guthaben übernommen"),
    }[decided.kind]
    words = f"{what}: {decided.reason}" if decided.reason else what
    return SEPARATOR.join((words, actor_name(decided.actor)))


def done_words(item: ReviewItem, kind: Decision, target: str = "") -> str:
    """The line that offers Rückgängig after a decision."""
    what = amount(item)
    if what == formats.NONE:
        # A failure or an unreadable message: nothing to assign.
        return fill(_("%1 ist ohne Rechnung abgelegt."), item_title(item))
    if kind is Decision.ASSIGNED:
        return fill(_("%1 sind jetzt %2 zugeordnet."), what, target)
    if stays_on(item):
        return fill(_("%1 bleiben auf %2."), what, stays_on(item))
    return fill(_("%1 sind ohne Rechnung abgelegt."), what)


def set_aside_words(item: ReviewItem) -> tuple[str, str, str, str]:
    """Leaving it at that: the button in the panel, then title, consequence and button of the
    dialog."""
    if stays_on(item):
        consequence = _(
            "Die Rechnungen bleiben, wie sie sind. Der Grund steht danach unter „Entschieden“, und "
            "es lässt sich dort rückgängig machen."
        )
        title = fill(_("Auf %1 lassen"), stays_on(item))
        label = fill(_("Auf %1 &lassen …"), stays_on(item).replace("&", "&&"))
        return label, title, consequence, _("&Lassen")
    consequence = _(
        "Es wird keiner Rechnung gutgeschrieben. Der Grund steht danach unter „Entschieden“, und "
        "es lässt sich dort rückgängig machen."
    )
    title = _("Ohne Rechnung ablegen")
    return _("&Ohne Rechnung ablegen …"), title, consequence, _("Ab&legen")
