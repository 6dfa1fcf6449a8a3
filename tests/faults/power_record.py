"""What the real `serve` does to its files and answers to Stripe, recorded with strace, in order."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from tests.factories import sign
from tests.faults.power import Operation
from tests.faults.programs import KEYS, NO_STRIPE, serve_command
from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH

SENDERS = 4
CALLS = (
    "openat,open,creat,write,pwrite64,pwritev,pwritev2,writev,fsync,fdatasync,sync_file_range,"
    "ftruncate,truncate,fallocate,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
    "sendto,sendmsg,sendfile,copy_file_range"
)
_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PEER = re.compile(r"<TCP:\[127\.0\.0\.1:\d+->127\.0\.0\.1:(\d+)\]>")
_DESCRIPTOR = re.compile(r"^-?\d+<((?:\\x[0-9a-f]{2})+)>")


class Recorder:
    """Runs of `serve` on one data folder; `answered` tells what Stripe was promised."""

    def __init__(self, folder: Path, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.event_at_port: dict[str, str] = {}
        self.operations: list[Operation] = []
        self._folder = folder
        self._lock = threading.Lock()

    def run(self, bodies: Sequence[tuple[str, bytes]]) -> None:
        """One start, `bodies` (event id, body) delivered by four senders, and a clean stop."""
        trace = self._folder / "strace.txt"
        command = ["strace", "-f", "-qq", "-xx", "-yy", "-s", "20000000", "--seccomp-bpf"]
        command += ["-e", "signal=none", "-e", f"trace={CALLS}", "-o", str(trace)]
        with (self._folder / "printed.txt").open("wb") as printed:
            tracer = subprocess.Popen(
                [*command, *serve_command(self.data_dir, 0)],
                cwd=CHECKOUT,
                env={**os.environ, **NO_STRIPE, **KEYS},
                stdout=printed,
                stderr=printed,
            )
            pid = 0
            try:
                pid, port = self._listening(tracer)
                self._deliver(port, list(bodies))
                os.kill(pid, signal.SIGTERM)
                assert tracer.wait(PATIENCE) == 0
            finally:
                if tracer.poll() is None:
                    for one in (pid or None, tracer.pid):
                        if one is not None:
                            os.kill(one, signal.SIGKILL)
                    tracer.wait(PATIENCE)
        self.operations += read_trace(trace, self.data_dir)
        trace.unlink()

    def _listening(self, tracer: "subprocess.Popen[bytes]") -> tuple[int, int]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                state = json.loads((self.data_dir / "listener.json").read_text("utf-8"))
                return state["pid"], state["port"]
            except (OSError, ValueError):
                assert tracer.poll() is None, (self._folder / "printed.txt").read_text("utf-8")
                time.sleep(0.02)
        raise AssertionError("it does not listen")

    def _deliver(self, port: int, bodies: list[tuple[str, bytes]]) -> None:
        statuses: list[bytes] = []

        def send() -> None:
            while True:
                with self._lock:
                    if not bodies:
                        return
                    event_id, raw = bodies.pop(0)
                statuses.append(self._post(port, event_id, raw))

        senders = [threading.Thread(target=send) for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(120)
            assert not sender.is_alive()
        assert set(statuses) <= {b"200"}, statuses

    def _post(self, port: int, event_id: str, raw: bytes) -> bytes:
        head = (
            f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n"
            f"Connection: close\r\nStripe-Signature: {sign(raw, at=time.time())}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            ours = str(connection.getsockname()[1])
            with self._lock:
                assert ours not in self.event_at_port
                self.event_at_port[ours] = event_id
            connection.sendall(head.encode() + raw)
            answer = b""
            while piece := connection.recv(4096):
                answer += piece
        return answer.split(b" ", 2)[1]


def read_trace(trace: Path, data_dir: Path) -> list[Operation]:
    """The operations on `data_dir` in the order of their ends, answers in that of their begin."""
    found: list[Operation] = []
    begun: dict[str, tuple[str, str]] = {}
    with trace.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            match = _LINE.match(line)
            if match is None:
                continue  # exits
            thread, resumed, called, rest = match.groups()
            if called is not None and rest.endswith(" <unfinished ...>"):
                begun[thread] = (called, rest.removesuffix(" <unfinished ...>"))
                found += _answers(called, rest)
                continue
            if resumed is not None:
                called, start = begun.pop(thread)
                rest = start + rest
            else:
                found += _answers(called, rest)
            found += _operations(called, rest, str(data_dir))
    return found


def _answers(called: str, arguments: str) -> list[Operation]:
    if called not in ("sendto", "sendmsg", "write", "writev"):
        return []
    peer = _PEER.search(arguments)
    text = _STRING.search(arguments)
    if peer is None or text is None or not _bytes(text[1]).startswith(b"HTTP/1.1 200"):
        return []
    return [Operation("answer", "", other=peer[1])]


def _operations(called: str, arguments: str, data_dir: str) -> list[Operation]:
    arguments, _, result = arguments.rpartition(" = ")
    arguments = arguments.rstrip().removesuffix(")")
    if result.startswith(("-1", "?")):
        return []
    if called in ("sendto", "sendmsg", "sendfile"):
        return []
    if called in ("open", "openat", "creat"):
        return _opened(arguments, result, data_dir)
    if called.startswith(("rename", "unlink", "link")):
        paths = [_below(_bytes(one).decode(), data_dir) for one in _STRING.findall(arguments)]
        if all(path is None for path in paths):
            return []
        assert not called.startswith("link") and None not in paths, arguments
        if called.startswith("rename"):
            return [Operation("rename", paths[0] or "", other=paths[1] or "")]
        return [Operation("unlink", paths[0] or "")]
    descriptor = _DESCRIPTOR.match(arguments)
    path = _below(_bytes(descriptor[1]).decode(), data_dir) if descriptor else None
    if path is None:
        return []
    if called in ("fsync", "fdatasync"):
        return [Operation("sync", path)]
    if called == "ftruncate":
        return [Operation("truncate", path, int(arguments.rpartition(", ")[2]))]
    text = _STRING.search(arguments)
    assert called in ("write", "pwrite64") and text is not None, f"not foreseen: {called}"
    data = _bytes(text[1])[: int(result)]
    if called == "write":
        return [Operation("append", path, data=data)]
    return [Operation("write", path, int(arguments.rpartition(", ")[2]), data)]


def _opened(arguments: str, result: str, data_dir: str) -> list[Operation]:
    descriptor = _DESCRIPTOR.match(result)
    path = _below(_bytes(descriptor[1]).decode(), data_dir) if descriptor else None
    if path is None:
        return []
    made = [Operation("create", path)] if "O_CREAT" in arguments else []
    return made + ([Operation("truncate", path, 0)] if "O_TRUNC" in arguments else [])


def _below(path: str, data_dir: str) -> str | None:
    if path == data_dir:
        return ""
    return path.removeprefix(data_dir + "/") if path.startswith(data_dir + "/") else None


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
