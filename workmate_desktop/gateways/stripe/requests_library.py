"""The library `requests`, without the part that guesses in which encoding a text is."""

import sys
import threading
import warnings

_GUESSERS = ("charset_normalizer", "chardet")
_importing = threading.Lock()


def import_requests() -> None:
    """Called at the start, before stripe imports it. Whoever was faster has it with guessing.

    The guessing takes 3 MB and 7 ms of every start. Nobody here wants it: Stripe answers in
    UTF-8, and of other answers only the status is read. requests does without where it finds no
    such module (`requests.compat`), and a None is how one says so to an import:
    https://docs.python.org/3/reference/import.html#the-module-cache
    """
    with _importing:
        if "requests" in sys.modules:
            return
        hidden = [name for name in _GUESSERS if name not in sys.modules]
        for name in hidden:
            sys.modules[name] = None  # type: ignore[assignment] # as the page above says
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # requests warns that it cannot guess
                import requests  # noqa: F401 - only to have it imported
        finally:
            for name in hidden:
                del sys.modules[name]
