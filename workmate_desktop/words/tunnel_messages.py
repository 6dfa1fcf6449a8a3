"""The German words for the tunnel's codes: what happened, and the one thing to do about it."""

from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("messages", text)


def tunnel_words() -> dict[str, tuple[str, str]]:
    """Code → sentence and action (may be empty); for words/messages.py."""
    return _token() | _address() | _agent() | _line()


def _token() -> dict[str, tuple[str, str]]:
    return {
        "tunnel_token_missing": (
            _tr("Für die öffentliche Adresse fehlt der Authtoken von ngrok."),
            _tr("Auf dashboard.ngrok.com kopieren und hier einfügen."),
        ),
        "tunnel_token_wrong": (
            _tr("ngrok kennt diesen Authtoken nicht."),
            _tr("Auf dashboard.ngrok.com neu kopieren und ganz einfügen."),
        ),
        "tunnel_other_agent": (
            _tr("Mit diesem ngrok-Konto läuft schon ein anderes ngrok-Programm."),
            _tr("Das andere beenden, auch auf anderen PCs; dann geht es von selbst weiter."),
        ),
        "tunnel_quota": (
            _tr("Das Monatskontingent des ngrok-Kontos ist aufgebraucht."),
            _tr("Bei ngrok den Tarif prüfen, oder bis zum neuen Monat warten."),
        ),
    }


def _address() -> dict[str, tuple[str, str]]:
    return {
        "tunnel_domain_in_use": (
            _tr("Die feste Adresse wird gerade von einem anderen Programm benutzt."),
            _tr("Das andere beenden, auch auf anderen PCs; dann geht es von selbst weiter."),
        ),
        "tunnel_domain_foreign": (
            _tr("Die feste Adresse gehört zu einem anderen ngrok-Konto."),
            _tr("Die eigene Adresse von dashboard.ngrok.com eintragen oder das Feld leeren."),
        ),
        "tunnel_domain_invalid": (
            _tr("Die feste Adresse ist keine vollständige Adresse."),
            _tr("So eintragen wie bei ngrok, zum Beispiel name.ngrok-free.dev."),
        ),
        "tunnel_offline": (
            _tr("Die öffentliche Adresse ist bei ngrok gerade abgemeldet."),
            _again(),
        ),
    }


def _agent() -> dict[str, tuple[str, str]]:
    choose_own = _tr("Von ngrok.com selbst herunterladen und mit „Programm wählen …“ wählen.")
    return {
        "tunnel_agent_old": (
            _tr("Das ngrok-Programm auf diesem PC ist zu alt."),
            _tr("Bei ngrok das neue herunterladen und mit „Programm wählen …“ wählen."),
        ),
        "tunnel_agent_missing": (
            _tr("Das ngrok-Programm ist nicht da, wo es sein soll."),
            _tr("Mit „Programm wählen …“ neu wählen."),
        ),
        "tunnel_agent_unusable": (
            _tr("Das gewählte Programm ist kein ngrok oder lässt sich nicht starten."),
            _tr("Mit „Programm wählen …“ ein anderes wählen."),
        ),
        "tunnel_agent_gone": (_tr("Das ngrok-Programm hat sich beendet."), _again()),
        "tunnel_silent": (_tr("Das ngrok-Programm antwortet nicht."), _again()),
        "tunnel_download_blocked": (
            _tr("Das ngrok-Programm ließ sich nicht herunterladen."),
            choose_own,
        ),
        "tunnel_download_changed": (
            _tr("Geladen wurde nicht das erwartete ngrok-Programm; es wurde verworfen."),
            choose_own,
        ),
        "tunnel_download_unknown": (
            _tr("Für dieses System lässt sich kein geprüftes ngrok-Programm laden."),
            choose_own,
        ),
    }


def _line() -> dict[str, tuple[str, str]]:
    return {
        "tunnel_no_net": (
            _tr("ngrok ist nicht erreichbar: keine Verbindung zum Internet."),
            _tr("Netzwerk prüfen; das Programm versucht es von selbst weiter."),
        ),
        "tunnel_intercepted": (
            _tr("Geantwortet hat nicht ngrok, sondern etwas dazwischen (WLAN-Anmeldung, Proxy)."),
            _tr("Im Browser im WLAN anmelden oder den Proxy prüfen lassen."),
        ),
        "tunnel_listener_unreachable": (
            _tr("ngrok erreicht den Empfang auf diesem PC nicht."),
            _tr("Das Programm neu starten oder die Firewall prüfen lassen."),
        ),
        "tunnel_refused": (
            _tr("ngrok hat die Verbindung abgelehnt."),
            _tr("Unter Protokoll steht der Grund; bitte den Support fragen."),
        ),
        "tunnel_failed": (_tr("Der Tunnel ließ sich nicht öffnen."), _again()),
        "tunnel_cancelled": (_tr("Das Öffnen des Tunnels wurde abgebrochen."), ""),
    }


def _again() -> str:
    return _tr("Das Programm versucht es von selbst weiter.")
