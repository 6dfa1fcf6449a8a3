"""The whole program without a window: what its background cannot do, and its last backup."""

import io
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories import NOBODY, draft
from tests.standins.stripe_api import PUBLISHABLE_KEY, Key, StripeStandIn
from tests.waiting import PATIENCE
from workmate_desktop.app.commands.doctor import doctor
from workmate_desktop.app.core import Core
from workmate_desktop.app.data_dir import hold_data_dir
from workmate_desktop.app.options import Options
from workmate_desktop.app.outside import Outside
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.steps import StepName
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.system.instance_lock import InstanceLock
from workmate_desktop.store.backup.backup import all_backups

RESTRICTED = "rk_test_StandIn0000000000002222"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    lock = InstanceLock(tmp_path / "data")
    assert hold_data_dir(tmp_path / "data", lock)
    yield tmp_path / "data"
    lock.release()


def issue(core: Core) -> None:
    buyer = core.invoicing.save_customer(Customer("", "Müller GmbH")).result(PATIENCE)
    core.invoicing.issue(draft(buyer)).result(PATIENCE)


def wait(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.02)


def test_md1_a_running_program_and_doctor_beside_it_name_the_missing_right(folder: Path) -> None:
    with StripeStandIn() as stripe:
        stripe.keys[RESTRICTED] = Key(
            frozenset({"rak_event_read", "rak_charge_read", "rak_balance_transaction_source_read"})
        )
        options = Options(
            command="serve",
            data_dir=folder,
            port=0,
            stripe_publishable_key=PUBLISHABLE_KEY,
            stripe_secret_key=RESTRICTED,
            stripe_api_base=stripe.url,
        )
        core = Core(options, Outside.real(options, keychain=MemorySecrets()))
        core.start()
        try:
            wait(lambda: core.steps.states()[StepName.COMPARISON].failing)
            [point] = [one for one in core.checklist.points() if one.reason == "step_fails"]
            assert point.values["right"] == "rak_dispute_read"
            core.writer.submit(lambda _t: None).result(PATIENCE)
            out = io.StringIO()
            code = doctor(options, open_keychain=lambda _id: MemorySecrets(), out=out)
            assert code == 1
            assert "„Rückbuchungen lesen“ (Disputes: Read, rak_dispute_read)" in out.getvalue()
            assert "kann nichts fehlen" not in out.getvalue()
            # Staff have given the right, and ask for it: the same lists are not read again.
            stripe.keys[RESTRICTED] = Key()
            assert core.catch_up is not None
            core.catch_up.request()
            wait(lambda: core.steps.states()[StepName.COMPARISON].done_at)
            assert not core.steps.states()[StepName.COMPARISON].failing
            assert sum(one.path == "/v1/charges" for one in stripe.asked) == 1
        finally:
            core.stop()


def test_md2_the_program_copies_its_last_state_when_it_ends(folder: Path) -> None:
    options = Options(command="serve", data_dir=folder, port=0, stripe_api_base=NOBODY)
    core = Core(options, Outside.real(options, keychain=MemorySecrets()))
    core.start()
    wait(lambda: core.steps.states()[StepName.BACKUP].done_at)
    issue(core)
    core.stop()
    with closing(sqlite3.connect(all_backups(folder)[0])) as copy:
        assert copy.execute("SELECT count(*) FROM invoices").fetchone() == (1,)
    assert not list((folder / "backups").glob("*.unfinished"))


def test_md2_the_demo_leaves_no_copy_of_what_is_thrown_away(folder: Path) -> None:
    options = Options(command="serve", data_dir=folder, port=0, demo=True)
    core = Core(options, Outside.real(options))
    core.start()
    wait(lambda: core.steps.states()[StepName.BACKUP].done_at)
    before = all_backups(folder)
    issue(core)
    core.stop()
    assert all_backups(folder) == before
