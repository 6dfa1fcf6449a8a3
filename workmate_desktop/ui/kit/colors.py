"""The colours of the light and the dark scheme. `Theme.colors` is the one shown now."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colors:
    """Every colour of one scheme, as #RRGGBB."""

    canvas: str
    surface: str
    border: str
    border_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_focus: str
    accent_disabled: str
    on_accent: str
    on_accent_disabled: str
    hover: str
    pressed: str
    selected: str
    chosen: str
    flash: str
    success: str
    warning: str
    error: str
    dot_blue: str
    dot_green: str
    dot_amber: str
    dot_red: str
    dot_grey: str
    pill_blue: str
    pill_blue_text: str
    pill_green: str
    pill_green_text: str
    pill_amber: str
    pill_amber_text: str
    pill_red: str
    pill_red_text: str
    pill_grey: str
    pill_grey_text: str


LIGHT = Colors(
    canvas="#F5F6F8",
    surface="#FFFFFF",
    border="#E2E5EA",
    border_strong="#98A2B3",
    text="#1C2330",
    muted="#667085",
    faint="#98A2B3",
    accent="#4F46E5",
    accent_hover="#4338CA",
    accent_pressed="#3730A3",
    accent_focus="#6A62F0",
    accent_disabled="#A6A1F1",
    on_accent="#FFFFFF",
    on_accent_disabled="#FFFFFF",
    hover="#F5F6F8",
    pressed="#ECEFF3",
    selected="#EEF0FF",
    chosen="#EEF0FF",
    flash="#D9F5E5",
    success="#117A48",
    warning="#9A5B00",
    error="#B42318",
    dot_blue="#2563EB",
    dot_green="#17A35F",
    dot_amber="#D98A00",
    dot_red="#D92D20",
    dot_grey="#98A2B3",
    pill_blue="#E5EDFF",
    pill_blue_text="#1D4ED8",
    pill_green="#E3F5EC",
    pill_green_text="#117A48",
    pill_amber="#FFF1D6",
    pill_amber_text="#9A5B00",
    pill_red="#FDE7E5",
    pill_red_text="#B42318",
    pill_grey="#ECEFF3",
    pill_grey_text="#475467",
)

DARK = Colors(
    canvas="#14171D",
    surface="#1C2027",
    border="#2D333D",
    border_strong="#667085",
    text="#E8EBF0",
    muted="#98A2B3",
    faint="#667085",
    accent="#8B85FF",
    accent_hover="#A09BFF",
    accent_pressed="#7871F5",
    accent_focus="#7871F5",
    accent_disabled="#4A4880",
    on_accent="#14171D",
    on_accent_disabled="#98A2B3",
    hover="#252A33",
    pressed="#2D333D",
    selected="#262A45",
    chosen="#282A4A",
    flash="#17402C",
    success="#6BDCA4",
    warning="#F5BF66",
    error="#FF9A90",
    dot_blue="#5B8DEF",
    dot_green="#17A35F",
    dot_amber="#D9961F",
    dot_red="#E5483C",
    dot_grey="#98A2B3",
    pill_blue="#1B2B52",
    pill_blue_text="#9DB8FF",
    pill_green="#143626",
    pill_green_text="#6BDCA4",
    pill_amber="#3D2E12",
    pill_amber_text="#F5BF66",
    pill_red="#44201D",
    pill_red_text="#FF9A90",
    pill_grey="#2B313B",
    pill_grey_text="#B5BDCA",
)
