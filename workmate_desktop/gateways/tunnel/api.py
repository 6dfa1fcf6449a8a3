"""The API of the ngrok agent on this PC. https://ngrok.com/docs/agent/api

pyngrok would ask it too, but takes answers of any length, follows redirects, and asks the proxy of
the office for this very PC.
"""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from workmate_desktop.gateways.system import bounded

LARGEST = 1_000_000
"""Bytes of an answer: with one address the agent's have about 1,000."""


class AgentRefused(Exception):
    """It answered another status than 2xx; `body` may hold the token."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        """The agent has no reason to send anybody elsewhere."""


def ask(address: str, method: str, data: dict[str, Any] | None, timeout: float) -> Any:
    """The JSON that it answers. `timeout` (seconds) bounds each wait.

    Raises AgentRefused, OSError (`bounded.TooLarge` among them), ValueError, HTTPException.
    """
    body = json.dumps(data).encode() if data else None
    request = Request(address, body, {"Content-Type": "application/json"}, method=method)
    try:
        with build_opener(ProxyHandler({}), _NoRedirects).open(request, timeout=timeout) as answer:
            return json.loads(bounded.read(answer, LARGEST).decode())
    except HTTPError as error:
        with error:
            said = bounded.read(error, LARGEST).decode("utf-8", "replace")
        raise AgentRefused(error.code, said) from None
