"""The office's own form of a number, found in what somebody wrote."""

import pytest

from workmate_desktop.domain.invoices.numbers import FormatProblem, NumberFormat, format_problem


@pytest.mark.parametrize(
    ("form", "text", "found"),
    [
        ("{JJ}-{NNN}", "Rechnung 26-318, danke", ["26-318"]),
        ("{JJ}-{NNN}", "26-0318", ["26-318"]),
        ("{JJ}-{NNN}", "am 26-3-2026 bestellt", []),
        ("{JJ}-{NNN}", "Tel. 030/26-318-4", []),
        ("{JJ}-{NNN}", "26318 und 26/318", []),
        ("WM{JJ}/{NNN}", "wm 26-318 und WM26/007", ["WM26/318", "WM26/007"]),
        ("R{JJJJ}.{NNNN}", "R2026.0113 R2026 114", ["R2026.0113", "R2026.0114"]),
        ("R{JJJJ}.{NNNN}", "AR2026.0113", []),
        ("Rechnung {NNNN}", "rechnung 12", ["Rechnung 0012"]),
        ("{NNNNN}", "10234", []),
    ],
)
def test_numbers_of_the_offices_own_format_in_a_text(
    form: str, text: str, found: list[str]
) -> None:
    assert NumberFormat(form).numbers_in(text) == found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("RE-{JJJJ}-{NNNN}", None),
        ("{N}", None),
        ("RE-{NNNN}" + "x" * 31, None),  # 40 in all
        ("RE-{NNNN}" + "x" * 32, FormatProblem.TOO_LONG),
        ("", FormatProblem.EMPTY),
        ("RE-{JJJJ}", FormatProblem.NO_RUNNING),
        ("RE", FormatProblem.NO_RUNNING),
        ("{NN}-{NN}", FormatProblem.TWICE),
        ("{JJ}{JJJJ}-{NN}", FormatProblem.TWICE),
        ("{MM}-{NN}", FormatProblem.UNKNOWN_PLACEHOLDER),
        ("{NN", FormatProblem.UNKNOWN_PLACEHOLDER),
        ("{NN}}", FormatProblem.UNKNOWN_PLACEHOLDER),
        ("{NNNNNNNNNN}", FormatProblem.UNKNOWN_PLACEHOLDER),
        ("Nr. \u20ac{NN}", FormatProblem.LETTERS),
        ("Test-{NN}", FormatProblem.LIKE_A_TEST),
        ("RE-Test-{NN}", None),
    ],
)
def test_mc5_what_is_a_format(text: str, problem: FormatProblem | None) -> None:
    assert format_problem(text) is problem
