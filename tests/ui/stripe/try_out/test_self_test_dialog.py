"""The test event's dialog: legs ticked or named, a remedy, Abbrechen at once; and its words."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.fakes import NOW, FakeBridge
from tests.ui.stripe.fakes import FakeSelfTest, self_test_result
from workmate_desktop.domain.reception.self_test import Leg, LegResult, LegState, SelfTestResult
from workmate_desktop.gateways.tunnel.public_post import PostProblem
from workmate_desktop.services.reception import self_test as service
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.try_out.self_test_dialog import SelfTestDialog
from workmate_desktop.words import self_test_texts as texts


@pytest.fixture
def make(
    qtbot: QtBot, theme: Theme
) -> Callable[..., tuple[SelfTestDialog, FakeSelfTest, FakeBridge]]:
    """An open dialog that has sent; its fakes."""

    def make_dialog(
        fake: FakeSelfTest | None = None, *, hold: bool = False
    ) -> tuple[SelfTestDialog, FakeSelfTest, FakeBridge]:
        fake, bridge = fake or FakeSelfTest(), FakeBridge()
        bridge.hold = hold
        dialog = SelfTestDialog(theme, fake, bridge)
        bridge.setParent(dialog)
        qtbot.addWidget(dialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        dialog.open()
        dialog.send()
        return dialog, fake, bridge

    return make_dialog


def spoken(dialog: SelfTestDialog) -> list[str]:
    return [shown.name.accessibleName() for shown in dialog.legs.values()]


def test_all_legs_are_ticked_and_the_time_is_shown(
    make: Callable[..., tuple[SelfTestDialog, FakeSelfTest, FakeBridge]],
) -> None:
    dialog, _, _ = make()
    assert [words.endswith(": in Ordnung") for words in spoken(dialog)] == [True] * 6
    assert dialog.outcome.text() == "Das Testereignis kam in 128 ms zurück."
    assert not dialog.why.isVisible() and not dialog.remedy.isVisible()
    assert not dialog.running and dialog.close_button.text() == "S&chließen"


def test_a_failed_leg_is_named_with_its_remedy(
    make: Callable[..., tuple[SelfTestDialog, FakeSelfTest, FakeBridge]],
) -> None:
    dialog, _, _ = make(
        FakeSelfTest(self_test_result(Leg.LISTENER, "self_test_listener_unreachable"))
    )
    assert spoken(dialog)[3] == "Am Empfang angekommen: fehlgeschlagen"
    assert spoken(dialog)[4] == "Signatur geprüft: nur auf diesem PC geprüft"
    assert spoken(dialog)[5] == "Richtig beantwortet: nicht geprüft"
    assert dialog.outcome.text() == "Das Testereignis kam nicht zurück."
    assert "ERR_NGROK_8012" in dialog.why.text()
    assert dialog.remedy.isVisible() and "neu starten" in dialog.remedy.text()


def test_abbrechen_gives_up_at_once_and_a_late_answer_is_dropped(
    make: Callable[..., tuple[SelfTestDialog, FakeSelfTest, FakeBridge]],
) -> None:
    dialog, fake, bridge = make(hold=True)
    assert dialog.running and dialog.busy.isVisible() and not dialog.again.isEnabled()
    assert dialog.close_button.text() == "Ab&brechen"
    dialog.close_button.click()
    assert not dialog.isVisible() and not dialog.running
    bridge.run_waiting()
    assert fake.cancellations[0].is_set()
    assert dialog.outcome.text() == "Das Testereignis ist unterwegs …"


def test_closing_the_window_gives_up_too(
    make: Callable[..., tuple[SelfTestDialog, FakeSelfTest, FakeBridge]],
) -> None:
    dialog, fake, bridge = make(hold=True)
    dialog.close()
    bridge.run_waiting()
    assert fake.cancellations[0].is_set()


def test_it_can_be_sent_again(
    make: Callable[..., tuple[SelfTestDialog, FakeSelfTest, FakeBridge]],
) -> None:
    dialog, fake, _ = make(FakeSelfTest(self_test_result(Leg.SENT, "self_test_no_net")))
    fake.last = self_test_result()
    dialog.again.click()
    assert dialog.outcome.text() == "Das Testereignis kam in 128 ms zurück."
    assert len(fake.cancellations) == 2


def test_a_fault_of_the_program_is_told(
    make: Callable[..., tuple[SelfTestDialog, FakeSelfTest, FakeBridge]],
) -> None:
    dialog, _, _ = make(FakeSelfTest(fail_with=RuntimeError("bug")))
    assert dialog.why.text() == "Im Programm ist ein Fehler aufgetreten."
    assert dialog.again.isEnabled()


def codes() -> list[str]:
    """Every code that the service gives to a leg."""
    source = ast.parse(Path(service.__file__).read_text("utf-8"))
    found = {
        node.value
        for node in ast.walk(source)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("self_test_")
    }
    problems = {f"self_test_{problem}" for problem in PostProblem}
    return sorted((found | problems) - {"self_test_", "self_test_cancelled"})


def failed(code: str) -> SelfTestResult:
    return SelfTestResult(
        NOW, (LegResult(Leg.TUNNEL, LegState.FAILED, code),), status=418, ngrok_code="ERR_NGROK_9"
    )


def test_the_source_is_really_read() -> None:
    assert len(codes()) >= 20


@pytest.mark.parametrize("code", codes())
def test_every_code_has_its_own_sentence_and_a_remedy(code: str) -> None:
    sentence, remedy = texts.trouble_words(failed(code))
    assert sentence.endswith(".") and remedy.endswith(".")
    assert "%1" not in sentence + remedy and code not in sentence
    others = [texts.trouble_words(failed(other))[0] for other in codes() if other != code]
    assert sentence not in others


@pytest.mark.parametrize(
    ("milliseconds", "words"), [(0.2, "1 ms"), (128.4, "128 ms"), (2417.0, "2,4 s"), (None, "")]
)
def test_the_time(milliseconds: float | None, words: str) -> None:
    result = SelfTestResult(NOW, (), milliseconds=milliseconds)
    assert texts.time_words(result) == words


def test_without_a_tunnel_it_says_what_was_tested_and_what_not(
    make: Callable[..., tuple[SelfTestDialog, FakeSelfTest, FakeBridge]],
) -> None:
    legs = [LegResult(leg, LegState.NOT_TESTED) for leg in Leg]
    legs[0] = LegResult(Leg.ADDRESS, LegState.NOT_TESTED, "self_test_no_address")
    for place in (3, 4):
        legs[place] = LegResult(legs[place].leg, LegState.OK, locally=True)
    dialog, _, _ = make(FakeSelfTest(SelfTestResult(NOW, tuple(legs), milliseconds=3.1)))
    assert dialog.outcome.text() == "Auf diesem PC kam das Testereignis in 3 ms an."
    assert "der Weg von außen ist ungeprüft" in dialog.why.text()
    assert sum(words.endswith(": nicht geprüft") for words in spoken(dialog)) == 4
