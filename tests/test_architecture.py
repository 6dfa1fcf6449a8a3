"""The rules of the code base that no single test of a feature would notice."""

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.places import CHECKOUT

PACKAGE = CHECKOUT / "workmate_desktop"
LOCKS = ("requirements.lock", "requirements-dev.lock")
PEER_LOCK = "tests/benchmarks/peers/djstripe/requirements.lock"

# What domain/ may not use although the standard library has it: the outside world.
INPUT_AND_OUTPUT = set(
    "asyncio ctypes http io logging mmap multiprocessing os pathlib select selectors shutil "
    "signal smtplib socket sqlite3 ssl subprocess tempfile threading time urllib".split()
)


def python_files(folder: Path) -> list[Path]:
    """Every source file below ``folder``, sorted."""
    return sorted(folder.rglob("*.py"))


def imported_names(path: Path) -> set[str]:
    """The top-level names that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in {path}"
            names.add(str(node.module).split(".")[0])
    return names


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of pyproject.toml on the package in ``folder``."""
    code = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, encoding="utf-8"
    )


def test_import_contracts_hold() -> None:
    result = lint_imports(CHECKOUT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("domain/payments/money.py", "import workmate_desktop.services"),
        ("services/__init__.py", "import workmate_desktop.ui"),
        ("services/__init__.py", "import workmate_desktop.listener"),
        ("store/__init__.py", "import workmate_desktop.gateways"),
        ("ui/violation.py", "import workmate_desktop.store"),
        ("ui/violation.py", "import workmate_desktop.gateways"),
        ("ui/violation.py", "import workmate_desktop.listener"),
        ("services/__init__.py", "from PySide6.QtCore import QObject"),
        ("services/__init__.py", "import sqlite3"),
        ("ui/violation.py", "def late():\n    import sqlalchemy"),
        ("services/__init__.py", "import stripe"),
        ("services/__init__.py", "import keyring"),
        ("gateways/violation.py", "import httptools"),
        ("helpers.py", "VALUE = 1"),  # a module that has no place in the layers
    ],
)
def test_import_contracts_notice_a_violation(tmp_path: Path, module: str, line: str) -> None:
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / PACKAGE.name / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "1 broken" in result.stdout


def test_domain_uses_the_standard_library_only_and_no_io() -> None:
    for path in python_files(PACKAGE / "domain"):
        names = imported_names(path) - {"workmate_desktop"}
        assert names <= set(sys.stdlib_module_names), path
        assert names & INPUT_AND_OUTPUT == set(), path


def test_every_imported_library_is_a_declared_dependency() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=~! ]", line)[0].lower() for line in project["dependencies"]}
    distributions = importlib.metadata.packages_distributions()
    for path in python_files(PACKAGE):
        foreign = imported_names(path) - set(sys.stdlib_module_names) - {"workmate_desktop"}
        for name in foreign:
            owners = {owner.lower().replace("_", "-") for owner in distributions[name]}
            # shiboken6 is the other half of PySide6 and pinned by it.
            assert owners & declared or name == "shiboken6", f"{path} imports {name}"


def test_no_file_holds_two_things() -> None:
    too_long = {
        str(path.relative_to(CHECKOUT)): lines
        for folder in (PACKAGE, CHECKOUT / "tests")
        for path in python_files(folder)
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    too_long |= (
        {"run.py": n} if (n := len((CHECKOUT / "run.py").read_text().splitlines())) > 400 else {}
    )
    assert too_long == {}, "split these: about 400 lines is one thing"


DOOR = "ui/kit/open_outside.py"
OUTSIDE = {
    "QDesktopServices": {DOOR},
    "openUrl": {DOOR},
    "clipboard": {DOOR},
    "setOpenExternalLinks": set(),
    "QProcess": {"app/window/pages.py"},  # the program itself once more, as its own example
    "startDetached": {"app/window/pages.py"},
    "webbrowser": set(),
    "os.startfile": set(),
    "os.system": set(),
    "os.popen": set(),
    "ShellExecuteW": set(),
    # An address becomes a code or a mail at one place, too, from a `PayAddress`.
    "segno": {"ui/kit/qr_image.py"},
    "qr_image": {"ui/kit/qr_image.py", "ui/payments/qr_dialog.py"},
    "mail_url": {"words/pay.py", "ui/payments/pay_actions.py"},
    "PayAddress": {
        "domain/payments/pay_address.py",
        DOOR,
        "ui/kit/qr_image.py",
        "ui/payments/pay_actions.py",
        "words/pay.py",
        "ui/payments/qr_dialog.py",
    },
    # The agent of the tunnel, and how a command is written for Windows: no shell, no address.
    "subprocess": {
        "gateways/system/autostart.py",
        "gateways/tunnel/agent.py",
        "gateways/tunnel/orphan.py",
    },
}
"""What hands something to the desktop → the only files that may name it."""


def names_in(tree: ast.AST) -> set[str]:
    """All names that are used: `a`, `x.a` (as "a" and "x.a"), `import a`, `from a import b` (as
    "a", "b" and "a.b")."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.update((node.attr, f"{getattr(node.value, 'id', '')}.{node.attr}"))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            found.add(module.split(".")[0])
            for alias in node.names:
                found.update((alias.name.split(".")[0], f"{module}.{alias.name}"))
    return found


def through_another_door(path: str, source: str) -> set[str]:
    """What of `OUTSIDE` a file names that it may not."""
    used = names_in(ast.parse(source)) & OUTSIDE.keys()
    return {name for name in used if path not in OUTSIDE[name]}


def test_sa3_one_door_to_the_desktop() -> None:
    for file in python_files(PACKAGE):
        path = file.relative_to(PACKAGE).as_posix()
        found = through_another_door(path, file.read_text(encoding="utf-8"))
        assert found == set(), f"{path} leads outside beside {DOOR}"


def test_sa3_only_the_check_makes_an_address_to_pay_at() -> None:
    for file in python_files(PACKAGE):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PayAddress":
                assert file.name == "pay_address.py", f"{file}:{node.lineno}"


@pytest.mark.parametrize(
    "source",
    [
        "import webbrowser\nwebbrowser.open(url)",
        "from os import startfile",
        "import os\nos.system(command)",
        "from PySide6.QtGui import QDesktopServices as Desk",
        "def copy(app, text):\n    app.clipboard().setText(text)",
        "label.setOpenExternalLinks(True)",
        "import subprocess",
    ],
)
def test_another_door_is_noticed(source: str) -> None:
    assert through_another_door("ui/invoices/tab.py", source)


def test_no_private_state_in_modules() -> None:
    """No ``global`` statement: objects meet in app.py, by constructor arguments."""
    for path in python_files(PACKAGE):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Global), f"{path}:{node.lineno}"


# --- starting -----------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["workmate_desktop.__main__", "workmate_desktop.app"])
def test_server_modules_import_no_qt(module: str) -> None:
    code = f"import sys, {module}; print([m for m in sys.modules if m.startswith('PySide6')])"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, encoding="utf-8"
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"


def test_pyside_is_a_sound_version() -> None:
    version = tuple(
        int(part) for part in importlib.metadata.version("PySide6-Essentials").split(".")
    )
    assert (6, 11, 3) <= version < (6, 12)


def test_five_thousand_emits_survive() -> None:
    """PySide6 6.12.0 loses a reference to True with each emit and dies after about 5,000."""
    code = """
        from PySide6.QtCore import QObject, Signal

        class Emitter(QObject):
            happened = Signal(int)

        seen = []
        emitter = Emitter()
        emitter.happened.connect(seen.append)
        for number in range(20_000):
            emitter.happened.emit(number)
        print(len(seen), True)
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, encoding="utf-8"
    )
    assert (result.returncode, result.stdout.strip()) == (0, "20000 True"), result.stderr


# --- what is delivered --------------------------------------------------------------------


@pytest.mark.parametrize("name", [*LOCKS, PEER_LOCK])
def test_lock_file_has_hashes_and_no_host_names(name: str) -> None:
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    assert not re.search(r"//|https?:|--(extra-)?index|--find-links|\bfile:|@ ", text)
    assert not re.search(r"\b[\w-]+\.(com|org|net|io|dev|internal|local)\b", text)
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert len(requirements) > 10
    for requirement in requirements:
        assert re.match(r"[a-z0-9-]+==[\w.]+( ; [^\\]+)? \\\n", requirement), requirement
        assert requirement.count("--hash=sha256:") >= 1, requirement


def pins(name: str) -> dict[str, str]:
    """Package → version of a lock file."""
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def test_developers_lock_holds_the_runtime_lock() -> None:
    runtime, developers = (pins(name) for name in LOCKS)
    assert runtime.items() <= developers.items()


def test_lock_files_follow_pyproject() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    for lines, lock in (
        (project["project"]["dependencies"], LOCKS[0]),
        (project["dependency-groups"]["dev"], LOCKS[1]),
    ):
        locked = pins(lock)
        for requirement in map(Requirement, lines):
            version = locked.get(requirement.name.lower().replace("_", "-"))
            assert version, f"{requirement.name} is not in {lock}: lock again"
            assert requirement.specifier.contains(version), f"{requirement} in {lock}"


def test_wheel_holds_resources_and_command(tmp_path: Path) -> None:
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    result = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)],
        cwd=CHECKOUT,
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stderr
    wheel = zipfile.ZipFile(tmp_path / result.stdout.split()[-1])
    names = wheel.namelist()
    resources = CHECKOUT / "resources"
    expected = {
        f"workmate_desktop/{p.relative_to(CHECKOUT)}" for p in resources.rglob("*") if p.is_file()
    }
    assert "workmate_desktop/resources/decline_codes.json" in expected
    assert expected - set(names) == set()
    assert any(name.startswith("workmate_desktop/store/migrations/versions/") for name in names)
    assert not any(name.startswith(("tests/", "resources/")) for name in names)
    entry_points = next(name for name in names if name.endswith("entry_points.txt"))
    assert "workmate-desktop = workmate_desktop.__main__:run" in wheel.read(entry_points).decode()
    assert any(name.endswith("licenses/LICENSE") for name in names)
