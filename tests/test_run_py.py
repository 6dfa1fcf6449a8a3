"""``run.py``: real environments and a real pip, fed from a folder instead of the network.

The tests use signals, locks and modes of POSIX; the project's checks run on Linux.
"""

import ast
import fcntl
import hashlib
import importlib.util
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.places import CHECKOUT
from tests.waiting import PATIENCE

RUN_PY = CHECKOUT / "run.py"
PROGRAM = """
import json, os, sys
import tiny

json.dump({"pid": os.getpid(), "argv": sys.argv[1:], "cwd": os.getcwd(),
           "tiny": tiny.VERSION, "prefix": sys.prefix}, sys.stdout)
sys.exit(7 if "fail" in sys.argv else 0)
"""


class Checkout:
    """A copy of ``run.py`` with a stand-in program that needs one small package."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.wheels = root / "wheels"
        self.wheels.mkdir()
        (root / "run.py").write_bytes(RUN_PY.read_bytes())
        package = root / "workmate_desktop"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(PROGRAM)
        self.lock(self.wheel("1.0"))

    def wheel(self, version: str) -> str:
        """Put ``tiny`` into the folder that pip installs from; return its line for a lock file."""
        name = f"tiny-{version}.dist-info"
        path = self.wheels / f"tiny-{version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("tiny.py", f"VERSION = '{version}'\n")
            file.writestr(
                f"{name}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n"
            )
            file.writestr(f"{name}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            file.writestr(f"{name}/RECORD", "")
        return f"tiny=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"

    def lock(self, text: str) -> None:
        """Write the runtime lock file."""
        (self.root / "requirements.lock").write_text(text)

    def environment(self, **changes: str) -> dict[str, str]:
        """The environment of a start: no network, packages only from the folder."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "VIRTUAL_ENV"))}
        offline = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }
        return kept | offline | changes

    def popen(
        self, *arguments: str, cwd: Path | None = None, **changes: str
    ) -> "subprocess.Popen[str]":
        """Start ``run.py`` in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, str(self.root / "run.py"), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=cwd or self.root,
            env=self.environment(**changes),
            start_new_session=True,
        )

    def start(self, *arguments: str, cwd: Path | None = None, **changes: str) -> "Result":
        """Run ``run.py`` to its end."""
        process = self.popen(*arguments, cwd=cwd, **changes)
        out, err = process.communicate(timeout=100)
        return Result(process.pid, process.returncode, out, err)

    @property
    def stamp(self) -> Path:
        return self.root / ".venv" / "workmate-installed.json"


class Result:
    """What a start did."""

    def __init__(self, pid: int, code: int, out: str, err: str) -> None:
        self.pid, self.code, self.out, self.err = pid, code, out, err

    @property
    def program(self) -> dict[str, object]:
        """What the stand-in program said about itself, on the last line."""
        assert self.out, self.err
        found: dict[str, object] = json.loads(self.out.splitlines()[-1])
        return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, Result]:
    """A checkout after its first start, and that start."""
    checkout = Checkout(tmp_path_factory.mktemp("checkout"))
    return checkout, checkout.start("serve", "--port", "0")


def test_first_start_sets_up_and_becomes_the_program(installed: tuple[Checkout, Result]) -> None:
    checkout, first = installed
    assert first.code == 0, first.err
    assert first.out.startswith("Einmalige Einrichtung")
    assert "WARNING" not in first.out + first.err
    assert "Collecting" not in first.out + first.err
    assert first.program["pid"] == first.pid
    assert first.program["argv"] == ["serve", "--port", "0"]
    assert first.program["prefix"] == str(checkout.root / ".venv")
    assert first.program["tiny"] == "1.0"


def test_later_start_needs_no_pip_and_keeps_folder_and_exit_code(
    installed: tuple[Checkout, Result], tmp_path: Path
) -> None:
    checkout, _ = installed
    # A file named like a library, in the folder where the user happens to be.
    (tmp_path / "tiny.py").write_text("VERSION = 'wrong one'")
    later = checkout.start("doctor", "fail", cwd=tmp_path, PIP_FIND_LINKS="/nonexistent")
    assert later.code == 7
    assert later.err == ""
    assert later.out.count("\n") == 0  # nothing but the program's own line
    assert later.program["pid"] == later.pid
    assert later.program["cwd"] == str(tmp_path)
    assert later.program["tiny"] == "1.0"


def test_changed_lock_wrong_hash_and_missing_network(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    good = checkout.wheel("1.0")

    checkout.lock("tiny==1.0 --hash=sha256:" + "0" * 64 + "\n")
    wrong = checkout.start("doctor")
    assert wrong.code == 1
    assert "Prüfsumme" in wrong.err
    assert not checkout.stamp.exists()

    checkout.lock(good)
    offline = checkout.start("doctor", PIP_FIND_LINKS=str(tmp_path / "empty"))
    assert offline.code == 1
    assert "Internetverbindung" in offline.err
    assert "No matching distribution" in offline.err  # the end of what pip said
    assert not checkout.stamp.exists()

    assert checkout.start("doctor").program["tiny"] == "1.0"
    checkout.lock(checkout.wheel("2.0"))
    assert checkout.start("doctor").program["tiny"] == "2.0"


def test_killed_set_up_is_repeated(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent_index:
        silent_index.settimeout(90)
        process = checkout.popen(
            "doctor",
            PIP_NO_INDEX="",
            PIP_FIND_LINKS="",
            PIP_INDEX_URL=f"http://127.0.0.1:{silent_index.getsockname()[1]}/simple",
            no_proxy="127.0.0.1",
        )
        connection, _ = silent_index.accept()  # pip is waiting for the package list now
        with connection:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=PATIENCE)
    assert not checkout.stamp.exists()
    assert checkout.start("doctor").program["tiny"] == "1.0"
    assert checkout.stamp.exists()


def test_second_set_up_waits_for_the_first(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    with (tmp_path / ".venv.lock").open("w") as other_setup:
        fcntl.flock(other_setup, fcntl.LOCK_EX)
        process = checkout.popen("doctor")
        assert process.stdout is not None
        assert "andere Einrichtung läuft noch" in process.stdout.readline()
        assert not (tmp_path / ".venv").exists()
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    assert out.startswith("Einmalige Einrichtung")


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    (tmp_path / ".venv.lock").mkdir()  # root ignores file modes, a folder in the way it cannot
    result = checkout.start("doctor")
    assert result.code == 1
    assert "Einrichtung im Ordner" in result.err
    assert "Traceback" not in result.err


# --- without an environment --------------------------------------------------------------


def test_only_the_standard_library_is_imported() -> None:
    names: set[str] = set()
    for node in ast.walk(ast.parse(RUN_PY.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    assert names <= set(sys.stdlib_module_names)


def test_older_python_gets_a_sentence() -> None:
    # Parses with old grammars, and speaks before it imports what they lack.
    ast.parse(RUN_PY.read_text(encoding="utf-8"), feature_version=(3, 7))
    pretend = (
        "import runpy, sys; sys.version_info = (3, 9, 2);"
        f"runpy.run_path({str(RUN_PY)!r}, run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", pretend], capture_output=True, encoding="utf-8")
    assert result.returncode == 1
    assert "braucht Python 3.11 oder neuer" in result.stderr
    assert "3.9" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture
def run_py() -> ModuleType:
    """``run.py`` as a module."""
    spec = importlib.util.spec_from_file_location("run_py_under_test", RUN_PY)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_missing_libraries_are_found(run_py: ModuleType) -> None:
    assert run_py.missing_libraries(["libc.so.6", "libnosuchthing.so.9"]) == ["libnosuchthing.so.9"]


@pytest.fixture
def fake_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Put stand-ins for apt-get and sudo on an otherwise empty PATH; they log their calls."""
    folder = tmp_path / "bin"
    folder.mkdir()
    log = tmp_path / "calls"
    log.touch()
    (folder / "env").symlink_to("/usr/bin/env")
    monkeypatch.setenv("PATH", str(folder))

    def add(name: str, then: str = "exit 0") -> Path:
        path = folder / name
        path.write_text(f'#!/bin/sh\necho {name} "$@" >> {log}\n{then}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return log

    yield add


def test_root_installs_with_apt(
    run_py: ModuleType, fake_commands: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = fake_commands("apt-get")
    run_py.install_debian_packages(["libegl1"], "Es fehlt etwas.")
    assert log.read_text().splitlines() == [
        "apt-get -q update",
        "apt-get -q install -y --no-install-recommends libegl1",
    ]


def test_sudo_is_used_after_saying_so(
    run_py: ModuleType,
    fake_commands: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    fake_commands("apt-get")
    log = fake_commands("sudo", 'case "$1" in -n) exit 0;; *) exec "$@";; esac')
    run_py.install_debian_packages(["libegl1"], "Es fehlt etwas.")
    calls = log.read_text().splitlines()
    assert calls[0] == "sudo -n true"
    assert calls[-1] == "apt-get -q install -y --no-install-recommends libegl1"
    assert "sudo" in capsys.readouterr().out


def test_without_rights_the_line_to_type_is_told(
    run_py: ModuleType, fake_commands: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    log = fake_commands("apt-get")
    with pytest.raises(run_py.SetupError) as told:
        run_py.install_debian_packages(["libegl1", "libgl1"], "Es fehlt etwas.")
    assert "sudo apt-get update && sudo apt-get install -y libegl1 libgl1" in str(told.value)
    assert log.read_text() == ""


def test_failing_apt_is_told_with_its_own_words(
    run_py: ModuleType, fake_commands: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    fake_commands("apt-get", "echo E: no such package; exit 100")
    with pytest.raises(run_py.SetupError, match="E: no such package"):
        run_py.install_debian_packages(["libegl1"], "Es fehlt etwas.")


def test_progress_line_moves_and_fits(run_py: ModuleType) -> None:
    lines = [f"Collecting part{n}\n" for n in range(5)]
    half = run_py.progress_line(lines, 10, 65)
    assert "5 von 10" in half and "1:05" in half
    assert "█" * 12 + "·" * 12 in half
    last = run_py.progress_line([*lines, "Installing collected packages: a, b\n"], 10, 70)
    assert "eingerichtet" in last
    assert len(half) == len(last) == 70
