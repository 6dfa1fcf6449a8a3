"""Resources are found, complete, and readable without Qt."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import PACKAGE
from workmate_desktop.ui.kit import assets
from workmate_desktop.words import resources
from workmate_desktop.words.decline_reasons import DeclineReasons


def test_every_icon_and_font_is_there() -> None:
    assert len(assets.font_paths()) == 5
    for name in ("search", "plus", "copy", "check", "x", "inbox"):
        assert "currentColor" in assets.icon_path(name).read_text(encoding="utf-8")


def test_a_missing_resource_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="no-such"):
        resources.resource_path("icons/no-such.svg")


def test_reading_decline_reasons_needs_no_qt() -> None:
    program = (
        "import sys; from workmate_desktop.words.decline_reasons import decline_reason;"
        "print(decline_reason('insufficient_funds'));"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Deckung" in done.stdout


@pytest.fixture
def reasons(tmp_path: Path) -> DeclineReasons:
    table = {
        "decline_codes": {"insufficient_funds": {"de": "Keine Deckung.", "en": "No funds"}},
        "error_codes": {
            "card_declined": {"de": "Abgelehnt.", "en": "Declined"},
            "expired_card": {"de": "Abgelaufen.", "en": "Expired"},
        },
        "unknown": {"de": "Unbekannt: {code}.", "en": "Unknown: {code}"},
        "none": {"de": "Kein Grund.", "en": "No reason"},
    }
    path = tmp_path / "codes.json"
    path.write_text(json.dumps(table), encoding="utf-8")
    return DeclineReasons.load(path)


@pytest.mark.parametrize(
    ("decline", "failure", "german"),
    [
        ("insufficient_funds", "card_declined", "Keine Deckung."),
        (None, "expired_card", "Abgelaufen."),
        ("brand_new", "card_declined", "Unbekannt: brand_new."),
        (None, "brand_new", "Unbekannt: brand_new."),
        (None, None, "Kein Grund."),
        ("", "", "Kein Grund."),
    ],
)
def test_the_most_telling_reason_wins(
    reasons: DeclineReasons, decline: str | None, failure: str | None, german: str
) -> None:
    assert reasons.german(decline, failure) == german


def test_log_lines_are_english(reasons: DeclineReasons) -> None:
    assert reasons.english("insufficient_funds", None) == "No funds"


def test_every_name_in_the_style_sheet_is_a_colour() -> None:
    from dataclasses import fields

    from workmate_desktop.ui.kit.colors import Colors

    text = resources.resource_path("style.qss").read_text(encoding="utf-8")
    known = {field.name for field in fields(Colors)} | {"signs", "mono"}
    assert set(re.findall(r"\$([a-z_]+)", text)) <= known


def test_an_installed_wheel_finds_its_resources(tmp_path: Path) -> None:
    """In a wheel `resources` lies inside the package, in a checkout beside it."""
    package = tmp_path / "workmate_desktop"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(resources.resource_path("style.qss").parent, package / "resources")
    program = "from workmate_desktop.ui.kit.assets import icon_path; print(icon_path('search'))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert Path(done.stdout.strip()) == package / "resources" / "icons" / "search.svg", done.stderr
