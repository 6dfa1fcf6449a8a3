"""Colours, fonts and icons of the window, in a light and a dark scheme.

    theme = apply_theme(app)                     # follows the system, live
    theme = apply_theme(app, Scheme.DARK)        # fixed
    theme.colors.accent                          # "#4F46E5"
    theme.color("muted")                         # QColor
    theme.pill(Tone.GREEN)                       # (background, foreground)
    theme.icon("search")                         # QIcon in the text colour, crisp at any scale
    theme.set_icon(button, "plus", "on_accent")  # stays right when the scheme changes
    theme.changed.connect(self.update)           # after every change of scheme
    tabular(font), mono_font(), sized(font, px, weight)

Looks that the style sheet knows, as dynamic properties (set them with `mark`):
    QPushButton  kind = "primary" | "secondary" (default) | "danger" | "link" | "icon"
                 size = "large" (36 px high)
    QLabel       role = "title" | "heading" | "strong" | "muted" | "small" | "mono" | "error"
                 | "success" | "warning"
    QFrame       part = "card" | "panel" | "navbar" | "line" | "banner" | "banner-error"
    QLineEdit …  invalid = true
"""

from dataclasses import fields
from enum import StrEnum
from string import Template

from PySide6.QtCore import QByteArray, QLocale, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from workmate_desktop.ui.kit.assets import font_paths, icon_path
from workmate_desktop.ui.kit.colors import DARK, LIGHT, Colors
from workmate_desktop.ui.kit.qt_words import speak_german
from workmate_desktop.words.resources import resource_path
from workmate_desktop.words.tone import Tone

SANS = "Workmate Sans"
MONO = "Workmate Mono"
BODY_PX = 13
_ICON = "themeIcon"
"""Dynamic property of a button or action: the name and the colour of its icon, "plus/on_accent"."""


class Scheme(StrEnum):
    """What the user chose; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_ICON_SIZES = (16, 20, 24)
_PROGRAM_ICON_SIZES = (16, 24, 32, 48, 64, 128)


class Theme(QObject):
    """The look of one application.

    Signal `changed()`: the scheme changed, and palette and style sheet are already set.
    """

    changed = Signal()

    def __init__(self, app: QApplication, scheme: Scheme = Scheme.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = scheme
        self._dark = False
        self._known_colors: dict[str, QColor] = {}
        # Calendars, dates and spin boxes speak the language of the screen on every PC.
        QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
        speak_german(app)
        app.setStyle("Fusion")
        self._load_fonts()
        app.styleHints().colorSchemeChanged.connect(self._on_system_scheme_changed)
        self._apply(self._wants_dark())

    @property
    def scheme(self) -> Scheme:
        """What the user chose."""
        return self._scheme

    @property
    def dark(self) -> bool:
        """Whether the dark colours are shown now."""
        return self._dark

    @property
    def colors(self) -> Colors:
        """The colours shown now."""
        return DARK if self._dark else LIGHT

    def set_scheme(self, scheme: Scheme) -> None:
        """Choose a scheme; takes effect at once."""
        self._scheme = scheme
        self._refresh()

    def color(self, name: str) -> QColor:
        """The colour called `name` in `Colors`; shared, so never to be changed."""
        color = self._known_colors.get(name)
        if color is None:
            color = self._known_colors[name] = QColor(str(getattr(self.colors, name)))
        return color

    def pill(self, tone: Tone) -> tuple[QColor, QColor]:
        """Background and text colour of a pill."""
        return self.color(f"pill_{tone}"), self.color(f"pill_{tone}_text")

    def dot(self, tone: Tone) -> QColor:
        """The strong colour of a small dot or edge."""
        return self.color(f"dot_{tone}")

    def pixmap(self, name: str, size: int, color: str = "text", ratio: float = 1.0) -> QPixmap:
        """The icon `name`, `scale` logical pixels wide, drawn for the device pixel `ratio`."""
        physical = round(size * ratio)
        pixmap = _draw(_tinted(name, str(getattr(self.colors, color))), physical)
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def icon(self, name: str, color: str = "text") -> QIcon:
        """The icon in a colour of `Colors`, paler when disabled. Does not follow a later change."""
        icon = QIcon()
        for mode, tint in ((QIcon.Mode.Normal, color), (QIcon.Mode.Disabled, "faint")):
            svg = _tinted(name, str(getattr(self.colors, tint)))
            for size in _ICON_SIZES:
                icon.addPixmap(_draw(svg, round(size * self._app.devicePixelRatio())), mode)
        return icon

    def set_icon(self, target: QAbstractButton | QAction, name: str, color: str = "text") -> None:
        """Give `target` an icon that follows every change of scheme. Actions: in a widget only."""
        target.setProperty(_ICON, f"{name}/{color}")
        target.setIcon(self.icon(name, color))

    def _load_fonts(self) -> None:
        for path in font_paths():
            if QFontDatabase.addApplicationFont(str(path)) < 0:
                raise RuntimeError(f"Font {path.name} cannot be read.")
        font = QFont(SANS)
        font.setPixelSize(BODY_PX)
        # Glyphs at fractions of a pixel: even spacing at every scale.
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        self._app.setFont(font)

    def _wants_dark(self) -> bool:
        if self._scheme is Scheme.SYSTEM:
            return self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._scheme is Scheme.DARK

    @Slot()
    def _on_system_scheme_changed(self) -> None:
        if self._scheme is Scheme.SYSTEM:
            self._refresh()

    def _refresh(self) -> None:
        dark = self._wants_dark()
        if dark != self._dark:
            self._apply(dark)
            self._repaint_icons()
            self.changed.emit()

    def _repaint_icons(self) -> None:
        # The wish stands on the target itself. A Python object as its child, one for each, crashed
        # Qt now and then when the target was destroyed: its wrapper was freed before it.
        for widget in self._app.allWidgets():
            for target in (widget, *widget.actions()):
                wish = target.property(_ICON)
                if wish and isinstance(target, QAbstractButton | QAction):
                    target.setIcon(self.icon(*str(wish).split("/")))

    def _apply(self, dark: bool) -> None:
        self._dark = dark
        self._known_colors.clear()
        self._app.setPalette(_palette(self.colors))
        self._app.setStyleSheet(style_sheet(self.colors, dark=dark))


def apply_theme(app: QApplication, scheme: Scheme = Scheme.SYSTEM) -> Theme:
    """Dress the application. Call once, before the first window; keep the theme."""
    return Theme(app, scheme)


def style_sheet(colors: Colors, *, dark: bool) -> str:
    """`resources/style.qss` with the colours filled in."""
    template = Template(resource_path("style.qss").read_text(encoding="utf-8"))
    values = {field.name: getattr(colors, field.name) for field in fields(Colors)}
    signs = resource_path("icons/dark" if dark else "icons/light")
    return template.substitute(values, signs=signs.as_posix(), mono=MONO)


def program_icon() -> QIcon:
    """The sign of the program, for windows and the task bar. Needs a QGuiApplication."""
    renderer = QSvgRenderer(str(icon_path("app")))
    icon = QIcon()
    for size in _PROGRAM_ICON_SIZES:
        icon.addPixmap(_draw(renderer, size))
    return icon


def mark(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property that the style sheet looks at, and restyle the widget."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def tabular(font: QFont) -> QFont:
    """`font` with digits of equal width, for columns of amounts."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def sized(font: QFont, pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """`font` in another size and weight."""
    result = QFont(font)
    result.setPixelSize(pixels)
    result.setWeight(weight)
    return result


def mono_font(pixels: int = 12) -> QFont:
    """The fixed-width font, for keys, addresses and event types."""
    font = QFont(MONO)
    font.setPixelSize(pixels)
    return font


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for target, name in (
        (role.Window, colors.canvas),
        (role.WindowText, colors.text),
        (role.Base, colors.surface),
        (role.AlternateBase, colors.canvas),
        (role.Text, colors.text),
        (role.Button, colors.surface),
        (role.ButtonText, colors.text),
        (role.BrightText, colors.error),
        (role.Highlight, colors.accent),
        (role.HighlightedText, colors.on_accent),
        (role.ToolTipBase, colors.surface),
        (role.ToolTipText, colors.text),
        (role.PlaceholderText, colors.muted),
        (role.Link, colors.accent),
        (role.LinkVisited, colors.accent),
        (role.Accent, colors.accent),
        (role.Light, colors.surface),
        (role.Midlight, colors.border),
        (role.Mid, colors.border),
        (role.Dark, colors.border_strong),
        (role.Shadow, colors.border_strong),
    ):
        palette.setColor(target, QColor(name))
    for target in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(colors.faint))
    return palette


def _tinted(name: str, color: str) -> QSvgRenderer:
    svg = icon_path(name).read_text(encoding="utf-8").replace("currentColor", color)
    return QSvgRenderer(QByteArray(svg.encode()))


def _draw(svg: QSvgRenderer, pixels: int) -> QPixmap:
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    svg.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return pixmap
