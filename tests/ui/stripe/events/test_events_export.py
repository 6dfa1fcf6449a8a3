"""The shown events as a CSV file."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.stripe.conftest import StripeDesk
from tests.ui.stripe.fakes import event
from workmate_desktop.domain.stripe.events import Outcome
from workmate_desktop.ui.stripe.events import events_pane

LEFT = Qt.MouseButton.LeftButton


def export(
    desk: StripeDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, path: Path | None
) -> None:
    monkeypatch.setattr(events_pane, "ask_for_file", lambda _parent, _clock: path)
    qtbot.mouseClick(desk.tab.events.export, LEFT)


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_all_shown_events_are_written_with_their_explanation(
    make_stripe_desk: Callable[..., StripeDesk],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    desk = make_stripe_desk()
    desk.record(*(event(n, minutes_ago=n) for n in range(300)))
    path = tmp_path / "ereignisse.csv"
    export(desk, qtbot, monkeypatch, path)
    qtbot.waitUntil(desk.tab.events.exported.isVisible)
    header, *rows = read(path)
    assert header[:4] == ["Zeit", "Ereignis", "Rechnung", "Betrag"]
    assert len(rows) == 300, "all pages, not only the loaded one"
    assert rows[0][2:5] == ["RE-2026-0118", "1.190,00\u00a0€", "Verbucht"]
    assert "300" in desk.tab.events.exported.text()


def test_j14_a_hostile_invoice_number_is_no_formula(
    make_stripe_desk: Callable[..., StripeDesk],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    desk = make_stripe_desk()
    desk.record(event(1, Outcome.NEEDS_REVIEW, label="=1+1"))
    path = tmp_path / "ereignisse.csv"
    export(desk, qtbot, monkeypatch, path)
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(desk.tab.events.exported.isVisible)
    assert read(path)[1][2] == "'=1+1"


def test_a_place_that_cannot_be_written_is_told(
    make_stripe_desk: Callable[..., StripeDesk],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    desk = make_stripe_desk()
    export(desk, qtbot, monkeypatch, tmp_path / "gibt es nicht" / "x.csv")
    qtbot.waitUntil(desk.tab.events.exported.isVisible)
    assert "anderen Ort" in desk.tab.events.exported.text()
    assert desk.tab.events.export.isEnabled()


def test_nothing_happens_when_nobody_wants_it(
    make_stripe_desk: Callable[..., StripeDesk], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_stripe_desk()
    export(desk, qtbot, monkeypatch, None)
    assert not desk.tab.events.exported.isVisible()


@pytest.mark.parametrize(("count", "words"), [(1, "1 Ereignis gesichert"), (2, "2 Ereignisse ")])
def test_how_many_were_saved(
    make_stripe_desk: Callable[..., StripeDesk],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    count: int,
    words: str,
) -> None:
    desk = make_stripe_desk()
    desk.record(*(event(n, minutes_ago=n) for n in range(count)))
    export(desk, qtbot, monkeypatch, tmp_path / "ereignisse.csv")
    qtbot.waitUntil(desk.tab.events.exported.isVisible)
    assert desk.tab.events.exported.text().startswith(words)
