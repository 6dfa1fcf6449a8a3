"""The entry that starts the program with the session."""

import plistlib
from pathlib import Path

import pytest

from workmate_desktop.app.options import Options, read_options
from workmate_desktop.app.window.launch import entry_suffix, start_command
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.autostart import Autostart


def entry(home: Path, command: list[str], suffix: str = "", **environment: str) -> Autostart:
    return Autostart(command, suffix, platform="linux", environment=environment, home=home)


def test_on_and_off(tmp_path: Path) -> None:
    made = entry(tmp_path, ["/usr/bin/python3", "-m", "workmate_desktop", "--hidden"])
    file = tmp_path / ".config/autostart/workmate-desktop.desktop"
    assert not made.enabled()
    made.set_enabled(False)
    made.set_enabled(True)
    assert made.enabled()
    assert 'Exec="/usr/bin/python3" "-m" "workmate_desktop" "--hidden"\n' in file.read_text()
    made.set_enabled(False)
    assert not file.exists()
    assert not made.enabled()


def test_the_configured_folder_and_one_entry_per_data_folder(tmp_path: Path) -> None:
    config = str(tmp_path / "config")
    first = entry(tmp_path, ["a"], XDG_CONFIG_HOME=config)
    second = entry(tmp_path, ["b"], "0123abcd", XDG_CONFIG_HOME=config)
    first.set_enabled(True)
    assert not second.enabled()
    second.set_enabled(True)
    names = sorted(path.name for path in (tmp_path / "config/autostart").iterdir())
    assert names == ["workmate-desktop-0123abcd.desktop", "workmate-desktop.desktop"]


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_the_desktop_may_have_switched_it_off(tmp_path: Path, line: str) -> None:
    made = entry(tmp_path, ["a"])
    made.set_enabled(True)
    file = tmp_path / ".config/autostart/workmate-desktop.desktop"
    file.write_text(f"[Desktop Entry]\nExec=a\n{line}\n")
    before = file.read_text()
    assert not made.enabled()
    made.refresh()
    assert file.read_text() == before


def test_a_moved_program_is_found_again(tmp_path: Path) -> None:
    entry(tmp_path, ["/old/python"]).set_enabled(True)
    entry(tmp_path, ["/new/python"]).refresh()
    text = (tmp_path / ".config/autostart/workmate-desktop.desktop").read_text()
    assert "/new/python" in text and "/old" not in text


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("a file in the way")
    with pytest.raises(UserError) as caught:
        entry(tmp_path, ["a"]).set_enabled(True)
    assert caught.value.code == "autostart_failed"


ODD = ["/opt/My Programs/py$thon", 'a"b', "back\\slash", "100%", "`x`", "Büro"]


def test_odd_paths_are_escaped_after_the_specification(tmp_path: Path) -> None:
    made = entry(tmp_path, ODD)
    made.set_enabled(True)
    file = tmp_path / ".config/autostart/workmate-desktop.desktop"
    [line] = [text for text in file.read_text("utf-8").splitlines() if text.startswith("Exec=")]
    assert line.removeprefix("Exec=") == (
        r'"/opt/My Programs/py\\$thon" "a\\"b" "back\\\\slash" "100%%" "\\`x\\`" "Büro"'
    )


def test_macos_gets_a_launch_agent(tmp_path: Path) -> None:
    """After the documentation; not tried on macOS."""
    made = Autostart(["/p/python", "--hidden"], platform="darwin", environment={}, home=tmp_path)
    made.set_enabled(True)
    [file] = (tmp_path / "Library/LaunchAgents").iterdir()
    values = plistlib.loads(file.read_bytes())
    assert values["ProgramArguments"] == ["/p/python", "--hidden"]
    assert values["RunAtLoad"] is True
    assert file.name == values["Label"] + ".plist"
    assert made.enabled()


# --- what is started ---------------------------------------------------------------------


def test_the_command_names_what_differs_and_no_secret(tmp_path: Path) -> None:
    usual = read_options([], {})
    assert start_command(usual)[-1] == "--hidden"
    assert entry_suffix(usual) == ""
    options = Options("gui", tmp_path / "büro", 8123, stripe_secret_key="sk_test_51Secret")
    command = start_command(options)
    assert command[-4:] == ["--data-dir", str(tmp_path / "büro"), "--port", "8123"]
    assert not [part for part in command if "sk_test" in part]
    assert len(entry_suffix(options)) == 8


def test_an_installed_package_is_started_by_its_name(tmp_path: Path) -> None:
    command = start_command(read_options([], {}), package=tmp_path / "workmate_desktop")
    assert command[1:] == ["-m", "workmate_desktop", "--hidden"]
