"""However the program ends, its ngrok agent ends too: no process is left, and no token file.

Killed outright it cannot see to that; then the next start does (FAULTS H5).
"""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateways.tunnel.tunnel_support import until
from tests.journey.test_serve import Program, started
from tests.standins.ngrok_play import NAME, TOKEN, StandInNgrok
from workmate_desktop.gateways.tunnel.files import CONFIG_FILE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

WAYS = {
    "serve": ("serve",),
    "window": (),
}


@pytest.fixture
def ngrok(tmp_path: Path) -> Iterator[StandInNgrok]:
    made = StandInNgrok(tmp_path / "agent")
    yield made
    assert made.end_all() == []


def environment(ngrok: StandInNgrok) -> dict[str, str]:
    return {
        "WORKMATE_TUNNEL": "ngrok",
        "WORKMATE_NGROK_AUTHTOKEN": TOKEN,
        "WORKMATE_NGROK_PATH": str(ngrok.executable),
        "QT_QPA_PLATFORM": "offscreen",
    }


def wait_until_open(program: Program) -> None:
    program.wait_for_state()
    file = program.data_dir / "listener.json"
    assert until(
        lambda: json.loads(file.read_text("utf-8"))["public_url"] == f"https://{NAME}", 30
    ), program.output


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ended_by_a_signal(
    tmp_path: Path, ngrok: StandInNgrok, way: str, number: signal.Signals
) -> None:
    with started(tmp_path, *WAYS[way], **environment(ngrok)) as program:
        wait_until_open(program)
        assert len(ngrok.running) == 1
        assert program.end(number) == 0
        assert ngrok.running == []
        assert not (program.data_dir / CONFIG_FILE).exists()


@pytest.mark.parametrize("way", WAYS)
def test_ended_while_the_tunnel_is_opening(tmp_path: Path, ngrok: StandInNgrok, way: str) -> None:
    ngrok.play(silent=True)
    with started(tmp_path, *WAYS[way], **environment(ngrok)) as program:
        assert until(lambda: ngrok.running, 30), program.output
        program.wait_for_state()
        assert program.end() == 0
        assert until(lambda: ngrok.running == [])
        assert not (program.data_dir / CONFIG_FILE).exists()


@pytest.mark.parametrize("way", WAYS)
def test_h5_killed_outright_the_next_start_ends_what_was_left(
    tmp_path: Path, ngrok: StandInNgrok, way: str
) -> None:
    with started(tmp_path, *WAYS[way], **environment(ngrok)) as program:
        wait_until_open(program)
        program.end(signal.SIGKILL)
    [orphan] = ngrok.running
    without = environment(ngrok) | {"WORKMATE_TUNNEL": "off"}
    with started(tmp_path, *WAYS[way], **without) as again:
        assert until(lambda: orphan not in ngrok.running, 30), again.output
        again.wait_for_state()
        assert again.end() == 0
    assert ngrok.running == []
