"""From two keys and a token to a green checklist: real pyngrok, TLS, the program, the window."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.factories import sign
from tests.gateways.tunnel.tunnel_support import until
from tests.journey.desk import Desk
from tests.standins.ngrok_play import TOKEN, StandInNgrok
from tests.standins.public_edge import PublicEdge
from tests.standins.stripe_api import LIVE_KEY, PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceDraft, InvoiceItem
from workmate_desktop.domain.reception.checklist import PointId
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.ui.stripe.checklist.checklist_panel import ChecklistPanel
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog
from workmate_desktop.ui.stripe.connection.tunnel_dialog import TunnelDialog
from workmate_desktop.ui.stripe.try_out.self_test_dialog import SelfTestDialog


@dataclass
class Outside:
    """What is not in the office: Stripe, ngrok, the internet between them."""

    stripe: StripeStandIn
    ngrok: StandInNgrok
    key: str = SECRET_KEY

    def endpoint(self) -> dict[str, object]:
        _, found = self.stripe.answer("GET", "/v1/webhook_endpoints", "", self.key, None)
        [one] = found["data"]
        return dict(one)

    def pays(self, invoice: str, instance: str) -> int:
        """The customer pays, and Stripe posts that to its endpoint, signed with its secret."""
        form = {
            "amount": 11900,
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "metadata[invoice_id]": invoice,
            "metadata[workmate_instance]": instance,
        }
        status, _ = self.stripe.answer(
            "POST", "/v1/payment_intents", urlencode(form), self.key, None
        )
        assert status == 200
        event = next(e for e in self.stripe.events if e["type"] == "payment_intent.succeeded")
        raw = json.dumps(event).encode()
        secret = self.stripe._account.secrets_of(str(self.endpoint()["id"]))[0]
        answer, _ = self.ngrok.visit(
            "POST",
            WEBHOOK_PATH,
            raw,
            Content_Type="application/json",
            Stripe_Signature=sign(raw, secret, time.time()),
        )
        return answer


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    ngrok = StandInNgrok(tmp_path / "agent")
    with StripeStandIn() as stripe, PublicEdge(tmp_path, ngrok.public_port) as edge:
        edge.use(monkeypatch)
        yield Outside(stripe, ngrok)
        until(lambda: ngrok.running == [])
        assert ngrok.end_all() == []  # the program has ended its agent itself


@pytest.fixture
def office(laid_books: None, outside: Outside, start: Callable[..., Desk]) -> Desk:
    """The program on its first day, with the Stripe tab in front."""
    desk = start(stripe_api_base=outside.stripe.url, ngrok_path=str(outside.ngrok.executable))
    desk.wait_until_ready()
    desk.open_stripe()
    return desk


def panel(desk: Desk) -> ChecklistPanel:
    found = desk.pages.stripe.checklist
    assert found is not None
    return found


def states(desk: Desk) -> dict[PointId, str]:
    return {point.id: point.state.value for point in panel(desk).points}


def says(desk: Desk, id_: PointId) -> str:
    """The evidence that is shown."""
    return panel(desk).rows[id_].evidence.full_text().replace("\u00a0", " ")


def mend(desk: Desk, id_: PointId, words: str) -> None:
    """Press the button of a point."""
    desk.click(panel(desk).rows[id_], words)


def enter_keys(desk: Desk, publishable: str, secret: str) -> None:
    desk.click(desk.pages.stripe, "Konfigurieren")
    dialog = desk.dialog(ConfigureDialog)
    desk.type_into(dialog.publishable, publishable)
    desk.type_into(dialog.secret, secret)
    desk.click(dialog, "Speichern")
    desk.wait_closed(ConfigureDialog)


def open_the_tunnel(desk: Desk) -> None:
    desk.click(desk.pages.stripe.reception, "Tunnel verbinden")
    dialog = desk.dialog(TunnelDialog)
    desk.type_into(dialog.token, TOKEN)
    desk.click(dialog, "Speichern")
    desk.wait_closed(TunnelDialog)
    desk.wait(lambda: desk.core.reception.state.public_url)


def arrange(desk: Desk) -> None:
    desk.wait(lambda: says(desk, PointId.ENDPOINT) == "noch nicht eingerichtet")
    mend(desk, PointId.ENDPOINT, "Einrichten")
    desk.wait(lambda: states(desk)[PointId.ENDPOINT] == "done")


def issue(desk: Desk, *, livemode: bool) -> str:
    """An open invoice; its id."""
    today, invoicing = desk.core.clock.today(), desk.core.invoicing
    customer = invoicing.save_customer(Customer("", "Bäckerei Lindner GmbH")).result(PATIENCE)
    item = InvoiceItem("Beratung", Decimal(1), "Std.", 10_000, Decimal(19))
    return invoicing.issue(InvoiceDraft(customer, today, today, (item,), livemode=livemode)).result(
        PATIENCE
    )


@pytest.mark.parametrize("livemode", [False, True], ids=["test", "live"])
def test_from_two_keys_and_a_token_to_a_green_checklist(
    office: Desk, outside: Outside, livemode: bool
) -> None:
    desk = office
    outside.key = LIVE_KEY if livemode else SECRET_KEY
    publishable = PUBLISHABLE_KEY.replace("test", "live") if livemode else PUBLISHABLE_KEY
    enter_keys(desk, publishable, outside.key)
    # Without a tunnel Stripe is asked, and that is no fault.
    desk.wait(lambda: "Stripe wird alle 30 s gefragt" in says(desk, PointId.ENDPOINT))
    assert "wrong" not in states(desk).values()

    open_the_tunnel(desk)
    desk.wait(lambda: states(desk)[PointId.ADDRESS] == "unknown")
    arrange(desk)
    desk.wait(lambda: states(desk)[PointId.SECRET] == "unknown")
    assert says(desk, PointId.SECRET).endswith("noch keine Nachricht")

    mend(desk, PointId.ADDRESS, "Prüfen")
    dialog = desk.dialog(SelfTestDialog)
    desk.wait(lambda: not dialog.running)
    desk.click(dialog, "Schließen")
    desk.wait_closed(SelfTestDialog)
    desk.wait(lambda: says(desk, PointId.ADDRESS).startswith("geprüft heute"))
    assert states(desk)[PointId.PAYMENT] == "open"

    assert outside.pays(issue(desk, livemode=livemode), desk.instance_id()) == 200
    desk.wait(lambda: states(desk)[PointId.PAYMENT] == "done")
    number = f"{'RE' if livemode else 'TEST'}-{desk.core.clock.today():%Y}-0001"
    assert says(desk, PointId.PAYMENT).startswith(f"{number} · 119,00 €")
    desk.wait(lambda: "Signatur stimmt" in says(desk, PointId.SECRET))
    open_points = {id_: state for id_, state in states(desk).items() if state != "done"}
    if livemode:
        assert open_points == {}
        assert panel(desk).progress.text() == "Alle 10 Punkte sind erledigt."
    else:
        assert open_points == {PointId.LIVE_KEYS: "open"}
        assert says(desk, PointId.LIVE_KEYS) == "noch im Testmodus"


def test_an_endpoint_that_stripe_switches_off_is_found_and_mended(
    office: Desk, outside: Outside
) -> None:
    desk = office
    enter_keys(desk, PUBLISHABLE_KEY, SECRET_KEY)
    open_the_tunnel(desk)
    arrange(desk)
    outside.stripe.disable_endpoint(str(outside.endpoint()["id"]))
    desk.click(panel(desk), "Jetzt prüfen")
    desk.wait(lambda: says(desk, PointId.ENDPOINT).startswith("von Stripe abgeschaltet"))
    desk.wait(panel(desk).check.isEnabled)
    desk.wait(lambda: states(desk)[PointId.ADDRESS] == "done")  # the test event came through
    mend(desk, PointId.ENDPOINT, "Einschalten")
    desk.wait(lambda: states(desk)[PointId.ENDPOINT] == "done")
    assert outside.endpoint()["status"] == "enabled"
