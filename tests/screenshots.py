"""Pictures of the program's windows: `python -m tests.screenshots [--out DIR] [names…]`.

Each one in the light and the dark scheme, at 100 % and 150 %, as `<name>-<scheme>-<percent>.png`.
Offscreen, with the program's own fonts, so a picture is the same on every machine. A new window
gets one line in SCREENS.
"""

import argparse
import importlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.places import CHECKOUT

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

SCALES = (100, 150)


@dataclass(frozen=True)
class Screen:
    """`build` is "module:function"; the function takes the Theme and returns a QWidget.

    `width` and `height` are logical pixels; 0 × 0 leaves the widget its own size.
    """

    build: str
    width: int = 1280
    height: int = 800


SCREENS = {
    "fenster-rechnungen": Screen("tests.whole_window:invoices"),
    "fenster-stripe": Screen("tests.whole_window:stripe"),
    "fenster-protokoll": Screen("tests.whole_window:log"),
    "protokoll": Screen("tests.ui.log.screens:filled", 1280, 800),
    "protokoll-schmal": Screen("tests.ui.log.screens:filled", 880, 560),
    "protokoll-leer": Screen("tests.ui.log.screens:empty", 1280, 694),
    "aufgaben": Screen("tests.ui.steps.screens:dialog", 0, 0),
    "aufgaben-zeile": Screen("tests.ui.steps.screens:bars", 868, 140),
    "wiederherstellen": Screen("tests.ui.backup.screens:restore", 0, 0),
    "wiederherstellen-fremd": Screen("tests.ui.backup.screens:other_office", 0, 0),
    "programmfehler": Screen("tests.ui.backup.screens:fault", 0, 0),
    "stoerung-sicherung": Screen("tests.ui.log.screens:damaged", 880, 560),
    "stoerung-gerettet": Screen("tests.ui.log.screens:rescued", 880, 560),
    "stoerung-voll": Screen("tests.ui.log.screens:full", 880, 560),
    "stoerung-fehler": Screen("tests.ui.log.screens:fault", 440, 300),
    "gallery": Screen("tests.ui.kit.gallery:build", 1280, 940),
    "rechnungen": Screen("tests.ui.invoices.screens:filled", 1280, 694),
    "rechnungen-schmal": Screen("tests.ui.invoices.screens:paid", 800, 640),
    "rechnungen-leer": Screen("tests.ui.invoices.screens:empty", 1280, 694),
    "rechnungen-testbuch": Screen("tests.ui.invoices.screens:both_books", 1280, 694),
    "zahlung-laeuft": Screen("tests.ui.invoices.screens:pay_running", 900, 640),
    "zahlungslink-abgelehnt": Screen("tests.ui.invoices.screens:pay_refused", 1280, 694),
    "qr-code": Screen("tests.ui.invoices.screens:qr", 0, 0),
    "zahlungslink-fremd": Screen("tests.ui.invoices.screens:pay_foreign", 1280, 694),
    "zahlung-eintragen": Screen("tests.ui.invoices.screens:payment", 0, 0),
    "erstattet-teil": Screen("tests.ui.invoices.refund_screens:part", 1280, 900),
    "erstattet-ganz": Screen("tests.ui.invoices.refund_screens:whole", 1280, 900),
    "zurueckgebucht": Screen("tests.ui.invoices.refund_screens:disputed", 900, 900),
    "erstatten": Screen("tests.ui.invoices.refund_screens:dialog", 0, 0),
    "erstatten-abgelehnt": Screen("tests.ui.invoices.refund_screens:dialog_refused", 0, 0),
    "stornieren": Screen("tests.ui.invoices.screens:cancel", 0, 0),
    "rechnung-neu": Screen("tests.ui.invoices.editor.screens:build", 840, 620),
    "rechnung-lange-texte": Screen("tests.ui.invoices.editor.screens:build_long", 840, 660),
    "entwurf-anderswo-geaendert": Screen(
        "tests.ui.invoices.editor.screens:build_changed", 840, 700
    ),
    "entwurf-andere-fassung": Screen("tests.ui.invoices.editor.screens:build_other_version", 0, 0),
    "kunde-bearbeiten": Screen("tests.ui.invoices.editor.screens:build_customer", 0, 0),
    "rechnungsnummern": Screen("tests.ui.invoices.editor.screens:build_numbers", 0, 0),
    "rechnung-neu-fehler": Screen("tests.ui.invoices.editor.screens:build_wrong", 840, 660),
    "klaerung": Screen("tests.ui.review.screens:picture", 1280, 694),
    "klaerung-zwei-rechnungen": Screen("tests.ui.review.screens:named_twice", 1280, 694),
    "klaerung-alle": Screen("tests.ui.review.screens:every_kind", 1280, 694),
    "klaerung-schmal": Screen("tests.ui.review.screens:picture", 900, 526),
    "klaerung-entschieden": Screen("tests.ui.review.screens:decided", 1280, 694),
    "klaerung-danach": Screen("tests.ui.review.screens:just_done", 1280, 694),
    "klaerung-shop": Screen("tests.ui.review.screens:with_others", 1280, 694),
    "klaerung-shop-schmal": Screen("tests.ui.review.screens:with_others", 900, 526),
    "klaerung-nur-shop": Screen("tests.ui.review.screens:only_others", 1280, 694),
    "klaerung-shop-ansehen": Screen("tests.ui.review.screens:others", 1280, 694),
    "klaerung-shop-ansehen-schmal": Screen("tests.ui.review.screens:others", 900, 526),
    "klaerung-shop-ausgeblendet": Screen("tests.ui.review.screens:others_hidden", 1280, 694),
    "klaerung-leer": Screen("tests.ui.review.screens:empty", 1280, 694),
    "zahlung-verteilen": Screen("tests.ui.review.screens:split", 0, 0),
    "klaerung-rechnung-waehlen": Screen("tests.ui.review.screens:choose", 0, 0),
    "rechnung-skonto": Screen("tests.ui.invoices.closing_screens:skonto_panel", 1280, 694),
    "rechnung-teilweise-erstattet": Screen(
        "tests.ui.invoices.closing_screens:partly_refunded_panel", 1280, 694
    ),
    "rechnung-nach-ausbuchung": Screen(
        "tests.ui.invoices.closing_screens:after_write_off_panel", 1280, 694
    ),
    "rechnung-verlust": Screen("tests.ui.invoices.closing_screens:loss_panel", 900, 526),
    "rechnung-erstattet": Screen("tests.ui.invoices.closing_screens:refunded_panel", 900, 526),
    "rechnung-wieder-offen": Screen("tests.ui.invoices.closing_screens:owed_again_panel", 900, 700),
    "zahlung-skonto": Screen("tests.ui.invoices.closing_screens:payment_with_skonto", 0, 0),
    "zahlung-ausbuchen": Screen("tests.ui.invoices.closing_screens:payment_with_write_off", 0, 0),
    "rest-ausbuchen": Screen("tests.ui.invoices.closing_screens:close_rest", 0, 0),
    "rueckzahlung": Screen("tests.ui.invoices.closing_screens:pay_back", 0, 0),
    "rueckzahlung-zu-viel": Screen("tests.ui.invoices.closing_screens:pay_back_excess", 0, 0),
    "wieder-offen": Screen("tests.ui.invoices.closing_screens:owe_again", 0, 0),
    "ausbuchung-zuruecknehmen": Screen("tests.ui.invoices.closing_screens:undo_write_off", 0, 0),
    "stripe-leer": Screen("tests.ui.stripe.screens:empty", 1280, 694),
    "stripe": Screen("tests.ui.stripe.screens:filled", 1280, 694),
    "stripe-gestoert": Screen("tests.ui.stripe.screens:trouble", 1280, 694),
    "stripe-checkliste": Screen("tests.ui.stripe.screens:all_done", 1280, 694),
    "stripe-checkliste-abruf": Screen("tests.ui.stripe.screens:polled", 1280, 694),
    "stripe-checkliste-offen": Screen("tests.ui.stripe.screens:all_open", 1280, 694),
    "stripe-checkliste-gestoert": Screen("tests.ui.stripe.screens:disturbed", 1280, 694),
    "stripe-checkliste-aufgabe": Screen("tests.ui.stripe.screens:step_fails", 1280, 694),
    "stripe-checkliste-schmal": Screen("tests.ui.stripe.screens:disturbed", 900, 526),
    "stripe-schmal": Screen("tests.ui.stripe.screens:filled", 900, 526),
    "konfigurieren": Screen("tests.ui.stripe.dialog_screens:configure", 0, 0),
    "konfigurieren-erstmals": Screen("tests.ui.stripe.dialog_screens:configure_first", 0, 0),
    "konfigurieren-ohne-schluesselbund": Screen(
        "tests.ui.stripe.dialog_screens:configure_no_keyring", 0, 0
    ),
    "test-ereignis": Screen("tests.ui.stripe.dialog_screens:self_test", 0, 0),
    "test-ereignis-gestoert": Screen("tests.ui.stripe.dialog_screens:self_test_failed", 0, 0),
    "test-ereignis-laeuft": Screen("tests.ui.stripe.dialog_screens:self_test_running", 0, 0),
    "hintergrund": Screen("tests.ui.notify.screens:background", 0, 0),
    "hintergrund-ohne-tray": Screen("tests.ui.notify.screens:background_no_tray", 0, 0),
    "email": Screen("tests.ui.notify.screens:mail", 0, 0),
    "email-erstmals": Screen("tests.ui.notify.screens:mail_first", 0, 0),
    "email-abgelehnt": Screen("tests.ui.notify.screens:mail_refused", 0, 0),
    "email-ohne-schluesselbund": Screen("tests.ui.notify.screens:mail_no_keyring", 0, 0),
    "zahlung-simulieren": Screen("tests.ui.stripe.dialog_screens:simulate", 0, 0),
    "zahlung-simulieren-schmal": Screen("tests.ui.stripe.dialog_screens:simulate", 430, 460),
    "tunnel": Screen("tests.ui.stripe.dialog_screens:tunnel", 0, 0),
    "tunnel-fehler": Screen("tests.ui.stripe.dialog_screens:tunnel_wrong", 0, 0),
}


HANDBOOK = (
    "fenster-rechnungen",
    "rechnung-neu",
    "zahlung-skonto",
    "rest-ausbuchen",
    "klaerung",
    "wiederherstellen",
    "konfigurieren-erstmals",
    "stripe-checkliste",
    "aufgaben",
    "stoerung-sicherung",
)
"""The pictures in resources/handbuch/bilder."""


def render(names: Sequence[str], scale: int, out: Path, *, handbook: bool = False) -> None:
    """Paint the named screens in both schemes; the scale is already set for this process. For the
    handbook in the light one alone, as `<name>.png`."""
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication, QWidget

    from workmate_desktop.ui.kit.theme import Scheme, apply_theme

    app = QApplication([])
    theme = apply_theme(app, Scheme.LIGHT)
    for name in names:
        screen = SCREENS[name]
        module, _, function = screen.build.partition(":")
        build = getattr(importlib.import_module(module), function)
        for scheme in (Scheme.LIGHT,) if handbook else (Scheme.LIGHT, Scheme.DARK):
            theme.set_scheme(scheme)
            widget: QWidget = build(theme)
            if screen.width:
                widget.resize(screen.width, screen.height)
            widget.show()
            app.processEvents()
            path = out / (f"{name}.png" if handbook else f"{name}-{scheme}-{scale}.png")
            picture = widget.grab().toImage()
            if not (_small(picture) if handbook else picture).save(str(path), quality=0):
                raise OSError(f"{path} cannot be written")
            print(path)
            widget.close()
            widget.deleteLater()
            # Without app.exec() nothing else deletes it, and each scheme would dress all again.
            app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            app.processEvents()


def _small(picture: "QImage") -> "QImage":
    """The same with the 256 colours that it has most of: a third of the bytes."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage

    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = Counter(plain.constBits().cast("I"))
    colours = sorted(pixels, key=lambda colour: (-pixels[colour], colour))[:256]
    return plain.convertToFormat(
        QImage.Format.Format_Indexed8, colours, Qt.ImageConversionFlag.ThresholdDither
    )


def main(arguments: list[str]) -> int:
    """Start one process per scale: Qt reads the factor only once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--docs", action="store_true", help="the pictures of the README anew")
    parser.add_argument("--handbook", action="store_true", help="those of the handbook anew")
    parser.add_argument("--scale", type=int, help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(SCREENS)}; default all")
    options = parser.parse_args(arguments)
    if options.docs:
        return _docs()
    if options.handbook:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        pictures = CHECKOUT / "resources" / "handbuch" / "bilder"
        pictures.mkdir(exist_ok=True)
        render(HANDBOOK, 100, pictures, handbook=True)
        return 0
    names = options.names or list(SCREENS)
    unknown = [name for name in names if name not in SCREENS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    options.out.mkdir(parents=True, exist_ok=True)
    if options.scale:
        render(names, options.scale, options.out)
        return 0
    for scale in SCALES:
        command = [sys.executable, "-m", "tests.screenshots", "--scale", str(scale)]
        environment = os.environ | {
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": str(scale / 100),
        }
        finished = subprocess.run(
            [*command, "--out", str(options.out), *names], env=environment, check=False
        )
        if finished.returncode:
            return finished.returncode
    return 0


def _docs() -> int:
    """docs/fenster-rechnungen-light-100.png and its dark sister."""
    command = [sys.executable, "-m", "tests.screenshots", "--scale", "100", "--out", "docs"]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run([*command, "fenster-rechnungen"], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
