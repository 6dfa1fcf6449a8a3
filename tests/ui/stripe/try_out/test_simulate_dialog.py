"""Zahlung simulieren: what is sent, what is answered, and that it can be repeated."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE, FakeBridge, FakeClock, row
from tests.ui.stripe.fakes import FakeSimulation, FakeStripeBooks
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.try_out.open_invoices_model import OpenInvoicesModel
from workmate_desktop.ui.stripe.try_out.simulate_dialog import SimulateDialog
from workmate_desktop.words.events import scenario_words


@pytest.fixture
def books() -> FakeStripeBooks:
    """Two open test invoices, a paid one, and a real one."""
    books = FakeStripeBooks()
    books.add(
        row(1, "Bäckerei Lindner GmbH", livemode=False),
        row(2, "Praxis Dr. Aydin", livemode=False),
        row(3, "Hotel Rheinblick", InvoiceStatus.PAID, livemode=False),
        row(4, "Kanzlei Voß", livemode=True),
    )
    return books


@pytest.fixture
def bridge() -> FakeBridge:
    return FakeBridge()


@pytest.fixture
def simulation(books: FakeStripeBooks) -> FakeSimulation:
    return FakeSimulation(effect=lambda invoice_id: books.pay(invoice_id) if invoice_id else None)


@pytest.fixture
def opened(
    qtbot: QtBot,
    theme: Theme,
    books: FakeStripeBooks,
    bridge: FakeBridge,
    simulation: FakeSimulation,
) -> Callable[..., SimulateDialog]:
    def make(invoice_id: str | None = None) -> SimulateDialog:
        dialog = SimulateDialog(theme, books, simulation, bridge, FakeClock(), invoice_id)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        return dialog

    return make


def _listed(dialog: SimulateDialog) -> list[str | None]:
    return [dialog.model.id_at(at) for at in range(dialog.model.rowCount())]


def test_only_open_test_invoices_can_be_chosen(opened: Callable[..., SimulateDialog]) -> None:
    assert _listed(opened()) == ["test-2", "test-1"]


def test_the_given_invoice_is_chosen(opened: Callable[..., SimulateDialog]) -> None:
    assert opened("test-1").chosen_id() == "test-1"
    assert opened("id-4").chosen_id() == "test-2"
    assert opened().chosen_id() == "test-2"


def test_an_invoice_beyond_the_first_page_is_found_by_its_number(
    opened: Callable[..., SimulateDialog], books: FakeStripeBooks
) -> None:
    books.add(*(row(serial, livemode=False) for serial in range(100, 200)))
    dialog = opened("test-1")
    assert dialog.chosen_id() == "test-1"
    assert dialog.search.text() == "TEST-2026-0001"


def test_sent_by_keyboard_and_answered(
    qtbot: QtBot, opened: Callable[..., SimulateDialog], simulation: FakeSimulation
) -> None:
    dialog = opened("test-1")
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert simulation.asked == [(Scenario.SUCCESS, "test-1")]
    assert dialog.answer.text() == "TEST-2026-0001 · Sofort verbucht."
    assert dialog.answer.toolTip().startswith("Antwort 200 in ")
    assert dialog.pill.accessibleName() == "Bezahlt"


def test_it_can_be_repeated(
    opened: Callable[..., SimulateDialog], simulation: FakeSimulation, bridge: FakeBridge
) -> None:
    dialog = opened("test-1")
    dialog.send_button.click()
    bridge.invoices_changed.emit(("test-1",))
    assert _listed(dialog) == ["test-2"]
    assert dialog.chosen_id() is None
    assert not dialog.send_button.isEnabled(), "a second click must not pay another invoice"
    dialog.choose_invoice("test-2")
    dialog.scenarios[Scenario.DECLINED].click()
    dialog.send_button.click()
    assert simulation.asked[-1] == (Scenario.DECLINED, "test-2")


def test_me6_after_a_success_nothing_warns(
    qtbot: QtBot, opened: Callable[..., SimulateDialog], books: FakeStripeBooks, bridge: FakeBridge
) -> None:
    dialog = opened("test-1")
    with qtbot.waitActive(dialog):
        dialog.activateWindow()
    dialog.send_button.setFocus()
    bridge.hold = True
    qtbot.keyClick(dialog.send_button, Qt.Key.Key_Space)
    books.pay("test-1")
    bridge.invoices_changed.emit(("test-1",))  # the payment is told before the answer
    assert (dialog.chosen_id(), dialog.hint.text()) == (None, "")
    bridge.run_waiting()
    assert dialog.answer.property("role") == "success"
    assert dialog.hint.property("role") == "small"
    assert dialog.hint.text() == "Für die nächste Zahlung bitte eine Rechnung wählen."
    assert dialog.list.hasFocus()
    dialog.choose_invoice("test-2")
    assert dialog.hint.text() == ""
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    bridge.run_waiting()
    bridge.invoices_changed.emit(("test-2",))
    assert _listed(dialog) == []
    assert dialog.hint.property("role") == "small"


def test_me6_what_keeps_from_sending_warns(
    opened: Callable[..., SimulateDialog], books: FakeStripeBooks
) -> None:
    books.rows.clear()
    assert opened().hint.property("role") == "warning"


@pytest.mark.parametrize("scenario", Scenario)
def test_every_scenario_is_offered_with_words(
    opened: Callable[..., SimulateDialog], simulation: FakeSimulation, scenario: Scenario
) -> None:
    dialog = opened("test-1")
    dialog.scenarios[scenario].click()
    dialog.send_button.click()
    wanted = None if scenario is Scenario.UNKNOWN_INVOICE else "test-1"
    assert simulation.asked == [(scenario, wanted)]
    title, sentence = scenario_words(scenario)
    assert dialog.scenarios[scenario].text() == title
    assert sentence.endswith(".")


def test_several_answers_are_all_told(
    opened: Callable[..., SimulateDialog], simulation: FakeSimulation
) -> None:
    simulation.answers = [200, 200, 200]
    dialog = opened()
    dialog.scenarios[Scenario.DUPLICATE].click()
    dialog.send_button.click()
    assert dialog.answer.text().endswith("Dreimal gemeldet, einmal verbucht.")
    assert "Antworten 200, 200, 200 in " in dialog.answer.toolTip()


def test_a_refused_answer_is_no_success(
    opened: Callable[..., SimulateDialog], simulation: FakeSimulation
) -> None:
    simulation.answers = [400]
    dialog = opened()
    dialog.send_button.click()
    assert dialog.answer.property("role") == "error"
    assert not dialog.pill.isVisible()


def test_an_error_is_told_in_a_sentence(
    opened: Callable[..., SimulateDialog], simulation: FakeSimulation
) -> None:
    simulation.fail_with = UserError("simulation_no_listener")
    dialog = opened()
    dialog.send_button.click()
    assert "Empfang läuft nicht" in dialog.answer.text()
    assert dialog.send_button.isEnabled()


def test_one_click_sends_once(
    opened: Callable[..., SimulateDialog], simulation: FakeSimulation, bridge: FakeBridge
) -> None:
    dialog = opened()
    bridge.hold = True
    dialog.send_button.click()
    assert not dialog.send_button.isEnabled()
    dialog.send_button.click()
    bridge.run_waiting()
    assert len(simulation.asked) == 1


def test_without_open_invoices_only_the_unknown_one_can_be_sent(
    opened: Callable[..., SimulateDialog], books: FakeStripeBooks
) -> None:
    books.rows.clear()
    dialog = opened()
    assert not dialog.send_button.isEnabled()
    assert "keine offene Testrechnung" in dialog.hint.text()
    dialog.scenarios[Scenario.UNKNOWN_INVOICE].click()
    assert dialog.send_button.isEnabled()


def test_live_mode_is_refused_at_once(
    opened: Callable[..., SimulateDialog], simulation: FakeSimulation, bridge: FakeBridge
) -> None:
    dialog = opened()
    simulation.available = False
    bridge.settings_changed.emit()
    assert not dialog.send_button.isEnabled()
    assert "Testmodus" in dialog.hint.text()


def test_the_search_narrows_the_list(qtbot: QtBot, opened: Callable[..., SimulateDialog]) -> None:
    dialog = opened()
    qtbot.keyClicks(dialog.search, "lindner")
    qtbot.waitUntil(lambda: _listed(dialog) == ["test-1"])
    assert dialog.chosen_id() == "test-1"


def test_hostile_names_are_listed_as_they_are(
    opened: Callable[..., SimulateDialog], books: FakeStripeBooks
) -> None:
    books.add(*(row(10 + at, name, livemode=False) for at, name in enumerate(HOSTILE)))
    dialog = opened()
    texts = [dialog.model.index(at).data() for at in range(dialog.model.rowCount())]
    for name in HOSTILE:
        assert any(" ".join(name.split()) in text for text in texts)


def test_the_model_keeps_qts_rules(books: FakeStripeBooks) -> None:
    model = OpenInvoicesModel(books, FakeClock())
    tester = QAbstractItemModelTester(model)
    model.search("lindner")
    books.pay("test-1")
    model.reload()
    assert model.rowCount() == 0
    tester.deleteLater()


def test_the_hint_comes_and_goes_without_moving_the_scenarios(
    qtbot: QtBot, opened: Callable[..., SimulateDialog]
) -> None:
    dialog = opened()
    radio = dialog.scenarios[Scenario.SUCCESS]
    place = radio.mapTo(dialog, radio.rect().topLeft())
    dialog.list.setCurrentIndex(QModelIndex())
    qtbot.waitUntil(lambda: bool(dialog.hint.text()))
    QApplication.processEvents()
    assert radio.mapTo(dialog, radio.rect().topLeft()) == place
