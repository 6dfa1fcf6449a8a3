"""`doctor` says what is wrong, changes nothing, and never shows a secret."""

import io
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, make_books
from tests.free_port import free_port as free
from tests.waiting import PATIENCE
from workmate_desktop.app.commands.doctor import doctor
from workmate_desktop.app.options import Options
from workmate_desktop.domain.secrets import SecretPlace, SecretStore
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.gateways.secrets.keychain import Keychain
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.secrets.secret_file import SecretFile
from workmate_desktop.listener.server import Listener
from workmate_desktop.listener.state_file import write_state_file
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.connection.stripe_setup import GivenKeys, StripeSetup
from workmate_desktop.store.backup import backup
from workmate_desktop.store.catch_up.position import Cursor, save_cursor
from workmate_desktop.store.schema import migrate

PUBLISHABLE = "pk_test_51Publishable0001"
SECRET = "sk_test_51SecretSecretSecret0002"
SIGNING = "whsec_SigningSigningSigning0003"


class KeyringSecrets(MemorySecrets):
    """A keyring that works."""

    place = SecretPlace.KEYRING


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
    books = asked(make_books(folder))
    backup.make(books.path, folder, "2026-11-23")
    yield books
    books.close()


@pytest.fixture
def free_port() -> int:
    return free()


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


def asked(office: OfficeBooks) -> OfficeBooks:
    """Stripe was asked to the end, just now."""
    now = int(time.time())
    office.writer.submit(lambda t: save_cursor(t, Cursor(None, now, now), livemode=False)).result()
    return office


def everything_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


def test_a_fresh_machine(tmp_path: Path) -> None:
    found = Examined(Options("doctor", tmp_path / "none", port=0))
    assert found.code == 1
    assert found.has("✗ Datenbank", "noch keine: das Programm einmal starten")
    assert found.has("✗ Schlüssel", "Webhook Secret fehlt")
    assert found.has("– Tunnel", "nicht offen: Stripe wird alle 30 s gefragt")
    assert found.has("– Uhr", "ungemessen")
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
    assert found.lines[-1] == "Alles in Ordnung."
    assert found.has("✓ Datenbank", "unversehrt", f"Version {migrate.HEAD}", "MB")
    assert found.has("✓ Sicherung", "2026-11-23.sqlite3 (1 insgesamt)")
    assert found.has("✓ Port", f"127.0.0.1:{port}{WEBHOOK_PATH}", f"nicht {options.port}")
    assert found.has("✓ Schlüssel", "Webhook Secret whsec_…0003 (Umgebung)")
    assert found.has("✓ Schlüssel", "Webhook Secret whsec_…0004 (Umgebung)")
    assert found.has("✓ Schlüssel", "Secret Key sk_test_…0002 (Umgebung)")
    assert found.has("– Betrieb", "Testmodus")
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
        assert go_on.wait(PATIENCE)

    held: Future[None] = office.writer.submit(hold)
    try:
        assert started.wait(PATIENCE)
        assert Examined(options).code == 0
    finally:
        go_on.set()
    held.result(PATIENCE)


def test_a_stopped_program_leaves_nothing_behind_and_doctor_neither(
    folder: Path, options: Options
) -> None:
    asked(make_books(folder)).close()
    before = everything_in(folder)
    found = Examined(options)
    assert found.code == 0
    assert found.has("– Port", f"{options.port} ist frei")
    assert found.has("– Sicherung", "noch keine")
    assert everything_in(folder) == before


def test_stripe_that_was_never_reached_is_not_well(folder: Path, options: Options) -> None:
    """The window shows Abruf gestört, then."""
    make_books(folder).close()
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Abruf", "noch nie gelungen")
    assert found.lines[-1] == "Falsch: 1"
    assert Examined(replace(options, stripe_secret_key="")).has("– Abruf", "kein Secret Key")


def test_a_damaged_database(folder: Path, options: Options) -> None:
    books = make_books(folder)
    backup.make(books.path, folder, "2026-11-22")
    books.close()
    with books.path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xaa" * 4096 * 4)
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Datenbank", "beschädigt: eine Sicherung einspielen")
    assert found.has("✓ Sicherung", "2026-11-22.sqlite3")
    books.path.write_bytes(b"no database at all" * 500)
    assert Examined(options).has("✗ Datenbank", "beschädigt")


def test_a_row_that_breaks_its_own_rule(folder: Path, options: Options) -> None:
    books = make_books(folder)
    books.close()
    with closing(sqlite3.connect(books.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute(
            "INSERT INTO payments (id, amount_minor, currency, method, livemode, received_at,"
            " created_at) VALUES ('p', 0, 'eur', 'cash', 1, '', '')"
        )
    assert Examined(options).has("✗ Datenbank", "beschädigt")


def test_a_missing_database_is_not_a_fresh_machine(folder: Path, options: Options) -> None:
    books = make_books(folder)
    books.close()
    books.path.unlink()
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Datenbank", "fehlt, obwohl es schon eine gab")
    assert not books.path.exists()


def test_a_database_of_another_version_or_folder(folder: Path, options: Options) -> None:
    books = make_books(folder)
    books.close()
    (folder / "database-id").write_text("another\n")
    assert Examined(options).has("✗ Datenbank", "nicht die, die in diesen Ordner")
    with closing(sqlite3.connect(books.path, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert Examined(options).has("✗ Datenbank", "neueren Version")
    with closing(sqlite3.connect(books.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Datenbank", "zuletzt nicht dieses Programm")


def test_backups_that_are_all_damaged(folder: Path, options: Options) -> None:
    make_books(folder).close()
    (folder / "backups").mkdir()
    (folder / "backups" / "2026-11-20.sqlite3").write_bytes(b"cut off")
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Sicherung", "keine von 1 besteht")


def test_the_port_is_taken_by_another_program(office: OfficeBooks, options: Options) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", options.port))
        other.listen()
        found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Port", f"{options.port} ist von einem anderen Programm belegt")


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
        thread.join(PATIENCE)
    assert found.code == 1
    assert found.has("✗ Port", f"listener.json nennt {port}")


def test_a_killed_program_left_its_state_file(office: OfficeBooks, options: Options) -> None:
    (office.data_dir / "listener.json").write_text(f'{{"port": {options.port}}}')
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Port", "listener.json", "dort ist kein Empfang")
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
    assert found.has("✓ Schlüssel", "Publishable Key pk_test_…0001 (Einstellungen)")
    assert found.has("✓ Schlüssel", "Secret Key sk_test_…0002 (Passwortspeicher dieses PCs)")
    assert found.has("✓ Schlüssel", "Webhook Secret whsec_…0003 (Passwortspeicher dieses PCs)")
    store_keys(office, keychain, in_file=True)
    found = Examined(Options("doctor", folder, port=0), KeyringSecrets())
    assert found.code == 0
    assert found.has(
        "✓ Schlüssel", "Webhook Secret whsec_…0003 (verschlüsselte Datei im Datenordner)"
    )


def test_a_keyring_that_never_answers(office: OfficeBooks, folder: Path) -> None:
    store_keys(office, KeyringSecrets())
    let_go = threading.Event()

    def never() -> None:
        let_go.wait(PATIENCE)

    hanging = Keychain("id", open_backend=never, limit=0.1)  # type: ignore[arg-type]
    try:
        found = Examined(Options("doctor", folder, port=0), hanging)
    finally:
        let_go.set()
    assert found.code == 1
    assert found.has("✗ Schlüssel", "Passwortspeicher dieses PCs", "antwortet nicht")
    assert found.has("✗ Schlüssel", "Webhook Secret fehlt")


def test_keys_that_cannot_be_right(office: OfficeBooks, options: Options) -> None:
    live = replace(options, stripe_secret_key="sk_live_51SecretSecretSecret0005")
    found = Examined(live)
    assert found.code == 1
    assert found.has("✗ Schlüssel", "Secret Key sk_live_…0005", "Anderer Modus")
    swapped = replace(options, stripe_webhook_secret=SECRET)
    assert Examined(swapped).has("✗ Schlüssel", "Webhook Secret", "whsec_")


def test_another_stripe(office: OfficeBooks, options: Options) -> None:
    near = Examined(replace(options, stripe_api_base="http://127.0.0.1:12111"))
    assert near.code == 0
    assert near.has("– Stripe-API", "nicht Stripe, sondern http://127.0.0.1:12111")
    far = Examined(replace(options, stripe_api_base="https://example.org"))
    assert far.code == 1


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
def test_a_folder_that_others_can_read(office: OfficeBooks, options: Options) -> None:
    office.data_dir.chmod(0o755)
    found = Examined(options)
    assert found.code == 1
    assert found.has("✗ Daten", "für andere Benutzer offen")


def test_marks_that_a_terminal_cannot_show(office: OfficeBooks, options: Options) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    assert doctor(options, open_keychain=lambda _id: KeyringSecrets(), out=out) == 0
    out.flush()
    assert b"ok Datenbank:" in raw.getvalue()
    assert b"-- Tunnel:" in raw.getvalue()
    assert b"sk_test_...0002" in raw.getvalue()
