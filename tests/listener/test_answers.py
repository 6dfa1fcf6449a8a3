"""The table of answers in CONTRACT, row by row of FAULTS group B, over real sockets."""

import gzip
import tracemalloc
import zlib

import pytest

from tests.listener.support import (
    BODY,
    CHUNKED,
    SIGNED,
    FakeReceive,
    ask,
    chunked,
    connected,
    is_closed,
    listening,
    read_answer,
    request,
)
from workmate_desktop.domain.stripe.webhook import MAX_BODY_BYTES, WEBHOOK_PATH
from workmate_desktop.listener.server import HostNames


def test_accepts_what_receive_accepts_and_nothing_else() -> None:
    receive = FakeReceive()
    with listening(receive) as listener:
        answer = ask(listener, request(listener))
        assert (answer.status, answer.body) == (200, b'{"received": true}')
        assert answer.headers["content-type"] == "application/json"
        assert ask(listener, request(listener, stripe_signature="t=1,v1=wrong")).status == 400
        assert ask(listener, request(listener, drop=("stripe-signature",))).status == 400
        assert ask(listener, request(listener, stripe_signature="é")).status == 400
    assert receive.seen == [(BODY, SIGNED), (BODY, "t=1,v1=wrong"), (BODY, None), (BODY, "é")]


def test_answers_carry_no_details() -> None:
    with listening(FakeReceive()) as listener:
        for raw in (request(listener), request(listener, method="GET"), b"\x16\x03\x01\r\n\r\n"):
            answer = ask(listener, raw)
            assert set(answer.headers) <= {"content-type", "content-length", "connection", "allow"}
            assert answer.body in (b'{"received": true}', b'{"received": false}')


def test_a13_a_secret_in_the_query_is_no_signature() -> None:
    receive = FakeReceive()
    with listening(receive) as listener:
        raw = request(listener, path=f"{WEBHOOK_PATH}?secret=whsec_1", drop=("stripe-signature",))
        assert ask(listener, raw).status == 400
    assert receive.seen == [(BODY, None)]


def test_two_signature_headers_are_refused() -> None:
    receive = FakeReceive()
    with listening(receive) as listener:
        assert ask(listener, request(listener, extra=("Stripe-Signature: x",))).status == 400
    assert receive.seen == []


@pytest.mark.parametrize(
    "path", ["/", WEBHOOK_PATH + "/", WEBHOOK_PATH.upper(), "//" + WEBHOOK_PATH, "*"]
)
def test_other_path_is_404(path: str) -> None:
    with listening(FakeReceive()) as listener:
        assert ask(listener, request(listener, path=path)).status == 404


def test_b1_announced_too_large_is_refused_unread() -> None:
    receive = FakeReceive()
    with listening(receive) as listener, connected(listener) as sock:
        # Not a byte of the body is sent: the answer must not wait for it.
        sock.sendall(request(listener, b"", content_length=str(MAX_BODY_BYTES + 1)))
        answer = read_answer(sock)
        assert answer is not None
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert is_closed(sock)
        assert ask(listener, request(listener, b"x" * MAX_BODY_BYTES)).status == 200
    assert [len(body) for body, _ in receive.seen] == [MAX_BODY_BYTES]


def test_b1_the_answer_arrives_although_the_body_was_sent() -> None:
    with listening(FakeReceive()) as listener:
        assert ask(listener, request(listener, b"x" * (2 * MAX_BODY_BYTES))).status == 413


def test_b2_chunked_is_refused_at_the_limit_and_memory_stays_flat() -> None:
    receive = FakeReceive()
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with listening(receive) as listener:
        head = request(listener, b"", **CHUNKED)
        exact = head + chunked(*[b"x" * 0x10000] * 16)
        assert ask(listener, exact).status == 200
        receive.seen.clear()
        tracemalloc.start()
        for _ in range(10):
            with connected(listener) as sock:
                sock.sendall(head)
                for _ in range(32):  # 2 MiB: twice what is allowed
                    sock.sendall(piece)
                answer = read_answer(sock)
                assert answer is not None
                assert answer.status == 413
                assert is_closed(sock)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert receive.seen == []
    assert peak < 4 * MAX_BODY_BYTES


def test_b2_a_body_of_tiny_chunks_is_bounded_by_its_framing() -> None:
    with listening(FakeReceive()) as listener:
        raw = request(listener, b"", **CHUNKED) + chunked(b"x")[:-5] * 500_000
        assert ask(listener, raw).status == 413


def test_b3_small_chunked_body_is_accepted() -> None:
    receive = FakeReceive()
    with listening(receive) as listener:
        raw = request(listener, b"", **CHUNKED) + chunked(BODY[:3], BODY[3:4], BODY[4:])
        assert ask(listener, raw).status == 200
    assert receive.seen == [(BODY, SIGNED)]


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("br", b"\x0b\x02\x80"),
        ("deflate", zlib.compress(BODY)),
        ("identity", BODY),
    ],
)
def test_b5_packed_bodies_are_refused(coding: str, body: bytes) -> None:
    receive = FakeReceive()
    with listening(receive) as listener:
        assert ask(listener, request(listener, body, content_encoding=coding)).status == 415
        packed = ("Transfer-Encoding: gzip, chunked",)
        raw = request(listener, b"", drop=("content-length",), extra=packed) + chunked(body)
        assert ask(listener, raw).status == 400
    assert receive.seen == []


@pytest.mark.parametrize(
    "method",
    "GET PUT DELETE PATCH OPTIONS TRACE CONNECT PROPFIND FOO post".split(),
)
def test_b9_other_methods_are_405(method: str) -> None:
    with listening(FakeReceive()) as listener:
        answer = ask(listener, request(listener, method=method))
        assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_b9_head_is_405_without_a_body() -> None:
    with listening(FakeReceive()) as listener, connected(listener) as sock:
        sock.sendall(request(listener, b"", method="HEAD"))
        answer = read_answer(sock, head=True)
        assert answer is not None
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
        sock.sendall(request(listener))  # directly behind: no body was in between
        second = read_answer(sock)
        assert second is not None
        assert second.status == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("application/json;charset=utf-8", 200),
        ('Application/JSON ; charset="UTF-8"', 200),
        ("application/json; charset=latin-1", 415),
        ("application/jsonp", 415),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
        ("", 415),
        (None, 415),
    ],
)
def test_b11_only_json_is_accepted(kind: str | None, status: int) -> None:
    with listening(FakeReceive()) as listener:
        raw = (
            request(listener, drop=("content-type",))
            if kind is None
            else request(listener, content_type=kind)
        )
        assert ask(listener, raw).status == status


def test_b11_two_content_types_are_refused() -> None:
    with listening(FakeReceive()) as listener:
        raw = request(listener, extra=("Content-Type: application/json",))
        assert ask(listener, raw).status == 415


def test_b12_foreign_or_missing_host_is_421() -> None:
    hosts = HostNames()
    receive = FakeReceive()
    with listening(receive, hosts=hosts) as listener:

        def status(host: str) -> int:
            return ask(listener, request(listener, host=host)).status

        port = listener.port
        assert status(f"127.0.0.1:{port}") == 200
        assert status(f"localhost:{port}") == 200
        assert status(f"LocalHost:{port}") == 200
        for foreign in ("evil.example", "127.0.0.1", f"127.0.0.1:{port}0", "", f"[::1]:{port}"):
            assert status(foreign) == 421
        assert ask(listener, request(listener, drop=("host",))).status == 421
        assert ask(listener, request(listener, drop=("host",), version="1.0")).status == 421
        doubled = request(listener, extra=(f"Host: localhost:{port}",))
        assert ask(listener, doubled).status == 421

        assert status("office.ngrok-free.dev") == 421
        hosts.set_public("Office.ngrok-free.dev")
        assert status("office.ngrok-free.dev") == 200
        assert status("OFFICE.ngrok-free.dev:443") == 200
        hosts.set_public("other.ngrok-free.dev")
        assert status("office.ngrok-free.dev") == 421
        hosts.set_public(None)
        assert status("other.ngrok-free.dev") == 421
    assert len(receive.seen) == 5


@pytest.mark.parametrize("public", ["", "https://x.dev", "x.dev/path", "x dev", "ü.dev"])
def test_a_public_host_is_a_bare_name(public: str) -> None:
    with pytest.raises(ValueError, match="bare host name"):
        HostNames(public)


BROWSER = [
    "Origin: null",
    "Origin: https://evil.example",
    "Sec-Fetch-Site: cross-site",
    "sec-fetch-mode: no-cors",
]


@pytest.mark.parametrize("line", BROWSER)
def test_b13_browser_headers_are_403_without_cors(line: str) -> None:
    receive = FakeReceive()
    with listening(receive) as listener:
        answer = ask(listener, request(listener, extra=(line,)))
        assert answer.status == 403
        assert not any(name.startswith("access-control") for name in answer.headers)
    assert receive.seen == []


def test_j18_a_web_page_posting_to_the_port_is_refused() -> None:
    """What Chrome sends for fetch(…, {mode: "no-cors"}), for a preflight, and after rebinding."""
    receive = FakeReceive()
    page = ("Origin: https://evil.example", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Site: cross-site")
    with listening(receive) as listener:
        simple = request(listener, content_type="text/plain", extra=page)
        assert ask(listener, simple).status == 403
        rebound = request(listener, host="evil.example:8000", extra=page)
        assert ask(listener, rebound).status == 421
        preflight = request(
            listener, b"", method="OPTIONS", extra=("Access-Control-Request-Method: POST", *page)
        )
        answer = ask(listener, preflight)
        assert answer.status in (403, 405)
        assert not any(name.startswith("access-control") for name in answer.headers)
    assert receive.seen == []


def test_b15_4000_unsigned_requests_a_minute_leave_signed_ones_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    receive = FakeReceive()
    with listening(receive) as listener:
        unsigned = request(listener, stripe_signature="t=1,v1=wrong")
        for round_ in range(20):
            for _ in range(20):
                assert ask(listener, unsigned).status == 400
            if round_ % 5 == 0:
                assert ask(listener, request(listener)).status == 200
        assert listener.counters.answers[400] == 400
        assert listener.counters.refusals()["not authentic"] == 400
    lines = [record.getMessage() for record in caplog.records if "authentic" in record.message]
    refused = [int(line.split()[1]) for line in lines]
    assert refused[0] == 1 and sum(refused) == 400
    assert len(refused) < 10  # the others are told together, once a minute and at the end


def test_b16_kept_alive_each_request_is_judged_alone() -> None:
    with listening(FakeReceive()) as listener, connected(listener) as sock:
        for raw, status in [
            (request(listener, stripe_signature="wrong"), 400),
            (request(listener), 200),
            (request(listener, drop=("stripe-signature",)), 400),
            (request(listener, host="evil.example"), 421),
            (request(listener, b"", method="GET"), 405),
            (request(listener, extra=("Origin: null",)), 403),
            (request(listener), 200),
        ]:
            sock.sendall(raw)
            answer = read_answer(sock)
            assert answer is not None
            assert answer.status == status
            assert "connection" not in answer.headers
        assert listener.counters.most_connections == 1


def test_b16_pipelined_each_request_is_judged_alone_and_in_order() -> None:
    receive = FakeReceive()
    with listening(receive) as listener, connected(listener) as sock:
        raws = [
            (request(listener, b"1"), 200),
            (request(listener, b"2", stripe_signature="wrong"), 400),
            (request(listener, b"3", path="/other"), 404),
            (request(listener, b"4", content_encoding="gzip"), 415),
            (request(listener, b"5"), 200),
        ] * 50
        sock.sendall(b"".join(raw for raw, _ in raws))
        statuses = []
        for _ in raws:
            answer = read_answer(sock)
            assert answer is not None
            statuses.append(answer.status)
        assert statuses == [status for _, status in raws]
    assert [body for body, _ in receive.seen] == [b"1", b"2", b"5"] * 50


def test_http_1_0_is_answered_and_closed() -> None:
    with listening(FakeReceive()) as listener, connected(listener) as sock:
        sock.sendall(request(listener, version="1.0", connection="keep-alive"))
        answer = read_answer(sock)
        assert answer is not None
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert is_closed(sock)


def test_connection_close_is_honoured() -> None:
    with listening(FakeReceive()) as listener, connected(listener) as sock:
        sock.sendall(request(listener, connection="close") + request(listener))
        answer = read_answer(sock)
        assert answer is not None
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert is_closed(sock)


def test_expect_continue_is_sent_only_after_the_header_passed() -> None:
    receive = FakeReceive()
    with listening(receive) as listener:
        for extra, first in [((), 100), (("Origin: null",), 403)]:
            raw = request(listener, expect="100-continue", extra=extra)
            with connected(listener) as sock:
                sock.sendall(raw[: -len(BODY)])
                answer = read_answer(sock)
                assert answer is not None
                assert answer.status == first
                if first == 100:
                    sock.sendall(BODY)
                    final = read_answer(sock)
                    assert final is not None
                    assert final.status == 200
                else:
                    assert is_closed(sock)
    assert receive.seen == [(BODY, SIGNED)]


def test_a_header_over_the_limit_is_refused() -> None:
    with listening(FakeReceive()) as listener:
        assert ask(listener, request(listener, extra=("X: " + "x" * 15_000,))).status == 200
        for extra in ((f"X: {'x' * 17_000}",), ("X: x",) * 101, ("X: " + "x" * 200,) * 90):
            assert ask(listener, request(listener, extra=extra)).status == 431
        endless = request(listener, path="/" + "x" * 40_000)[:-500]  # never completed
        assert ask(listener, endless).status == 431
