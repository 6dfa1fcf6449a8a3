"""One normalising of text, for everything that stores, searches and compares."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.domain.text import (
    BLANKS,
    DASHES,
    UNSEEN,
    comparable,
    one_line,
    simplified,
    tidied,
)

APART = unicodedata.normalize("NFD", "Bäckerei Müller, Straße 5, Łódź")
_TEXT = st.text(
    st.one_of(
        st.sampled_from([*DASHES, *BLANKS, *UNSEEN, *"aäßAÄ -\n\u0308\u0301\u2028ﬁﬄΣİ"]),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        (APART, "Bäckerei Müller, Straße 5, Łódź"),
        ("Meyer\u2011Lüdenscheid", "Meyer-Lüdenscheid"),
        ("Müller\u00a0GmbH\u202f&\u2009Co.\u00a0KG", "Müller GmbH & Co. KG"),
        ("Donau\u00addampf\u200bschiff\ufeff", "Donaudampfschiff"),
        ("O\ufb03ce Geﬂügel", "Office Geflügel"),
        ("Mo–Fr, −18 °C — sofort", "Mo–Fr, −18 °C — sofort"),
        ("Zeile 1\u2028Zeile 2\nZeile 3\tEnde", "Zeile 1\nZeile 2\nZeile 3\tEnde"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("plain  ASCII\n", "plain  ASCII\n"),
    ],
)
def test_me3_what_is_stored(given_text: str, stored: str) -> None:
    assert tidied(given_text) == stored


@pytest.mark.parametrize("dash", DASHES)
def test_me3_every_dash_is_the_one_on_the_keyboard(dash: str) -> None:
    assert simplified(f"RE{dash}2026{dash}0113") == "RE-2026-0113"


@pytest.mark.parametrize("blank", BLANKS)
def test_me3_every_blank_is_one(blank: str) -> None:
    assert simplified(f"{blank}Müller{blank}{blank}GmbH\n") == "Müller GmbH"


@pytest.mark.parametrize("unseen", UNSEEN)
def test_me3_what_nobody_sees_is_not_compared(unseen: str) -> None:
    assert comparable(f"{unseen}Mül{unseen}ler") == comparable("müller")


@given(_TEXT)
def test_me3_done_twice_it_changes_nothing(text: str) -> None:
    for normalise in (tidied, simplified, comparable):
        once = normalise(text)
        assert normalise(once) == once


@given(_TEXT)
def test_me3_all_forms_of_a_text_become_one(text: str) -> None:
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, text)
        assert tidied(other) == tidied(text)
        assert comparable(other) == comparable(text)


@pytest.mark.parametrize("typed", ["", "  \n", "\u200b", "\ufeff\u00ad", "\u00a0\u2009"])
def test_me3_what_shows_nothing_is_nothing(typed: str) -> None:
    assert one_line(typed) == ""


def test_me3_one_line_keeps_what_was_chosen() -> None:
    assert one_line("  Mo–Fr\n\u00a0Mu\u0308ller ") == "Mo–Fr Müller"
