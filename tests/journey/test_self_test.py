"""Testereignis senden, as staff do it: real tunnel gateway, TLS, proxy, listener, window."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories import SECRET
from tests.journey.desk import Desk
from tests.standins.ngrok_play import NAME, TOKEN, StandInNgrok
from tests.standins.public_edge import PublicEdge, page
from workmate_desktop.ui.stripe.try_out.self_test_dialog import SelfTestDialog

SEND = "Testereignis senden"


@pytest.fixture
def office(
    laid_books: None, ngrok: StandInNgrok, start: Callable[..., Desk]
) -> Callable[..., Desk]:
    """The program with a signing secret and, unless told otherwise, an open tunnel."""

    def open_office(*, tunnel: bool = True) -> Desk:
        options = {"tunnel": "ngrok", "ngrok_authtoken": TOKEN} if tunnel else {}
        desk = start(stripe_webhook_secret=SECRET, ngrok_path=str(ngrok.executable), **options)
        desk.wait_until_ready()
        if tunnel:
            desk.wait(lambda: desk.core.reception.state.public_url)
        desk.open_stripe()
        return desk

    return open_office


def sent(desk: Desk) -> SelfTestDialog:
    """The dialog, once there is a result."""
    desk.click(desk.pages.stripe.reception, SEND)
    dialog = desk.dialog(SelfTestDialog)
    desk.wait(lambda: not dialog.running)
    return dialog


def test_out_through_the_internet_and_back(
    office: Callable[..., Desk],
    ngrok: StandInNgrok,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with PublicEdge(tmp_path, ngrok.public_port) as edge:
        edge.use(monkeypatch)
        desk = office()
        dialog = sent(desk)
        desk.wait(lambda: "Das Testereignis kam in " in dialog.outcome.text())
        result = desk.core.self_test.last
        assert result is not None and result.passed
        assert edge.asked_for == [f"{NAME}:443"]
        assert desk.events() == [] and desk.notices() == []
        desk.click(dialog, "Schließen")
        desk.wait_closed(SelfTestDialog)


def test_a_captive_portal_is_named_and_the_legs_here_are_tested(
    office: Callable[..., Desk],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    portal = page("200 OK", b"<html>Bitte anmelden</html>")
    with PublicEdge(tmp_path, answer=portal) as edge:
        edge.use(monkeypatch)
        desk = office()
        dialog = sent(desk)
        desk.wait(lambda: "WLAN-Anmeldung" in dialog.why.text())
        desk.wait(lambda: "nur auf diesem PC geprüft" in desk.seen(dialog))


def test_without_a_tunnel_the_legs_here_are_tested(office: Callable[..., Desk]) -> None:
    desk = office(tunnel=False)
    dialog = sent(desk)
    desk.wait(lambda: "Auf diesem PC kam das Testereignis" in dialog.outcome.text())
    desk.wait(lambda: "der Weg von außen ist ungeprüft" in dialog.why.text())


def test_without_a_signing_secret_it_is_not_offered(desk: Desk) -> None:
    desk.open_stripe()
    assert desk.buttons(desk.pages.stripe, SEND) == []
