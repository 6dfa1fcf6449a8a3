"""A server that never comes to an end: the same page for ever, or an answer without end."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

BLOCK = b" " * 65536


class Endless:
    """`answer` gets (path with query) and gives the JSON, or the number of bytes of rubbish to
    send. `url` is the API base; `asked` are the paths, `sent` the bytes that were taken."""

    def __init__(self, answer: Callable[[str], Any], *, declared: bool = False) -> None:
        self.asked: list[str] = []
        self.sent = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                self.close_connection = True
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append(self.path)
                made = answer(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Request-Id", "req_1")
                self.send_header("Connection", "close")
                if isinstance(made, int):
                    if declared:
                        self.send_header("Content-Length", str(made))
                    self.end_headers()
                    self._send(made)
                    return
                body = json.dumps(made).encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = _any  # noqa: N815 - as the base class has them

            def _send(self, wanted: int) -> None:
                try:
                    for _ in range(wanted // len(BLOCK)):
                        self.wfile.write(BLOCK)
                        outer.sent += len(BLOCK)
                except OSError:
                    pass  # whoever asked has had enough

            def log_message(self, *_arguments: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="endless"
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def the_same(kind: str, *ids: str, **fields: Any) -> Callable[[str], dict[str, Any]]:
    """A list that answers with these objects whatever is asked, and has always more."""
    page = {
        "object": "list",
        "url": "/v1/x",
        "has_more": True,
        "next_page": "again",
        "data": [{"id": one, "object": kind, "created": 1_800_000_000} | fields for one in ids],
    }
    return lambda _path: page


def in_turns(*answers: Callable[[str], Any]) -> Callable[[str], Any]:
    """One after the other, and again from the first."""
    turns: Iterator[Callable[[str], Any]] = iter(())

    def answer(path: str) -> Any:
        nonlocal turns
        following = next(turns, None)
        if following is None:
            turns = iter(answers)
            following = next(turns)
        return following(path)

    return answer


def path_of(asked: str) -> str:
    """Without the question."""
    return urlsplit(asked).path
