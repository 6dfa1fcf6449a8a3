"""What the Stripe CLI talks to while it listens: a session, and a websocket with the events."""

import json
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.standins.signing import signature_header
from tests.standins.stripe_api import StripeStandIn
from tests.standins.stripe_refusals import missing
from tests.standins.stripe_routes import Call, Route
from tests.waiting import PATIENCE

CLI_SECRET = "whsec_StandInOfTheStripeCli0001"


class CliSessions:
    """Lets the real `stripe listen` connect to a StripeStandIn. Use it inside its `with`.

    `replies` holds what the CLI reported about each forwarded event, newest last.
    """

    def __init__(self, stripe: StripeStandIn) -> None:
        self._stripe = stripe
        self._connections: list[ServerConnection] = []
        self._changed = threading.Condition()
        self.replies: list[dict[str, Any]] = []
        self._server = serve(
            self._connected, "127.0.0.1", 0, subprotocols=[Subprotocol("stripecli-devproxy-v1")]
        )
        self._port: int = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="stripe-cli-socket")

    def __enter__(self) -> Self:
        self._stripe.add_routes(
            [Route("POST", "/v1/stripecli/sessions", "rak_stripecli_write", self._session)]
        )
        self._stripe.listeners.append(self._forward)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stripe.listeners.remove(self._forward)
        with self._changed:
            connections = list(self._connections)
        for connection in connections:
            connection.close()
        self._server.shutdown()
        self._thread.join()

    def wait_for_replies(self, count: int, seconds: float = PATIENCE) -> Sequence[dict[str, Any]]:
        """What the forwarded events were answered, as soon as there are `count` of them."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.replies) >= count, seconds):
                raise TimeoutError(f"{len(self.replies)} of {count} events were answered")
            return list(self.replies)

    def _session(self, call: Call) -> dict[str, Any]:
        if "device_name" not in call.params:
            raise missing("device_name")
        return {
            "object": "stripecli_session",
            "websocket_url": f"ws://127.0.0.1:{self._port}/subscribe",
            "websocket_id": "cliws_StandIn",
            "websocket_authorized_feature": "webhooks",
            "secret": CLI_SECRET,
            "reconnect_delay": 86_400,
            "display_connect_filter_warning": False,
        }

    def _connected(self, connection: ServerConnection) -> None:
        with self._changed:
            self._connections.append(connection)
        try:
            for text in connection:
                message = json.loads(text)
                if message["type"] == "webhook_response":
                    with self._changed:
                        self.replies.append(message)
                        self._changed.notify_all()
        except ConnectionClosed:
            pass  # `stripe listen` was ended
        finally:
            with self._changed:
                self._connections.remove(connection)

    def _forward(self, event: dict[str, Any]) -> None:
        payload = json.dumps(event, indent=2)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature_header(payload.encode(), CLI_SECRET, self._stripe.now()),
        }
        message = json.dumps(
            {
                "type": "webhook_event",
                "endpoint": {"api_version": None},
                "event_payload": payload,
                "http_headers": headers,
                "webhook_conversation_id": f"wc_{event['id']}",
                "webhook_id": f"wh_{event['id']}",
            }
        )
        with self._changed:
            connections = list(self._connections)
        for connection in connections:
            connection.send(message)
