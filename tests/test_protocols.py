"""A Protocol only where two real things stand behind it; else the class itself is the type."""

import ast

from tests.places import PACKAGE

BEHIND = {
    "domain/clock.py Clock": "gateways/system/clock.py; services/catch_up/late_clock.py",
    "domain/clock.py MeasuredClock": "gateways/system/clock.py; that of simulated lives",
    "domain/secrets.py SecretStore": "the keyring; a file",
    "domain/waiting.py Signal": "threading; the turns of simulated lives, as all of this file",
    "domain/waiting.py Lock": "",
    "domain/waiting.py Worker": "",
    "domain/waiting.py Queue": "",
    "domain/waiting.py Waiting": "",
    "listener/net.py Net": "sockets; the net of simulated lives",
    "services/connection/tunnel.py TunnelGateway": "ngrok; the tunnel of simulated lives",
    "services/notify/mail_setup.py Sender": "gateways/mail; the mail of simulated lives",
    "services/reception/reception.py ListenerLike": "listener/server.py, a floor above",
    "store/database/engine.py Connect": "store/database/driver.py; the disk of simulated lives",
    "ui/invoices/row_reading.py RowReading": "services/books.py; store/opening/early_books.py",
    "ui/notify/background_dialog.py StartsWithSession": "gateways/system/autostart.py, a wall away",
}


def test_no_protocol_copies_the_signatures_of_a_class() -> None:
    """asyncio's class of that name is another thing."""
    found = {
        f"{path.relative_to(PACKAGE).as_posix()} {node.name}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).split("[")[0] == "Protocol" for base in node.bases)
    }
    assert found == set(BEHIND)
