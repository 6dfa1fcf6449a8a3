"""requests without its guessing of encodings, in a process of its own: pytest has imported it."""

import subprocess
import sys

PROGRAM = """
import sys, warnings
warnings.simplefilter("error")
from workmate_desktop.gateways.stripe.webhook import warm_up
before = list(warnings.filters)
warm_up()
assert "requests" in sys.modules and "stripe" in sys.modules
assert not [name for name in sys.modules if name.startswith(("charset_normalizer", "chardet"))]
assert warnings.filters == before
import requests
answer = requests.Response()
answer._content = "Müller".encode()
assert answer.text == "Müller"
import charset_normalizer  # whoever wants it later has it
"""


def test_guessing_is_left_out_and_can_be_had_later() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=60)
