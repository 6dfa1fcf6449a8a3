"""VAT ids: normalised, and checked by the rules of their country (MONEY C6)."""

import subprocess
import sys

import pytest

from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.vat_ids import EXAMPLES, tidy_vat_id
from workmate_desktop.words.vat_check import VatProblem, read_vat_id

FORM, DIGIT = VatProblem.FORM, VatProblem.CHECK_DIGIT


@pytest.mark.parametrize("country", EXAMPLES)
def test_mc6_every_example_is_right_and_one_digit_off_is_not(country: str) -> None:
    example = EXAMPLES[country]
    kept = tidy_vat_id(example)
    assert read_vat_id(example, country) == (kept, country, None)
    assert read_vat_id(example.lower(), "DE") == (kept, country, None)
    place = max(i for i, letter in enumerate(kept) if letter.isdigit())
    others = [kept[:place] + digit + kept[place + 1 :] for digit in "0123456789"]
    assert any(read_vat_id(one, country)[2] is not None for one in others), "no digit is checked"


@pytest.mark.parametrize(
    ("typed", "country", "kept", "problem"),
    [
        ("CHE-107.787.577 MWST", "CH", "CHE107787577MWST", None),
        ("che 107 787 577", "CH", "CHE107787577", None),
        ("CHE-107.787.577 TVA", "DE", "CHE107787577TVA", None),
        ("107.787.577", "CH", "CHE107787577", None),
        ("CHE-107.787.578", "CH", "CHE107787578", DIGIT),
        ("CHE-107.787", "CH", "CHE107787", FORM),
        ("CH107787577", "CH", "CH107787577", FORM),
        ("de 136\u00a0695\u202f976", "DE", "DE136695976", None),
        ("DE\u2013136\u2011695.976", "DE", "DE136695976", None),
        ("\uff24\uff25136695976", "DE", "DE136695976", None),  # wide letters
        ("136695976", "DE", "DE136695976", None),
        ("U13585627", "AT", "ATU13585627", None),
        ("ATU 1358 5627", "DE", "ATU13585627", None),
        ("136695975", "DE", "136695975", DIGIT),
        ("DE123456789", "DE", "DE123456789", DIGIT),
        ("DE12", "DE", "DE12", FORM),
        ("GR094259216", "GR", "EL094259216", None),
        ("094259216", "GR", "EL094259216", None),
        ("NL 0044.95.445.B.01", "NL", "NL004495445B01", None),
        ("XI980780684", "GB", "XI980780684", None),
        ("IE6433435OA", "IE", "IE6433435OA", None),
        ("12-3456789", "US", "123456789", None),
        ("", "DE", "", None),
        (" .- ", "CH", "", None),
        ("keine", "US", "KEINE", FORM),
        ("DE<b>1</b>", "DE", "DE<B>1<B>", FORM),
    ],
)
def test_mc6_as_it_is_typed_and_kept(
    typed: str, country: str, kept: str, problem: VatProblem | None
) -> None:
    found, _, what = read_vat_id(typed, country)
    assert (found, what) == (kept, problem)
    # What is kept reads back as itself.
    assert read_vat_id(found, country)[0] == found


def test_mc6_the_rules_are_not_loaded_before_they_are_needed() -> None:
    script = (
        "import sys, workmate_desktop.ui.invoices.editor.customer_dialog as d\n"
        "assert d.read_vat_id('', 'DE')[0] == ''\n"
        "assert 'stdnum' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=PATIENCE)
