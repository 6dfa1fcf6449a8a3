"""Why an e-mail did not go out, and what mends it. Without Qt: the notices of `serve` say it."""

from workmate_desktop.words.language import _


def mail_words() -> dict[str, tuple[str, str]]:
    """Code (domain.mail.MailRefused) → what happened, and the one thing to do."""
    ask = _("Die Angaben beim E-Mail-Anbieter nachsehen.")
    return {
        "mail_unreachable": (
            _("Der Mailserver ist nicht erreichbar."),
            _("Server, Port und Netzwerk prüfen."),
        ),
        "mail_timeout": (
            _("Der Mailserver hat nicht rechtzeitig geantwortet."),
            _("Server, Port und Verschlüsselung prüfen."),
        ),
        "mail_broken_off": (
            _("Der Mailserver hat das Gespräch abgebrochen."),
            _("Port und Verschlüsselung prüfen."),
        ),
        "mail_no_starttls": (
            _("Der Mailserver bietet keine Verschlüsselung an; es wurde nichts gesendet."),
            _("Als Verschlüsselung TLS mit Port 465 versuchen."),
        ),
        "mail_certificate": (
            _("Der Mailserver kann sich nicht ausweisen; es wurde nichts gesendet."),
            _("Den Namen des Servers prüfen, so wie ihn der Anbieter nennt."),
        ),
        "mail_tls_failed": (
            _("Die verschlüsselte Verbindung kam nicht zustande."),
            _("Verschlüsselung und Port prüfen: STARTTLS mit 587 oder TLS mit 465."),
        ),
        "mail_no_login": (
            _("Der Mailserver bietet an diesem Port keine Anmeldung an."),
            _("Port und Verschlüsselung prüfen."),
        ),
        "mail_login_refused": (
            _("Der Mailserver hat die Anmeldung abgelehnt."),
            _("Benutzer und Passwort prüfen; manche Anbieter verlangen ein App-Passwort."),
        ),
        "mail_sender_refused": (
            _("Der Mailserver lehnt die Absenderadresse ab."),
            _("Als Absender die Adresse des angemeldeten Postfachs eintragen."),
        ),
        "mail_recipient_refused": (
            _("Der Mailserver lehnt die Empfängeradresse ab."),
            _("Die Adresse unter „An“ prüfen."),
        ),
        "mail_content_refused": (_("Der Mailserver hat die E-Mail abgelehnt."), ask),
        "mail_try_later": (
            _("Der Mailserver bittet um Geduld."),
            _("Meist nimmt er E-Mails nach einigen Minuten wieder an."),
        ),
        "mail_no_password": (
            _("Das gespeicherte Passwort lässt sich nicht lesen."),
            _("Den Passwortspeicher entsperren oder das Passwort neu eingeben."),
        ),
        "mail_invalid": (_("Die Angaben für E-Mails sind unvollständig oder falsch."), ""),
    }
