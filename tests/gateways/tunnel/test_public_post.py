"""One POST to the public address: TLS is proven, every way to fail has its name, and it ends."""

import socket
import threading
import tracemalloc
from pathlib import Path

import pytest

from tests.standins.ngrok_play import NAME
from tests.standins.public_edge import PublicEdge, page
from workmate_desktop.gateways.tunnel.public_post import Answer, PostFailed, PostProblem, post

URL = f"https://{NAME}/hook"
OK = page("200 OK", b'{"received": true}', kind="application/json")


def send(url: str = URL, timeout: float = 5.0) -> Answer:
    return post(url, b"{}", "t=1,v1=2", threading.Event(), timeout)


def problem_of(url: str = URL, timeout: float = 5.0) -> PostProblem:
    with pytest.raises(PostFailed) as failed:
        send(url, timeout)
    return failed.value.problem


def test_it_goes_out_as_stripe_would_send_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PublicEdge(tmp_path, answer=OK) as edge:
        edge.use(monkeypatch)
        answer = send()
        assert (answer.status, answer.start) == (200, b'{"received": true}')
        assert (answer.content_type, answer.ngrok_code) == ("application/json", None)
        assert answer.seconds > 0
        assert edge.asked_for == [f"{NAME}:443"]
        head = edge.requests[0].lower()
        assert head.startswith(b"post /hook http/1.1\r\n") and head.endswith(b"\r\n\r\n{}")
        assert f"host: {NAME}\r\n".encode() in head
        assert b"stripe-signature: t=1,v1=2\r\n" in head
        assert b"content-type: application/json; charset=utf-8\r\n" in head
        assert b"mozilla" not in head and b"origin" not in head


def test_sa6_no_login_of_another_program_goes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login anna password geheim\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with PublicEdge(tmp_path, answer=OK) as edge:
        edge.use(monkeypatch)
        send()
        assert b"authorization" not in edge.requests[0].lower()


def test_sa10_an_answer_without_an_end_costs_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PublicEdge(tmp_path, answer=page("200 OK", b"x" * 60_000_000)) as edge:
        edge.use(monkeypatch)
        tracemalloc.start()
        try:
            assert len(send(timeout=30).start) == 4096
            # The stand-in sends what it holds already: its copies are not counted as new ones.
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 10_000_000


def test_somebody_without_the_right_certificate_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PublicEdge(tmp_path, name="portal.example", answer=OK) as edge:
        edge.use(monkeypatch)
        assert problem_of() is PostProblem.TLS
        assert edge.requests == []  # nothing was handed over


def test_an_unknown_authority_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PublicEdge(tmp_path, answer=OK) as edge:
        edge.use(monkeypatch)
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        assert problem_of() is PostProblem.TLS


def test_ngroks_own_code_is_read_from_header_and_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = page("404 Not Found", b"<html>offline</html>", "Ngrok-Error-Code: ERR_NGROK_3200")
    text = page("502 Bad Gateway", b"<html>It failed. ERR_NGROK_8012</html>")
    for number, answer in enumerate((header, text)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with PublicEdge(folder, answer=answer) as edge:
            edge.use(monkeypatch)
            assert send().ngrok_code == ("ERR_NGROK_3200", "ERR_NGROK_8012")[number]


def test_a_redirect_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = page("302 Found", b"", "Location: https://portal.example/login")
    with PublicEdge(tmp_path, answer=moved) as edge:
        edge.use(monkeypatch)
        assert send().status == 302
        assert edge.asked_for == [f"{NAME}:443"]


def test_only_the_beginning_of_an_answer_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PublicEdge(tmp_path, answer=page("200 OK", b"x" * 1_000_000)) as edge:
        edge.use(monkeypatch)
        assert len(send().start) == 4096


def test_a_proxy_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PublicEdge(tmp_path, refuse_connect=True) as edge:
        edge.use(monkeypatch)
        assert problem_of() is PostProblem.PROXY


def test_no_answer_is_given_up_at_our_own_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PublicEdge(tmp_path, silent=True) as edge:
        edge.use(monkeypatch)
        # TLS takes a moment on a slow PC: what could not be handed over is another problem.
        assert problem_of(timeout=3.0) is PostProblem.NO_ANSWER


def test_cancelling_ends_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled = threading.Event()
    with PublicEdge(tmp_path, silent=True) as edge:
        edge.use(monkeypatch)

        def cancel() -> None:
            assert edge.met.wait(60)
            cancelled.set()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        with pytest.raises(PostFailed) as failed:
            post(URL, b"{}", "t=1,v1=2", cancelled)
        canceller.join()
    assert failed.value.problem is PostProblem.CANCELLED
    with pytest.raises(PostFailed):  # and nothing is begun any more
        post(URL, b"{}", "t=1,v1=2", cancelled)


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    # .invalid never resolves (RFC 2606), so nobody is asked.
    assert problem_of("https://office.invalid/hook") is PostProblem.NAME_UNKNOWN


def test_nobody_listens_on_this_pc() -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    assert problem_of(f"http://127.0.0.1:{port}/hook") is PostProblem.NO_NET


@pytest.mark.parametrize(
    "url", ["http://office.example/hook", "http://localhost.evil/", "ftp://x", "https:///hook", ""]
)
def test_without_encryption_only_to_this_pc(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        send(url)
