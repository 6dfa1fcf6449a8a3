"""The colours that a word on screen may have. No Qt, so that texts can name them."""

from enum import StrEnum


class Tone(StrEnum):
    """The colour of a pill, a dot or a figure. Never the only carrier of a meaning."""

    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"
