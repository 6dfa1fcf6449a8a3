"""The ngrok tunnel: opens it, looks whether it stands, closes it.

`Ngrok` is what services/connection/tunnel.py calls a `TunnelGateway`. Every wait has an end, and
setting `cancelled` ends an opening within 50 ms. The agent's process is ended in every way this
program can end by itself; after a kill the next start ends it (tunnel_orphan.py).
"""

import atexit
import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import InvalidStateError
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from workmate_desktop.domain.connection.tunnel import TunnelSettings, TunnelSight, host_name
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system import deadline
from workmate_desktop.gateways.tunnel import api as tunnel_api
from workmate_desktop.gateways.tunnel.agent import AgentProcess
from workmate_desktop.gateways.tunnel.errors import code_of, masked
from workmate_desktop.gateways.tunnel.files import (
    BINARY,
    KnownAgent,
    forget_agent,
    remember_agent,
    remove_config,
    write_config,
)
from workmate_desktop.gateways.tunnel.orphan import end_orphan

logger = logging.getLogger("workmate.tunnel")

OPENING = 20.0
"""Seconds until an opening that says nothing is given up."""

_LOOK = 2.0
_BLIND_LOOKS = 3
"""So many looks in a row without an answer mean: the agent hangs."""


class Ngrok:
    """One agent process at a time, for one data folder. `open` and `look` are for one thread;
    `close` may come from any.

    `opening` is the time limit in seconds, `download_from` another address for the agent's
    archive than ngrok's, `download_sha256` the sum of that one; they are for tests.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        opening: float = OPENING,
        download_from: str | None = None,
        download_sha256: str | None = None,
    ) -> None:
        self._data_dir = data_dir.absolute()  # the agent is recognised by it, from anywhere
        self._opening = opening
        self._download = (download_from, download_sha256)
        self._agent: AgentProcess | None = None
        self._lock = threading.Lock()
        self._token = ""
        self._blind = 0
        self._exiting = False

    @property
    def own_agent(self) -> Path:
        """Where the program keeps the agent that it downloads at the first use."""
        return self._data_dir / "ngrok" / BINARY

    def end_orphan(self) -> None:
        """End the agent that a killed run left behind; also right where no tunnel is wanted."""
        pid = end_orphan(self._data_dir)
        if pid is not None:
            logger.info("[Tunnel] Ended the agent of an earlier run (process %s)", pid)
        remove_config(self._data_dir)

    def open(
        self,
        settings: TunnelSettings,
        port: int,
        cancelled: Signal,
        news: Callable[[], None],
        progress: Callable[[int], None],
    ) -> str:
        """Open the tunnel to `http://127.0.0.1:<port>`; returns the public address (https://…).

        Raises UserError with a `tunnel_…` code (also `disk_full`, `data_dir_unusable`); then
        nothing is left running. `news` as in `AgentProcess`; `progress` is the download's.
        """
        if not settings.token.strip():
            raise UserError("tunnel_token_missing")
        domain = host_name(settings.domain)
        if settings.domain.strip() and domain is None:
            raise UserError("tunnel_domain_invalid")
        self.close()
        self.end_orphan()
        executable = self._executable(settings, cancelled, progress)
        self._token = settings.token.strip()
        ends = time.monotonic() + self._opening
        try:
            agent = self._start(executable, cancelled, news)
            self._await_session(agent, cancelled, ends)
            return self._connect(agent, port, domain, cancelled, ends)
        except BaseException:
            self.close()
            raise

    def look(self) -> TunnelSight:
        """How the open tunnel is now. Takes up to 2 s when the agent does not answer."""
        agent = self._agent
        if agent is None or agent.gone:
            if agent is not None and agent.error:
                logger.warning("[Tunnel] The agent ended: %s", masked(agent.error, self._token))
            return TunnelSight(False, code=(agent and agent.code) or "tunnel_agent_gone")
        blind = "tunnel_silent"
        try:
            answer = self._ask(agent, "GET", None, threading.Event(), time.monotonic() + _LOOK)
            url = _public_url(_only_one(answer))
            if url is not None:
                self._blind = 0
                return TunnelSight(True, url, agent.code)
            blind = "tunnel_offline"  # it runs, but our address was taken from it
        except UserError:
            if agent.gone:
                return TunnelSight(False, code=agent.code or "tunnel_agent_gone")
        self._blind += 1
        return TunnelSight(self._blind < _BLIND_LOOKS, code=agent.code or blind)

    def close(self) -> None:
        """End the agent and remove its files. Blocks for up to 4 s. Twice is fine."""
        with self._lock:
            agent, self._agent = self._agent, None
            if agent is None:
                return
            agent.end()
            forget_agent(self._data_dir)
            remove_config(self._data_dir)
            atexit.unregister(self._at_exit)

    def _at_exit(self) -> None:
        """The program ends without having closed: nobody may open another one meanwhile."""
        self._exiting = True
        self.close()

    def _executable(
        self,
        settings: TunnelSettings,
        cancelled: Signal,
        progress: Callable[[int], None],
    ) -> Path:
        if settings.executable:
            return Path(settings.executable).expanduser().absolute()
        if not self.own_agent.exists():
            from workmate_desktop.gateways.tunnel.download import download_agent

            logger.info("[Tunnel] Downloading the ngrok agent")
            folder = self.own_agent.parent
            return download_agent(folder, cancelled, progress, *self._download)
        return self.own_agent

    def _start(self, executable: Path, cancelled: Signal, news: Callable[[], None]) -> AgentProcess:
        with self._lock:
            if cancelled.is_set() or self._exiting:
                raise UserError("tunnel_cancelled")
            try:
                config = write_config(self._data_dir, self._token, _free_port())
                agent = AgentProcess(executable, config, news)
                # Known before anything else can go wrong, so that `close` finds it.
                self._agent, self._blind = agent, 0
                atexit.register(self._at_exit)
                remember_agent(self._data_dir, KnownAgent(agent.pid, str(executable)))
            except OSError as error:
                raise UserError("data_dir_unusable") from error
            finally:
                if self._agent is None:
                    remove_config(self._data_dir)
            return agent

    def _await_session(self, agent: AgentProcess, cancelled: Signal, ends: float) -> None:
        while agent.api is None:
            if cancelled.is_set():
                raise UserError("tunnel_cancelled")
            if agent.wait_gone(0.02):
                raise self._refused(agent.error, agent.code or "tunnel_failed")
            if agent.code not in (None, "tunnel_no_net"):
                raise self._refused(agent.error, agent.code)
            if time.monotonic() > ends:
                raise self._refused(agent.error, agent.code or "tunnel_silent")

    def _connect(
        self,
        agent: AgentProcess,
        port: int,
        domain: str | None,
        cancelled: Signal,
        ends: float,
    ) -> str:
        wanted: dict[str, Any] = {
            "name": f"workmate-{uuid4()}",
            # Not "localhost", which may be ::1, where nobody listens.
            "upstream": {"url": f"http://127.0.0.1:{port}"},
            "inspect": False,
        }
        if domain is not None:
            wanted["url"] = f"https://{domain}"
        url = _public_url(self._ask(agent, "POST", wanted, cancelled, ends))
        if url is None:
            raise self._refused("The agent gave no https address", "tunnel_failed")
        logger.info("[Tunnel] %s leads to http://127.0.0.1:%s", url, port)
        return url

    def _ask(
        self,
        agent: AgentProcess,
        method: str,
        data: dict[str, Any] | None,
        cancelled: Signal,
        ends: float,
    ) -> Any:
        """One call of the agent's API. Raises UserError, at the latest when time is over."""
        address = f"{agent.api}/api/endpoints"
        left = max(ends - time.monotonic(), 0.0) + 1.0  # so that the limit below comes first
        pending = deadline.start(
            lambda: tunnel_api.ask(address, method, data, timeout=left), "tunnel-api"
        )
        while True:
            try:
                return pending.result(0.02)
            except TimeoutError:
                code = None
                if cancelled.is_set():
                    code = "tunnel_cancelled"
                elif agent.gone:
                    code = agent.code or "tunnel_failed"
                elif time.monotonic() > ends:
                    code = "tunnel_silent"
                if code is not None:
                    with suppress(InvalidStateError):
                        pending.set_exception(UserError(code))
                    raise UserError(code) from None
            except tunnel_api.AgentRefused as error:
                # Since 3.30 the agent has this API; an older one does not know the path.
                old = "tunnel_agent_old" if error.status == 404 and data else "tunnel_failed"
                raise self._refused(error.body, code_of(error.body) or old) from None
            except (OSError, ValueError, HTTPException) as error:
                # HTTPException: an agent that ended in the middle of its answer.
                code = agent.code if agent.gone and agent.code else "tunnel_failed"
                raise self._refused(str(error), code) from None

    def _refused(self, text: str, code: str | None) -> UserError:
        if text:
            logger.warning("[Tunnel] %s", masked(text, self._token))
        return UserError(code or "tunnel_failed")


def _only_one(answer: Any) -> Any:
    """The entry of the one address that this agent has, in the list of all of them."""
    entries = answer.get("endpoints") if isinstance(answer, dict) else None
    return entries[0] if isinstance(entries, list) and entries else None


def _public_url(answer: Any) -> str | None:
    found = answer.get("url") or answer.get("public_url") if isinstance(answer, dict) else None
    if not isinstance(found, str):
        return None
    try:
        parts = urlsplit(found)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or not parts.hostname or host_name(parts.hostname) is None:
        return None
    # Of the host and port alone: it is copied, and told to Stripe.
    return f"https://{parts.hostname.lower()}" + (f":{port}" if port else "")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
