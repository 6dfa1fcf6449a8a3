"""The German words of a test event: its legs, why one did not work, and what mends it. No Qt:
`doctor` and the checklist may say the same.
"""

from workmate_desktop.domain.reception.self_test import Leg, LegResult, LegState, SelfTestResult
from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("self_test", text)


def leg_name(leg: Leg) -> str:
    """What stands in the line of this leg."""
    return {
        Leg.ADDRESS: _tr("Öffentliche Adresse bekannt"),
        Leg.SENT: _tr("Verschlüsselt abgeschickt"),
        Leg.TUNNEL: _tr("Im Tunnel angekommen"),
        Leg.LISTENER: _tr("Am Empfang angekommen"),
        Leg.SIGNATURE: _tr("Unterschrift geprüft"),
        Leg.ANSWERED: _tr("Mit 200 beantwortet"),
    }[leg]


def leg_remark(leg: LegResult) -> str:
    """What stands beside the name; empty when the tick says it all."""
    match leg.state:
        case LegState.NOT_TESTED:
            return _tr("nicht geprüft")
        case LegState.FAILED:
            return _tr("nicht geklappt")
        case _:
            return _tr("nur auf diesem PC geprüft") if leg.locally else ""


def result_words(result: SelfTestResult) -> str:
    """How it went, in one line."""
    if result.passed:
        return _tr("Das Test-Ereignis kam in %1 zurück.").replace("%1", time_words(result))
    here = [leg for leg in result.legs if leg.locally]
    if not any(leg.state is LegState.FAILED for leg in result.legs) and here:
        words = _tr("Auf diesem PC kam das Test-Ereignis in %1 an.")
        return words.replace("%1", time_words(result))
    return _tr("Das Test-Ereignis kam nicht zurück.")


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
    return known or (_tr("Das hat nicht geklappt (%1).").replace("%1", code), _support())


def _with_numbers(code: str, result: SelfTestResult) -> tuple[str, str]:
    status = str(result.status)
    if code == "self_test_ngrok":
        sentence = _tr("ngrok hat die Zustellung nicht angenommen (%1).")
        return sentence.replace("%1", result.ngrok_code or status), _reconnect()
    if code == "self_test_refused":
        sentence = _tr("Der Empfang hat das Test-Ereignis abgewiesen (HTTP %1).")
        return sentence.replace("%1", status), _support()
    sentence = _tr("Unter der öffentlichen Adresse antwortet ein anderes Programm (HTTP %1).")
    return sentence.replace("%1", status), _reconnect()


def _sending() -> dict[str, tuple[str, str]]:
    """On the way from this PC to ngrok."""
    return {
        "self_test_no_address": (
            _tr("Ohne Tunnel gibt es keine öffentliche Adresse; der Weg von außen ist ungeprüft."),
            _tr(
                "Zum Prüfen „Tunnel verbinden“. Bis dahin fragt das Programm alle 30 s bei Stripe."
            ),
        ),
        "self_test_name_unknown": (
            _tr("Die öffentliche Adresse ist im Internet nicht zu finden (DNS)."),
            _tr("Netzwerk prüfen. Bleibt es dabei, den Tunnel trennen und neu verbinden."),
        ),
        "self_test_no_net": (
            _tr("Die öffentliche Adresse ist von diesem PC aus nicht zu erreichen."),
            _tr("Netzwerk und Firewall prüfen, dann noch einmal senden."),
        ),
        "self_test_tls": (
            _tr("Wer dort antwortet, kann sich nicht als diese Adresse ausweisen (Zertifikat)."),
            _tr("Im Browser im WLAN anmelden oder den Proxy prüfen lassen; Uhr des PCs prüfen."),
        ),
        "self_test_proxy": (
            _tr("Der Proxy dieses Büros lässt die Verbindung nicht zu."),
            _tr("Die IT bitten, die Adresse im Proxy freizugeben."),
        ),
        "self_test_timeout": (
            _tr("Die öffentliche Adresse hat nicht rechtzeitig abgenommen."),
            _tr("Netzwerk und Firewall prüfen, dann noch einmal senden."),
        ),
        "self_test_intercepted": (
            _tr("Geantwortet hat nicht ngrok, sondern etwas dazwischen (WLAN-Anmeldung, Proxy)."),
            _tr("Im Browser im WLAN anmelden oder den Proxy prüfen lassen."),
        ),
    }


def _tunnel() -> dict[str, tuple[str, str]]:
    """At ngrok and in its agent."""
    return {
        "self_test_no_answer": (
            _tr("Nach dem Abschicken kam keine Antwort."),
            _reconnect(),
        ),
        "self_test_offline": (
            _tr("ngrok sagt, diese Adresse sei gerade abgemeldet (ERR_NGROK_3200)."),
            _reconnect(),
        ),
        "self_test_interstitial": (
            _tr("ngrok zeigt vor dieser Adresse eine Hinweisseite für Besucher (ERR_NGROK_6024)."),
            _tr("Stripe sieht sie nicht. Bei ngrok prüfen, ob sie für alle Anfragen gilt."),
        ),
        "self_test_quota": (
            _tr("Das Kontingent des ngrok-Kontos ist aufgebraucht."),
            _tr("Bei ngrok den Tarif prüfen. Solange fragt das Programm selbst bei Stripe nach."),
        ),
        "self_test_listener_unreachable": (
            _tr("ngrok ist da, erreicht aber den Empfang auf diesem PC nicht (ERR_NGROK_8012)."),
            _tr("Den Empfang neu starten oder die Firewall prüfen lassen."),
        ),
    }


def _here() -> dict[str, tuple[str, str]]:
    """On this PC."""
    return {
        "self_test_host": (
            _tr("Der Empfang kennt diese öffentliche Adresse nicht und wies sie ab (HTTP 421)."),
            _reconnect(),
        ),
        "self_test_no_secret": (
            _tr("Ohne Webhook Secret lässt sich nichts unterschreiben und nichts prüfen."),
            _tr("Unter Stripe → Bearbeiten eintragen oder „Webhook automatisch einrichten“."),
        ),
        "self_test_no_listener": (
            _tr("Der Empfang auf diesem PC läuft nicht."),
            _tr("„Empfang neu starten“."),
        ),
        "self_test_altered": (
            _tr("Die Nachricht wurde unterwegs verändert, deshalb stimmt die Unterschrift nicht."),
            _tr("Den Proxy oder Virenschutz prüfen lassen, der den Verkehr mitliest."),
        ),
        "self_test_clock": (
            _tr("Die Unterschrift war zu alt oder aus der Zukunft."),
            _tr("Die Uhr dieses PCs prüfen, dann noch einmal senden."),
        ),
        "self_test_answer_lost": (
            _tr("Alles kam an, aber die Antwort ging auf dem Rückweg verloren."),
            _reconnect(),
        ),
    }


def _reconnect() -> str:
    return _tr("Noch einmal senden. Bleibt es dabei, den Tunnel trennen und neu verbinden.")


def _support() -> str:
    return _tr("Unter Protokoll steht mehr; bitte den Support fragen.")
