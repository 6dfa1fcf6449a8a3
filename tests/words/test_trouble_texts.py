"""The words of the recognised troubles: a sentence, an action, and a clock in plain numbers."""

import pytest

from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind
from workmate_desktop.words.trouble_texts import clock_words, trouble_sentence


@pytest.mark.parametrize("kind", TroubleKind)
def test_every_trouble_has_a_sentence_and_one_action(kind: TroubleKind) -> None:
    sentence, action = trouble_sentence(Trouble(kind))
    assert sentence.endswith(".") and "%1" not in sentence
    assert action.endswith(".") or kind is TroubleKind.STRANGERS_REFUSED


def test_no_two_troubles_share_a_sentence() -> None:
    sentences = [trouble_sentence(Trouble(kind)).sentence for kind in TroubleKind]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (12, "geht 12 min vor."),
        (-10, "geht 10 min nach."),
        (180, "geht 3 Stunden vor."),
        (-2880, "geht 2 Tage nach."),
        (None, "geht falsch."),
    ],
)
def test_g1_how_wrong_the_clock_is(minutes: int | None, words: str) -> None:
    assert clock_words(minutes) == f"Die Uhr dieses PCs {words}"


def test_g12_what_mends_a_disabled_webhook_is_a_button_of_this_program() -> None:
    action = trouble_sentence(Trouble(TroubleKind.ENDPOINT_DISABLED)).action
    assert "„Webhook einschalten“" in action and "Dashboard" not in action
