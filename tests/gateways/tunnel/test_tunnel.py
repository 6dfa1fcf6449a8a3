"""The tunnel with the stand-in agent: it really starts, forwards, fails and ends."""

import logging
import os
import re
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyngrok import conf, process
from pyngrok import ngrok as pyngrok_api

from tests.free_port import free_port
from tests.gateways.tunnel.tunnel_support import open_tunnel, settings, sight_until, until
from tests.listener.support import SIGNED, FakeReceive
from tests.standins.ngrok_play import NAME, TOKEN, StandInNgrok, is_running
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.gateways.tunnel.files import CONFIG_FILE, STATE_FILE, write_config
from workmate_desktop.gateways.tunnel.ngrok import Ngrok
from workmate_desktop.listener.hosts import HostNames
from workmate_desktop.listener.server import Listener


@pytest.fixture
def gateway(data_dir: Path, ngrok: StandInNgrok) -> Iterator[Ngrok]:
    """The tunnel of one data folder, closed before the stand-in looks for what was left."""
    made = Ngrok(data_dir, opening=5.0)
    yield made
    made.close()


# --- the good way ---------------------------------------------------------------------------


def test_a_delivery_travels_from_the_public_address_through_the_real_listener(
    gateway: Ngrok, ngrok: StandInNgrok
) -> None:
    receive, hosts = FakeReceive(), HostNames()
    listener = Listener(receive, host_names=hosts)
    port = listener.start(0)
    try:
        url = open_tunnel(gateway, settings(ngrok), port)
        assert url == f"https://{NAME}"
        post = {"Content_Type": "application/json", "Stripe_Signature": SIGNED}
        status, _ = ngrok.visit("POST", WEBHOOK_PATH, b'{"id": "evt_1"}', **post)
        assert (status, receive.seen) == (421, [])  # nobody told the listener its public name
        hosts.set_public(url.removeprefix("https://"))
        status, body = ngrok.visit("POST", WEBHOOK_PATH, b'{"id": "evt_1"}', **post)
        assert (status, body) == (200, b'{"received": true}')
        assert receive.seen == [(b'{"id": "evt_1"}', SIGNED)]
    finally:
        listener.stop()


def test_what_the_agent_is_asked_for(gateway: Ngrok, ngrok: StandInNgrok) -> None:
    open_tunnel(gateway, settings(ngrok, domain=" https://My-Office.ngrok-free.dev/ "), 8000)
    (wanted,) = ngrok.endpoints
    assert wanted["upstream"] == {"url": "http://127.0.0.1:8000"}
    assert wanted["url"] == "https://my-office.ngrok-free.dev"
    assert wanted["inspect"] is False
    sight = gateway.look()
    assert (sight.alive, sight.public_url) == (True, "https://my-office.ngrok-free.dev")


def test_its_api_is_not_on_the_port_that_everyone_knows(
    gateway: Ngrok, ngrok: StandInNgrok, data_dir: Path
) -> None:
    open_tunnel(gateway, settings(ngrok))
    config = (data_dir / CONFIG_FILE).read_text("utf-8")
    port = re.search(r"web_addr: 127\.0\.0\.1:(\d+)", config)
    assert port is not None and int(port[1]) not in (4040, 0)
    assert "inspect_db_size: -1" in config


def test_j6_the_token_is_in_a_private_file_and_nowhere_else(
    gateway: Ngrok, ngrok: StandInNgrok, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NGROK_AUTHTOKEN", "2kAnotherTokenOfTheEnvironment_5")
    monkeypatch.setenv("WORKMATE_NGROK_AUTHTOKEN", TOKEN)
    monkeypatch.setenv("WORKMATE_STRIPE_SECRET_KEY", "sk_test_canary")
    open_tunnel(gateway, settings(ngrok))
    (start,) = ngrok.starts
    assert start["mode"] == "0o600"
    said = f"{start['argv']} {start['env']}"
    assert TOKEN not in said and "sk_test" not in said and "AnotherToken" not in said
    for pid in ("self", str(start["pid"])):
        assert TOKEN.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert stat.S_IMODE((data_dir / STATE_FILE).stat().st_mode) == 0o600
    assert TOKEN not in (data_dir / STATE_FILE).read_text("utf-8")
    assert TOKEN not in repr(settings(ngrok))
    gateway.close()
    assert list(data_dir.iterdir()) == []  # the token does not stay on disk


def test_a_token_may_hold_anything_without_changing_the_configuration(data_dir: Path) -> None:
    import yaml

    odd = 'a"b\n  web_addr: 0.0.0.0:80\n# \u00e4 \\'
    found = yaml.safe_load(write_config(data_dir, odd, 1234).read_text("utf-8"))
    assert found["agent"]["authtoken"] == odd
    assert found["agent"]["web_addr"] == "127.0.0.1:1234"


def test_closing_leaves_no_process_and_may_be_repeated(gateway: Ngrok, ngrok: StandInNgrok) -> None:
    open_tunnel(gateway, settings(ngrok))
    (pid,) = ngrok.running
    gateway.close()
    gateway.close()
    assert not is_running(pid)
    assert gateway.look().alive is False


def test_an_agent_that_ignores_the_end_is_killed(
    gateway: Ngrok, ngrok: StandInNgrok, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workmate_desktop.gateways.tunnel.agent.GRACE", 0.2)
    ngrok.play(stubborn=True)
    open_tunnel(gateway, settings(ngrok))
    gateway.close()
    assert ngrok.running == []


def test_a_proxy_of_the_office_is_not_asked_for_the_agent(
    gateway: Ngrok, ngrok: StandInNgrok, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "intranet.example")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody there
    assert open_tunnel(gateway, settings(ngrok)) == f"https://{NAME}"


def test_two_openings_are_never_two_agents(gateway: Ngrok, ngrok: StandInNgrok) -> None:
    open_tunnel(gateway, settings(ngrok))
    open_tunnel(gateway, settings(ngrok))
    assert len(ngrok.starts) == 2
    assert len(ngrok.running) == 1


def test_pyngrok_itself_can_use_the_stand_in(ngrok: StandInNgrok, tmp_path: Path) -> None:
    """So what the stand-in speaks is what pyngrok expects of the real agent."""
    config_file = write_config(tmp_path, TOKEN, 0)
    text = config_file.read_text("utf-8")
    for version, path in (("3", "endpoints"), ("2", "tunnels")):
        config_file.write_text(text.replace(":0\n", f":{free_port()}\n"), "utf-8")
        config = conf.PyngrokConfig(
            str(ngrok.executable),
            str(config_file),
            config_version=version,
            monitor_thread=False,
            startup_timeout=60,
            request_timeout=60,
        )
        tunnel = pyngrok_api.connect("http://127.0.0.1:9", pyngrok_config=config, inspect=False)
        assert tunnel.public_url == f"https://{NAME}"
        assert tunnel.uri == f"/api/{path}/{tunnel.name}"
        running = process.get_process(config).proc
        pyngrok_api.disconnect(tunnel.public_url, config)
        assert pyngrok_api.get_tunnels(config) == []
        pyngrok_api.kill(config)
        assert running.stdout is not None
        running.stdout.close()


# --- what goes wrong at the start -----------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("105", "tunnel_token_wrong"),
        ("107", "tunnel_token_wrong"),
        ("4018", "tunnel_token_wrong"),
        ("108", "tunnel_other_agent"),
        ("121", "tunnel_agent_old"),
        ("727", "tunnel_quota"),
        ("9999", "tunnel_refused"),
    ],
)
def test_h3_each_refusal_of_the_session_is_told_apart_and_the_token_masked(
    gateway: Ngrok,
    ngrok: StandInNgrok,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    number: str,
    code: str,
) -> None:
    ngrok.play(fail=number)
    with (
        caplog.at_level(logging.DEBUG, "workmate"),
        pytest.raises(UserError) as caught,
    ):
        open_tunnel(gateway, settings(ngrok))
    assert caught.value.code == code
    assert f"ERR_NGROK_{number}" in caplog.text  # support can look it up
    written = capfd.readouterr()
    for text in (caplog.text, written.out, written.err, str(caught.value), repr(caught.value)):
        assert TOKEN not in text
    assert ngrok.running == []


@pytest.mark.parametrize(
    ("number", "code"),
    [("334", "tunnel_domain_in_use"), ("320", "tunnel_domain_foreign"), ("9999", "tunnel_refused")],
)
def test_h12_each_refusal_of_the_address_is_told_apart(
    gateway: Ngrok, ngrok: StandInNgrok, number: str, code: str
) -> None:
    ngrok.play(refuse=number)
    with pytest.raises(UserError) as caught:
        open_tunnel(gateway, settings(ngrok, domain="my-office.ngrok-free.dev"))
    assert caught.value.code == code
    assert ngrok.running == []


def test_h2_a_silent_agent_is_given_up_at_our_own_deadline(
    data_dir: Path, ngrok: StandInNgrok
) -> None:
    ngrok.play(silent=True)
    gateway = Ngrok(data_dir, opening=1.0)
    began = time.monotonic()
    with pytest.raises(UserError) as caught:
        open_tunnel(gateway, settings(ngrok))
    assert caught.value.code == "tunnel_silent"
    assert time.monotonic() - began >= 1.0  # the agent never ends
    assert ngrok.running == []


def test_h2_the_deadline_is_twenty_seconds() -> None:
    from workmate_desktop.gateways.tunnel import ngrok as tunnel

    assert tunnel.OPENING == 20.0


@pytest.mark.parametrize("play", [{"silent": True}, {"api": "stuck"}, {"no_session": "x"}])
def test_h2_abbrechen_works_at_once(
    gateway: Ngrok, ngrok: StandInNgrok, play: dict[str, Any]
) -> None:
    ngrok.play(**play)
    cancelled, codes = threading.Event(), []

    def opening() -> None:
        try:
            open_tunnel(gateway, settings(ngrok), cancelled=cancelled)
        except UserError as error:
            codes.append(error.code)

    thread = threading.Thread(target=opening)
    thread.start()
    assert until(lambda: ngrok.starts)
    cancelled.set()
    thread.join(PATIENCE)
    assert codes == ["tunnel_cancelled"]  # and not given up at the deadline
    assert ngrok.running == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("dial tcp: lookup connect.ngrok-agent.com: no such host", "tunnel_no_net"),
        ("x509: certificate signed by unknown authority", "tunnel_intercepted"),
    ],
)
def test_h10_h11_no_net_and_a_captive_portal_are_told_apart(
    data_dir: Path, ngrok: StandInNgrok, said: str, code: str
) -> None:
    ngrok.play(no_session=said)
    gateway = Ngrok(data_dir, opening=1.0)
    with pytest.raises(UserError) as caught:
        open_tunnel(gateway, settings(ngrok))
    assert caught.value.code == code
    assert ngrok.running == []


@pytest.mark.parametrize(
    ("play", "code"),
    [
        ({"api": "html"}, "tunnel_failed"),
        ({"api": "old"}, "tunnel_agent_old"),
        ({"crash": True}, "tunnel_failed"),
        ({"names": ["<b>"]}, "tunnel_failed"),
    ],
)
def test_h11_html_and_other_answers_are_an_error_and_no_data(
    gateway: Ngrok, ngrok: StandInNgrok, play: dict[str, Any], code: str
) -> None:
    ngrok.play(**play)
    with pytest.raises(UserError) as caught:
        open_tunnel(gateway, settings(ngrok))
    assert caught.value.code == code
    assert ngrok.running == []


def test_an_api_that_never_answers_is_given_up_too(data_dir: Path, ngrok: StandInNgrok) -> None:
    ngrok.play(api="stuck")
    with pytest.raises(UserError) as caught:
        open_tunnel(Ngrok(data_dir, opening=1.5), settings(ngrok))
    assert caught.value.code == "tunnel_silent"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "  "}, "tunnel_token_missing"),
        ({"domain": "no domain"}, "tunnel_domain_invalid"),
        ({"executable": "/nonexistent/ngrok"}, "tunnel_agent_missing"),
    ],
)
def test_settings_that_cannot_work_start_nothing(
    gateway: Ngrok, ngrok: StandInNgrok, data_dir: Path, changes: dict[str, str], code: str
) -> None:
    with pytest.raises(UserError) as caught:
        open_tunnel(gateway, settings(ngrok, **changes))
    assert caught.value.code == code
    assert ngrok.starts == []
    assert list(data_dir.iterdir()) == []


# --- what goes wrong later ------------------------------------------------------------------


def test_h1_a_dead_agent_is_told_at_once(gateway: Ngrok, ngrok: StandInNgrok) -> None:
    news = threading.Event()
    open_tunnel(gateway, settings(ngrok), news=news.set)
    news.clear()
    os.kill(ngrok.running[0], 9)
    assert until(lambda: news.wait(0.05) and not gateway.look().alive)
    assert gateway.look().code == "tunnel_agent_gone"


def test_h4_a_changed_address_is_seen(gateway: Ngrok, ngrok: StandInNgrok) -> None:
    ngrok.play(moves_after=0.1, moves_to="other-name.ngrok-free.dev")
    assert open_tunnel(gateway, settings(ngrok)) == f"https://{NAME}"
    seen = sight_until(gateway, lambda sight: sight.public_url != f"https://{NAME}")
    assert seen.public_url == "https://other-name.ngrok-free.dev"


def test_a_lost_line_is_shown_until_it_is_back(gateway: Ngrok, ngrok: StandInNgrok) -> None:
    ngrok.play(loses_after=0.1)
    open_tunnel(gateway, settings(ngrok))
    seen = sight_until(gateway, lambda sight: sight.code is not None)
    assert (seen.alive, seen.code) == (True, "tunnel_no_net")
    seen = sight_until(gateway, lambda sight: sight.code is None)
    assert seen.alive


def test_a_listener_that_is_not_there_is_shown_until_it_is(
    gateway: Ngrok, ngrok: StandInNgrok
) -> None:
    open_tunnel(gateway, settings(ngrok), 9)  # nobody there
    status, page = ngrok.visit("POST", WEBHOOK_PATH, b"{}")
    assert (status, b"ERR_NGROK_8012" in page) == (502, True)
    seen = sight_until(gateway, lambda sight: sight.code is not None)
    assert (seen.alive, seen.code) == (True, "tunnel_listener_unreachable")
    assert ngrok.visit("POST", WEBHOOK_PATH, b"{}", host="else.ngrok-free.dev")[0] == 404


def test_an_agent_that_stopped_answering_is_given_up_after_three_looks(
    gateway: Ngrok, ngrok: StandInNgrok, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workmate_desktop.gateways.tunnel.ngrok._LOOK", 0.1)
    ngrok.play(api="hangs")
    open_tunnel(gateway, settings(ngrok))
    assert [gateway.look().alive for _ in range(3)] == [True, True, False]
    assert gateway.look().code == "tunnel_silent"
