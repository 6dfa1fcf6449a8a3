"""The German words of the production checklist: title, evidence and button of each point. No Qt:
`doctor` prints the same.
"""

from collections.abc import Callable
from datetime import datetime

from workmate_desktop.domain.reception.checklist import Point, PointId, PointState, Remedy
from workmate_desktop.domain.steps import StepName
from workmate_desktop.words import step_texts
from workmate_desktop.words.language import _
from workmate_desktop.words.money_text import NBSP, money
from workmate_desktop.words.time_text import day_time

Local = Callable[[datetime], datetime]
"""UTC → the time of the office."""


def title(point: Point) -> str:
    """What has to be so."""
    if point.id is PointId.PAYMENT and not point.values.get("livemode"):
        return _("Testzahlung empfangen und verbucht")
    return {
        PointId.LIVE_KEYS: _("Live-Schlüssel eingetragen"),
        PointId.ENDPOINT: _("Webhook bei Stripe eingerichtet"),
        PointId.EVENTS: _("Die richtigen Ereignisse abonniert"),
        PointId.SECRET: _("Webhook Secret hinterlegt und richtig"),
        PointId.ADDRESS: _("Adresse ist von außen erreichbar"),
        PointId.ANSWERS: _("Antwort in weniger als 5 Sekunden"),
        PointId.NOTICES: _("Fehlgeschlagene Zahlungen werden gemeldet"),
        PointId.PAYMENT: _("Echte Zahlung empfangen und verbucht"),
        PointId.CLOCK: _("Uhr dieses PCs geht richtig"),
        PointId.CATCH_UP: _("Verpasste Ereignisse werden nachgeholt"),
    }[point.id]


def state_word(state: PointState) -> str:
    """The state in one word, for screen readers and doctor."""
    return {
        PointState.DONE: _("erledigt"),
        PointState.OPEN: _("offen"),
        PointState.WRONG: _("gestört"),
        PointState.UNKNOWN: _("noch nicht bekannt"),
        PointState.NOT_NEEDED: _("nicht nötig"),
    }[state]


def remedy_words(remedy: Remedy) -> str:
    """The button, short enough to stand beside the evidence."""
    return {
        Remedy.CONFIGURE: _("Schlüssel eintragen"),
        Remedy.ENTER_SECRET: _("Secret eintragen"),
        Remedy.CONNECT: _("Tunnel verbinden"),
        Remedy.TUNNEL_SETTINGS: _("Tunnel einrichten"),
        Remedy.ARRANGE: _("Einrichten"),
        Remedy.ENABLE: _("Einschalten"),
        Remedy.SELF_TEST: _("Prüfen"),
        Remedy.FETCH: _("Nachholen"),
        Remedy.MEASURE: _("Neu messen"),
        Remedy.RESTART: _("Neu starten"),
        Remedy.MAIL: _("E-Mail prüfen"),
        Remedy.INVOICES: _("Rechnungen"),
    }[remedy]


def progress_words(points: tuple[Point, ...]) -> str:
    """How far it is: "4 von 5 Punkten erledigt · 5 nicht nötig"."""
    done = sum(point.state is PointState.DONE for point in points)
    spared = sum(point.state is PointState.NOT_NEEDED for point in points)
    needed = len(points) - spared
    if done == needed:
        words = _("Alle %1 Punkte sind erledigt.").replace("%1", str(done))
    else:
        words = _("%1 von %2 Punkten erledigt").replace("%1", str(done))
        words = words.replace("%2", str(needed))
    if not spared:
        return words
    also = _("%1 nicht nötig").replace("%1", str(spared))
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
    sentence = sentence.replace("%when", when or _("noch nie"))
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
    words["number"] = str(values.get("number") or _("ohne Rechnung"))
    words["url"] = str(values.get("url", "")).removeprefix("https://").partition("/")[0]
    words["types"] = _type_words(words.get("types", ""))
    if values.get("step") in set(StepName):
        words["step"] = step_texts.step_name(StepName(str(values["step"])))
        words["trouble"] = step_texts.short_trouble(words.get("trouble"), words.get("right"))
    return words


def _type_words(types: str) -> str:
    """The two of the guide in German; the others come with some payments only."""
    known = {
        "payment_intent.succeeded": _("erfolgreich"),
        "payment_intent.payment_failed": _("fehlgeschlagen"),
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
        "polling": _("nicht nötig: Stripe wird alle 30 s gefragt"),
        "polling_fails": _("der Abruf bei Stripe gelingt noch nicht"),
        "never_here": _("im Beispiel nicht"),
        "not_running": _("das Programm läuft nicht"),
        "not_asked": _("das laufende Programm weiß es"),
        "no_way": _("weder Tunnel noch Abruf"),
        "delivered": _("Stripe stellt zu"),
        "no_listener": _("der Empfang läuft nicht"),
        "waits_for_tunnel": _("wartet auf den Tunnel"),
        "arranging": _("wird eingerichtet …"),
        "not_arranged": _("noch nicht eingerichtet"),
        "unreadable": _("die Schlüssel sind nicht lesbar"),
    }


def _live_keys() -> dict[str, str]:
    return {
        "key_wrong_key": _("Stripe kennt den Secret Key nicht"),
        "key_revoked": _("der Secret Key ist abgelaufen oder widerrufen"),
        "key_no_right": _("dem Secret Key fehlt ein Recht"),
        "no_keys": _("noch keine Schlüssel"),
        "no_secret_key": _("der Secret Key fehlt"),
        "no_publishable_key": _("der Publishable Key fehlt"),
        "two_accounts": _("die Schlüssel gehören zu zwei Konten"),
        "test_mode": _("noch im Testmodus"),
        "not_tested": _("noch nicht mit Stripe verbunden"),
        "live": _("Livebetrieb · %account"),
        "live_unnamed": _("Livebetrieb"),
    }


def _endpoint() -> dict[str, str]:
    return {
        "disabled": _("von Stripe abgeschaltet"),
        "other_address": _("zeigt auf eine andere Adresse"),
        "arranged": _("aktiv · %url"),
    }


def _events() -> dict[str, str]:
    return {
        "other_events": _("bei Stripe sind andere ausgewählt"),
        "subscribed": _("alle %count ausgewählt"),
        "seen": _("Eine erfolgreiche und eine fehlgeschlagene Zahlung sind angekommen"),
        "seen_some": _("bisher nur: Zahlung %types"),
    }


def _secret() -> dict[str, str]:
    return {
        "mismatch": _("passt nicht: Nachrichten werden abgelehnt"),
        "unknown_secret": _("das Secret des Endpunkts ist hier unbekannt"),
        "missing": _("fehlt noch"),
        "verified": _("%key · Signatur stimmt"),
        "no_delivery": _("%key · noch keine Nachricht"),
    }


def _address() -> dict[str, str]:
    return {
        "tunnel_starting": _("der Tunnel wird verbunden …"),
        "tunnel_failed": _("der Tunnel steht nicht"),
        "tunnel_retrying": _("der Tunnel ist getrennt"),
        "tunnel_disturbed": _("der Tunnel ist gestört"),
        "test_failed": _("das Testereignis kam nicht an"),
        "tested": _("geprüft %when · %milliseconds"),
        "deliveries_missing": _("Nachrichten bleiben aus"),
        "quota_used_up": _("das Kontingent bei ngrok ist verbraucht"),
        "not_tested": _("noch nicht geprüft"),
    }


def _answers() -> dict[str, str]:
    return {
        "quick": _("längste von %count: %slowest_ms"),
        "slow": _("zu langsam: %slowest_ms"),
        "tested": _("Testereignis: %slowest_ms"),
        "not_measured": _("seit dem Start noch nichts beantwortet"),
        "not_seen": _("nur im laufenden Programm zu sehen"),
    }


def _notices() -> dict[str, str]:
    return {
        "untold": _("%count ohne Meldung: bitte den Support fragen"),
        "window": _("im Protokoll, zuletzt %when"),
        "no_failure": _("im Protokoll · bisher keiner"),
        "no_failure_mail": _("Protokoll und E-Mail · bisher keiner"),
        "mail_waits": _("E-Mail geht nicht hinaus"),
        "mail": _("Protokoll und E-Mail, zuletzt %when"),
    }


def _payment() -> dict[str, str]:
    return {
        "none": _("noch keine"),
        "only_simulated": _("bisher nur simuliert"),
        "only_fetched": _("%number kam nur durch den Abruf"),
        "fetched": _("%number · %amount, durch den Abruf"),
        "delivered": _("%number · %amount"),
    }


def _clock() -> dict[str, str]:
    return {
        "not_measured": _("noch nicht mit Stripe verglichen"),
        "behind": _("geht %seconds nach: bitte die Uhr stellen"),
        "ahead": _("geht %seconds vor: bitte die Uhr stellen"),
        "must_be_wrong": _("Nachrichten kommen zur falschen Zeit"),
        "right": _("Abweichung %seconds"),
    }


def _catch_up() -> dict[str, str]:
    return {
        "no_key": _("der Secret Key fehlt"),
        "fails": _("Stripe ist nicht zu erreichen, zuletzt %when"),
        "not_yet": _("noch nicht gelungen"),
        "late": _("überfällig, zuletzt %when"),
        "runs": _("alle %seconds, zuletzt %when"),
        "step_fails": _("%step: %trouble (seit %when)"),
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
