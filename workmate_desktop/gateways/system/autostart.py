"""Starts the program when its user logs in: one file, or on Windows one value, per data folder.

Linux: https://specifications.freedesktop.org/autostart-spec/latest/
Windows: https://learn.microsoft.com/windows/win32/setupapi/run-and-runonce-registry-keys
macOS: `man launchd.plist`, https://developer.apple.com/library/archive/documentation/MacOSX/
Conceptual/BPSystemStartup/Chapters/CreatingLaunchdJobs.html

Tried on Linux. The files for Windows and macOS are built after the documentation and have not
been seen working yet.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from workmate_desktop.domain.errors import UserError

NAME = "WorkmateOS Desktop"
_RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
_RESERVED = '"`$\\'


class Autostart:
    """`command` is what is started. `suffix` tells apart the programs of several data folders.

    `platform`, `environment` and `home` are those of this computer, except in tests.
    Methods raise UserError autostart_failed.
    """

    def __init__(
        self,
        command: Sequence[str],
        suffix: str = "",
        *,
        platform: str = sys.platform,
        environment: Mapping[str, str] = os.environ,
        home: Path | None = None,
    ) -> None:
        self._command = list(command)
        self._name = f"workmate-desktop{'-' if suffix else ''}{suffix}"
        self._windows_name = f"{NAME} {suffix}".strip()
        self._label = f"de.workmateos.{self._name}"
        self._platform = platform
        self._environment = environment
        self._home = home

    def enabled(self) -> bool:
        """Whether the program is started with the session."""
        if self._platform == "win32":
            return _registry_value(self._windows_name) is not None
        try:
            text = self._file().read_text("utf-8", errors="replace")
        except OSError:
            return False
        lines = text.replace(" ", "").lower().splitlines()
        # A desktop's own settings switch an entry off so, instead of deleting it.
        return not {"hidden=true", "x-gnome-autostart-enabled=false"} & set(lines)

    def set_enabled(self, wanted: bool) -> None:
        """Start with the session from now on, or no longer."""
        try:
            if self._platform == "win32":
                _set_registry_value(self._windows_name, self._windows_command() if wanted else None)
            elif wanted:
                self._write()
            else:
                self._file().unlink(missing_ok=True)
        except OSError as error:
            raise UserError("autostart_failed") from error

    def refresh(self) -> None:
        """Where it is switched on, name the program as it lies now: it may have been moved."""
        if self.enabled():
            self.set_enabled(True)

    def _file(self) -> Path:
        home = self._home or Path.home()
        if self._platform == "darwin":
            return home / "Library" / "LaunchAgents" / f"{self._label}.plist"
        configured = self._environment.get("XDG_CONFIG_HOME", "")
        # A relative one counts as none: XDG Base Directory Specification.
        folder = Path(configured) if Path(configured).is_absolute() else home / ".config"
        return folder / "autostart" / f"{self._name}.desktop"

    def _write(self) -> None:
        file = self._file()
        content = self._plist() if self._platform == "darwin" else self._desktop_entry()
        if file.is_file() and file.read_bytes() == content:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(file)

    def _desktop_entry(self) -> bytes:
        lines = [
            "[Desktop Entry]",
            "Type=Application",
            f"Name={NAME}",
            "Comment=Empfängt Zahlungen im Hintergrund",
            f"Exec={' '.join(map(_quoted, self._command))}",
            "Terminal=false",
            "X-GNOME-Autostart-enabled=true",
        ]
        return ("\n".join(lines) + "\n").encode()

    def _plist(self) -> bytes:
        import plistlib

        values = {
            "Label": self._label,
            "ProgramArguments": self._command,
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
        return plistlib.dumps(values)

    def _windows_command(self) -> str:
        return subprocess.list2cmdline(self._command)


def _quoted(argument: str) -> str:
    """For an Exec line: quoted, and its backslashes once more as in every string of the file.

    https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
    """
    inside = "".join(f"\\{c}" if c in _RESERVED else c for c in argument).replace("%", "%%")
    return f'"{inside}"'.replace("\\", "\\\\")


def _registry_value(name: str) -> str | None:
    if sys.platform != "win32":
        return None
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:
            return str(winreg.QueryValueEx(key, name)[0])
    except OSError:
        return None


def _set_registry_value(name: str, command: str | None) -> None:
    if sys.platform != "win32":
        return
    import winreg

    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:
        if command is not None:
            winreg.SetValueEx(key, name, 0, winreg.REG_SZ, command)
            return
        try:
            winreg.DeleteValue(key, name)
        except FileNotFoundError:
            return
