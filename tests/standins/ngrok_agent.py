"""A stand-in for the ngrok agent: an executable that speaks what pyngrok needs, and forwards.

Copied by `ngrok_play.StandInNgrok` with a shebang before it; standard library and yaml only.
`play.json` beside it says what goes wrong; every start is noted in `starts.jsonl`. The public
side listens on 127.0.0.1 and takes requests by their Host, as ngrok's edge does by name.
"""

import argparse
import http.client
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

HERE = Path(__file__).parent
KNOWN = {"authtoken", "web_addr", "inspect_db_size"}

TEXTS = {
    "105": "The authtoken you specified does not look like a proper ngrok tunnel authtoken.\\n"
    "Your authtoken: {token}\\nInstructions to install your authtoken are on your dashboard",
    "107": "The authtoken you specified is properly formed, but it is invalid.\\n"
    "Your authtoken: {token}\\nThis usually happens when:\\n - You reset your authtoken",
    "4018": "Usage of ngrok requires a verified account and authtoken.",
    "108": "Your account is limited to 1 simultaneous ngrok agent session.",
    "121": "Your ngrok-agent version is too old. The minimum supported version is 3.20.0.",
    "334": "The endpoint '{url}' is already online. Either stop your existing endpoint first, or",
    "320": "The domain '{url}' is reserved for another account.",
    "727": "This ngrok account has reached its HTTP requests limit for the month.",
}


def say(level: str, message: str, **more: str) -> None:
    """One line of the log, in logfmt, as the agent writes it with --log stdout."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime())
    pairs = "".join(f" {key}={_quoted(value)}" for key, value in more.items())
    print(f"t={stamp} lvl={level} msg={_quoted(message)}{pairs}", flush=True)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"' if " " in text or not text else text


def error_text(number: str, **values: str) -> str:
    """What ngrok says for ERR_NGROK_<number>."""
    text = TEXTS.get(number, "Something else is not right.").format(**values)
    return f"{text}\\r\\n\\r\\nERR_NGROK_{number}\\r\\n"


class Agent:
    """The state of this one run."""

    def __init__(self, play: dict[str, Any], token: str, start: int) -> None:
        self.play = play
        self.token = token
        names = play.get("names") or ["bright-office.ngrok-free.dev"]
        self.name = names[start % len(names)]
        self.endpoints: dict[str, dict[str, Any]] = {}
        self.upstream: tuple[str, int] | None = None

    def open(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What the API answers to an endpoint (v3) or tunnel (v2) that is asked for."""
        url = wanted.get("url") or f"https://{self.name}"
        number = self.play.get("refuse")
        if number:
            said = "failed to start tunnel: " + error_text(number, url=url, token=self.token)
            details = {"err": said.replace("\\r\\n", "\r\n").replace("\\n", "\n")}
            return 502, {"error_code": 103, "status_code": 502, "msg": "failed", "details": details}
        upstream = wanted.get("upstream", {}).get("url") or wanted.get("addr", "")
        parts = urlsplit(upstream)
        self.upstream = (parts.hostname or "", parts.port or 80)
        self.name = urlsplit(url).hostname
        entry = {"name": wanted["name"], "url": url, "upstream": {"url": upstream}}
        entry |= {"public_url": url, "inspect": wanted.get("inspect", True)}
        self.endpoints[wanted["name"]] = entry
        note("endpoints.jsonl", wanted)
        say("info", "started tunnel", obj="tunnels", name=wanted["name"], addr=upstream, url=url)
        later(self.play.get("dies_after"), lambda: os._exit(1))
        later(self.play.get("moves_after"), self.move)
        later(self.play.get("loses_after"), self.lose)
        return 201, entry

    def move(self) -> None:
        """ngrok gave another address."""
        self.name = self.play["moves_to"]
        for entry in self.endpoints.values():
            entry["url"] = entry["public_url"] = f"https://{self.name}"

    def lose(self) -> None:
        """The line to ngrok is cut, and stands again half a second later."""
        error = "failed to dial ngrok server: dial tcp: lookup connect: no such host"
        say("eror", "failed to reconnect session", obj="tunnels.session", err=error)
        time.sleep(0.5)
        session()


def later(seconds: float | None, work: Any) -> None:
    """Do it in a thread, once."""
    if seconds is not None:
        timer = threading.Timer(seconds, work)
        timer.daemon = True
        timer.start()


def session() -> None:
    """The session with ngrok stands."""
    say("info", "client session established", obj="tunnels.session")
    say("info", "tunnel session started", obj="tunnels.session")


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 without a log."""

    protocol_version = "HTTP/1.1"
    agent: Agent

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def body(self) -> bytes:
        """The request's body."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        """Send it all."""
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Api(Handler):
    """The agent's own API on web_addr."""

    def do_GET(self) -> None:
        play, entries = self.agent.play.get("api"), list(self.agent.endpoints.values())
        key = self.path.rpartition("/")[2]
        if play == "old" and key == "endpoints":
            self.answer(404, b"404 page not found", {})
        elif play == "hangs" and entries:
            time.sleep(60)
        else:
            self.json(200, {key: entries, "uri": self.path})

    def do_POST(self) -> None:
        wanted, play = json.loads(self.body()), self.agent.play.get("api")
        if play == "old" and self.path == "/api/endpoints":
            self.answer(404, b"404 page not found", {})
        elif play == "html":
            self.answer(200, b"<html>Bitte anmelden</html>", {"Content-Type": "text/html"})
        elif play == "stuck":
            time.sleep(60)
        else:
            self.json(*self.agent.open(wanted))

    def do_DELETE(self) -> None:
        # pyngrok's names hold a whole address, with its slashes.
        self.agent.endpoints.pop(self.path.split("/", 3)[3], None)
        self.answer(204, b"", {})

    def json(self, status: int, content: dict[str, Any]) -> None:
        """Send it as the agent does."""
        self.answer(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


class Edge(Handler):
    """The public side: finds the tunnel by Host and forwards the request as it came."""

    def forward(self) -> None:
        agent, body = self.agent, self.body()
        if agent.upstream is None or self.headers.get("Host") != agent.name:
            return self.refuse(404, "3200", "The endpoint is offline.")
        if agent.play.get("visitors"):  # an answer of ngrok itself, quota used up for instance
            number = agent.play["visitors"]
            return self.refuse(429, number, error_text(number))
        headers = dict(self.headers.items()) | {
            "X-Forwarded-For": "203.0.113.9",
            "X-Forwarded-Host": agent.name,
            "X-Forwarded-Proto": "https",
        }
        upstream = http.client.HTTPConnection(*agent.upstream, timeout=10)
        try:
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            content = answer.read()
        except OSError as error:
            address = "{}:{}".format(*agent.upstream)
            said = f"dial tcp {address}: connect: connection refused ({type(error).__name__})"
            say("warn", "failed to open private leg", obj="join", privaddr=address, err=said)
            return self.refuse(502, "8012", "Traffic reached the ngrok agent, but it failed to")
        finally:
            upstream.close()
        say("info", "join connections", obj="join", id="1")
        kept = {
            n: v for n, v in answer.getheaders() if n.lower() in ("content-type", "retry-after")
        }
        return self.answer(answer.status, content, kept)

    do_GET = do_POST = do_PUT = do_DELETE = forward  # noqa: N815 - http.server's names

    def refuse(self, status: int, number: str, text: str) -> None:
        """ngrok's own error page."""
        page = f"<html>{text} ERR_NGROK_{number}</html>".encode()
        code = f"ERR_NGROK_{number}"
        self.answer(status, page, {"Content-Type": "text/html", "Ngrok-Error-Code": code})


def serve(handler: type[Handler], port: int, agent: Agent) -> None:
    """Serve on 127.0.0.1 in a thread."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("", (handler,), {"agent": agent}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()


def note(file: str, content: dict[str, Any]) -> None:
    """A line for the test."""
    with (HERE / file).open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(content) + "\n")


def fail(number: str, token: str) -> None:
    """The session is refused: written to the log, and to the error output with the token."""
    error = "authentication failed: " + error_text(number, token=token, url="")
    for message in ("failed to auth", "session closing", "terminating with error"):
        say("eror", message, obj="tunnels.session", err=error)
    say("crit", "command failed", err=error)
    sys.stderr.write("ERROR:  " + error.replace("\\r\\n", "\n").replace("\\n", "\nERROR:  "))
    sys.exit(1)


def start(config_path: str) -> None:
    """`ngrok start --none`."""
    path, play = Path(config_path), json.loads((HERE / "play.json").read_text("utf-8"))
    config = yaml.safe_load(path.read_text("utf-8"))
    if set(config) - {"version", "agent"} or set(config["agent"]) - KNOWN:
        sys.exit(f"ERROR: unknown field in {config}")
    token = config["agent"]["authtoken"]
    starts = HERE / "starts.jsonl"
    number = len(starts.read_text("utf-8").splitlines()) if starts.exists() else 0
    mode, environment = oct(path.stat().st_mode & 0o777), dict(os.environ)
    note(starts.name, {"pid": os.getpid(), "argv": sys.argv, "env": environment, "mode": mode})
    if play.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if play.get("silent"):
        time.sleep(600)
    say("info", "no configuration paths supplied")
    if play.get("fail"):
        fail(play["fail"], token)
    if play.get("crash"):
        sys.exit("panic: runtime error")
    agent = Agent(play, token, number)
    host, port = config["agent"]["web_addr"].split(":")
    serve(Api, int(port), agent)
    say("info", "starting web service", obj="web", addr=f"{host}:{port}", allow_hosts="[]")
    while play.get("no_session"):
        error = play["no_session"]
        say("eror", "failed to reconnect session", obj="tunnels.session", err=error)
        time.sleep(0.2)
    serve(Edge, play.get("public_port", 0), agent)
    session()
    while True:
        time.sleep(600)


def main() -> None:
    """The agent's command line, as far as it is needed."""
    if sys.argv[1:] == ["--version"]:
        print("ngrok version 3.39.8")
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["start"])
    parser.add_argument("--none", action="store_true", required=True)
    parser.add_argument("--log", choices=["stdout"], required=True)
    parser.add_argument("--config", required=True)
    start(parser.parse_args().config)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
