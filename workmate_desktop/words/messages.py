"""The German sentence for every error that staff can mend, and what mends it.

    sentence, action = error_sentence(error)
    label.setText(error_sentence(error).line)

`services` and `store` raise codes (see domain/errors.py); the words stand only here. `action`
says what to do and may be empty. Everything that is no `UserError` is a fault of the program.
"""

from typing import NamedTuple

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.schema import difference_of
from workmate_desktop.domain.stripe.keys import KeyProblem
from workmate_desktop.words.database_messages import database_words
from workmate_desktop.words.key_messages import KeyKind, key_problem_sentence
from workmate_desktop.words.language import _
from workmate_desktop.words.mail_messages import mail_words
from workmate_desktop.words.pay_messages import pay_words, value_words
from workmate_desktop.words.refund_messages import refund_words
from workmate_desktop.words.review_messages import review_words
from workmate_desktop.words.right_words import right_to_find
from workmate_desktop.words.schema_words import difference_words
from workmate_desktop.words.tunnel_messages import tunnel_words


class Message(NamedTuple):
    """What happened, and the one thing to do about it (may be empty)."""

    sentence: str
    action: str = ""

    @property
    def line(self) -> str:
        """Both, one behind the other."""
        return " ".join(part for part in self if part)


def error_sentence(error: Exception) -> Message:
    """The words for an error; a bug is named as such."""
    if not isinstance(error, UserError):
        return program_fault()
    if error.code == "key_invalid":
        return _key_invalid(error)
    if error.code == "number_taken":
        words = _("Die Nummer %1 oder eine spätere ist schon vergeben.").replace(
            "%1", str(error.values.get("number"))
        )
        free = _("Die nächste freie laufende Nummer ist %1.")
        return Message(words, free.replace("%1", str(error.values.get("next"))))
    if error.code in ("database_altered", "backup_altered"):
        return _altered(error)
    if error.code == "draft_incomplete":
        return Message(_incomplete(str(error.values.get("field"))), "")
    if error.code == "database_lost" and error.values.get("rescued"):
        words = _("%1 Was gebucht war, ist gerettet in %2.")
        lost, action = _database()[error.code]
        words = words.replace("%1", lost).replace("%2", str(error.values["rescued"]))
        return Message(words, action)
    if error.code == "keychain_unavailable":
        return trouble_message(f"keychain_{error.values.get('reason')}") or program_fault()
    if error.code == "stripe_no_right" and error.values.get("right"):
        words = _("Dem Schlüssel fehlt das Recht %1.")
        right = right_to_find(str(error.values["right"]))
        return Message(words.replace("%1", right), _give_the_right())
    told = value_words(error)
    if told is not None:
        return Message(*told)
    return trouble_message(error.code) or program_fault()


def program_fault() -> Message:
    """The words for a fault of the program itself."""
    return Message(
        _("Im Programm ist ein Fehler aufgetreten."),
        _("Bitte noch einmal versuchen. Unter Protokoll lässt er sich für den Support kopieren."),
    )


def trouble_message(code: str) -> Message | None:
    """The words for a code without values, such as `disk_full`; None when there are none."""
    tables = (_invoices, _database, _places, _stripe, _endpoint, _tunnel, _mail, _pay, _review)
    for table in (*tables, _simulation, _refunds):
        found = table().get(code)
        if found is not None:
            return found
    return None


def _altered(error: UserError) -> Message:
    found = difference_of(error.values)
    general = _database()[error.code]
    if found is None:
        return general
    words = {
        "database_altered": _("Die Datenbank wurde von außen verändert: {0}."),
        "backup_altered": _("Diese Sicherung wurde von außen verändert: {0}."),
    }
    return Message(words[error.code].format(difference_words(found)), general.action)


def _key_invalid(error: UserError) -> Message:
    try:
        kind = KeyKind(str(error.values.get("field")))
        problem = KeyProblem(str(error.values.get("problem")))
    except ValueError:
        return program_fault()
    return Message(key_problem_sentence(kind, problem), _("Bitte den Schlüssel neu einfügen."))


def _incomplete(field: str) -> str:
    return {
        "customer": _("Der Rechnung fehlt ein Kunde."),
        "items": _("Der Rechnung fehlt mindestens eine Position."),
        "description": _("Einer Position fehlt die Bezeichnung."),
        "due_date": _("Die Fälligkeit liegt vor dem Rechnungsdatum."),
        "total": _("Die Summe der Rechnung muss größer als null sein."),
    }.get(field, _("Die Rechnung ist noch unvollständig."))


def _give_the_right() -> str:
    return _("Im Stripe-Dashboard beim Schlüssel das Recht ergänzen oder den Secret Key nehmen.")


def _refunds() -> dict[str, Message]:
    return {code: Message(*words) for code, words in refund_words().items()}


def _invoices() -> dict[str, Message]:
    return {
        "invoice_not_draft": Message(
            _("Diese Rechnung ist schon ausgestellt und lässt sich nicht mehr ändern."),
            _("Bei einem Fehler stornieren und neu schreiben."),
        ),
        "invoice_not_issued": Message(
            _("Das geht nur mit einer ausgestellten Rechnung."),
            _("Zuerst Rechnung ausstellen."),
        ),
        "invoice_has_payments": Message(
            _("Auf diese Rechnung ist schon Geld eingegangen."),
            _("Erst das Geld erstatten oder zurückzahlen, dann stornieren."),
        ),
        "invoice_gone": Message(_("Diese Rechnung gibt es nicht mehr."), ""),
        "reason_missing": Message(_("Bitte einen Grund angeben."), ""),
        "amount_invalid": Message(
            _("Der Betrag kann so nicht gebucht werden."), _("Bitte den Betrag prüfen.")
        ),
        "date_in_future": Message(
            _("Das Datum liegt in der Zukunft."), _("Bitte das Datum prüfen.")
        ),
        "payment_not_manual": Message(
            _("Diese Zahlung wurde nicht von Hand eingetragen."),
            _("Was über Stripe kam, lässt sich „Erstatten …“."),
        ),
        "rest_changed": Message(
            _("Der Rest hat sich inzwischen geändert; nichts wurde gebucht."),
            _("Bitte noch einmal prüfen."),
        ),
        "paid_back_too_much": Message(
            _("So viel ist auf diese Rechnung nicht eingegangen."),
            _("Bitte den Betrag prüfen."),
        ),
        "refund_gone": Message(
            _("Diese Erstattung gilt nicht mehr oder ist schon wieder offen."), ""
        ),
        "payment_already_reversed": Message(_("Diese Zahlung ist schon rückgängig gemacht."), ""),
        "customer_name_missing": Message(_("Dem Kunden fehlt der Name."), ""),
        "customer_changed": Message(
            _("Dieser Kunde wurde inzwischen an anderer Stelle geändert."),
            _("Bitte die andere Fassung ansehen."),
        ),
        "draft_changed": Message(
            _("Dieser Entwurf wurde inzwischen an anderer Stelle geändert."),
            _("Bitte die andere Fassung ansehen."),
        ),
        "customer_gone": Message(
            _("Diesen Kunden gibt es nicht mehr."), _("Bitte einen anderen wählen.")
        ),
        "number_format_wrong": Message(
            _("So lässt sich keine Rechnung nummerieren."),
            _("Die laufende Nummer {NNNN} muss genau einmal vorkommen."),
        ),
        "number_not_positive": Message(
            _("Die nächste laufende Nummer ist eine ganze Zahl ab 1."), ""
        ),
        "event_unknown": Message(_("Dieses Ereignis ist nicht mehr gespeichert."), ""),
    }


def _database() -> dict[str, Message]:
    return {code: Message(*words) for code, words in database_words().items()}


def _places() -> dict[str, Message]:
    openly = _("Sie können stattdessen eine verschlüsselte Datei wählen.")
    return {
        "keychain_no_backend": Message(_("Dieser PC hat keinen Passwortspeicher."), openly),
        "keychain_locked": Message(
            _("Der Passwortspeicher dieses PCs ist gesperrt."),
            _("Entsperren und noch einmal speichern, oder eine verschlüsselte Datei wählen."),
        ),
        "keychain_hangs": Message(_("Der Passwortspeicher dieses PCs antwortet nicht."), openly),
        "keychain_forgets": Message(
            _("Der Passwortspeicher dieses PCs behält nicht, was er bekommt."), openly
        ),
        "keychain_insecure": Message(
            _("Der Passwortspeicher dieses PCs würde die Schlüssel lesbar ablegen."), openly
        ),
        "secret_file_damaged": Message(
            _("Die verschlüsselte Datei mit den Schlüsseln ist beschädigt."),
            _("Bitte die Schlüssel unter Stripe neu eingeben."),
        ),
    }


def _stripe() -> dict[str, Message]:
    return {
        "stripe_wrong_key": Message(
            _("Stripe kennt diesen Secret Key nicht."),
            _("Im Stripe-Dashboard neu kopieren und ganz einfügen."),
        ),
        "stripe_revoked": Message(
            _("Dieser Secret Key wurde bei Stripe widerrufen oder ist abgelaufen."),
            _("Im Stripe-Dashboard einen neuen erstellen."),
        ),
        "stripe_no_right": Message(_("Dem Schlüssel fehlt ein Recht."), _give_the_right()),
        "stripe_no_net": Message(
            _("Stripe ist nicht erreichbar: keine Verbindung zum Internet."),
            _("Netzwerk prüfen, dann noch einmal versuchen."),
        ),
        "stripe_timeout": Message(
            _("Stripe hat nicht rechtzeitig geantwortet."),
            _("Bitte in einer Minute noch einmal versuchen."),
        ),
        "stripe_cancelled": Message(_("Der Test wurde abgebrochen."), ""),
        "self_test_cancelled": Message(_("Der Test wurde abgebrochen."), ""),
        "stripe_rate_limited": Message(
            _("Stripe bekommt gerade zu viele Anfragen von diesem Konto."),
            _("Bitte in einer Minute noch einmal versuchen."),
        ),
        "stripe_stripe_down": Message(
            _("Bei Stripe ist gerade eine Störung."), _("Bitte später noch einmal versuchen.")
        ),
        "stripe_not_stripe": Message(
            _("Geantwortet hat nicht Stripe, sondern etwas dazwischen (WLAN-Anmeldung, Proxy)."),
            _("Im Browser im WLAN anmelden oder den Proxy prüfen lassen."),
        ),
        "stripe_too_large": Message(
            _("Eine Antwort von Stripe war zu groß und wurde nicht angenommen."),
            _("Bitte später noch einmal versuchen."),
        ),
        "stripe_stands_still": Message(
            _("Stripe antwortet immer wieder mit derselben Seite."),
            _("Bitte später noch einmal versuchen."),
        ),
        "stripe_other": Message(
            _("Stripe hat die Anfrage abgelehnt."),
            _("Unter Protokoll steht mehr; bitte den Support fragen."),
        ),
    }


def _endpoint() -> dict[str, Message]:
    """The webhook endpoint at Stripe, and fetching what was missed."""
    enter_key = _("Unter Stripe → Bearbeiten eintragen.")
    return {
        "catch_up_no_key": Message(
            _("Zum Nachholen von Ereignissen fehlt der Secret Key."), enter_key
        ),
        "endpoint_no_key": Message(
            _("Zum Einrichten des Webhooks fehlt der Secret Key."), enter_key
        ),
        "endpoint_address": Message(
            _("Ohne öffentliche Adresse (https://…) kann Stripe nichts zustellen."),
            _("Den Tunnel einschalten, dann noch einmal versuchen."),
        ),
        "endpoint_limit": Message(
            _("Bei Stripe sind schon 16 Webhook-Endpunkte eingetragen; mehr sind nicht erlaubt."),
            _("Im Stripe-Dashboard unter Webhooks einen alten löschen."),
        ),
        "endpoint_missing": Message(
            _("Bei Stripe gibt es den Webhook dieses Programms nicht mehr."),
            _("Webhook automatisch einrichten."),
        ),
        "endpoint_secret_from_environment": Message(
            _("Das Webhook Secret ist auf diesem Server fest vorgegeben."),
            _("Die Variable WORKMATE_STRIPE_WEBHOOK_SECRET entfernen oder von Hand einrichten."),
        ),
    }


def _tunnel() -> dict[str, Message]:
    return {code: Message(*words) for code, words in tunnel_words().items()}


def _mail() -> dict[str, Message]:
    return {code: Message(*words) for code, words in mail_words().items()}


def _pay() -> dict[str, Message]:
    return {code: Message(*words) for code, words in pay_words().items()}


def _review() -> dict[str, Message]:
    return {code: Message(*words) for code, words in review_words().items()}


def _simulation() -> dict[str, Message]:
    return {
        "simulation_live_mode": Message(
            _("Simulieren geht nur im Testmodus."), _("Dafür Testschlüssel eintragen.")
        ),
        "simulation_no_secret": Message(
            _("Zum Simulieren fehlt das Webhook Secret."),
            _("Unter Stripe → Bearbeiten eintragen."),
        ),
        "simulation_no_listener": Message(
            _("Der Empfang läuft nicht, deshalb kam nichts an."),
            _("Das Programm neu starten."),
        ),
        "simulation_needs_open_invoice": Message(
            _("Dafür braucht es eine offene Testrechnung."), _("Bitte eine andere wählen.")
        ),
        "simulation_wrong_mode": Message(
            _("Diese Rechnung ist echt; simuliert wird nur mit Testrechnungen."),
            _("Bitte eine Testrechnung wählen."),
        ),
    }
