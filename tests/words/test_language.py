"""Whose language is spoken where, and that every sentence can be put into another one."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.words.catalogues import begin, catalogues, read_program, sentences, update
from workmate_desktop.words.caught_up import counts_words
from workmate_desktop.words.customer_texts import CustomerTexts, customer
from workmate_desktop.words.decline_reasons import decline_reason
from workmate_desktop.words.language import DOMAIN, Language, _, fill, p_, speak

IMPORT = "from workmate_desktop.words.language import _, n_, p_\n"


@pytest.fixture
def locale(tmp_path: Path) -> Iterator[Path]:
    """Folder of two made-up catalogues; German is spoken again afterwards."""
    words: dict[str, list[tuple[str | tuple[str, str], str | tuple[str, str], str | None]]] = {
        "en": [
            ("Guten Tag,", "Hello,", None),
            ("Rechnung %1: bequem online bezahlen", "Pay invoice %1 online", None),
            ("Bitte zahlen Sie bis zum %1.", "Please pay by %1.", None),
        ],
        "fr": [
            ("Guten Tag,", "Bonjour,", None),
            (("%1 Zahlung", "%1 Zahlungen"), ("%1 paiement", "%1 paiements"), None),
            ("Offen", "Ouvertes", "chip"),
            ("%1 von %2", "de %2, %1", None),
            ("Die PIN ist falsch. Der Kunde soll es erneut versuchen.", "Mauvais PIN.", None),
        ],
    }
    for code, entries in words.items():
        made = Catalog(locale=code)
        for german, said, context in entries:
            made.add(german, said, context=context)
        folder = tmp_path / code / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / f"{DOMAIN}.mo").open("wb") as file:
            write_mo(file, made)
    yield tmp_path
    speak(Language())


def test_window_and_customer_are_each_spoken_to_in_their_own_language(locale: Path) -> None:
    speak(Language("fr", locale))
    subject, body = CustomerTexts(Language("en", locale)).mail(
        number="RE-1", amount_minor=119000, currency="eur", url="u", due=date(2026, 12, 4)
    )
    assert (_("Guten Tag,"), subject) == ("Bonjour,", "Pay invoice RE-1 online")
    assert body.startswith("Hello,") and "€1,190.00" in body
    assert "Please pay by Dec 4, 2026." in body
    _subject, german = customer("de").mail(
        number="RE-1", amount_minor=119000, currency="eur", url="u", due=date(2026, 12, 4)
    )
    assert german.startswith("Guten Tag,") and "1.190,00\u00a0€" in german
    assert "Bitte zahlen Sie bis zum 04.12.2026. Der Link" in german


def test_plurals_contexts_blanks_and_tables_follow_the_language(locale: Path) -> None:
    speak(Language("fr", locale))
    assert counts_words(0, 0, 0) == "nichts Neues"  # not in the catalogue: German
    assert (counts_words(1, 0, 0), counts_words(2, 0, 0)) == ("1 paiement", "2 paiements")
    assert (p_("chip", "Offen"), _("Offen")) == ("Ouvertes", "Offen")
    assert fill(_("%1 von %2"), "3", "%1") == "de %1, 3"
    assert decline_reason("incorrect_pin") == "Mauvais PIN."


def test_a_language_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Language("en", tmp_path)


def test_every_sentence_of_the_program_can_be_read() -> None:
    source, problems = read_program()
    assert problems == []
    assert len(source) > 1000


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def f(a): return _(f'Hallo {a}')", "not the words"),
        ("def f(a): return _(a)", "not the words"),
        ("def f(a): return n_('Brief', a, 1)", "not the words"),
        ("def f(a): return p_(a, 'Offen')", "not the words"),
        ("def f(a): return f'{_(a)}'", "not the words"),
        ("def f(a): return a._('eins' + a)", "not the words"),
        ("TITLE = _('Brief')", "before the language"),
        ("def f(a):\n    for _ in a: pass", "is a variable"),
    ],
)
def test_what_cannot_be_read_is_found(code: str, words: str) -> None:
    found = [what for _line, what in sentences(IMPORT + code) if isinstance(what, str)]
    assert len(found) == 1 and words in found[0]


def test_a_catalogue_is_brought_up_to_date_and_says_what_it_lacks(tmp_path: Path) -> None:
    folder = begin(tmp_path, "en")
    assert catalogues(tmp_path) == [folder]
    first, then = Catalog(), Catalog()
    for german in ("Alt", "Bleibt %1"):
        first.add(german)
    assert update(folder, first) == ["en: missing: Alt", "en: missing: Bleibt %1"]
    path = folder / f"{DOMAIN}.po"
    text = path.read_text(encoding="utf-8")
    text = text.replace('msgid "Alt"\nmsgstr ""', 'msgid "Alt"\nmsgstr "Old"')
    text = text.replace('msgid "Bleibt %1"\nmsgstr ""', 'msgid "Bleibt %1"\nmsgstr "Stays"')
    path.write_text(text, encoding="utf-8")
    then.add("Bleibt %1")
    assert update(folder, then) == ["en: stale: Alt", "en: other blanks: Bleibt %1"]
    path.write_text(path.read_text(encoding="utf-8").replace('"Stays"', '"%1 stays"'), "utf-8")
    with path.open("rb") as file:
        assert read_po(file)["Bleibt %1"].string == "%1 stays"
    update(folder, then)
    assert Language("en", tmp_path)._("Bleibt %1") == "%1 stays"
