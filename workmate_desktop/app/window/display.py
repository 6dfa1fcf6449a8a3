"""Is there a screen? Asked before Qt is, because Qt aborts the whole process where there is none.

On Linux a variable alone says little: DISPLAY survives in an ssh session or a container and
leads nowhere. So the display is really connected to, which takes about a millisecond; what that
needs is imported only where it is done, because the first paint waits for it.
"""

import sys
from collections.abc import Mapping
from pathlib import Path


def has_display(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a window can be shown. `platform` is sys.platform."""
    if platform in ("win32", "darwin") or environment.get("QT_QPA_PLATFORM"):
        return True
    return _wayland_answers(environment) or (bool(environment.get("DISPLAY")) and _x_answers())


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY")
    if sys.platform == "win32" or not name:  # it has no such sockets
        return False
    import socket

    path = Path(environment.get("XDG_RUNTIME_DIR", "/nowhere")) / name  # an absolute name wins
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _x_answers() -> bool:
    """Connect as Qt does, with its library: that also asks whether we are let in."""
    import ctypes

    try:
        ctypes.CDLL("libxcb-cursor.so.0")  # Qt's plugin does not load without it
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not refused
