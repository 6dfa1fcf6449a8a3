"""Why an e-mail did not go out, and what mends it. Without Qt: the notices of `serve` say it."""

from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("mail", text)


def mail_words() -> dict[str, tuple[str, str]]:
    """Code (domain.mail.MailRefused) → what happened, and the one thing to do."""
    ask = _tr("Die Angaben beim E-Mail-Anbieter nachsehen.")
    return {
        "mail_unreachable": (
            _tr("Der Mailserver ist nicht erreichbar."),
            _tr("Server, Port und Netzwerk prüfen."),
        ),
        "mail_timeout": (
            _tr("Der Mailserver hat nicht rechtzeitig geantwortet."),
            _tr("Server, Port und Verschlüsselung prüfen."),
        ),
        "mail_broken_off": (
            _tr("Der Mailserver hat das Gespräch abgebrochen."),
            _tr("Port und Verschlüsselung prüfen."),
        ),
        "mail_no_starttls": (
            _tr("Der Mailserver bietet keine Verschlüsselung an; es wurde nichts gesendet."),
            _tr("Als Verschlüsselung TLS mit Port 465 versuchen."),
        ),
        "mail_certificate": (
            _tr("Der Mailserver kann sich nicht ausweisen; es wurde nichts gesendet."),
            _tr("Den Namen des Servers prüfen, so wie ihn der Anbieter nennt."),
        ),
        "mail_tls_failed": (
            _tr("Die verschlüsselte Verbindung kam nicht zustande."),
            _tr("Verschlüsselung und Port prüfen: STARTTLS mit 587 oder TLS mit 465."),
        ),
        "mail_no_login": (
            _tr("Der Mailserver bietet an diesem Port keine Anmeldung an."),
            _tr("Port und Verschlüsselung prüfen."),
        ),
        "mail_login_refused": (
            _tr("Der Mailserver hat die Anmeldung abgelehnt."),
            _tr("Benutzer und Passwort prüfen; manche Anbieter verlangen ein App-Passwort."),
        ),
        "mail_sender_refused": (
            _tr("Der Mailserver lehnt die Absenderadresse ab."),
            _tr("Als Absender die Adresse des angemeldeten Postfachs eintragen."),
        ),
        "mail_recipient_refused": (
            _tr("Der Mailserver lehnt die Empfängeradresse ab."),
            _tr("Die Adresse unter „An“ prüfen."),
        ),
        "mail_content_refused": (_tr("Der Mailserver hat die E-Mail abgelehnt."), ask),
        "mail_try_later": (
            _tr("Der Mailserver bittet um Geduld."),
            _tr("Meist nimmt er E-Mails nach einigen Minuten wieder an."),
        ),
        "mail_no_password": (
            _tr("Das gespeicherte Passwort lässt sich nicht lesen."),
            _tr("Den Schlüsselbund entsperren oder das Passwort neu eingeben."),
        ),
        "mail_invalid": (_tr("Die Angaben für E-Mails sind unvollständig oder falsch."), ""),
    }
