"""The first rows stand there before the books are opened, and before SQLAlchemy is imported.

In a process of its own, because pytest has imported the program already.
"""

import json
import os
import socket
import subprocess
import sys

import pytest

from tests.benchmarks.generator import fill_for_deliveries, new_data_dir
from tests.free_port import free_port
from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.ui.invoices.list.table_model import PAGE

TOO_DEAR = (
    "sqlalchemy alembic stripe requests httptools keyring cryptography pyngrok babel asyncio ssl "
    "smtplib email concurrent.futures logging.handlers multiprocessing PySide6.QtNetwork "
    "workmate_desktop.app.core workmate_desktop.app.window.program workmate_desktop.bridge "
    "workmate_desktop.store.database.engine workmate_desktop.ui.invoices.tab "
    "workmate_desktop.ui.invoices.panel.detail workmate_desktop.ui.kit.toast"
).split()

PROGRAM = """
import gc, json, os, sys
from workmate_desktop.app.window import first_window
from workmate_desktop.app.options import read_options
from workmate_desktop.app.window.run import make_application

application = make_application()
first = first_window.FirstWindow(read_options([], os.environ))
seen = {}
prepare = first._prepare

def look():
    table = first.side.table if first.side else None
    seen["rows"] = table.model().rowCount() if table and table.isVisible() else 0
    seen["modules"] = sorted(sys.modules)
    seen["collects"] = gc.isenabled()

def looking():
    prepare_before()
    prepare()

prepare_before = look
first._prepare = looking
first.show()
seen["collects after"] = gc.isenabled()
seen["port"] = first.bound.getsockname()[1] if first.bound else None
print(json.dumps(seen), flush=True)
first.give_up()
os._exit(0)
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What is there when the first rows are painted: 300 test invoices, a test key."""
    folder = tmp_path_factory.mktemp("daten") / "daten"
    fill_for_deliveries(new_data_dir(folder), 300)
    port = free_port()
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "WORKMATE_DATA_DIR": str(folder),
        "WORKMATE_PORT": str(port),
        "WORKMATE_STRIPE_SECRET_KEY": "sk_test_" + "a" * 24,
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return {**json.loads(done.stdout), "wanted": port}


def test_the_first_page_is_painted(first: dict[str, object]) -> None:
    assert first["rows"] == PAGE


def test_no_dear_library_comes_before_the_first_rows(first: dict[str, object]) -> None:
    modules = first["modules"]
    assert isinstance(modules, list)
    assert set(modules).isdisjoint(TOO_DEAR)


def test_nothing_is_collected_on_the_importing_thread(first: dict[str, object]) -> None:
    """A widget in a reference cycle would be destroyed there, which crashes Qt."""
    assert (first["collects"], first["collects after"]) == (False, True)


def test_the_port_is_bound_before_the_books_are_open(first: dict[str, object]) -> None:
    assert first["port"] == first["wanted"]
    with socket.create_server(("127.0.0.1", int(str(first["wanted"])))):
        pass  # given back
