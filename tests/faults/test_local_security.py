"""FAULTS J5 to J8, J15, J17: what other people and programs on this PC may see and change."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.factories import (
    LIVE_KEYS,
    OfficeBooks,
    customer,
    draft,
    encoded,
    event_body,
    make_books,
    post,
    sign,
)
from tests.faults.programs import serving
from tests.free_port import free_port
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.upkeep.window_memory import WindowMemory
from workmate_desktop.store.backup import backup
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.opening.open import open_database, restore_backup

CANARIES = {
    "secret key": "sk_test_51CanarySecretKey0000000001",
    "webhook secret": "whsec_CanaryWebhookSecret000000002",
    "rolled secret": "whsec_CanaryRolledSecret0000000003",
    "client secret": "pi_3Canary_secret_ClientSecret00004",
    "payer's e-mail": "canary.payer.05@example.com",
    "payer's name": "Canarina Payerin 06",
    "payer's phone": "+49261000000007",
    "payer's street": "Kanarienweg 8",
    "card": "CanaryFingerprint09",
    "foreign signature": "ca0a10" + "0" * 58,
    "foreign header": "Bearer canary-token-11",
    "foreign body": "canary-body-12",
}


def _keys() -> dict[str, str]:
    return {
        "WORKMATE_STRIPE_SECRET_KEY": CANARIES["secret key"],
        "WORKMATE_STRIPE_PUBLISHABLE_KEY": "pk_test_1234",
        "WORKMATE_STRIPE_WEBHOOK_SECRET": ",".join(
            [CANARIES["webhook secret"], CANARIES["rolled secret"]]
        ),
    }


def _deliver_canaries(port: int) -> None:
    """Good, bad and broken messages, each with canaries in it."""
    now = time.time()
    payer = {
        "email": CANARIES["payer's e-mail"],
        "name": CANARIES["payer's name"],
        "phone": CANARIES["payer's phone"],
        "address": {"line1": CANARIES["payer's street"]},
    }
    intent = {
        "client_secret": CANARIES["client secret"],
        "receipt_email": CANARIES["payer's e-mail"],
        "description": CANARIES["payer's name"],
        "shipping": payer,
        "last_payment_error": {
            "code": "card_declined",
            "decline_code": "generic_decline",
            "message": CANARIES["payer's name"] + " was declined",
            "payment_method": {
                "type": "card",
                "billing_details": payer,
                "card": {"fingerprint": CANARIES["card"], "last4": "4242"},
            },
        },
    }
    for failed in (None, "generic_decline"):
        raw = encoded(event_body("RE-1999-0001", failed=failed, intent=intent))
        for name in ("webhook secret", "rolled secret"):
            assert post(port, raw, sign(raw, CANARIES[name], now)) == 200
    broken = b'{"body": "' + CANARIES["foreign body"].encode()
    assert post(port, broken, sign(broken, CANARIES["webhook secret"], now)) == 400
    foreign = f"t={int(now)},v1={CANARIES['foreign signature']}"
    headers = [f"Authorization: {CANARIES['foreign header']}"]
    assert post(port, raw, foreign, headers=headers) == 400
    assert post(port, broken, None) == 400


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a server's run left: data folder and printed lines, and its command line."""
    if os.name != "posix":
        pytest.skip("reads /proc and file modes")
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    with serving(folder / "data", port, _keys(), folder / "printed.txt") as process:
        _deliver_canaries(port)
        modes = [(path, path.stat().st_mode) for path in (folder / "data").rglob("*")]
        (folder / "modes.json").write_text(json.dumps([(str(p), m & 0o777) for p, m in modes]))
        lines = [p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if _readable(p)]
        (folder / "processes").write_bytes(b"\n".join(lines))
        assert process.pid
    return folder


def _readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def test_j5_files_0600_folders_0700(served: Path) -> None:
    assert (served / "data").stat().st_mode & 0o777 == 0o700
    found = json.loads((served / "modes.json").read_text())
    assert len(found) >= 5  # database, WAL, log, state file, backup …
    for name, mode in found:
        assert mode == (0o700 if Path(name).is_dir() else 0o600), name


def test_j6_no_key_in_the_process_list(served: Path) -> None:
    processes = (served / "processes").read_bytes()
    assert b"workmate_desktop\0serve" in processes  # the list really has our program
    for name, canary in CANARIES.items():
        assert canary.encode() not in processes, name


@pytest.mark.parametrize("name", CANARIES)
def test_j7_planted_canary(served: Path, name: str) -> None:
    canary = CANARIES[name].encode()
    looked_at = [path for path in (served / "data").rglob("*") if path.is_file()]
    looked_at.append(served / "printed.txt")
    assert any(path.name == FILE_NAME for path in looked_at)
    for path in looked_at:
        assert canary not in path.read_bytes(), path
    whole = b"".join(path.read_bytes() for path in looked_at)
    assert b"generic_decline" in whole  # the events themselves were kept
    assert b"signed, but unreadable" in whole.lower()


def test_j7_no_secret_in_what_keys_and_errors_print() -> None:
    for secret in LIVE_KEYS.webhook_secrets:
        assert secret not in repr(LIVE_KEYS) + str(LIVE_KEYS)
    assert LIVE_KEYS.secret not in repr(LIVE_KEYS)


# --- J8 ----------------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


def test_j8_no_personal_data_in_database_errors(
    office: OfficeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    name, mail = "Canarina Kundin", "canarina@example.com"
    insert = text("INSERT INTO customers (id, name, email) VALUES (:id, :name, :email)")
    values = {"id": "one", "name": name, "email": mail}
    for _ in range(2):  # the second one breaks the primary key
        future = office.writer.submit(lambda t: t.core.execute(insert, values) and None)
        error = future.exception(10)
    assert error is not None
    assert "UNIQUE" in str(error)
    with office.database.reader() as connection, pytest.raises(Exception, match="no such") as read:
        connection.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": name})
    for shown in (str(error), repr(error), str(read.value), caplog.text):
        assert name not in shown
        assert mail not in shown
    assert "A job of the writer failed" in caplog.text  # the log really has it


# --- J15 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../../outside.sqlite3", "/etc/passwd", "..\\..\\outside", "CON", "NUL.sqlite3", "", ".", "~"],
)
def test_j15_a_backup_is_only_looked_for_in_its_folder(tmp_path: Path, name: str) -> None:
    data_dir = tmp_path / "a" / "data"
    data_dir.mkdir(parents=True)
    office = make_books(data_dir)
    customer(office)
    backup.make(office.path, data_dir, "2026-11-22")
    office.close()
    (data_dir / "backups/2026-11-22.sqlite3").rename(tmp_path / "outside.sqlite3")
    before = (data_dir / FILE_NAME).read_bytes()
    with pytest.raises(UserError, match="backup_not_found"):
        restore_backup(data_dir, name, "jetzt")
    assert (data_dir / FILE_NAME).read_bytes() == before
    assert not (data_dir / "ersetzt-jetzt").exists()


def test_j15_names_of_customers_and_invoices_never_become_file_names(office: OfficeBooks) -> None:
    customer(office)
    before = {path.name for path in office.data_dir.rglob("*")}
    for name in ("../../../tmp/x", "CON", "aux.txt", "a\x00b", "C:\\Windows\\system32", "x" * 5000):
        office.invoicing.issue(draft(customer(office, name), note=name)).result(PATIENCE)
    backup.make(office.path, office.data_dir, office.clock.today().isoformat())
    after = {path.name for path in office.data_dir.rglob("*")}
    assert after - before == {"backups", "2026-11-23.sqlite3"}


# --- J17 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"text"', b"[" * 100_000, b'{"window": 1}'],
    ids=lambda written: repr(written)[:14],
)
def test_j17_settings_of_the_window_tampered_with(
    tmp_path: Path, written: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "window.json").write_bytes(written)
    memory = WindowMemory(tmp_path)
    found = memory.load()
    assert isinstance(found, dict)
    assert found in ({}, {"window": 1})
    assert memory.was_unfit is (found == {})  # and then there is a notice
    assert ("unfit" in caplog.text) is memory.was_unfit


@pytest.mark.parametrize("value", ["", "x" * 10_000, "\x00", "nonsense", "1"])
def test_j17_ids_in_the_settings_tampered_with(tmp_path: Path, value: str) -> None:
    make_books(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE settings SET value = ? WHERE key = 'database_id'", (value,))
    connection.close()
    with pytest.raises(UserError, match="database_foreign"):
        open_database(tmp_path, "2026-11-23", Threads())
