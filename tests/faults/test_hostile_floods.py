"""FAULTS SA5 against the real `serve`: connections opened without end, and Stripe's beside them.

How many of them fit beside each other is a matter of the machine, so this is run by hand only
(`python3 run.py faults --long -k floods`); the rule itself is shown by `listener/test_room.py`.
"""

import sys
import time
from pathlib import Path

import pytest

from tests.factories import encoded, event_body, sign
from tests.faults.flood import deliver, flooding, starts
from tests.faults.lengths import LONG
from tests.faults.programs import serving
from tests.free_port import free_port
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="floods the loopback of Linux"),
    pytest.mark.skipif(not LONG, reason="depends on the machine's speed: run by hand"),
]


def signed(port: int) -> bytes:
    raw = encoded(event_body("RE-1999-0001"))
    return (
        f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n"
        f"Stripe-Signature: {sign(raw, at=time.time())}\r\n\r\n"
    ).encode() + raw


@pytest.mark.parametrize("pause", [0.0, 0.01])
@pytest.mark.parametrize("each_second", [67, 1_500])
@pytest.mark.parametrize("kind", starts(1))
def test_sa5_floods_push_out_no_real_event(
    tmp_path: Path, kind: str, each_second: int, pause: float
) -> None:
    port = free_port()
    with (
        serving(tmp_path / "data", port, errors=tmp_path / "printed.txt"),
        flooding(port, kind, each_second) as ended,
    ):
        deliver(port, [signed(port) for _ in range(20)], pause, 20)  # until all places are taken
        answered = deliver(port, [signed(port) for _ in range(300)], pause, 20)
        opened = ended()
    print(
        f"{kind}, {opened:.0f} of {each_second} a second, pause {pause * 1000:.0f} ms:"
        f" {answered.share:.1%} of {len(answered.statuses)} answered,"
        f" slowest {max(answered.seconds) * 1000:.0f} ms",
        flush=True,
    )
    assert answered.share >= 0.99
