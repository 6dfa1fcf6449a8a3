"""The German words for the tunnel's codes: what happened, and the one thing to do about it."""

from workmate_desktop.words.language import _


def tunnel_words() -> dict[str, tuple[str, str]]:
    """Code → sentence and action (may be empty); for words/messages.py."""
    return _token() | _address() | _agent() | _line()


def _token() -> dict[str, tuple[str, str]]:
    return {
        "tunnel_token_missing": (
            _("Für die öffentliche Adresse fehlt der Authtoken von ngrok."),
            _("Auf dashboard.ngrok.com kopieren und hier einfügen."),
        ),
        "tunnel_token_wrong": (
            _("ngrok kennt diesen Authtoken nicht."),
            _("Auf dashboard.ngrok.com neu kopieren und ganz einfügen."),
        ),
        "tunnel_other_agent": (
            _("Mit diesem ngrok-Konto läuft schon ein anderes ngrok-Programm."),
            _("Das andere beenden, auch auf anderen PCs; dann geht es automatisch weiter."),
        ),
        "tunnel_quota": (
            _("Das Monatskontingent des ngrok-Kontos ist aufgebraucht."),
            _("Bei ngrok den Tarif prüfen, oder bis zum neuen Monat warten."),
        ),
    }


def _address() -> dict[str, tuple[str, str]]:
    return {
        "tunnel_domain_in_use": (
            _("Die feste Adresse wird gerade von einem anderen Programm benutzt."),
            _("Das andere beenden, auch auf anderen PCs; dann geht es automatisch weiter."),
        ),
        "tunnel_domain_foreign": (
            _("Die feste Adresse gehört zu einem anderen ngrok-Konto."),
            _("Die eigene Adresse von dashboard.ngrok.com eintragen oder das Feld leeren."),
        ),
        "tunnel_domain_invalid": (
            _("Die feste Adresse ist keine vollständige Adresse."),
            _("So eintragen wie bei ngrok, zum Beispiel name.ngrok-free.dev."),
        ),
        "tunnel_offline": (
            _("Die öffentliche Adresse ist bei ngrok gerade abgemeldet."),
            _again(),
        ),
    }


def _agent() -> dict[str, tuple[str, str]]:
    choose_own = _("Von ngrok.com selbst herunterladen und mit „Programm wählen …“ wählen.")
    return {
        "tunnel_agent_old": (
            _("Das ngrok-Programm auf diesem PC ist zu alt."),
            _("Bei ngrok das neue herunterladen und mit „Programm wählen …“ wählen."),
        ),
        "tunnel_agent_missing": (
            _("Das ngrok-Programm ist nicht da, wo es sein soll."),
            _("Mit „Programm wählen …“ neu wählen."),
        ),
        "tunnel_agent_unusable": (
            _("Das gewählte Programm ist kein ngrok oder lässt sich nicht starten."),
            _("Mit „Programm wählen …“ ein anderes wählen."),
        ),
        "tunnel_agent_gone": (_("Das ngrok-Programm hat sich beendet."), _again()),
        "tunnel_silent": (_("Das ngrok-Programm antwortet nicht."), _again()),
        "tunnel_download_blocked": (
            _("Das ngrok-Programm ließ sich nicht herunterladen."),
            choose_own,
        ),
        "tunnel_download_changed": (
            _("Geladen wurde nicht das erwartete ngrok-Programm; es wurde verworfen."),
            choose_own,
        ),
        "tunnel_download_unknown": (
            _("Für dieses System lässt sich kein geprüftes ngrok-Programm laden."),
            choose_own,
        ),
    }


def _line() -> dict[str, tuple[str, str]]:
    return {
        "tunnel_no_net": (
            _("ngrok ist nicht erreichbar: keine Verbindung zum Internet."),
            _("Netzwerk prüfen; das Programm versucht es automatisch weiter."),
        ),
        "tunnel_intercepted": (
            _("Geantwortet hat nicht ngrok, sondern etwas dazwischen (WLAN-Anmeldung, Proxy)."),
            _("Im Browser im WLAN anmelden oder den Proxy prüfen lassen."),
        ),
        "tunnel_listener_unreachable": (
            _("ngrok erreicht den Empfang auf diesem PC nicht."),
            _("Das Programm neu starten oder die Firewall prüfen lassen."),
        ),
        "tunnel_refused": (
            _("ngrok hat die Verbindung abgelehnt."),
            _("Unter Protokoll steht der Grund; bitte den Support fragen."),
        ),
        "tunnel_failed": (_("Der Tunnel ließ sich nicht öffnen."), _again()),
        "tunnel_cancelled": (_("Das Öffnen des Tunnels wurde abgebrochen."), ""),
    }


def _again() -> str:
    return _("Das Programm versucht es automatisch weiter.")
