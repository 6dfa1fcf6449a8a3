"""The German words of the dialog E-Mail bei Meldungen."""

from workmate_desktop.domain.notify.mail import MailField, MailProblem, MailSecurity
from workmate_desktop.words.language import _


def security_words(security: MailSecurity) -> str:
    """An entry of the choice."""
    return {
        MailSecurity.STARTTLS: _("STARTTLS"),
        MailSecurity.TLS: _("TLS"),
        MailSecurity.NONE: _("Keine (nur dieser PC)"),
    }[security]


def problem_words(field: MailField, problem: MailProblem) -> str:
    """What is wrong with a field."""
    match field, problem:
        case MailField.SERVER, _:
            return _("So wie beim Anbieter, zum Beispiel smtp.anbieter.de.")
        case MailField.PORT, _:
            return _("Eine Zahl von 1 bis 65535.")
        case MailField.SECURITY, _:
            return _("Unverschlüsselt geht nur zu einem Mailserver auf diesem PC.")
        case MailField.PASSWORD, _:
            return _("Zum Benutzer gehört ein Passwort.")
        case _:
            return _("Eine vollständige Adresse, zum Beispiel buero@firma.de.")


def hint(field: MailField, *, has_password: bool) -> str:
    """What stands under a field that is in order, or not filled in yet."""
    if field is MailField.PASSWORD and has_password:
        return _("Gespeichert. Leer lassen, um es zu behalten.")
    return {
        MailField.RECIPIENT: _("Wer Bescheid bekommt."),
        MailField.SENDER: _("Meist die Adresse des Postfachs."),
        MailField.PASSWORD: _("Manche Anbieter verlangen ein App-Passwort."),
    }.get(field, "")


def sent_words(recipient: str) -> str:
    """The test mail was taken by the server."""
    words = _("Gesendet an %1. Bitte im Postfach nachsehen, auch unter Spam.")
    return words.replace("%1", recipient)
