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
from workmate_desktop.words.mail_messages import mail_words
from workmate_desktop.words.pay_messages import pay_words, value_words
from workmate_desktop.words.refund_messages import refund_words
from workmate_desktop.words.review_messages import review_words
from workmate_desktop.words.right_words import right_to_find
from workmate_desktop.words.schema_words import difference_words
from workmate_desktop.words.tunnel_messages import tunnel_words
from workmate_desktop.words.words import translate


class Message(NamedTuple):
    """What happened, and the one thing to do about it (may be empty)."""

    sentence: str
    action: str = ""

    @property
    def line(self) -> str:
        """Both, one behind the other."""
        return " ".join(part for part in self if part)


def _tr(text: str) -> str:
    return translate("messages", text)


def error_sentence(error: Exception) -> Message:
    """The words for an error; a bug is named as such."""
    if not isinstance(error, UserError):
        return program_fault()
    if error.code == "key_invalid":
        return _key_invalid(error)
    if error.code == "number_taken":
        words = _tr("Die Nummer %1 oder eine spätere ist schon vergeben.").replace(
            "%1", str(error.values.get("number"))
        )
        free = _tr("Die nächste freie laufende Nummer ist %1.")
        return Message(words, free.replace("%1", str(error.values.get("next"))))
    if error.code in ("database_altered", "backup_altered"):
        return _altered(error)
    if error.code == "draft_incomplete":
        return Message(_incomplete(str(error.values.get("field"))), "")
    if error.code == "database_lost" and error.values.get("rescued"):
        words = _tr("%1 Was gebucht war, ist gerettet in %2.")
        lost, action = _database()[error.code]
        words = words.replace("%1", lost).replace("%2", str(error.values["rescued"]))
        return Message(words, action)
    if error.code == "keychain_unavailable":
        return trouble_message(f"keychain_{error.values.get('reason')}") or program_fault()
    if error.code == "stripe_no_right" and error.values.get("right"):
        words = _tr("Dem Schlüssel fehlt das Recht %1.")
        right = right_to_find(str(error.values["right"]))
        return Message(words.replace("%1", right), _give_the_right())
    told = value_words(error)
    if told is not None:
        return Message(*told)
    return trouble_message(error.code) or program_fault()


def program_fault() -> Message:
    """The words for a fault of the program itself."""
    return Message(
        _tr("Im Programm ist ein Fehler aufgetreten."),
        _tr("Bitte noch einmal versuchen. Unter Protokoll lässt er sich für den Support kopieren."),
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
        "database_altered": _tr("Die Datenbank wurde von außen verändert: {0}."),
        "backup_altered": _tr("Diese Sicherung wurde von außen verändert: {0}."),
    }
    return Message(words[error.code].format(difference_words(found)), general.action)


def _key_invalid(error: UserError) -> Message:
    try:
        kind = KeyKind(str(error.values.get("field")))
        problem = KeyProblem(str(error.values.get("problem")))
    except ValueError:
        return program_fault()
    return Message(key_problem_sentence(kind, problem), _tr("Bitte den Schlüssel neu einfügen."))


def _incomplete(field: str) -> str:
    return {
        "customer": _tr("Der Rechnung fehlt ein Kunde."),
        "items": _tr("Der Rechnung fehlt mindestens eine Position."),
        "description": _tr("Einer Position fehlt die Bezeichnung."),
        "due_date": _tr("Die Fälligkeit liegt vor dem Rechnungsdatum."),
        "total": _tr("Die Summe der Rechnung muss größer als null sein."),
    }.get(field, _tr("Die Rechnung ist noch unvollständig."))


def _give_the_right() -> str:
    return _tr("Im Stripe-Dashboard beim Schlüssel das Recht ergänzen oder den Secret Key nehmen.")


def _refunds() -> dict[str, Message]:
    return {code: Message(*words) for code, words in refund_words().items()}


def _invoices() -> dict[str, Message]:
    return {
        "invoice_not_draft": Message(
            _tr("Diese Rechnung ist schon gestellt und lässt sich nicht mehr ändern."),
            _tr("Bei einem Fehler stornieren und neu schreiben."),
        ),
        "invoice_not_issued": Message(
            _tr("Das geht nur mit einer gestellten Rechnung."),
            _tr("Zuerst Rechnung stellen."),
        ),
        "invoice_has_payments": Message(
            _tr("Auf diese Rechnung ist schon Geld eingegangen."),
            _tr("Erst das Geld erstatten oder zurückzahlen, dann stornieren."),
        ),
        "invoice_gone": Message(_tr("Diese Rechnung gibt es nicht mehr."), ""),
        "reason_missing": Message(_tr("Bitte einen Grund angeben."), ""),
        "amount_invalid": Message(
            _tr("Der Betrag kann so nicht gebucht werden."), _tr("Bitte den Betrag prüfen.")
        ),
        "date_in_future": Message(
            _tr("Das Datum liegt in der Zukunft."), _tr("Bitte das Datum prüfen.")
        ),
        "payment_not_manual": Message(
            _tr("Diese Zahlung wurde nicht von Hand eingetragen."),
            _tr("Was über Stripe kam, lässt sich „Erstatten …“."),
        ),
        "rest_changed": Message(
            _tr("Der Rest hat sich inzwischen geändert; nichts wurde gebucht."),
            _tr("Bitte noch einmal prüfen."),
        ),
        "paid_back_too_much": Message(
            _tr("So viel ist auf diese Rechnung nicht eingegangen."),
            _tr("Bitte den Betrag prüfen."),
        ),
        "refund_gone": Message(
            _tr("Diese Erstattung gilt nicht mehr oder ist schon wieder offen."), ""
        ),
        "payment_already_reversed": Message(_tr("Diese Zahlung ist schon rückgängig gemacht."), ""),
        "customer_name_missing": Message(_tr("Dem Kunden fehlt der Name."), ""),
        "customer_changed": Message(
            _tr("Dieser Kunde wurde inzwischen an anderer Stelle geändert."),
            _tr("Bitte die andere Fassung ansehen."),
        ),
        "draft_changed": Message(
            _tr("Dieser Entwurf wurde inzwischen an anderer Stelle geändert."),
            _tr("Bitte die andere Fassung ansehen."),
        ),
        "customer_gone": Message(
            _tr("Diesen Kunden gibt es nicht mehr."), _tr("Bitte einen anderen wählen.")
        ),
        "number_format_wrong": Message(
            _tr("So lässt sich keine Rechnung nummerieren."),
            _tr("Die laufende Nummer {NNNN} muss genau einmal vorkommen."),
        ),
        "number_not_positive": Message(
            _tr("Die nächste laufende Nummer ist eine ganze Zahl ab 1."), ""
        ),
        "event_unknown": Message(_tr("Dieses Ereignis ist nicht mehr gespeichert."), ""),
    }


def _database() -> dict[str, Message]:
    return {code: Message(*words) for code, words in database_words().items()}


def _places() -> dict[str, Message]:
    openly = _tr("Sie können stattdessen eine verschlüsselte Datei wählen.")
    return {
        "keychain_no_backend": Message(_tr("Auf diesem PC gibt es keinen Schlüsselbund."), openly),
        "keychain_locked": Message(
            _tr("Der Schlüsselbund dieses PCs ist gesperrt."),
            _tr("Entsperren und noch einmal speichern, oder eine verschlüsselte Datei wählen."),
        ),
        "keychain_hangs": Message(_tr("Der Schlüsselbund dieses PCs antwortet nicht."), openly),
        "keychain_forgets": Message(
            _tr("Der Schlüsselbund dieses PCs behält nicht, was er bekommt."), openly
        ),
        "keychain_insecure": Message(
            _tr("Der Schlüsselbund dieses PCs würde die Schlüssel lesbar ablegen."), openly
        ),
        "secret_file_damaged": Message(
            _tr("Die verschlüsselte Datei mit den Schlüsseln ist beschädigt."),
            _tr("Bitte die Schlüssel unter Stripe neu eingeben."),
        ),
    }


def _stripe() -> dict[str, Message]:
    return {
        "stripe_wrong_key": Message(
            _tr("Stripe kennt diesen Secret Key nicht."),
            _tr("Im Stripe-Dashboard neu kopieren und ganz einfügen."),
        ),
        "stripe_revoked": Message(
            _tr("Dieser Secret Key wurde bei Stripe widerrufen oder ist abgelaufen."),
            _tr("Im Stripe-Dashboard einen neuen erstellen."),
        ),
        "stripe_no_right": Message(_tr("Dem Schlüssel fehlt ein Recht."), _give_the_right()),
        "stripe_no_net": Message(
            _tr("Stripe ist nicht erreichbar: keine Verbindung zum Internet."),
            _tr("Netzwerk prüfen, dann noch einmal versuchen."),
        ),
        "stripe_timeout": Message(
            _tr("Stripe hat nicht rechtzeitig geantwortet."),
            _tr("Bitte in einer Minute noch einmal versuchen."),
        ),
        "stripe_cancelled": Message(_tr("Der Test wurde abgebrochen."), ""),
        "self_test_cancelled": Message(_tr("Der Test wurde abgebrochen."), ""),
        "stripe_rate_limited": Message(
            _tr("Stripe bekommt gerade zu viele Anfragen von diesem Konto."),
            _tr("Bitte in einer Minute noch einmal versuchen."),
        ),
        "stripe_stripe_down": Message(
            _tr("Bei Stripe ist gerade eine Störung."), _tr("Bitte später noch einmal versuchen.")
        ),
        "stripe_not_stripe": Message(
            _tr("Geantwortet hat nicht Stripe, sondern etwas dazwischen (WLAN-Anmeldung, Proxy)."),
            _tr("Im Browser im WLAN anmelden oder den Proxy prüfen lassen."),
        ),
        "stripe_too_large": Message(
            _tr("Eine Antwort von Stripe war zu groß und wurde nicht angenommen."),
            _tr("Bitte später noch einmal versuchen."),
        ),
        "stripe_stands_still": Message(
            _tr("Stripe antwortet immer wieder mit derselben Seite."),
            _tr("Bitte später noch einmal versuchen."),
        ),
        "stripe_other": Message(
            _tr("Stripe hat die Anfrage abgelehnt."),
            _tr("Unter Protokoll steht mehr; bitte den Support fragen."),
        ),
    }


def _endpoint() -> dict[str, Message]:
    """The webhook endpoint at Stripe, and fetching what was missed."""
    enter_key = _tr("Unter Stripe → Bearbeiten eintragen.")
    return {
        "catch_up_no_key": Message(
            _tr("Zum Nachholen von Ereignissen fehlt der Secret Key."), enter_key
        ),
        "endpoint_no_key": Message(
            _tr("Zum Einrichten des Webhooks fehlt der Secret Key."), enter_key
        ),
        "endpoint_address": Message(
            _tr("Ohne öffentliche Adresse (https://…) kann Stripe nichts zustellen."),
            _tr("Den Tunnel einschalten, dann noch einmal versuchen."),
        ),
        "endpoint_limit": Message(
            _tr("Bei Stripe sind schon 16 Webhook-Endpunkte eingetragen; mehr sind nicht erlaubt."),
            _tr("Im Stripe-Dashboard unter Webhooks einen alten löschen."),
        ),
        "endpoint_missing": Message(
            _tr("Bei Stripe gibt es den Webhook dieses Programms nicht mehr."),
            _tr("Webhook automatisch einrichten."),
        ),
        "endpoint_secret_from_environment": Message(
            _tr("Das Webhook Secret ist auf diesem Server fest vorgegeben."),
            _tr("Die Variable WORKMATE_STRIPE_WEBHOOK_SECRET entfernen oder von Hand einrichten."),
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
            _tr("Simulieren geht nur im Testmodus."), _tr("Dafür Testschlüssel eintragen.")
        ),
        "simulation_no_secret": Message(
            _tr("Zum Simulieren fehlt das Webhook Secret."),
            _tr("Unter Stripe → Bearbeiten eintragen."),
        ),
        "simulation_no_listener": Message(
            _tr("Der Empfang läuft nicht, deshalb kam nichts an."),
            _tr("Das Programm neu starten."),
        ),
        "simulation_needs_open_invoice": Message(
            _tr("Dafür braucht es eine offene Testrechnung."), _tr("Bitte eine andere wählen.")
        ),
        "simulation_wrong_mode": Message(
            _tr("Diese Rechnung ist echt; simuliert wird nur mit Testrechnungen."),
            _tr("Bitte eine Testrechnung wählen."),
        ),
    }
