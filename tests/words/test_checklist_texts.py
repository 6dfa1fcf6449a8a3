"""The words of the checklist: every reason has its sentence, and none shows a gap."""

import ast
import inspect
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.services.reception.checklist_facts import ALL_WELL, EARLIER, POLLING
from workmate_desktop.domain.reception.checklist import Point, PointId, PointState, Remedy
from workmate_desktop.services.reception import checklist as service
from workmate_desktop.services.reception.checklist import checklist
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts
from workmate_desktop.words import checklist_texts
from workmate_desktop.words.checklist_texts import (
    evidence_words,
    progress_words,
    remedy_words,
    title,
)

NOW = EARLIER + timedelta(minutes=3)


def _local(moment: datetime) -> datetime:
    return moment


def words(point: Point) -> str:
    return evidence_words(point, NOW, _local).replace("\u00a0", " ")


def _reasons() -> set[str]:
    """Every word in the service that is a reason: the texts beside a state."""
    strings = {
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(service)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in strings if re.fullmatch(r"[a-z]+(_[a-z]+)*", text)}


def test_every_reason_that_the_service_knows_has_a_sentence() -> None:
    known = set(checklist_texts._common())
    for table in checklist_texts._SENTENCES.values():
        known |= set(table())
    not_reasons = {
        "account", "url", "types", "key", "count", "slowest_ms", "milliseconds", "livemode",
        "number", "amount_minor", "currency", "seconds", "secret_mismatch", "acct_",
    }  # fmt: skip
    assert _reasons() - not_reasons <= known


@pytest.mark.parametrize(
    "facts",
    [ALL_WELL, POLLING, replace(ALL_WELL, account=None)],
    ids=["tunnel", "polling", "never tested"],
)
def test_no_placeholder_is_left_and_no_secret_shown(facts: ChecklistFacts) -> None:
    for point in checklist(facts):
        text = words(point)
        assert text and "%" not in text, text
        assert "1234" not in text


def test_what_the_evidence_says() -> None:
    shown = {point.id: words(point) for point in checklist(ALL_WELL)}
    assert shown[PointId.LIVE_KEYS] == "Livebetrieb · KIT Solutions"
    assert shown[PointId.ENDPOINT] == "aktiv · office.ngrok-free.dev · heute 11:00"
    assert shown[PointId.ANSWERS] == "längste von 3: 6 ms · heute 10:57"
    assert shown[PointId.PAYMENT] == "RE-2026-0118 · 1.190,00 € · heute 10:57"
    assert shown[PointId.CATCH_UP] == "alle 10 min, zuletzt heute 10:57"
    polled = {point.id: words(point) for point in checklist(POLLING)}
    assert polled[PointId.ADDRESS] == "nicht nötig: Stripe wird alle 30 s gefragt"


def test_a_reason_without_words_is_named() -> None:
    assert words(Point(PointId.CLOCK, PointState.WRONG, "odd")) == "gestört (odd)"


def test_titles_and_buttons() -> None:
    test = Point(PointId.PAYMENT, PointState.OPEN, "none", values={"livemode": False})
    live = Point(PointId.PAYMENT, PointState.OPEN, "none", values={"livemode": True})
    assert title(test).startswith("Testzahlung")
    assert title(live).startswith("Echte Zahlung")
    assert all(title(Point(id_, PointState.DONE, "")) for id_ in PointId)
    assert len({remedy_words(remedy) for remedy in Remedy}) == len(Remedy)


def test_the_progress() -> None:
    points = checklist(ALL_WELL)
    assert progress_words(points) == "Alle 10 Punkte sind erledigt."
    one = Point(PointId.CLOCK, PointState.UNKNOWN, "not_measured")
    assert progress_words((*points[:9], one)) == "9 von 10 Punkten erledigt"


def test_me8_what_nobody_needs_is_counted_apart() -> None:
    points = checklist(POLLING)
    assert progress_words(points) == "Alle 5 Punkte sind erledigt · 5 nicht nötig"
    open_ = Point(PointId.CATCH_UP, PointState.OPEN, "no_key")
    assert progress_words((*points[:9], open_)) == "4 von 5 Punkten erledigt · 5 nicht nötig"
