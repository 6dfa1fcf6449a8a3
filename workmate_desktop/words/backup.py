"""The German words about backups: what one holds, and what would be lost by it."""

from datetime import datetime
from pathlib import Path

from workmate_desktop.domain.backups import BackupLook, Loss
from workmate_desktop.domain.clock import Clock
from workmate_desktop.words import formats
from workmate_desktop.words.language import _
from workmate_desktop.words.schema_words import differences_words


def last_entry_words(look: BackupLook, clock: Clock) -> str:
    """The newest entry in it, not when the file was made: "22.11.2026, 17:03", or "noch keiner"."""
    if look.last_entry_at is None:
        return _("noch keiner")
    return moment_words(look.last_entry_at, clock)


def moment_words(moment: datetime | None, clock: Clock) -> str:
    """Date and time in the office."""
    return formats.NONE if moment is None else formats.date_time(clock.local(moment))


def last_payment_words(look: BackupLook, clock: Clock) -> str:
    """ "119,00 € am 22.11.2026, 17:03", or "keine"."""
    if look.last_payment_at is None or look.last_payment_minor is None:
        return _("keine")
    amount = formats.money(look.last_payment_minor, look.last_payment_currency or "eur")
    return _("{0} am {1}").format(amount, moment_words(look.last_payment_at, clock))


def invoices_words(look: BackupLook) -> str:
    """ "118, dazu 2 Entwürfe"."""
    if not look.drafts:
        return str(look.invoices)
    drafts = _("1 Entwurf") if look.drafts == 1 else _("{0} Entwürfe").format(look.drafts)
    return _("{0}, dazu {1}").format(look.invoices, drafts)


def saved_words(look: BackupLook) -> str:
    """ "buero.sqlite3: 118 Rechnungen, 97 Zahlungen, geprüft.": what Sichern wrote."""
    invoices = _("1 Rechnung") if look.invoices == 1 else _("{0} Rechnungen")
    payments = _("1 Zahlung") if look.payments == 1 else _("{0} Zahlungen")
    counts = (invoices.format(look.invoices), payments.format(look.payments))
    return _("{0}: {1}, {2}, geprüft.").format(Path(look.path).name, *counts)


def origin_words(look: BackupLook) -> str:
    """Whose books these are."""
    if look.newer:
        return _("von einer neueren Version des Programms")
    return _("diese Installation") if look.ours else _("eine andere Installation")


def loss_words(look: BackupLook) -> str:
    """What would be missing afterwards, as one paragraph."""
    if look.loss is None:
        return _(
            "Was durch das Einspielen fehlen würde, lässt sich nicht sagen: Die jetzige Datenbank "
            "ist nicht lesbar."
        )
    if look.loss.nothing:
        return _("Diese Sicherung enthält alle jetzigen Rechnungen und Zahlungen.")
    lost = _listed(_lost_things(look.loss))
    one = look.loss.total == 1
    words = (_("Es fehlt dann: {0}.") if one else _("Es fehlen dann: {0}.")).format(lost)
    if look.loss.invoices and look.numbers_known:
        words += " " + _("Ihre Nummern werden nicht noch einmal vergeben.")
    if look.loss.stripe_payments or look.loss.reversals:
        words += " " + _(
            "Was über Stripe lief, holt das Programm danach wieder, soweit Stripe es noch meldet."
        )
    return words


def number_words(look: BackupLook) -> str:
    """Where nobody here knows which numbers are with customers: what to look at; else empty."""
    if look.numbers_known or look.next_number is None:
        return ""
    return _(
        "Die nächste Rechnung bekäme {0}. Wurde diese Nummer schon vergeben? Dann bitte danach "
        "unter Neue Rechnung → Nummern die erste freie eintragen."
    ).format(look.next_number)


def warning_words(look: BackupLook) -> str:
    """Why this file needs a second thought, or cannot be used; mostly empty."""
    words = _origin_warning(look)
    if look.differences:
        changed = _(
            "Diese Sicherung wurde von außen verändert: {0}. Beim Einspielen wird das in Ordnung "
            "gebracht, und alle Rechnungen werden nachgerechnet."
        ).format(differences_words(look.differences))
        words = f"{changed} {words}".strip()
    return words


def _origin_warning(look: BackupLook) -> str:
    if look.newer:
        return _(
            "Diese Sicherung stammt von einer neueren Version. Bitte zuerst das Programm "
            "aktualisieren."
        )
    if not look.ours:
        return _(
            "Diese Sicherung stammt von einer anderen Installation. Nach dem Einspielen arbeitet "
            "dieser PC mit deren Rechnungen weiter; dort sollte das Programm nicht mehr laufen. "
            "Die Schlüssel von Stripe bitte danach hier neu eintragen."
        )
    return ""


def size_words(size: int) -> str:
    """ "1,2 MB"."""
    megabytes = f"{size / 1_000_000:.1f}".replace(".", ",")
    return _("{0} MB").format(megabytes)


def _lost_things(loss: Loss) -> list[str]:
    found = []
    if loss.invoices:
        names = ", ".join(loss.numbers)
        if loss.invoices > len(loss.numbers):
            names += " …"
        count = _("1 Rechnung") if loss.invoices == 1 else _("{0} Rechnungen")
        found.append(f"{count.format(loss.invoices)} ({names})")
    for number, one, many in (
        (loss.drafts, _("1 Entwurf"), _("{0} Entwürfe")),
        (
            loss.manual_payments,
            _("1 von Hand eingetragene Zahlung"),
            _("{0} von Hand eingetragene Zahlungen"),
        ),
        (
            loss.stripe_payments,
            _("1 Zahlung über Stripe"),
            _("{0} Zahlungen über Stripe"),
        ),
        (
            loss.reversals,
            _("1 Erstattung oder Rückbuchung"),
            _("{0} Erstattungen oder Rückbuchungen"),
        ),
    ):
        if number:
            found.append(one if number == 1 else many.format(number))
    return found


def _listed(things: list[str]) -> str:
    """ "a, b und c"."""
    if len(things) < 2:
        return "".join(things)
    return _("{0} und {1}").format(", ".join(things[:-1]), things[-1])
