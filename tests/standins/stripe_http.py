"""HTTP for the Stripe stand-in: keys, forms, Stripe's headers, and ordered faults."""

import base64
import email.utils
import json
import socket
import struct
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.standins.stripe_routes import Asked

if TYPE_CHECKING:
    from tests.standins.stripe_api import StripeStandIn

PORTAL = b"<!DOCTYPE html><html><body>Bitte melden Sie sich im WLAN an</body></html>"


class Fault(StrEnum):
    """What a test can order with `fail_next`."""

    RATE_LIMIT = "429"
    CONFLICT = "409"
    BAD_REQUEST = "400"
    MISSING = "404"
    OTHER_PARAMETERS = "400_key"
    """400: the idempotency key was used with other parameters."""
    STRANGE_CODE = "400_strange"
    """400 with a code that is no code of Stripe's."""
    SERVER_ERROR = "500"
    SERVER_ERROR_KEPT = "500_kept"
    """500 that Stripe keeps under the idempotency key: the same key gets it again and again."""
    UNAVAILABLE_HTML = "503"
    CAPTIVE_PORTAL = "html"
    """200 with a web page, as the network of a hotel answers."""
    FOREIGN_JSON = "foreign_json"
    """200 with JSON that is not Stripe's."""
    REDIRECT = "redirect"
    RESET = "reset"
    """The connection breaks after the request was read; nothing is done."""
    RESET_AFTER = "reset_after"
    """The connection breaks after the request was carried out: the answer is lost."""
    HANG = "hang"
    """No answer until the stand-in stops."""


_ERRORS = {
    Fault.RATE_LIMIT: (429, "invalid_request_error", "Request rate limit exceeded.", "rate_limit"),
    Fault.CONFLICT: (409, "invalid_request_error", "Object lock timeout.", "lock_timeout"),
    Fault.BAD_REQUEST: (400, "invalid_request_error", "Invalid parameter.", "parameter_invalid"),
    Fault.MISSING: (404, "invalid_request_error", "No such object.", "resource_missing"),
    Fault.OTHER_PARAMETERS: (400, "idempotency_error", "Keys can only be used once.", None),
    Fault.STRANGE_CODE: (400, "invalid_request_error", "Invalid.", "<b>No</b> code, at all"),
    Fault.SERVER_ERROR: (500, "api_error", "An unknown error occurred", None),
}


def handler_for(stand_in: "StripeStandIn") -> type[BaseHTTPRequestHandler]:
    """The request handler class of one stand-in."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def _any(self) -> None:
            # One request per connection: no thread lingers when the stand-in stops.
            self.close_connection = True
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode("utf-8")
            address = urlsplit(self.path)
            asked = Asked(self.command, address.path, dict(self.headers), body)
            fault = stand_in.next_fault(asked)
            if stand_in.before_answer is not None:
                stand_in.before_answer(asked)
            if fault is Fault.HANG:
                stand_in.stopping.wait()
                return
            if fault is Fault.RESET:
                self._reset()
                return
            if fault is Fault.SERVER_ERROR_KEPT:
                stand_in.keep_error(
                    f"{address.path}?{body}",
                    _key(self.headers.get("Authorization", "")),
                    self.headers.get("Idempotency-Key"),
                )
                fault = Fault.SERVER_ERROR
            if fault is not None and fault is not Fault.RESET_AFTER:
                self._fail(fault)
                return
            status, answer = stand_in.answer(
                self.command,
                address.path,
                body if self.command == "POST" else address.query,
                _key(self.headers.get("Authorization", "")),
                self.headers.get("Idempotency-Key"),
                self.headers.get("Stripe-Version"),
            )
            if fault is Fault.RESET_AFTER:
                self._reset()
                return
            self._send(status, json.dumps(answer, indent=2).encode(), "application/json")

        do_GET = do_POST = do_DELETE = _any  # noqa: N815 - the names http.server looks for

        def _fail(self, fault: Fault) -> None:
            if fault in _ERRORS:
                status, kind, message, code = _ERRORS[fault]
                error = {"type": kind, "message": message, "code": code}
                self._send(status, json.dumps({"error": error}).encode(), "application/json")
            elif fault is Fault.REDIRECT:
                self._send(302, b"", "text/html", stripes=False, location="/login")
            elif fault is Fault.FOREIGN_JSON:
                self._send(200, b"[]", "application/json", stripes=False)
            else:
                status = 503 if fault is Fault.UNAVAILABLE_HTML else 200
                self._send(status, PORTAL, "text/html", stripes=False)

        def _send(
            self, status: int, body: bytes, kind: str, *, stripes: bool = True, location: str = ""
        ) -> None:
            self.send_response_only(status)
            self.send_header("Date", email.utils.formatdate(stand_in.now(), usegmt=True))
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            if stripes:
                self.send_header("Server", "nginx")
                self.send_header("Request-Id", "req_StandIn0000001")
                version = self.headers.get("Stripe-Version") or stand_in.account.api_version
                self.send_header("Stripe-Version", version)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def _reset(self) -> None:
            # Lingering zero seconds turns the close into a reset. Detached, since http.server's
            # own close would first say goodbye.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.close(self.connection.detach())

        def log_message(self, *args: Any) -> None:
            """Quiet: tests look at `asked`."""

    return Handler


def _key(authorization: str) -> str:
    """The API key, given as Bearer or as the user name of Basic."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        return base64.b64decode(value).decode("utf-8").partition(":")[0]
    return ""
