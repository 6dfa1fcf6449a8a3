"""`doctor` prints the production checklist: the same points, from the books alone."""

import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, encoded, event_body, issued, make_books
from tests.services.reception.checklist_facts import ALL_WELL, EARLIER, EVIDENCE, ONLINE, URL
from tests.waiting import PATIENCE
from workmate_desktop.app.commands.doctor import doctor
from workmate_desktop.app.options import Options
from workmate_desktop.domain.reception.checklist import Point, PointId
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.listener.server import Listener
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.services.reception.checklist import checklist
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus
from workmate_desktop.store.catch_up.position import Cursor, save_cursor


def told(facts: object, id_: PointId) -> tuple[str, str]:
    point: Point = next(one for one in checklist(facts) if one.id is id_)  # type: ignore[arg-type]
    return point.state.value, point.reason


def test_what_is_seen_beside_the_program() -> None:
    reception = ReceptionState(
        ReceptionStatus.READY, port=8000, address=AddressState(ONLINE), public_url=URL
    )
    running = replace(ALL_WELL, outside=True, reception=reception)
    running = replace(running, evidence=replace(EVIDENCE, fetched_until=EARLIER))
    assert told(running, PointId.CATCH_UP) == ("done", "runs")
    assert told(running, PointId.ENDPOINT) == ("done", "delivered")
    quiet = replace(running, evidence=replace(EVIDENCE, delivered_at=None))
    assert told(quiet, PointId.ENDPOINT) == ("unknown", "not_asked")
    stopped = replace(running, running=False, reception=ReceptionState(ReceptionStatus.OFF))
    for id_ in (PointId.ENDPOINT, PointId.EVENTS, PointId.ADDRESS, PointId.CATCH_UP):
        assert told(stopped, id_) == ("unknown", "not_running")


class Examined:
    """One run of doctor beside a program that polls."""

    def __init__(self, folder: Path, mode: str) -> None:
        out = io.StringIO()
        options = Options(
            "doctor",
            folder,
            port=0,
            stripe_publishable_key=f"pk_{mode}_51Publishable0001",
            stripe_secret_key=f"sk_{mode}_51SecretSecretSecret0002",
        )
        self.code = doctor(options, open_keychain=lambda _id: MemorySecrets(), out=out)
        self.lines = out.getvalue().splitlines()

    def line(self, title: str) -> str:
        return next(line for line in self.lines if title in line)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    """Beside a listener that runs. The books live in the real present, as doctor does."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    made = make_books(folder)
    made.clock.moment = SystemClock().now()
    listener = Listener(made.receive.delivery)
    port = listener.start(0)
    (folder / "listener.json").write_text(json.dumps({"pid": os.getpid(), "port": port}))
    yield made
    listener.stop()
    made.close()


def _asked_just_now(office: OfficeBooks, *, livemode: bool) -> None:
    now = int(office.clock.now().timestamp())
    office.writer.submit(
        lambda t: save_cursor(t, Cursor(None, now, now), livemode=livemode)
    ).result(PATIENCE)


def _paid(office: OfficeBooks, *, livemode: bool) -> None:
    invoice = issued(office, livemode=livemode)
    event = parse(
        encoded(event_body(invoice, livemode=livemode, instance=office.instance_id)),
        office.clock.now(),
    )
    assert office.receive.event(event, Source.POLL).result(PATIENCE) == 200


def test_test_mode_is_well_while_points_are_open(office: OfficeBooks) -> None:
    _asked_just_now(office, livemode=False)
    found = Examined(office.data_dir, "test")
    assert found.line("Live-Schlüssel eingetragen").startswith("○")
    assert "noch im Testmodus" in found.line("Live-Schlüssel eingetragen")
    polled = found.line("Adresse ist von außen erreichbar")
    assert polled.startswith("–") and "nicht nötig: Stripe wird alle 30 s gefragt" in polled
    assert found.line("Testzahlung empfangen").startswith("○")
    assert found.line("Uhr dieses PCs geht richtig").startswith("–")
    assert (found.code, found.lines[-1]) == (0, "Alles in Ordnung.")


def test_live_mode_is_well_when_nothing_is_open_any_more(office: OfficeBooks) -> None:
    _asked_just_now(office, livemode=True)
    found = Examined(office.data_dir, "live")
    assert found.line("Echte Zahlung empfangen").startswith("○")
    assert (found.code, found.lines[-1]) == (1, "Offen: 1")
    assert office.keys is not None
    office.keys = replace(office.keys, publishable="pk_live_1234", secret="sk_live_1234")
    _paid(office, livemode=True)
    paid = Examined(office.data_dir, "live")
    assert paid.line("Echte Zahlung empfangen").startswith("✓")
    assert "119,00" in paid.line("Echte Zahlung empfangen")
    assert (paid.code, paid.lines[-1]) == (0, "Alles in Ordnung.")


def test_a_program_that_has_stopped_asking_is_wrong(office: OfficeBooks) -> None:
    office.clock.advance(minutes=-26)
    _asked_just_now(office, livemode=False)
    found = Examined(office.data_dir, "test")
    late = found.line("Verpasste Ereignisse werden nachgeholt")
    assert late.startswith("✗") and "überfällig" in late
    assert found.code == 1
