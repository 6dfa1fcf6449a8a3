"""How quick the answers of this run were."""

from datetime import UTC, datetime, timedelta

from workmate_desktop.domain.reception import answers
from workmate_desktop.domain.reception.answers import Answers
from workmate_desktop.domain.reception.evidence import AnswerTimes

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_the_first_answer_of_an_event_stays() -> None:
    made = Answers()
    assert made.of("evt_1") is None and made.latest() is None
    made.note("evt_1", 3.12, NOON)
    made.note("evt_1", 9000.0, NOON + timedelta(hours=1))
    assert made.of("evt_1") == 3.12
    assert made.latest() == AnswerTimes(1, 3.12, NOON)


def test_only_the_newest_answers_tell_how_quick_it_is() -> None:
    made = Answers()
    for second in range(25):
        made.note(f"evt_{second}", 9000.0 if second < 5 else 4.0, NOON + timedelta(seconds=second))
    assert made.latest() == AnswerTimes(20, 4.0, NOON + timedelta(seconds=24))
    made.note("evt_slow", 6000.0, NOON)
    assert made.latest() == AnswerTimes(20, 6000.0, NOON)


def test_the_oldest_are_forgotten() -> None:
    made = Answers()
    for number in range(answers.MOST + 2):
        made.note(f"evt_{number}", 1.0, NOON)
    kept = [number for number in range(answers.MOST + 2) if made.of(f"evt_{number}") is not None]
    assert kept == list(range(2, answers.MOST + 2))
