"""`doctor`: the state of database, port, tunnel, keys and clock, and the production checklist,
printed line by line.

Only looks: takes no lock, migrates nothing, so it may run beside the program. Never prints a
secret. German, like the window, whose words it shares (none of them needs Qt).
"""

import http.client
import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TextIO

from workmate_desktop import __version__
from workmate_desktop.app.commands.doctor_checklist import FoundKeys, checklist_findings
from workmate_desktop.app.commands.doctor_lines import Finding, Mark, local_text, write_line
from workmate_desktop.app.commands.doctor_steps import step_findings
from workmate_desktop.app.data_dir import remove_demo_data
from workmate_desktop.app.options import Options
from workmate_desktop.domain.errors import Bug
from workmate_desktop.domain.schema import beyond_mending
from workmate_desktop.domain.secrets import SecretPlace, SecretStore
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.keys import (
    KeyProblem,
    StripeKeys,
    mask,
    problem_of_publishable,
    problem_of_secret,
    problem_of_webhook_secret,
)
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.secrets.keychain import Keychain
from workmate_desktop.gateways.secrets.secret_file import SecretFile
from workmate_desktop.gateways.stripe.api import checked_api_base
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.listener.state_file import STATE_FILE
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.connection.stripe_setup import GivenKeys, StripeSetup
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.opening.inspection import Inspection, inspect
from workmate_desktop.store.writer import Writer
from workmate_desktop.words.key_messages import KeyKind, key_problem_sentence
from workmate_desktop.words.messages import trouble_message
from workmate_desktop.words.schema_words import differences_words

_ANSWER_SECONDS = 2.0

_KEY_NAMES = {
    KeyKind.PUBLISHABLE: "Publishable Key",
    KeyKind.SECRET: "Secret Key",
    KeyKind.WEBHOOK_SECRET: "Webhook Secret",
}


_DATABASE_TROUBLES = {
    "database_rescued": "ging im laufenden Betrieb verloren; was gebucht war, ist gerettet",
    "database_missing": "fehlt, obwohl es schon eine gab: eine Sicherung einspielen",
    "database_damaged": "ist beschädigt: eine Sicherung einspielen",
    "database_newer": "stammt von einer neueren Version: das Programm aktualisieren",
    "database_older": "ist von einer älteren Version: das Programm einmal starten",
    "database_foreign": "ist nicht die, die in diesen Ordner gehört",
    "database_not_wal": "schrieb zuletzt nicht dieses Programm: es einmal starten",
    "database_busy": "ist von einem anderen Programm gesperrt",
    "database_read_only": "darf dieser Benutzer nicht lesen",
    "database_unreadable": "ist nicht lesbar",
    "disk_full": "lässt sich nicht öffnen: Der Speicherplatz ist voll",
}
_PLACES = {
    SecretPlace.KEYRING: "Passwortspeicher dieses PCs",
    SecretPlace.FILE: "verschlüsselte Datei im Datenordner",
    SecretPlace.ENVIRONMENT: "Umgebung",
    SecretPlace.MEMORY: "nur im Arbeitsspeicher",
}


def doctor(
    options: Options,
    *,
    open_keychain: Callable[[str], SecretStore] = Keychain,
    out: TextIO | None = None,
) -> int:
    """Print the state; 0 when all is well, else 1.

    `open_keychain` makes the keyring of an installation's id. `out` is stdout unless given.
    """
    # What is wrong is printed here; the log's lines would say it a second time.
    logging.getLogger("workmate").addHandler(logging.NullHandler())
    out = out or sys.stdout
    findings = list(_findings(options, open_keychain))
    wrong = sum(found.mark is Mark.WRONG for found in findings)
    open_points = sum(found.needed for found in findings)
    write_line(out, f"WorkmateOS Desktop {__version__}")
    for found in findings:
        write_line(out, f"{found.mark} {found.topic + ':':<11} {found.text}")
    write_line(out, _summary(wrong, open_points))
    remove_demo_data(options)
    return 1 if wrong or open_points else 0


def _summary(wrong: int, open_points: int) -> str:
    counts = (("Falsch", wrong), ("Offen", open_points))
    return ", ".join(f"{name}: {count}" for name, count in counts if count) or "Alles in Ordnung."


def _findings(options: Options, open_keychain: Callable[[str], SecretStore]) -> Iterator[Finding]:
    yield from _folder(options.data_dir)
    try:
        state = inspect(options.data_dir, Threads())
    except OSError as error:
        state = Inspection(False, None)
        yield Finding(Mark.WRONG, "Datenbank", f"Der Ordner ist nicht lesbar: {error.strerror}")
    else:
        yield from _database(state)
    port = yield from _port(options)
    yield _tunnel(options)
    found = yield from _keys(options, state, open_keychain)
    yield from step_findings(options.data_dir, state, found.keys.secret)
    yield _clock()
    public_url = _public_url(options.data_dir)
    yield from checklist_findings(options.data_dir, state, found, port, public_url)


# --- database ----------------------------------------------------------------------------


def _folder(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(Mark.NOTE, "Daten", f"{folder} gibt es noch nicht")
        return
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        yield Finding(Mark.WRONG, "Daten", f"{folder} ist für andere Benutzer offen: chmod 700")
        return
    yield Finding(Mark.GOOD, "Daten", str(folder))


def _database(state: Inspection) -> Iterator[Finding]:
    if state.trouble == "database_altered":
        yield Finding(Mark.WRONG, "Datenbank", _altered(state))
    elif state.trouble is not None:
        yield Finding(Mark.WRONG, "Datenbank", _DATABASE_TROUBLES[state.trouble])
    elif not state.exists:
        yield Finding(Mark.WRONG, "Datenbank", "noch keine: das Programm einmal starten")
        return
    else:
        size = f"{state.size_bytes / 1_000_000:.1f} MB".replace(".", ",")
        yield Finding(Mark.GOOD, "Datenbank", f"unversehrt, Version {state.version}, {size}")
    if state.rescued is not None:
        command = f"restore '{state.rescued}' --yes"
        yield Finding(Mark.WRONG, "Gerettet", f"einspielen mit demselben Befehl und: {command}")
    if state.backup is not None:
        yield Finding(
            Mark.GOOD, "Sicherung", f"neueste gute: {state.backup.name} ({state.backups} insgesamt)"
        )
    elif state.backups:
        yield Finding(Mark.WRONG, "Sicherung", f"keine von {state.backups} besteht ihre Prüfung")
    else:
        yield Finding(
            Mark.NOTE,
            "Sicherung",
            "noch keine; das Programm macht täglich und nach Änderungen eine",
        )


def _altered(state: Inspection) -> str:
    """The next start mends what the program makes itself; with what was entered it tries."""
    what = differences_words(state.differences)
    if beyond_mending(state.differences) is None:
        return f"wurde von außen verändert: {what}; ein Start des Programms bringt es in Ordnung"
    return (
        f"wurde von außen verändert: {what}; das Programm einmal starten, sonst eine Sicherung "
        "einsetzen"
    )


# --- port --------------------------------------------------------------------------------


def _port(options: Options) -> Generator[Finding, None, int | None]:
    """Returns where our listener answers; None when it does not."""
    known = _port_in_state_file(options.data_dir)
    if known is not None and _is_our_listener(known):
        moved = f" (nicht {options.port} wie gewünscht)" if options.port not in (0, known) else ""
        yield Finding(
            Mark.GOOD, "Port", f"Der Empfang antwortet auf 127.0.0.1:{known}{WEBHOOK_PATH}{moved}"
        )
        return known
    if known is not None:
        yield Finding(Mark.WRONG, "Port", f"{STATE_FILE} nennt {known}, aber dort ist kein Empfang")
    if options.port == 0:
        yield Finding(Mark.NOTE, "Port", "irgendein freier; der Empfang läuft nicht")
    elif _is_free(options.port):
        yield Finding(Mark.NOTE, "Port", f"{options.port} ist frei; der Empfang läuft nicht")
    else:
        yield Finding(
            Mark.WRONG,
            "Port",
            f"{options.port} ist von einem anderen Programm belegt; es wird der nächste freie",
        )
    return None


def _tunnel(options: Options) -> Finding:
    url = _public_url(options.data_dir)
    if url is not None:
        return Finding(Mark.GOOD, "Tunnel", f"offen: {url}")
    if options.tunnel == "ngrok":
        return Finding(
            Mark.NOTE, "Tunnel", "gewünscht, aber nicht offen: Stripe wird alle 30 s gefragt"
        )
    return Finding(Mark.NOTE, "Tunnel", "nicht offen: Stripe wird alle 30 s gefragt")


def _state_file(folder: Path) -> dict[str, object]:
    try:
        state = json.loads((folder / STATE_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _public_url(folder: Path) -> str | None:
    url = _state_file(folder).get("public_url")
    return url if isinstance(url, str) and url.startswith("https://") else None


def _port_in_state_file(folder: Path) -> int | None:
    port = _state_file(folder).get("port")
    return port if isinstance(port, int) and 0 < port < 65536 else None


def _is_our_listener(port: int) -> bool:
    """A GET is answered 405 by our path, and by hardly any other server in just this way."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", WEBHOOK_PATH)
        answer = connection.getresponse()
        return (answer.status, answer.read(64)) == (405, b'{"received": false}')
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # as the listener binds: the rest of a closed one is no obstacle
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


# --- keys --------------------------------------------------------------------------------


def _keys(
    options: Options, state: Inspection, open_keychain: Callable[[str], SecretStore]
) -> Generator[Finding, None, FoundKeys]:
    given = GivenKeys(
        options.stripe_publishable_key,
        options.stripe_secret_key,
        tuple(s.strip() for s in options.stripe_webhook_secret.split(",") if s.strip()),
    )
    keys = StripeKeys(given.publishable, given.secret, given.webhook_secrets)
    found = FoundKeys(keys)
    stored_at = SecretPlace.KEYRING
    if state.instance_id is not None:
        setup = _loaded_setup(options, given, open_keychain(state.instance_id))
        keys = setup.keys
        found = FoundKeys(keys, setup.trouble, setup.account)
        stored_at = setup.place
        if setup.trouble is not None:
            yield Finding(Mark.WRONG, "Schlüssel", f"{_PLACES[stored_at]}: {_why(setup.trouble)}")
        if setup.account is not None:
            yield Finding(Mark.NOTE, "Konto", f"{setup.account.id}, wie Stripe zuletzt sagte")
    elif state.trouble is not None:
        yield Finding(
            Mark.NOTE, "Schlüssel", "Gespeicherte sind ohne die Datenbank nicht zu finden"
        )
    yield _key(
        KeyKind.PUBLISHABLE,
        keys.publishable,
        problem_of_publishable(keys.publishable),
        "Umgebung" if given.publishable else "Einstellungen",
    )
    yield _key(
        KeyKind.SECRET,
        keys.secret,
        problem_of_secret(keys.secret, keys.publishable),
        _PLACES[SecretPlace.ENVIRONMENT if given.secret else stored_at],
    )
    if not keys.webhook_secrets and keys.secret:
        lack = "kein Webhook Secret: Stripe kann nichts zustellen, Zahlungen holt der Abruf"
        yield Finding(Mark.NOTE, "Schlüssel", lack)
    for secret in keys.webhook_secrets or (() if keys.secret else ("",)):
        yield _key(
            KeyKind.WEBHOOK_SECRET,
            secret,
            problem_of_webhook_secret(secret),
            _PLACES[SecretPlace.ENVIRONMENT if given.webhook_secrets else stored_at],
        )
    yield from _mode(keys, options)
    return found


def _loaded_setup(options: Options, given: GivenKeys, keychain: SecretStore) -> StripeSetup:
    """The keys as the program would find them. The writer is never started."""
    database = Database(options.data_dir / FILE_NAME, Threads())
    try:
        setup = StripeSetup(
            Writer(database, SystemClock(), lambda _changes: None),
            database,
            Announcer(),
            keychain=keychain,
            secret_file=SecretFile(options.data_dir),
            given=given,
            ask_account=_ask_nobody,
        )
        setup.load()
    finally:
        database.close()
    return setup


def _ask_nobody(_key: str, _cancelled: Signal) -> AccountInfo:
    raise Bug("doctor asks Stripe nothing")


def _why(code: str) -> str:
    """What is wrong and what mends it, as the window says it."""
    message = trouble_message(code)
    return message.line if message else code


def _key(kind: KeyKind, key: str, problem: KeyProblem | None, place: str) -> Finding:
    name = _KEY_NAMES[kind]
    if not key:
        # Without any key nothing can come; the other two are for later steps.
        needed = kind is KeyKind.WEBHOOK_SECRET
        lack = (
            "fehlt: jede Nachricht von Stripe wird mit 503 beantwortet"
            if needed
            else "nicht eingetragen"
        )
        return Finding(Mark.WRONG if needed else Mark.NOTE, "Schlüssel", f"{name} {lack}")
    if problem is not None:
        return Finding(
            Mark.WRONG, "Schlüssel", f"{name} {mask(key)}: {key_problem_sentence(kind, problem)}"
        )
    return Finding(Mark.GOOD, "Schlüssel", f"{name} {mask(key)} ({place})")


def _mode(keys: StripeKeys, options: Options) -> Iterator[Finding]:
    words = {True: "Livebetrieb: echtes Geld", False: "Testmodus", None: "ohne Schlüssel unbekannt"}
    yield Finding(Mark.NOTE, "Betrieb", words[keys.livemode])
    if options.stripe_api_base is not None:
        try:
            base = checked_api_base(options.stripe_api_base)
        except ValueError as error:
            yield Finding(Mark.WRONG, "Stripe-API", str(error))
        else:
            yield Finding(Mark.NOTE, "Stripe-API", f"nicht Stripe, sondern {base}")


# --- clock -------------------------------------------------------------------------------


def _clock() -> Finding:
    now = local_text(SystemClock().now())
    return Finding(
        Mark.NOTE,
        "Uhr",
        f"{now} auf diesem PC; die Abweichung ist ungemessen, ohne Stripe zu fragen",
    )
