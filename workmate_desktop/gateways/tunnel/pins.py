"""Which ngrok agent is downloaded: one version, and the SHA-256 of its archive for each system.

ngrok's usual address always serves the newest version, whose sum nobody can know beforehand. Each
version has addresses of its own as well, which never change, with a sum beside each:
https://dl.equinox.io/ngrok/ngrok-v3/stable/archive

Whoever takes a newer version takes address and sum from at least two independent package lists and
compares them: Homebrew (Casks/n/ngrok.rb), Scoop (bucket/ngrok.json), Chocolatey (ngrok), nixpkgs
(pkgs/by-name/ng/ngrok). Those of 3.35.0: Windows in Scoop and Chocolatey, macOS in Homebrew and in
a Nix overlay whose Linux sums these are. A wrong sum starts nothing: then staff choose an ngrok
that they installed themselves.
"""

import platform
import sys
from typing import NamedTuple

VERSION = "3.35.0"
_BASE = "https://bin.equinox.io/a"


class Pin(NamedTuple):
    """Where the archive lies, and its SHA-256 in hexadecimal digits."""

    address: str
    sha256: str


def _pin(place: str, system: str, ending: str, sha256: str) -> Pin:
    return Pin(f"{_BASE}/{place}/ngrok-v3-{VERSION}-{system}.{ending}", sha256)


PINS = {
    ("linux", "amd64"): _pin(
        "76vdzhNjs7e",
        "linux-amd64",
        "tar.gz",
        "e744927dceb5c4363271a00f452de3be0f39c23a92ccf000fae38fbe84a246ea",
    ),
    ("linux", "arm64"): _pin(
        "d7vz8B9YEE3",
        "linux-arm64",
        "tar.gz",
        "d1630141ecbe3f642e92971a61f9a0230c9cbc4d2bed29bc2eedfe464b7b1f93",
    ),
    ("linux", "arm"): _pin(
        "a26G6Jn2Sti",
        "linux-arm",
        "tar.gz",
        "8ed7f63c8747d64f77f90d1d9301466f197b0d15493e674ed1ee4e7078a8789c",
    ),
    ("linux", "386"): _pin(
        "3xL4uaGye2K",
        "linux-386",
        "tar.gz",
        "4094488a790bc8a9704c447b39d69ce843b4975ade6bf9ca2c33dd8969834c58",
    ),
    ("darwin", "amd64"): _pin(
        "uQRUsybuCY",
        "darwin-amd64",
        "zip",
        "cde0994278c7e5cc46a10128258b6de826a59eb210556a7a06a9b3887ce06914",
    ),
    ("darwin", "arm64"): _pin(
        "6S1r8a6kUrQ",
        "darwin-arm64",
        "zip",
        "ff0c29df3156fab539a3dc438eb36f342e852e058638841db99e69ce5edda16d",
    ),
    ("win32", "amd64"): _pin(
        "crR94YUJzmD",
        "windows-amd64",
        "zip",
        "2609fa49805a4ceabedee6757d7339f72fc9aeb5f727e80596db702172a544fe",
    ),
    ("win32", "386"): _pin(
        "ffi9HQP3veD",
        "windows-386",
        "zip",
        "5b3bfd566cf8a0755cba20327d883d3853ad682540042f3b4db9f7c880e295bd",
    ),
}
"""(sys.platform, processor) → the archive."""

_PROCESSORS = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "i386": "386",
    "i686": "386",
    "x86": "386",
    "armv6l": "arm",
    "armv7l": "arm",
    "armv8l": "arm",
}


def pin_for(system: str, machine: str) -> Pin | None:
    """The archive for `sys.platform` and `platform.machine()`; None where there is none that could
    be checked."""
    processor = _PROCESSORS.get(machine.lower(), "")
    if system == "win32" and processor == "arm64":
        processor = "amd64"  # Windows on ARM runs it: no sum of its own is known
    return PINS.get((system, processor))


def pin_here() -> Pin | None:
    """The one for this PC."""
    return pin_for(sys.platform, platform.machine())
