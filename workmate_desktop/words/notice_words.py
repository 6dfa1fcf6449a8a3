"""The German words of the notices. Without Qt: e-mails say the same, also those of `serve`."""

from dataclasses import dataclass

from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.domain.schema import difference_of
from workmate_desktop.domain.steps import StepName
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.words import reversal_texts, step_texts
from workmate_desktop.words.caught_up import counts_words
from workmate_desktop.words.decline_reasons import decline_reason
from workmate_desktop.words.language import _
from workmate_desktop.words.mail_messages import mail_words
from workmate_desktop.words.money_text import money
from workmate_desktop.words.outside_words import outside_words
from workmate_desktop.words.reason_texts import reason_words
from workmate_desktop.words.schema_words import mended_words
from workmate_desktop.words.sums_words import sums_lines, sums_title
from workmate_desktop.words.trouble_texts import clock_words


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What happened, and why or what to do about it."""

    title: str
    why: str


def notice_words(notice: Notice) -> NoticeWords:
    """A notice in plain words."""
    kind = kind_of(notice)
    match kind:
        case None:  # written by a newer version
            return NoticeWords(_("Meldung"), notice.kind)
        case NoticeKind.PAYMENT_FAILED:
            return NoticeWords(
                _("Zahlung fehlgeschlagen: {0}").format(_invoice_and_amount(notice)),
                _failure(notice),
            )
        case NoticeKind.NEEDS_REVIEW:
            return NoticeWords(
                _("Klärung nötig: {0}").format(_invoice_and_amount(notice)), _reason(notice)
            )
        case NoticeKind.OVERPAID:
            words = NoticeWords(
                _("{0} ist überzahlt: {1} zu viel").format(
                    _number(notice) or _("Eine Rechnung"), _amount(notice)
                ),
                _("Bitte mit dem Kunden klären, ob erstattet wird."),
            )
        case NoticeKind.CREDIT_GONE:
            return NoticeWords(
                _("{0} ist wieder offen").format(_invoice_and_amount(notice)),
                _("Das Guthaben aus {0} ging zurück an den Kunden oder die Bank.").format(
                    notice.detail.get("origin") or "–"
                ),
            )
        case NoticeKind.COMPARISON_RESULT:
            return NoticeWords(
                _("Beim Abgleich mit Stripe gefunden: {0}").format(_caught_up(notice)),
                _("Es war bei Stripe, aber nie hier angekommen. Jetzt ist es verbucht."),
            )
        case kind if (title := reversal_texts.notice_title(kind, notice.detail)) is not None:
            return NoticeWords(
                title.format(_invoice_and_amount(notice)),
                reversal_texts.notice_why(kind, notice.detail),
            )
        case NoticeKind.CATCH_UP_RESULT:
            return NoticeWords(_("Nachgeholt: {0}").format(_caught_up(notice)), _absence(notice))
        case NoticeKind.STEP_FAILED:
            words = _step(notice)
        case NoticeKind.CHANGED_OUTSIDE | NoticeKind.ADDED_OUTSIDE:
            return NoticeWords(*outside_words(kind, notice.detail))
        case _:
            words = (
                _about_events(kind)
                or _about_the_way(kind, notice)
                or _about_the_program(kind, notice)
            )
    if "over_at" in notice.detail:
        return NoticeWords(words.title, _("Inzwischen behoben."))
    return words


def kind_of(notice: Notice) -> NoticeKind | None:
    """What the notice tells; None for a kind of a newer version."""
    return NoticeKind(notice.kind) if notice.kind in set(NoticeKind) else None


def _about_events(kind: NoticeKind) -> NoticeWords | None:
    """Notices about what Stripe, or somebody else, sent."""
    return {
        NoticeKind.UNREADABLE_EVENT: NoticeWords(
            _("Signierte, aber unlesbare Nachricht"),
            _(
                "Stripe hat etwas geschickt, das dieses Programm nicht versteht. Bitte das "
                "Programm aktualisieren oder den Support fragen."
            ),
        ),
        NoticeKind.FOREIGN_ACCOUNT: NoticeWords(
            _("Ereignis eines fremden Stripe-Kontos"),
            _(
                "Es wurde nichts verbucht. Der Webhook soll nur Ereignisse des eigenen Kontos "
                "senden."
            ),
        ),
        NoticeKind.THIN_EVENT: NoticeWords(
            _("Der Webhook ist falsch eingestellt („Thin“)"),
            _("Den Webhook neu einrichten, im Stripe-Dashboard mit dem Format „Snapshot“."),
        ),
        NoticeKind.SECRET_MISMATCH: NoticeWords(
            _("Webhook Secret passt nicht"),
            _("Unter Stripe → Bearbeiten das Secret des sendenden Endpunkts eintragen."),
        ),
        NoticeKind.STRANGERS_REFUSED: NoticeWords(
            _("Fremde Zugriffe abgewehrt"),
            _("Jemand anderes als Stripe hat an den Empfang geschrieben. Nichts wurde verbucht."),
        ),
    }.get(kind)


def _about_the_way(kind: NoticeKind, notice: Notice) -> NoticeWords | None:
    """Notices about what stands between Stripe and this program; most end by themselves."""
    minutes = notice.detail.get("minutes")
    return {
        NoticeKind.ENDPOINT_DISABLED: NoticeWords(
            _("Stripe hat den Webhook abgeschaltet"),
            _(
                "Zu viele Nachrichten kamen nicht an. Unter Stripe → Empfang „Webhook "
                "einschalten“; was fehlt, holt das Programm automatisch nach."
            ),
        ),
        NoticeKind.DELIVERIES_MISSING: NoticeWords(
            _("Stripes Nachrichten kommen nicht mehr an"),
            _(
                "Das Programm fragt solange alle 30 s selbst. Woran es liegt, zeigt unter Stripe "
                "→ Empfang „Testereignis senden“."
            ),
        ),
        NoticeKind.ANSWERS_SLOW: NoticeWords(
            _("Dieser PC antwortet Stripe sehr langsam"),
            _("Bitte andere Programme schließen oder den Datenträger prüfen lassen."),
        ),
        NoticeKind.CLOCK_WRONG: NoticeWords(
            clock_words(minutes if isinstance(minutes, int) else None).removesuffix("."),
            _("Bitte die Uhr stellen lassen. Zahlungen werden trotzdem richtig verbucht."),
        ),
        NoticeKind.QUOTA_USED_UP: NoticeWords(
            _("Das Monatskontingent des ngrok-Kontos ist aufgebraucht"),
            _("Bei ngrok den Tarif prüfen. Bis dahin fragt das Programm alle 30 s selbst."),
        ),
    }.get(kind)


def _about_the_program(kind: NoticeKind, notice: Notice) -> NoticeWords:
    """Notices about the program and its PC rather than about money."""
    return {
        NoticeKind.DATABASE_TROUBLE: NoticeWords(
            _("Die Datenbank war vorübergehend nicht beschreibbar"),
            _("Sie ist es wieder. Was Stripe nicht abliefern konnte, stellt es noch einmal zu."),
        ),
        NoticeKind.DISK_LOW: NoticeWords(
            _("Wenig Speicherplatz: noch {0} MB").format(notice.detail.get("free_mb", "–")),
            _("Bitte Speicherplatz freigeben, bevor nichts mehr gespeichert werden kann."),
        ),
        NoticeKind.RISKY_FOLDER: NoticeWords(
            _("Der Datenordner liegt nicht sicher"),
            _(
                "Er wird mit einem anderen Ort abgeglichen (Cloud). Bitte in einen Ordner verlegen "
                "lassen, den nur dieser PC benutzt: Sonst können die Daten beschädigt werden."
            )
            if notice.detail.get("place") == "sync"
            else _(
                "Er liegt auf einem Netzlaufwerk. Bitte in einen Ordner auf diesem PC verlegen "
                "lassen: Sonst können die Daten beschädigt werden."
            ),
        ),
        NoticeKind.RECEPTION_DISTURBED: NoticeWords(
            _("Der Empfang ist gestört"),
            _(
                "Zahlungen werden gerade nicht sofort gemeldet. Was zu tun ist, steht unter "
                "Stripe → Empfang."
            ),
        ),
        NoticeKind.MAIL_FAILED: NoticeWords(
            _("E-Mails bei Meldungen kommen nicht an"), _mail_trouble(notice)
        ),
        NoticeKind.BOOKS_RESTORED: NoticeWords(
            _("Eine Sicherung wurde wiederhergestellt"),
            _("Die vorherigen Daten liegen im Datenordner unter {0}.").format(
                notice.detail.get("kept", "–")
            ),
        ),
        NoticeKind.SCHEMA_MENDED: NoticeWords(
            _("Die Datenbank wurde von außen verändert"), _mended(notice)
        ),
        NoticeKind.SUMS_MENDED: NoticeWords(sums_title(notice), sums_lines(notice)),
        NoticeKind.SETTINGS_RESET: NoticeWords(
            _("Einstellungen waren unbrauchbar"),
            _("Es gelten wieder die Voreinstellungen."),
        ),
    }.get(kind, NoticeWords(_("Meldung"), kind.value))


def _mended(notice: Notice) -> str:
    rows = notice.detail.get("rows")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return mended_words([one for row in found if (one := difference_of(row)) is not None])


def _mail_trouble(notice: Notice) -> str:
    trouble = mail_words().get(f"mail_{notice.detail.get('reason')}")
    words = " ".join(trouble or [_("Mit „Testmail senden“ lässt sich prüfen, woran es liegt.")])
    if notice.detail.get("given_up") is True:
        words += " " + _("Was sie melden sollten, steht in dieser Liste.")
    return words


def _step(notice: Notice) -> NoticeWords:
    """A step of the background that fails again and again."""
    step, right = notice.detail.get("step"), notice.detail.get("right")
    if step not in set(StepName):  # written by a newer version
        return NoticeWords(
            _("Eine Aufgabe im Hintergrund ist fehlgeschlagen"),
            _("Was dahintersteckt, steht unter Protokoll → Aufgaben."),
        )
    name, trouble = StepName(str(step)), notice.detail.get("trouble")
    why = step_texts.trouble_words(
        trouble if isinstance(trouble, str) else None, right if isinstance(right, str) else None
    )
    said = (step_texts.consequence(name), why.line)
    return NoticeWords(step_texts.failure_title(name), " ".join(part for part in said if part))


def _caught_up(notice: Notice) -> str:
    """ "2 Zahlungen, 1 fehlgeschlagene Zahlung, 3 zu klären"."""
    names = ("payments", "failures", "reviews", "reversals")
    found = [notice.detail.get(name) for name in names]
    return counts_words(*(count if isinstance(count, int) else 0 for count in found))


def _absence(notice: Notice) -> str:
    if notice.detail.get("absent") is True:
        return _("Das geschah, während das Programm nicht lief oder nicht verbunden war.")
    return _("Stripe hatte sie gemeldet, sie waren hier aber nicht angekommen.")


def _invoice_and_amount(notice: Notice) -> str:
    """ "RE-2026-0117 · 476,00 €", "89,00 € ohne Rechnung"."""
    number, amount = _number(notice), _amount(notice)
    if not number:
        return _("{0} ohne Rechnung").format(amount)
    return f"{number} · {amount}"


def _number(notice: Notice) -> str:
    number = notice.detail.get("number")
    return " ".join(number.split()) if isinstance(number, str) else ""


def _amount(notice: Notice) -> str:
    minor, currency = notice.detail.get("amount_minor"), notice.detail.get("currency")
    if isinstance(minor, int) and isinstance(currency, str) and currency:
        return money(minor, currency)
    return _("Zahlung")


def _failure(notice: Notice) -> str:
    why = decline_reason(_code(notice, "decline_code"), _code(notice, "failure_code"))
    if notice.detail.get("still_owed") is False:
        return _("{0} Die Rechnung ist davon nicht mehr betroffen.").format(why)
    return why


def _reason(notice: Notice) -> str:
    reason = notice.detail.get("reason")
    failed = bool(_code(notice, "decline_code") or _code(notice, "failure_code"))
    if isinstance(reason, str) and reason in set(Reason):
        return reason_words(Reason(reason), failed=failed).what
    return _("Bitte unter Stripe → Ereignisse ansehen.")


def _code(notice: Notice, name: str) -> str | None:
    value = notice.detail.get(name)
    return value if isinstance(value, str) else None
