"""The German words of the production checklist: title, evidence and button of each point. No Qt:
`doctor` prints the same.
"""

from collections.abc import Callable
from datetime import datetime

from workmate_desktop.domain.reception.checklist import Point, PointId, PointState, Remedy
from workmate_desktop.domain.steps import StepName
from workmate_desktop.words import step_texts
from workmate_desktop.words.money_text import NBSP, money
from workmate_desktop.words.time_text import day_time
from workmate_desktop.words.words import translate

Local = Callable[[datetime], datetime]
"""UTC → the time of the office."""


def _tr(text: str) -> str:
    return translate("checklist", text)


def title(point: Point) -> str:
    """What has to be so."""
    if point.id is PointId.PAYMENT and not point.values.get("livemode"):
        return _tr("Testzahlung empfangen und verbucht")
    return {
        PointId.LIVE_KEYS: _tr("Live-Schlüssel verwenden"),
        PointId.ENDPOINT: _tr("Webhook bei Stripe eingerichtet"),
        PointId.EVENTS: _tr("Die richtigen Ereignisse abonniert"),
        PointId.SECRET: _tr("Webhook Secret hinterlegt und richtig"),
        PointId.ADDRESS: _tr("Adresse ist von außen erreichbar"),
        PointId.ANSWERS: _tr("Antwort in weniger als 5 Sekunden"),
        PointId.NOTICES: _tr("Fehlschläge werden gemeldet"),
        PointId.PAYMENT: _tr("Echte Zahlung empfangen und verbucht"),
        PointId.CLOCK: _tr("Uhr dieses PCs geht richtig"),
        PointId.CATCH_UP: _tr("Verpasste Ereignisse werden nachgeholt"),
    }[point.id]


def state_word(state: PointState) -> str:
    """The state in one word, for screen readers and doctor."""
    return {
        PointState.DONE: _tr("erledigt"),
        PointState.OPEN: _tr("offen"),
        PointState.WRONG: _tr("gestört"),
        PointState.UNKNOWN: _tr("noch nicht bekannt"),
        PointState.NOT_NEEDED: _tr("nicht nötig"),
    }[state]


def remedy_words(remedy: Remedy) -> str:
    """The button, short enough to stand beside the evidence."""
    return {
        Remedy.CONFIGURE: _tr("Schlüssel eintragen"),
        Remedy.ENTER_SECRET: _tr("Secret eintragen"),
        Remedy.CONNECT: _tr("Tunnel verbinden"),
        Remedy.TUNNEL_SETTINGS: _tr("Tunnel einrichten"),
        Remedy.ARRANGE: _tr("Einrichten"),
        Remedy.ENABLE: _tr("Einschalten"),
        Remedy.SELF_TEST: _tr("Prüfen"),
        Remedy.FETCH: _tr("Nachholen"),
        Remedy.MEASURE: _tr("Neu messen"),
        Remedy.RESTART: _tr("Neu starten"),
        Remedy.MAIL: _tr("E-Mail prüfen"),
        Remedy.INVOICES: _tr("Rechnungen"),
    }[remedy]


def progress_words(points: tuple[Point, ...]) -> str:
    """How far it is: "4 von 5 Punkten erledigt · 5 nicht nötig"."""
    done = sum(point.state is PointState.DONE for point in points)
    spared = sum(point.state is PointState.NOT_NEEDED for point in points)
    needed = len(points) - spared
    if done == needed:
        words = _tr("Alle %1 Punkte sind erledigt.").replace("%1", str(done))
    else:
        words = _tr("%1 von %2 Punkten erledigt").replace("%1", str(done))
        words = words.replace("%2", str(needed))
    if not spared:
        return words
    also = _tr("%1 nicht nötig").replace("%1", str(spared))
    return f"{words.removesuffix('.')} · {also}"


def evidence_words(point: Point, now: datetime, local: Local) -> str:
    """What shows that it is so, or what is in the way. `now` is the office's time."""
    sentence = _SENTENCES[point.id]().get(point.reason) or _common().get(point.reason)
    if sentence is None:
        return f"{state_word(point.state)} ({point.reason})"
    # With no-break spaces: a narrow line breaks before the time, not within.
    when = day_time(local(point.at), now).replace(" ", NBSP) if point.at else ""
    if when and "%when" not in sentence:
        sentence = f"{sentence} · {when}"
    sentence = sentence.replace("%when", when or _tr("noch nie"))
    for name, value in _values(point).items():
        sentence = sentence.replace(f"%{name}", value)
    return sentence


def _values(point: Point) -> dict[str, str]:
    """The values of a point as words."""
    values = point.values
    words = {name: str(value) for name, value in values.items() if value is not None}
    for name in ("slowest_ms", "milliseconds"):
        if name in values:
            words[name] = _duration(float(str(values[name])))
    if "seconds" in values:
        words["seconds"] = _seconds(float(str(values["seconds"])))
    if values.get("amount_minor") is not None:
        words["amount"] = money(int(str(values["amount_minor"])), str(values["currency"]))
    words.setdefault("amount", "")
    words["number"] = str(values.get("number") or _tr("ohne Rechnung"))
    words["url"] = str(values.get("url", "")).removeprefix("https://").partition("/")[0]
    words["types"] = _type_words(words.get("types", ""))
    if values.get("step") in set(StepName):
        words["step"] = step_texts.step_name(StepName(str(values["step"])))
        words["trouble"] = step_texts.short_trouble(words.get("trouble"), words.get("right"))
    return words


def _type_words(types: str) -> str:
    """The two of the guide in German; the others come with some payments only."""
    known = {
        "payment_intent.succeeded": _tr("erfolgreich"),
        "payment_intent.payment_failed": _tr("fehlgeschlagen"),
    }
    return ", ".join(known[one] for one in types.split(", ") if one in known)


def _duration(milliseconds: float) -> str:
    if milliseconds < 1000:
        return f"{max(1, round(milliseconds))} ms"
    return f"{milliseconds / 1000:.1f} s".replace(".", ",")


def _seconds(seconds: float) -> str:
    whole = abs(round(seconds))
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


# --- one sentence for each reason ------------------------------------------------------------


def _common() -> dict[str, str]:
    return {
        "polling": _tr("nicht nötig: Stripe wird alle 30 s gefragt"),
        "polling_fails": _tr("der Abruf bei Stripe klappt noch nicht"),
        "never_here": _tr("im Beispiel nicht"),
        "not_running": _tr("das Programm läuft nicht"),
        "not_asked": _tr("das laufende Programm weiß es"),
        "no_way": _tr("weder Tunnel noch Abruf"),
        "delivered": _tr("Stripe stellt zu"),
        "no_listener": _tr("der Empfang läuft nicht"),
        "waits_for_tunnel": _tr("wartet auf den Tunnel"),
        "arranging": _tr("wird eingerichtet …"),
        "not_arranged": _tr("noch nicht eingerichtet"),
        "unreadable": _tr("die Schlüssel sind nicht lesbar"),
    }


def _live_keys() -> dict[str, str]:
    return {
        "key_wrong_key": _tr("Stripe kennt den Secret Key nicht"),
        "key_revoked": _tr("der Secret Key ist abgelaufen oder widerrufen"),
        "key_no_right": _tr("dem Secret Key fehlt ein Recht"),
        "no_keys": _tr("noch keine Schlüssel"),
        "no_secret_key": _tr("der Secret Key fehlt"),
        "no_publishable_key": _tr("der Publishable Key fehlt"),
        "two_accounts": _tr("die Schlüssel gehören zu zwei Konten"),
        "test_mode": _tr("noch im Testmodus"),
        "not_tested": _tr("noch nicht mit Stripe verbunden"),
        "live": _tr("Livebetrieb · %account"),
        "live_unnamed": _tr("Livebetrieb"),
    }


def _endpoint() -> dict[str, str]:
    return {
        "disabled": _tr("von Stripe abgeschaltet"),
        "other_address": _tr("zeigt auf eine andere Adresse"),
        "arranged": _tr("aktiv · %url"),
    }


def _events() -> dict[str, str]:
    return {
        "other_events": _tr("bei Stripe sind andere ausgewählt"),
        "subscribed": _tr("alle %count ausgewählt"),
        "seen": _tr("Erfolg und Fehlschlag sind angekommen"),
        "seen_some": _tr("bisher nur: Zahlung %types"),
    }


def _secret() -> dict[str, str]:
    return {
        "mismatch": _tr("passt nicht: Zustellungen werden abgelehnt"),
        "unknown_secret": _tr("das Secret des Endpunkts ist hier unbekannt"),
        "missing": _tr("fehlt noch"),
        "verified": _tr("%key · Unterschrift stimmt"),
        "no_delivery": _tr("%key · noch keine Zustellung"),
    }


def _address() -> dict[str, str]:
    return {
        "tunnel_starting": _tr("der Tunnel wird verbunden …"),
        "tunnel_failed": _tr("der Tunnel steht nicht"),
        "tunnel_retrying": _tr("der Tunnel steht gerade nicht"),
        "tunnel_disturbed": _tr("der Tunnel ist gestört"),
        "test_failed": _tr("das Test-Ereignis kam nicht an"),
        "tested": _tr("geprüft %when · %milliseconds"),
        "deliveries_missing": _tr("Zustellungen bleiben aus"),
        "quota_used_up": _tr("das Kontingent bei ngrok ist verbraucht"),
        "not_tested": _tr("noch nicht geprüft"),
    }


def _answers() -> dict[str, str]:
    return {
        "quick": _tr("längste von %count: %slowest_ms"),
        "slow": _tr("zu langsam: %slowest_ms"),
        "tested": _tr("Test-Ereignis: %slowest_ms"),
        "not_measured": _tr("noch nichts beantwortet"),
    }


def _notices() -> dict[str, str]:
    return {
        "untold": _tr("%count ohne Meldung: bitte den Support fragen"),
        "window": _tr("im Protokoll, zuletzt %when"),
        "no_failure": _tr("im Protokoll · bisher keiner"),
        "no_failure_mail": _tr("Protokoll und E-Mail · bisher keiner"),
        "mail_waits": _tr("E-Mail geht nicht hinaus"),
        "mail": _tr("Protokoll und E-Mail, zuletzt %when"),
    }


def _payment() -> dict[str, str]:
    return {
        "none": _tr("noch keine"),
        "only_simulated": _tr("bisher nur simuliert"),
        "only_fetched": _tr("%number kam nur durch den Abruf"),
        "fetched": _tr("%number · %amount, durch den Abruf"),
        "delivered": _tr("%number · %amount"),
    }


def _clock() -> dict[str, str]:
    return {
        "not_measured": _tr("noch nicht mit Stripe verglichen"),
        "behind": _tr("geht %seconds nach: bitte stellen"),
        "ahead": _tr("geht %seconds vor: bitte stellen"),
        "must_be_wrong": _tr("Zustellungen kommen zur falschen Zeit"),
        "right": _tr("Abweichung %seconds"),
    }


def _catch_up() -> dict[str, str]:
    return {
        "no_key": _tr("der Secret Key fehlt"),
        "fails": _tr("Stripe ist nicht zu erreichen, zuletzt %when"),
        "not_yet": _tr("noch nicht gelungen"),
        "late": _tr("überfällig, zuletzt %when"),
        "runs": _tr("alle %seconds, zuletzt %when"),
        "step_fails": _tr("%step: %trouble (seit %when)"),
    }


_SENTENCES: dict[PointId, Callable[[], dict[str, str]]] = {
    PointId.LIVE_KEYS: _live_keys,
    PointId.ENDPOINT: _endpoint,
    PointId.EVENTS: _events,
    PointId.SECRET: _secret,
    PointId.ADDRESS: _address,
    PointId.ANSWERS: _answers,
    PointId.NOTICES: _notices,
    PointId.PAYMENT: _payment,
    PointId.CLOCK: _clock,
    PointId.CATCH_UP: _catch_up,
}
