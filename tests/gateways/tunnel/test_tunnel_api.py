"""What the agent's own API answers, when it is not the agent that answers."""

import stat
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest

from tests.gateways.endless import Endless
from workmate_desktop.gateways.system.bounded import TooLarge
from workmate_desktop.gateways.tunnel import api as tunnel_api
from workmate_desktop.gateways.tunnel.agent import AgentProcess
from workmate_desktop.gateways.tunnel.ngrok import _public_url


@pytest.mark.parametrize("declared", [True, False])
def test_sa10_an_answer_without_an_end_is_given_up_while_it_comes(declared: bool) -> None:
    with Endless(lambda _path: 300_000_000, declared=declared) as agent:
        tracemalloc.start()
        try:
            with pytest.raises(TooLarge):
                tunnel_api.ask(f"{agent.url}/api/endpoints", "GET", None, 10.0)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 5 * tunnel_api.LARGEST
        assert agent.sent < 50_000_000


def test_it_asks_as_the_agent_wants_it() -> None:
    with Endless(lambda path: {"path": path}) as agent:
        for method, data in (("GET", None), ("POST", {"name": "x"})):
            address = f"{agent.url}/api/endpoints"
            assert tunnel_api.ask(address, method, data, 10.0) == {"path": "/api/endpoints"}


def test_sa10_a_line_of_the_log_without_an_end(tmp_path: Path) -> None:
    """The program that is taken for the agent writes and writes."""
    program = tmp_path / "agent"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "for _ in range(400):\n    sys.stdout.write('x' * 100_000)\n"
        "print('\\nlvl=info msg=\"starting web service\" addr=127.0.0.1:1')\n"
        "print('lvl=info msg=\"client session established\"')\n"
        "print('lvl=info msg=\"tunnel session started\"')\n"
    )
    program.chmod(stat.S_IRWXU)
    seen = threading.Event()
    tracemalloc.start()
    try:
        agent = AgentProcess(program, tmp_path / "config", seen.set)
        assert agent.wait_gone(60)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    agent.end()
    assert agent.api == "http://127.0.0.1:1"
    assert peak < 10_000_000


@pytest.mark.parametrize(
    ("named", "public"),
    [
        ("https://Name.ngrok-free.dev", "https://name.ngrok-free.dev"),
        ("https://name.ngrok-free.dev:8443/x?y", "https://name.ngrok-free.dev:8443"),
        ("https://anna:geheim@name.ngrok-free.dev", "https://name.ngrok-free.dev"),
        ("http://name.ngrok-free.dev", None),
        ("https://name.ngrok-free.dev:port", None),
        ("https://[::1", None),
        ("file:///etc/passwd", None),
        (7, None),
    ],
)
def test_sa3_of_the_public_address_the_host_alone_counts(named: object, public: str | None) -> None:
    assert _public_url({"url": named}) == public
