"""The German words of the dialog E-Mail bei Meldungen."""

from PySide6.QtCore import QCoreApplication

from workmate_desktop.domain.notify.mail import MailField, MailProblem, MailSecurity


def _tr(text: str) -> str:
    return QCoreApplication.translate("mail_dialog", text)


def security_words(security: MailSecurity) -> str:
    """An entry of the choice."""
    return {
        MailSecurity.STARTTLS: _tr("STARTTLS"),
        MailSecurity.TLS: _tr("TLS"),
        MailSecurity.NONE: _tr("Keine (nur dieser PC)"),
    }[security]


def problem_words(field: MailField, problem: MailProblem) -> str:
    """What is wrong with a field."""
    match field, problem:
        case MailField.SERVER, _:
            return _tr("So wie beim Anbieter, zum Beispiel smtp.anbieter.de.")
        case MailField.PORT, _:
            return _tr("Eine Zahl von 1 bis 65535.")
        case MailField.SECURITY, _:
            return _tr("Unverschlüsselt geht nur zu einem Mailserver auf diesem PC.")
        case MailField.PASSWORD, _:
            return _tr("Zum Benutzer gehört ein Passwort.")
        case _:
            return _tr("Eine vollständige Adresse, zum Beispiel buero@firma.de.")


def hint(field: MailField, *, has_password: bool) -> str:
    """What stands under a field that is in order, or not filled in yet."""
    if field is MailField.PASSWORD and has_password:
        return _tr("Gespeichert. Leer lassen, um es zu behalten.")
    return {
        MailField.RECIPIENT: _tr("Wer Bescheid bekommt."),
        MailField.SENDER: _tr("Meist die Adresse des Postfachs."),
        MailField.PASSWORD: _tr("Manche Anbieter verlangen ein App-Passwort."),
    }.get(field, "")


def sent_words(recipient: str) -> str:
    """The test mail was taken by the server."""
    words = _tr("Gesendet an %1. Bitte im Postfach nachsehen, auch unter Spam.")
    return words.replace("%1", recipient)
