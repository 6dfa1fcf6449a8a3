"""The German words of the Empfang: how it is, what Stripe was asked, what is in the way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.services.catch_up.catch_up import CatchUpProgress, CatchUpResult
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus
from workmate_desktop.words import formats
from workmate_desktop.words.caught_up import counts_words
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence, trouble_message
from workmate_desktop.words.tone import Tone
from workmate_desktop.words.trouble_texts import trouble_sentence

_ONLY_A_PERSON_HELPS = frozenset(
    {StripeRefusal.WRONG_KEY, StripeRefusal.REVOKED, StripeRefusal.NO_RIGHT}
)
_PASSES = frozenset(
    {
        StripeRefusal.NO_NET,
        StripeRefusal.TIMEOUT,
        StripeRefusal.RATE_LIMITED,
        StripeRefusal.STRIPE_DOWN,
        StripeRefusal.CANCELLED,
    }
)


@dataclass(frozen=True, slots=True)
class ReceptionWords:
    """How the Empfang is: words for the pill, a whole sentence start, why, and what to do."""

    tone: Tone
    short: str
    long: str
    trouble: str = ""


def reception_words(state: ReceptionState, *, configured: bool) -> ReceptionWords:
    """The Empfang in words. Without any keys it is simply off: nothing can come yet."""
    trouble = trouble_words(state.trouble) if state.trouble else ""
    if state.state is ReceptionStatus.READY:
        return ReceptionWords(Tone.GREEN, _("bereit"), _("Empfang bereit"), trouble)
    if state.state is ReceptionStatus.POLLING:
        return _polling_words(state, trouble)
    if state.state is ReceptionStatus.DISTURBED:
        return ReceptionWords(Tone.RED, _("gestört"), _("Empfang gestört"), trouble)
    if state.state is ReceptionStatus.OFF or not configured:
        return ReceptionWords(Tone.GREY, _("aus"), _("Empfang aus"), trouble)
    return ReceptionWords(
        Tone.RED,
        _("kein Webhook Secret"),
        _("Empfang ohne Webhook Secret"),
        trouble
        or _(
            "Ohne Webhook Secret wird jede Nachricht abgelehnt. Bitte unter Bearbeiten eintragen."
        ),
    )


def _polling_words(state: ReceptionState, trouble: str) -> ReceptionWords:
    """Stripe is asked every 30 s, or should be."""
    failed = state.catch_up.trouble if state.catch_up else None
    if failed is None:
        short = _("Abruf alle 30 s")
        return ReceptionWords(Tone.BLUE, short, short, trouble)
    tone = Tone.RED if needs_a_person(failed) else Tone.AMBER
    words = _("Abruf gestört")
    return ReceptionWords(tone, words, words, " ".join((fetch_trouble(failed), trouble)).strip())


# --- Abruf bei Stripe ----------------------------------------------------------------------


def needs_a_person(trouble: UserError) -> bool:
    """Whether the trouble with Stripe stays until somebody changes something."""
    return isinstance(trouble, StripeRefused) and trouble.kind in _ONLY_A_PERSON_HELPS


def fetch_trouble(trouble: UserError) -> str:
    """Why Stripe could not be asked, and what happens now."""
    sentence, action = error_sentence(trouble)
    if isinstance(trouble, StripeRefused) and trouble.kind in _PASSES:
        action = _("Das Programm fragt automatisch weiter nach und holt dann alles nach.")
    return " ".join(part for part in (sentence, action) if part)


def fetch_words(state: CatchUpState, now: datetime, local: Callable[[datetime], datetime]) -> str:
    """The last time that Stripe was asked, and what it brought: "heute 14:32 · 3 Zahlungen".

    `now` is the office's time; `local` turns UTC into it.
    """
    if state.completed_at is None or state.last is None:
        return _("noch nicht gelungen") if state.last else _("noch nicht")
    when = formats.day_time(local(state.completed_at), now)
    if not state.last.complete:
        return when
    last = state.last
    return f"{when} · {_counts(last)}"


def progress_words(progress: CatchUpProgress) -> str:
    """How far the run under way is."""
    if progress.seen == 1:
        return _("1 Ereignis gelesen …")
    return _("%1 Ereignisse gelesen …").replace("%1", str(progress.seen))


def result_words(result: CatchUpResult, *, after_absence: bool) -> str:
    """What a run brought, for a toast."""
    counts = _counts(result)
    if after_absence:
        return _("Während Ihrer Abwesenheit: %1").replace("%1", counts)
    return _("Nachgeholt: %1").replace("%1", counts)


def _counts(result: CatchUpResult) -> str:
    return counts_words(result.payments, result.failures, result.reviews, result.reversals)


def remark_words(
    payments: int, failures: int, reviews: int, reversals: int = 0, *, at_start: bool
) -> str:
    """The quiet remark at the right end of the status bar; empty when there is none."""
    if not payments + failures + reviews + reversals:
        return ""
    words = _("Nachgeholt beim Start: %1") if at_start else _("Zuletzt nachgeholt: %1")
    return words.replace("%1", counts_words(payments, failures, reviews, reversals))


# --- Störungen -----------------------------------------------------------------------------


def trouble_words(code: str) -> str:
    """Why the Empfang is disturbed, and what mends it."""
    own = {
        "port_unavailable": _(
            "Auf diesem PC ist kein Anschluss (Port) frei. Bitte das Programm neu starten."
        ),
    }
    if code in own:
        return own[code]
    if code in set(TroubleKind):
        return " ".join(part for part in trouble_sentence(Trouble(TroubleKind(code))) if part)
    message = trouble_message(code)
    if message is None:
        return _("Unbekannte Störung (%1).").replace("%1", code)
    return message.line


def refused_words(reason: str) -> str:
    """What a counter of refused deliveries counts. Reasons: gateways.stripe_webhook.Reason."""
    return {
        "missing": _("ohne Signatur"),
        "malformed": _("mit unlesbarer Signatur"),
        "not_utf8": _("mit unlesbarem Inhalt"),
        "wrong": _("mit falscher Signatur"),
        "too_old": _("zu alt"),
        "in_future": _("aus der Zukunft"),
    }.get(reason, reason)
