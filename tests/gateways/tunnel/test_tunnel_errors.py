"""Codes read from ngrok's words, the token taken out, and German words for every code."""

import ast
import re

import pytest

from tests.places import PACKAGE
from tests.standins.ngrok_play import TOKEN
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.tunnel.errors import CODES, code_of, masked
from workmate_desktop.services.connection.tunnel import HOURLY, SOON
from workmate_desktop.words.messages import error_sentence, program_fault, trouble_message

LIKE_A_CODE = re.compile(r"tunnel_[a-z_]+")


def _codes() -> set[str]:
    """Every text in the tunnel's source that is a code, alone or in a list of words."""
    found = set()
    for path in (*PACKAGE.glob("gateways/tunnel/*.py"), *PACKAGE.glob("*/connection/tunnel.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = node.value.split()
                if words and all(LIKE_A_CODE.fullmatch(word) for word in words):
                    found.update(words)
    return found


def test_the_source_is_really_read() -> None:
    assert {"tunnel_token_wrong", "tunnel_silent", "tunnel_download_blocked"} <= _codes()
    assert len(_codes()) >= 20


@pytest.mark.parametrize("code", sorted(_codes()))
def test_every_code_has_a_sentence_and_one_action(code: str) -> None:
    message = trouble_message(code)
    assert message is not None and message.sentence.endswith(".")
    assert message.action.endswith(".") or code == "tunnel_cancelled"
    assert error_sentence(UserError(code)) == message != program_fault()


def test_no_two_codes_share_a_sentence() -> None:
    sentences = [trouble_message(code).sentence for code in _codes()]
    assert len(set(sentences)) == len(sentences)


def test_no_code_is_tried_both_soon_and_hourly() -> None:
    assert SOON.isdisjoint(HOURLY)
    assert _codes() >= SOON | HOURLY


@pytest.mark.parametrize(("number", "code"), CODES.items())
def test_each_number_of_ngrok_has_its_code(number: str, code: str) -> None:
    assert code_of(f'err="something\\r\\n\\r\\nERR_NGROK_{number}\\r\\n"') == code


def test_other_words_of_ngrok() -> None:
    assert code_of("ERR_NGROK_1050") == "tunnel_refused"  # not 105
    assert code_of("x509: certificate signed by unknown authority") == "tunnel_intercepted"
    assert code_of("dial tcp: no such host") is None


@pytest.mark.parametrize(
    "text",
    [
        f"Your authtoken: {TOKEN}\\nInstructions",
        f"authtoken {TOKEN}",
        f"Your authtoken: \\n{TOKEN}",
        f"AUTHTOKEN={TOKEN}",
        f"{TOKEN}",
        f'{{"err": "{TOKEN}"}}',
    ],
)
def test_h3_no_text_keeps_the_token(text: str) -> None:
    assert TOKEN not in masked(text, TOKEN)
    assert TOKEN not in masked(text)  # one that staff had before


def test_a_masked_text_is_one_line_and_says_what_it_said() -> None:
    said = masked("authentication failed\\r\\n\\r\\nERR_NGROK_105\r\nx", "t0ken")
    assert said == "authentication failed ERR_NGROK_105 x"
    assert len(masked("x" * 9000)) == 500
