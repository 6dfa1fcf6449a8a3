"""`doctor` says what is wrong, changes nothing, and never shows a secret."""

import io
import os
import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, make_books
from workmate_desktop.app.doctor import doctor
from workmate_desktop.app.options import Options
from workmate_desktop.domain.secrets import Place, SecretStore
from workmate_desktop.domain.webhook import WEBHOOK_PATH
from workmate_desktop.gateways.keychain import Keychain
from workmate_desktop.gateways.memory_secrets import MemorySecrets
from workmate_desktop.gateways.secret_file import SecretFile
from workmate_desktop.listener.server import Listener
from workmate_desktop.listener.state_file import write_state_file
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.stripe_setup import GivenKeys, StripeSetup
from workmate_desktop.store import backup, migrate

PUBLISHABLE = "pk_test_51Publishable0001"
SECRET = "sk_test_51SecretSecretSecret0002"
SIGNING = "whsec_SigningSigningSigning0003"


class KeyringSecrets(MemorySecrets):
    """A keyring that works."""

    place = Place.KEYRING  # type: ignore[assignment]


class Examined:
    """One run of doctor."""

    def __init__(self, options: Options, keychain: SecretStore | None = None) -> None:
        out = io.StringIO()
        self.code = doctor(options, open_keychain=lambda _id: keychain or KeyringSecrets(), out=out)
        self.text = out.getvalue()
        self.lines = self.text.splitlines()

    def has(self, mark: str, *words: str) -> bool:
        return any(line.startswith(mark) and all(w in line for w in words) for line in self.lines)

    @property
    def wrong(self) -> list[str]:
        return [line for line in self.lines if line.startswith("✗")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def office(folder: Path) -> Iterator[OfficeBooks]:
    """A running program's database, with one backup."""
    books = make_books(folder)
    backup.make(books.path, folder, "2026-11-23")
    yield books
    books.close()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def options(folder: Path, free_port: int) -> Options:
    """Keys from the environment, a port that nobody has."""
    return Options(
        "doctor",
        folder,
        port=free_port,
        stripe_publishable_key=PUBLISHABLE,
        stripe_secret_key=SECRET,
        stripe_webhook_secret=f"{SIGNING}, whsec_OlderOlderOlderOlder0004",
    )


def everything_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


def test_a_fresh_machine(tmp_path: Path) -> None:
    found = Examined(Options("doctor", tmp_path / "none", port=0))
    assert found.code == 1
    assert found.has("✗ Database", "no database yet: start the program once")
    assert found.has("✗ Keys", "signing secret missing")
    assert found.has("– Tunnel", "not open: Stripe is asked every 30 s")
    assert found.has("– Clock", "unmeasured")
    assert not (tmp_path / "none").exists()


def test_all_is_well_beside_the_running_program(office: OfficeBooks, options: Options) -> None:
    listener = Listener(office.receive.delivery)
    port = listener.start(0)
    write_state_file(
        office.data_dir,
        pid=os.getpid(),
        port=port,
        path=WEBHOOK_PATH,
        public_url=None,
        started_at="2026-11-23T11:00:00.000Z",
    )
    before = everything_in(office.data_dir)
    try:
        found = Examined(options)
    finally:
        listener.stop()
    assert found.wrong == []
    assert found.code == 0
    assert found.lines[-1] == "All is well."
    assert found.has("✓ Database", "sound", f"version {migrate.HEAD}", "MB")
    assert found.has("✓ Backup", "2026-11-23.sqlite3 (1 in all)")
    assert found.has("✓ Port", f"127.0.0.1:{port}{WEBHOOK_PATH}", f"not {options.port}")
    assert found.has("✓ Keys", "signing secret whsec_…0003 (environment)")
    assert found.has("✓ Keys", "signing secret whsec_…0004 (environment)")
    assert found.has("✓ Keys", "secret key sk_test_…0002 (environment)")
    assert found.has("– Mode", "test mode")
    assert everything_in(office.data_dir) == before


def test_no_secret_is_ever_printed(office: OfficeBooks, options: Options) -> None:
    keychain = KeyringSecrets()
    store_keys(office, keychain)
    for given in (options, replace(options, stripe_secret_key="", stripe_webhook_secret="")):
        text = Examined(given, keychain).text
        for secret in (SECRET, SIGNING, "SecretSecret", "Signing", "Older"):
            assert secret not in text


def test_it_reads_while_the_program_writes(office: OfficeBooks, options: Options) -> None:
    started, go_on = threading.Event(), threading.Event()

    def hold(_t: object) -> None:
        started.set()
        assert go_on.wait(20)

    held: Future[None] = office.writer.submit(hold)
    try:
        assert started.wait(10)
        assert Examined(options).code == 0
    finally:
        go_on.set()
    held.result(10)


def test_a_stopped_program_leaves_nothing_behind_and_doctor_neither(
    folder: Path, options: Options
) -> None:
    make_books(folder).close()
    before = everything_in(folder)
    found = Examined(options)
    assert found.code == 0
    assert found.has("– Port", f"{options.port} is free")
    assert found.has("– Backup", "none yet")
    assert everything_in(folder) == before


def test_a_damaged_database(folder: Path, options: Options) -> None:
    books = make_books(folder)
    backup.make(books.path, folder, "2026-11-22")
    books.close()
    with books.path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xaa" * 4096 * 4)
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Database", "damaged: restore a backup")
    assert found.has("✓ Backup", "2026-11-22.sqlite3")
    books.path.write_bytes(b"no database at all" * 500)
    assert Examined(options).has("✗ Database", "damaged")


def test_a_row_that_breaks_its_own_rule(folder: Path, options: Options) -> None:
    books = make_books(folder)
    books.close()
    with closing(sqlite3.connect(books.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute(
            "INSERT INTO payments (id, amount_minor, currency, method, livemode, received_at,"
            " created_at) VALUES ('p', 0, 'eur', 'cash', 1, '', '')"
        )
    assert Examined(options).has("✗ Database", "damaged")


def test_a_missing_database_is_not_a_fresh_machine(folder: Path, options: Options) -> None:
    books = make_books(folder)
    books.close()
    books.path.unlink()
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Database", "is missing, although there was one")
    assert not books.path.exists()


def test_a_database_of_another_version_or_folder(folder: Path, options: Options) -> None:
    books = make_books(folder)
    books.close()
    (folder / "database-id").write_text("another\n")
    assert Examined(options).has("✗ Database", "not the one that belongs")
    with closing(sqlite3.connect(books.path, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert Examined(options).has("✗ Database", "newer version")
    with closing(sqlite3.connect(books.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Database", "was not written last by this program")


def test_backups_that_are_all_damaged(folder: Path, options: Options) -> None:
    make_books(folder).close()
    (folder / "backups").mkdir()
    (folder / "backups" / "2026-11-20.sqlite3").write_bytes(b"cut off")
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Backup", "none of 1 passes")


def test_the_port_is_taken_by_another_program(office: OfficeBooks, options: Options) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", options.port))
        other.listen()
        found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Port", f"{options.port} is taken by another program")


def test_another_server_where_our_listener_was(office: OfficeBooks, options: Options) -> None:
    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(405)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        port = server.server_port
        (office.data_dir / "listener.json").write_text(f'{{"port": {port}}}')
        found = Examined(options)
        server.shutdown()
        thread.join(10)
    assert found.code == 1
    assert found.has("✗ Port", f"listener.json names {port}")


def test_a_killed_program_left_its_state_file(office: OfficeBooks, options: Options) -> None:
    (office.data_dir / "listener.json").write_text(f'{{"port": {options.port}}}')
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Port", "listener.json", "not there")
    for nonsense in ("", "[]", '{"port": "8000"}', '{"port": -1}', "{"):
        (office.data_dir / "listener.json").write_text(nonsense)
        assert Examined(options).code == 0


def store_keys(office: OfficeBooks, keychain: SecretStore, *, in_file: bool = False) -> None:
    """As the dialog does it."""
    StripeSetup(
        office.writer,
        office.database,
        Announcer(),
        keychain=keychain,
        secret_file=SecretFile(office.data_dir),
        given=GivenKeys(),
        ask_account=lambda _key, _cancelled: pytest.fail("nobody is asked"),
    ).save(PUBLISHABLE, SECRET, SIGNING, allow_file=in_file)


def test_stored_keys_are_found_and_named_with_their_place(
    office: OfficeBooks, folder: Path
) -> None:
    keychain = KeyringSecrets()
    store_keys(office, keychain)
    found = Examined(Options("doctor", folder, port=0), keychain)
    assert found.code == 0
    assert found.has("✓ Keys", "publishable key pk_test_…0001 (settings)")
    assert found.has("✓ Keys", "secret key sk_test_…0002 (keyring of this computer)")
    assert found.has("✓ Keys", "signing secret whsec_…0003 (keyring of this computer)")
    store_keys(office, keychain, in_file=True)
    found = Examined(Options("doctor", folder, port=0), KeyringSecrets())
    assert found.code == 0
    assert found.has("✓ Keys", "signing secret whsec_…0003 (encrypted file in the data folder)")


def test_a_keyring_that_never_answers(office: OfficeBooks, folder: Path) -> None:
    store_keys(office, KeyringSecrets())
    let_go = threading.Event()

    def never() -> None:
        let_go.wait(60)

    hanging = Keychain("id", open_backend=never, limit=0.1)  # type: ignore[arg-type, return-value]
    try:
        found = Examined(Options("doctor", folder, port=0), hanging)
    finally:
        let_go.set()
    assert found.code == 1
    assert found.has("✗ Keys", "keyring of this computer", "keychain_hangs")
    assert found.has("✗ Keys", "signing secret missing")


def test_keys_that_cannot_be_right(office: OfficeBooks, options: Options) -> None:
    live = replace(options, stripe_secret_key="sk_live_51SecretSecretSecret0005")
    found = Examined(live)
    assert found.code == 1
    assert found.has("✗ Keys", "secret key sk_live_…0005 is wrong: other_mode")
    swapped = replace(options, stripe_webhook_secret=SECRET)
    assert Examined(swapped).has("✗ Keys", "signing secret", "wrong_prefix")


def test_another_stripe(office: OfficeBooks, options: Options) -> None:
    near = Examined(replace(options, stripe_api_base="http://127.0.0.1:12111"))
    assert near.code == 0
    assert near.has("– Stripe API", "not Stripe but http://127.0.0.1:12111")
    far = Examined(replace(options, stripe_api_base="https://example.org"))
    assert far.code == 1


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
def test_a_folder_that_others_can_read(office: OfficeBooks, options: Options) -> None:
    office.data_dir.chmod(0o755)
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Data", "open to other users")


def test_marks_that_a_terminal_cannot_show(office: OfficeBooks, options: Options) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    assert doctor(options, open_keychain=lambda _id: KeyringSecrets(), out=out) == 0
    out.flush()
    assert b"ok Database:" in raw.getvalue()
    assert b"-- Tunnel:" in raw.getvalue()
    assert b"sk_test_...0002" in raw.getvalue()
