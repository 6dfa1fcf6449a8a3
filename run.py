#!/usr/bin/env python3
"""Start WorkmateOS Desktop from a checkout: ``python3 run.py``.

The first start makes ``.venv`` beside this file and installs exactly what the lock file
names; later starts go straight on. Then this process becomes the program.

``python3 run.py test|lint|faults|simulate|strength|bench|screenshots|words|sbom|licences|audit``
are for developers; everything else is passed to the program. Only the standard library is used.
"""

import sys

if sys.version_info < (3, 11):  # before anything that an older Python would not understand
    sys.exit(
        "WorkmateOS Desktop braucht Python 3.11 oder neuer, gestartet wurde es mit Python "
        f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable}).\n"
        "Bitte ein neueres Python installieren und damit starten, "
        "zum Beispiel: python3.11 run.py"
    )

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "workmate-installed.json"
PYTHON_TAG = sys.implementation.cache_tag  # cpython-311: whose packages these are
RUNTIME_LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"  # holds everything of the runtime lock, and more
UNIX = ("linux", "darwin")
LINT_STEPS = (
    ["-m", "ruff", "check", "."],
    ["-m", "ruff", "format", "--check", "."],
    # A cache for each, or every run would begin anew. The tests fork and kill: not on Windows.
    *(["-m", "mypy", "--platform", on, f"--cache-dir=.mypy_cache/{on}"] for on in UNIX),
    ["-m", "mypy", *"--platform=win32 --cache-dir=.mypy_cache/win32 -p workmate_desktop".split()],
)
WITHOUT_QT = {"serve", "doctor", "backup", "restore", "--version", "--help", "-h", "lint"}

# Library that Qt loads -> Debian package that holds it.
# fmt: off
QT_LIBRARIES = {
    "libGL.so.1": "libgl1", "libEGL.so.1": "libegl1", "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1", "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
QT_X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0", "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1", "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
DEV_MODULES = {
    "test": "run_all", "faults": "faults.report", "simulate": "simulator", "bench": "benchmarks",
    "screenshots": "screenshots", "audit": "supply.audit", "sbom": "supply.sbom",
    "licences": "supply.licences", "strength": "strength", "words": "words.catalogues"}
# fmt: on
DEV_COMMANDS = {name: ["-m", f"tests.{module}"] for name, module in DEV_MODULES.items()}


class SetupError(Exception):
    """The set-up cannot go on; the text says in German what happened and what to do."""


def main(arguments: list[str]) -> int:
    """Set up what is missing, then become the program; the result is its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # there is none under pythonw.exe
            stream.reconfigure(errors="replace")
    command = arguments[0] if arguments else ""
    developing = command in DEV_COMMANDS or command == "lint"
    if developing:
        os.chdir(ROOT)
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        if sys.platform == "linux" and not WITHOUT_QT.intersection(arguments):
            ensure_qt_libraries()  # first: whoever may not install them need not wait
        ensure_installed(DEV_LOCK if developing else RUNTIME_LOCK)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nAbgebrochen. Der nächste Start holt das Fehlende nach.", file=sys.stderr)
        return 130
    if command == "lint":
        return lint()
    if developing:
        return become_python([*DEV_COMMANDS[command], *arguments[1:]])
    # -P: a file named like a library in the current folder must not take its place.
    return become_python(["-P", "-m", "workmate_desktop", *arguments])


def become_python(arguments: list[str]) -> int:
    """Replace this process by the environment's Python; on Windows wait for it instead."""
    command = [str(PYTHON), *arguments]
    if not WINDOWS:
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(command[0], command)
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # the program got Ctrl+C too and stops by itself


def lint() -> int:
    """Run every check, even after a failed one; 1 when any of them failed."""
    failed = False
    for step in LINT_STEPS:
        print("$ " + " ".join(step[1:]), flush=True)
        failed |= subprocess.run([str(PYTHON), *step], check=False).returncode != 0
    return int(failed)


# --- the virtual environment -------------------------------------------------------------


def ensure_installed(lock: str) -> None:
    """Install what ``lock`` names, unless the stamp says that this was done to the end.

    Raises SetupError.
    """
    if is_installed(lock):
        return
    try:
        with one_setup_at_a_time():
            if not is_installed(lock):  # another start may have done it meanwhile
                install(lock)
    except OSError as error:
        raise SetupError(
            f"Die Einrichtung im Ordner {ROOT} ist nicht möglich: {error.strerror or error}.\n"
            "Bitte prüfen, ob er beschreibbar ist und etwa 500 MB frei sind."
        ) from error


def is_installed(lock: str) -> bool:
    """Whether exactly this lock file was installed to the end, for this Python."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # never installed, or interrupted
    return bool(stamp.get("python") == PYTHON_TAG and stamp.get(lock) == lock_digest(lock))


def lock_digest(lock: str) -> str:
    """SHA-256 of a lock file."""
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


@contextlib.contextmanager
def one_setup_at_a_time() -> Iterator[None]:
    """Wait for another set-up in this folder; the system frees the lock of a killed one."""
    with (ROOT / ".venv.lock").open("w", encoding="utf-8") as file:
        if not WINDOWS:
            os.set_inheritable(file.fileno(), True)  # held as long as pip lives, see run_pip
        told = False
        while not try_lock(file.fileno()):
            if not told:
                print("Eine andere Einrichtung läuft noch, bitte warten …", flush=True)
                told = True
            time.sleep(0.3)
        yield


def try_lock(descriptor: int) -> bool:
    """Take the file lock, or say that somebody else holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def install(lock: str) -> None:
    """Make the environment where needed, fill it from the lock file, write the stamp last."""
    print("Einmalige Einrichtung: Programmteile werden geladen … (1–3 Minuten)", flush=True)
    STAMP.unlink(missing_ok=True)
    if not environment_works():
        make_environment()
    run_pip(lock)
    link_checkout()
    done = {lock, RUNTIME_LOCK}  # the developers' lock file holds everything of the other
    stamp = {"python": PYTHON_TAG} | {name: lock_digest(name) for name in done}
    STAMP.write_text(json.dumps(stamp), encoding="utf-8")
    print("Einrichtung fertig.", flush=True)


def environment_works() -> bool:
    """Whether there is an environment of this Python with a pip that starts."""
    code = "import pip, sys; print(sys.implementation.cache_tag)"
    try:
        probe = quietly([str(PYTHON), "-c", code])
    except OSError:
        return False  # there is none, or its Python is gone
    return probe.returncode == 0 and probe.stdout.strip() == PYTHON_TAG


def make_environment() -> None:
    """Make ``.venv`` anew. Raises SetupError."""
    import importlib.util

    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python3.{sys.version_info[1]}-venv"
        install_debian_packages([package], "Dem Python dieses Rechners fehlt das Modul „venv“.")
    making = quietly([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if making.returncode != 0:
        raise SetupError(
            f"{last_lines(making.stdout)}\n\n"
            f"Die Python-Umgebung {VENV} ließ sich nicht anlegen; oben steht, warum.\n"
            "Bitte prüfen, ob der Ordner beschreibbar ist, und erneut starten."
        )


def run_pip(lock: str) -> None:
    """Install a lock file, showing progress; pip's own words appear only when it fails.

    Raises SetupError.
    """
    total = sum("==" in line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines())
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps"]
    command += ["--only-binary", ":all:", "--no-input", "--progress-bar", "off"]
    command += ["--disable-pip-version-check", "--requirement", str(ROOT / lock)]
    output: list[str] = []
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        close_fds=WINDOWS,  # elsewhere pip inherits the set-up lock, should this process die
    ) as process:
        try:
            show_progress(process, output, total)
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        text = "".join(output)
        raise SetupError(f"{last_lines(text)}\n\n{why_pip_failed(text)}")


def show_progress(process: subprocess.Popen[str], output: list[str], total: int) -> None:
    """Draw a moving line (on a terminal) until ``process`` ends; collect what it says."""

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            output.append(line)

    reader = threading.Thread(target=read)
    reader.start()
    moving = sys.stdout is not None and sys.stdout.isatty()
    started = time.monotonic()
    while reader.is_alive():
        reader.join(0.2)
        if moving:
            seconds = time.monotonic() - started
            print(f"\r{progress_line(output, total, seconds)}", end="", flush=True)
    process.wait()
    if moving:
        print(f"\r{' ' * 70}\r", end="", flush=True)


def progress_line(output: list[str], total: int, seconds: float) -> str:
    """One line of at most 70 characters: bar, parts loaded so far, time."""
    clock = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
    if any(line.startswith("Installing collected") for line in output):
        return f"  Programmteile werden eingerichtet … {clock}".ljust(70)
    seen = ("Collecting ", "Requirement already", "Ignoring ")
    count = min(sum(line.startswith(seen) for line in output), total)
    bar = ("█" * (24 * count // max(total, 1))).ljust(24, "·")
    return f"  {bar} {count} von {total} Teilen · {clock}".ljust(70)


def why_pip_failed(text: str) -> str:
    """A German sentence about the likely cause, and what to try."""
    if "DO NOT MATCH THE HASHES" in text:
        return (
            "Ein geladenes Programmteil ist nicht das geprüfte (die Prüfsumme stimmt nicht); "
            "es wird nicht verwendet.\nBitte später erneut starten."
        )
    if "No space left" in text:
        return "Der Datenträger ist voll. Bitte etwa 500 MB frei machen und erneut starten."
    return (
        "Die Programmteile konnten nicht geladen werden. Bitte die Internetverbindung prüfen "
        "(hinter einem Proxy: HTTPS_PROXY setzen) und erneut starten."
    )


def last_lines(text: str, count: int = 20) -> str:
    """The end of a tool's output."""
    return "\n".join(text.strip().splitlines()[-count:])


def link_checkout() -> None:
    """Let the environment find the program from any folder, by a path relative to itself."""
    import sysconfig

    places = {"base": str(VENV), "platbase": str(VENV)}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=places))
    link = packages / "workmate-checkout.pth"
    link.write_text(os.path.relpath(ROOT, packages) + "\n", encoding="utf-8")


# --- packages of the operating system (Debian and its relatives) --------------------------


def ensure_qt_libraries() -> None:
    """Install the libraries that Qt needs and a bare Linux lacks. Raises SetupError."""
    wanted = dict(QT_LIBRARIES)
    if os.environ.get("DISPLAY") and os.environ.get("QT_QPA_PLATFORM", "xcb") == "xcb":
        wanted.update(QT_X11_LIBRARIES)
    missing = missing_libraries(wanted)
    if missing:
        reason = f"Für das Fenster fehlen diesem Rechner Bibliotheken: {', '.join(missing)}."
        install_debian_packages([wanted[name] for name in missing], reason)
        still = missing_libraries(missing)
        if still:
            raise SetupError(f"Diese Bibliotheken fehlen noch immer: {', '.join(still)}.")


def missing_libraries(names: Iterable[str]) -> list[str]:
    """Those of the shared libraries that cannot be loaded."""
    import ctypes

    missing = []
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def install_debian_packages(packages: list[str], reason: str) -> None:
    """Install with apt where this user may; otherwise raise SetupError with the line to type."""
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"{reason}\nBitte mit der Paketverwaltung dieses Systems einrichten "
            f"(unter Debian heißen die Pakete: {' '.join(packages)}) und erneut starten."
        )
    line = f"sudo apt-get update && sudo apt-get install -y {' '.join(packages)}"
    prefix = administrator_prefix()
    if prefix is None:
        raise SetupError(
            f"{reason}\nBitte diese Zeile eingeben und danach erneut starten:\n  {line}"
        )
    told = " (mit sudo, das nach dem Passwort fragen kann)" if prefix else ""
    print(f"{reason}\nWird jetzt mit apt eingerichtet{told}: {' '.join(packages)} …", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    # An unreachable third-party source fails the update, yet the packages may be there.
    updating = quietly([*apt, "update"])
    installing = quietly([*apt, "install", "-y", "--no-install-recommends", *packages])
    if installing.returncode != 0:
        raise SetupError(
            f"{last_lines(updating.stdout + installing.stdout)}\n\n"
            "apt konnte die Pakete nicht einrichten; oben steht, warum. "
            f"Bitte beheben oder von Hand eingeben:\n  {line}"
        )


def administrator_prefix() -> list[str] | None:
    """What makes a command run as root: nothing, sudo, or None when there is no way."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    without_password = quietly(["sudo", "-n", "true"]).returncode == 0
    someone_there = sys.stdin is not None and sys.stdin.isatty()
    return ["sudo"] if without_password or someone_there else None


def quietly(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command and keep its output for the case that it fails."""
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
