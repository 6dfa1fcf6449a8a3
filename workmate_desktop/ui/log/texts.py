"""The German sentence for every notice."""

from PySide6.QtCore import QCoreApplication

from workmate_desktop.domain.events import Reason
from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.ui.shared import formats
from workmate_desktop.ui.shared.assets import decline_reason
from workmate_desktop.ui.stripe.texts import reason_words


def _tr(text: str) -> str:
    return QCoreApplication.translate("notices", text)


def notice_words(notice: Notice) -> tuple[str, str]:
    """(what happened, why or what to do) of a notice."""
    try:
        kind = NoticeKind(notice.kind)
    except ValueError:  # written by a newer version
        return _tr("Meldung"), notice.kind
    number, amount = _number(notice), _amount(notice)
    match kind:
        case NoticeKind.PAYMENT_FAILED:
            title = _tr("Zahlung fehlgeschlagen: {0} · {1}").format(number, amount)
            return title, _decline(notice)
        case NoticeKind.NEEDS_REVIEW:
            return _tr("Klärung nötig: {0}").format(amount), _reason(notice)
        case NoticeKind.OVERPAID:
            title = _tr("{0} ist überzahlt: {1} zu viel").format(number, amount)
            return title, _tr("Bitte mit dem Kunden klären, ob erstattet wird.")
        case NoticeKind.UNREADABLE_EVENT:
            return (
                _tr("Signierte, aber unlesbare Nachricht"),
                _tr(
                    "Stripe hat etwas geschickt, das dieses Programm nicht versteht. "
                    "Bitte das Programm aktualisieren oder den Support fragen."
                ),
            )
        case NoticeKind.FOREIGN_ACCOUNT:
            return (
                _tr("Ereignis eines fremden Stripe-Kontos"),
                _tr(
                    "Es wurde nicht gebucht. Der Webhook soll nur Ereignisse des eigenen "
                    "Kontos senden."
                ),
            )
        case NoticeKind.THIN_EVENT:
            return (
                _tr("Stripe sendet Kurzformat"),
                _tr("Bitte beim Webhook im Stripe-Dashboard die Form „Snapshot“ wählen."),
            )
        case _:
            return _program_notice(kind, notice)


def _program_notice(kind: NoticeKind, notice: Notice) -> tuple[str, str]:
    """Notices about the program itself rather than about money."""
    return {
        NoticeKind.SECRET_MISMATCH: (
            _tr("Webhook Secret passt nicht"),
            _tr("Unter Stripe → Bearbeiten das Secret des sendenden Endpunkts eintragen."),
        ),
        NoticeKind.STRANGERS_REFUSED: (
            _tr("Fremde Zugriffe abgewehrt"),
            _tr("Jemand anderes als Stripe hat an den Empfang geschrieben. Nichts wurde gebucht."),
        ),
        NoticeKind.DATABASE_TROUBLE: (
            _tr("Die Datenbank war vorübergehend nicht beschreibbar"),
            _tr("Stripe stellt nicht angenommene Ereignisse von selbst noch einmal zu."),
        ),
        NoticeKind.DISK_LOW: (
            _tr("Wenig Platz auf dem Datenträger: {0} MB").format(
                notice.detail.get("free_mb", "?")
            ),
            _tr("Bitte Platz schaffen, bevor nichts mehr gespeichert werden kann."),
        ),
        NoticeKind.SETTINGS_RESET: (
            _tr("Einstellungen waren unbrauchbar"),
            _tr("Es gelten wieder die Voreinstellungen."),
        ),
    }.get(kind, (_tr("Meldung"), kind.value))


def _number(notice: Notice) -> str:
    number = notice.detail.get("number")
    return str(number) if number else _tr("ohne Rechnung")


def _amount(notice: Notice) -> str:
    minor, currency = notice.detail.get("amount_minor"), notice.detail.get("currency")
    if isinstance(minor, int) and isinstance(currency, str):
        return formats.money(minor, currency)
    return _tr("ohne Betrag")


def _decline(notice: Notice) -> str:
    decline, failure = notice.detail.get("decline_code"), notice.detail.get("failure_code")
    return decline_reason(
        decline if isinstance(decline, str) else None, failure if isinstance(failure, str) else None
    )


def _reason(notice: Notice) -> str:
    try:
        return reason_words(Reason(str(notice.detail.get("reason")))).what
    except ValueError:
        return _tr("Bitte unter Stripe → Ereignisse ansehen.")
