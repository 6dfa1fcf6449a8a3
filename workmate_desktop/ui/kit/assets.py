"""Icons and fonts among the files of the program.

icon_path("search") -> Path
"""

from pathlib import Path

from workmate_desktop.words.resources import resource_path


def icon_path(name: str) -> Path:
    """The SVG file of the Lucide icon `name` (without suffix)."""
    return resource_path(f"icons/{name}.svg")


def font_paths() -> tuple[Path, ...]:
    """All font files of the program, in a fixed order."""
    return tuple(sorted(resource_path("fonts").glob("*.ttf")))
