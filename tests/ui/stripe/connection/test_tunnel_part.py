"""The lower half of Empfang: a tunnel that does not come up names what is offered beside it."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from workmate_desktop.domain.connection.tunnel import TunnelState, TunnelStatus
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.ui.kit.cards import KeyValueRows
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.connection.tunnel_part import TunnelPart
from workmate_desktop.words import tunnel_texts

BLOCKED = TunnelState(TunnelStatus.RETRYING, code="tunnel_download_blocked")


@pytest.fixture
def part(theme: Theme, qtbot: QtBot) -> TunnelPart:
    rows = KeyValueRows()
    qtbot.addWidget(rows)
    made = TunnelPart(theme, rows)
    for button in (made.switch, made.settings, made.arrange, made.program, made.trouble):
        qtbot.addWidget(button)
    return made


def test_the_program_is_chosen_where_the_sentence_says_so(part: TunnelPart, qtbot: QtBot) -> None:
    part.show_state(AddressState(BLOCKED), can_change=True, can_arrange=True)
    assert "Programm wählen …" in part.trouble.full_text()
    assert not part.program.isHidden()
    with qtbot.waitSignal(part.program_wanted):
        qtbot.mouseClick(part.program, Qt.MouseButton.LeftButton)


def test_it_is_not_offered_where_it_would_not_help(part: TunnelPart) -> None:
    for state in (
        TunnelState(TunnelStatus.OFF),
        TunnelState(TunnelStatus.RETRYING, code="tunnel_no_net"),
        TunnelState(TunnelStatus.ONLINE, "https://x.ngrok.app", "tunnel_agent_old"),
    ):
        part.show_state(AddressState(state), can_change=True, can_arrange=True)
        assert part.program.isHidden()


def test_a_tunnel_that_never_was_up_is_not_interrupted() -> None:
    words = tunnel_texts.tunnel_state_words(BLOCKED)
    assert words == "getrennt, neuer Versuch läuft"
