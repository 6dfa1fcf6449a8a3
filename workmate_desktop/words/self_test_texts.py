"""The German words of a test event: its legs, why one did not work, and what mends it. No Qt:
`doctor` and the checklist may say the same.
"""

from workmate_desktop.domain.reception.self_test import Leg, LegResult, LegState, SelfTestResult
from workmate_desktop.words.language import _


def leg_name(leg: Leg) -> str:
    """What stands in the line of this leg."""
    return {
        Leg.ADDRESS: _("Öffentliche Adresse bekannt"),
        Leg.SENT: _("Verschlüsselt abgeschickt"),
        Leg.TUNNEL: _("Im Tunnel angekommen"),
        Leg.LISTENER: _("Am Empfang angekommen"),
        Leg.SIGNATURE: _("Signatur geprüft"),
        Leg.ANSWERED: _("Richtig beantwortet"),
    }[leg]


def leg_remark(leg: LegResult) -> str:
    """What stands beside the name; empty when the tick says it all."""
    match leg.state:
        case LegState.NOT_TESTED:
            return _("nicht geprüft")
        case LegState.FAILED:
            return _("fehlgeschlagen")
        case _:
            return _("nur auf diesem PC geprüft") if leg.locally else ""


def result_words(result: SelfTestResult) -> str:
    """How it went, in one line."""
    if result.passed:
        return _("Das Testereignis kam in %1 zurück.").replace("%1", time_words(result))
    here = [leg for leg in result.legs if leg.locally]
    if not any(leg.state is LegState.FAILED for leg in result.legs) and here:
        words = _("Auf diesem PC kam das Testereignis in %1 an.")
        return words.replace("%1", time_words(result))
    return _("Das Testereignis kam nicht zurück.")


def time_words(result: SelfTestResult) -> str:
    """ "128 ms", "2,4 s"; empty when nothing came back."""
    if result.milliseconds is None:
        return ""
    if result.milliseconds < 1000:
        return f"{max(1, round(result.milliseconds))} ms"
    return f"{result.milliseconds / 1000:.1f} s".replace(".", ",")


def trouble_words(result: SelfTestResult) -> tuple[str, str]:
    """(why it did not work, what mends it); both empty when all went well."""
    code = result.trouble
    if code is None:
        return "", ""
    if code in ("self_test_ngrok", "self_test_refused", "self_test_other_program"):
        return _with_numbers(code, result)
    known = (_sending() | _tunnel() | _here()).get(code)
    return known or (_("Das ist fehlgeschlagen (%1).").replace("%1", code), _support())


def _with_numbers(code: str, result: SelfTestResult) -> tuple[str, str]:
    status = str(result.status)
    if code == "self_test_ngrok":
        sentence = _("ngrok hat die Nachricht nicht angenommen (%1).")
        return sentence.replace("%1", result.ngrok_code or status), _reconnect()
    if code == "self_test_refused":
        sentence = _("Der Empfang hat das Testereignis abgewiesen (HTTP %1).")
        return sentence.replace("%1", status), _support()
    sentence = _("Unter der öffentlichen Adresse antwortet ein anderes Programm (HTTP %1).")
    return sentence.replace("%1", status), _reconnect()


def _sending() -> dict[str, tuple[str, str]]:
    """On the way from this PC to ngrok."""
    return {
        "self_test_no_address": (
            _("Ohne Tunnel gibt es keine öffentliche Adresse; der Weg von außen ist ungeprüft."),
            _("Zum Prüfen „Tunnel verbinden“. Bis dahin fragt das Programm alle 30 s bei Stripe."),
        ),
        "self_test_name_unknown": (
            _("Die öffentliche Adresse ist im Internet nicht zu finden (DNS)."),
            _("Netzwerk prüfen. Bleibt es dabei, den Tunnel trennen und neu verbinden."),
        ),
        "self_test_no_net": (
            _("Die öffentliche Adresse ist von diesem PC aus nicht zu erreichen."),
            _("Netzwerk und Firewall prüfen, dann noch einmal senden."),
        ),
        "self_test_tls": (
            _("Wer dort antwortet, kann sich nicht als diese Adresse ausweisen (Zertifikat)."),
            _("Im Browser im WLAN anmelden oder den Proxy prüfen lassen; Uhr des PCs prüfen."),
        ),
        "self_test_proxy": (
            _("Der Proxy dieses Büros lässt die Verbindung nicht zu."),
            _("Die IT bitten, die Adresse im Proxy freizugeben."),
        ),
        "self_test_timeout": (
            _("Die öffentliche Adresse hat nicht rechtzeitig abgenommen."),
            _("Netzwerk und Firewall prüfen, dann noch einmal senden."),
        ),
        "self_test_intercepted": (
            _("Geantwortet hat nicht ngrok, sondern etwas dazwischen (WLAN-Anmeldung, Proxy)."),
            _("Im Browser im WLAN anmelden oder den Proxy prüfen lassen."),
        ),
    }


def _tunnel() -> dict[str, tuple[str, str]]:
    """At ngrok and in its agent."""
    return {
        "self_test_no_answer": (
            _("Nach dem Abschicken kam keine Antwort."),
            _reconnect(),
        ),
        "self_test_offline": (
            _("ngrok sagt, diese Adresse sei gerade abgemeldet (ERR_NGROK_3200)."),
            _reconnect(),
        ),
        "self_test_interstitial": (
            _("ngrok zeigt vor dieser Adresse eine Hinweisseite für Besucher (ERR_NGROK_6024)."),
            _("Stripe sieht sie nicht. Bei ngrok prüfen, ob sie für alle Anfragen gilt."),
        ),
        "self_test_quota": (
            _("Das Kontingent des ngrok-Kontos ist aufgebraucht."),
            _("Bei ngrok den Tarif prüfen. Solange fragt das Programm selbst bei Stripe nach."),
        ),
        "self_test_listener_unreachable": (
            _("ngrok ist da, erreicht aber den Empfang auf diesem PC nicht (ERR_NGROK_8012)."),
            _("Den Empfang neu starten oder die Firewall prüfen lassen."),
        ),
    }


def _here() -> dict[str, tuple[str, str]]:
    """On this PC."""
    return {
        "self_test_host": (
            _("Der Empfang kennt diese öffentliche Adresse nicht und wies sie ab (HTTP 421)."),
            _reconnect(),
        ),
        "self_test_no_secret": (
            _("Ohne Webhook Secret lässt sich nichts signieren und nichts prüfen."),
            _("Unter Stripe → Bearbeiten eintragen oder „Webhook automatisch einrichten“."),
        ),
        "self_test_no_listener": (
            _("Der Empfang auf diesem PC läuft nicht."),
            _("„Empfang neu starten“."),
        ),
        "self_test_altered": (
            _("Die Nachricht wurde unterwegs verändert, deshalb stimmt die Signatur nicht."),
            _("Den Proxy oder Virenschutz prüfen lassen, der den Verkehr mitliest."),
        ),
        "self_test_clock": (
            _("Die Signatur war zu alt oder aus der Zukunft."),
            _("Die Uhr dieses PCs prüfen, dann noch einmal senden."),
        ),
        "self_test_answer_lost": (
            _("Alles kam an, aber die Antwort ging auf dem Rückweg verloren."),
            _reconnect(),
        ),
    }


def _reconnect() -> str:
    return _("Noch einmal senden. Bleibt es dabei, den Tunnel trennen und neu verbinden.")


def _support() -> str:
    return _("Unter Protokoll steht mehr; bitte den Support fragen.")
