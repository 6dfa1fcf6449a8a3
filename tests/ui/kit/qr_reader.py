"""An own reader of QR codes, written from ISO/IEC 18004 and sharing nothing with segno.

Reads a clean picture (screen, clipboard, paper painted into an image): finds the code, takes the
mask off, puts the blocks together, checks every block by its Reed-Solomon syndromes, and returns
the text. Versions 1 to 9, level M, byte mode: what payment links need.
"""

from PySide6.QtGui import QColor, QImage

_BLOCKS = {  # version: (check bytes per block, data bytes of each block), level M
    1: (10, [16]),
    2: (16, [28]),
    3: (26, [44]),
    4: (18, [32] * 2),
    5: (24, [43] * 2),
    6: (16, [27] * 4),
    7: (18, [31] * 4),
    8: (22, [38, 38, 39, 39]),
    9: (22, [36] * 3 + [37] * 2),
}
_ALIGNMENT = {
    1: [],
    2: [6, 18],
    3: [6, 22],
    4: [6, 26],
    5: [6, 30],
    6: [6, 34],
    7: [6, 22, 38],
    8: [6, 24, 42],
    9: [6, 26, 46],
}
_MASKS = [
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
]


def read_qr(image: QImage) -> str:
    """The text of the one code in `image`. AssertionError when it is no sound code."""
    return _text(_modules(image))


def quiet_zone(image: QImage) -> float:
    """How many modules of white are left of and above the code, the smaller number."""
    left, top, module, _ = _place(image)
    return min(left, top) / module


def _dark(image: QImage, x: int, y: int) -> bool:
    return QColor(image.pixel(x, y)).lightness() < 128


def _place(image: QImage) -> tuple[int, int, float, int]:
    """Left, top, width of a module in pixels, modules on a side."""
    rows = [y for y in range(image.height()) if any(_dark(image, x, y) for x in _xs(image))]
    top, bottom = rows[0], rows[-1]
    columns = [x for x in _xs(image) if any(_dark(image, x, y) for y in (top, bottom))]
    left, right = columns[0], columns[-1]
    run = 0
    while _dark(image, left + run, top):
        run += 1
    module = run / 7  # the upper edge of a finder pattern
    size = round((right - left + 1) / module)
    assert size % 4 == 1 and round((bottom - top + 1) / module) == size, "not a square of modules"
    return left, top, (right - left + 1) / size, size


def _xs(image: QImage) -> range:
    return range(image.width())


def _modules(image: QImage) -> list[list[bool]]:
    left, top, module, size = _place(image)
    return [
        [
            _dark(image, round(left + (c + 0.5) * module), round(top + (r + 0.5) * module))
            for c in range(size)
        ]
        for r in range(size)
    ]


def _text(grid: list[list[bool]]) -> str:
    size = len(grid)
    version = (size - 17) // 4
    mask = _mask_of(grid)
    fixed = _fixed(size, version)
    bits: list[int] = []
    right = size - 1
    while right > 0:
        if right == 6:
            right = 5
        upward = (right + 1) & 2 == 0
        for step in range(size):
            r = size - 1 - step if upward else step
            for c in (right, right - 1):
                if not fixed[r][c]:
                    bits.append(int(grid[r][c] ^ _MASKS[mask](r, c)))
        right -= 2
    stream = [int("".join(map(str, bits[i : i + 8])), 2) for i in range(0, len(bits) - 7, 8)]
    data = _data(stream, version)
    as_bits = "".join(f"{byte:08b}" for byte in data)
    assert as_bits[:4] == "0100", "not the byte mode"
    length = int(as_bits[4:12], 2)
    body = [int(as_bits[12 + 8 * i : 20 + 8 * i], 2) for i in range(length)]
    return bytes(body).decode("utf-8")


def _mask_of(grid: list[list[bool]]) -> int:
    places = [(r, 8) for r in range(6)] + [(7, 8), (8, 8), (8, 7)]
    places += [(8, 14 - i) for i in range(9, 15)]
    value = sum(int(grid[r][c]) << i for i, (r, c) in enumerate(places)) ^ 0x5412
    level, mask = value >> 13, value >> 10 & 7
    assert level == 0, "not error correction level M"
    return mask


def _fixed(size: int, version: int) -> list[list[bool]]:
    """Where no data stand."""
    fixed = [[r == 6 or c == 6 for c in range(size)] for r in range(size)]

    def block(top: int, left: int, height: int, width: int) -> None:
        for r in range(max(0, top), min(size, top + height)):
            for c in range(max(0, left), min(size, left + width)):
                fixed[r][c] = True

    block(0, 0, 9, 9)
    block(0, size - 8, 9, 8)
    block(size - 8, 0, 8, 9)
    centres = _ALIGNMENT[version]
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for r in centres:
        for c in centres:
            if (r, c) not in corners:
                block(r - 2, c - 2, 5, 5)
    if version >= 7:
        block(0, size - 11, 6, 3)
        block(size - 11, 0, 3, 6)
    return fixed


def _data(stream: list[int], version: int) -> list[int]:
    """The data bytes of all blocks in order, each block proven sound."""
    check, sizes = _BLOCKS[version]
    blocks: list[list[int]] = [[] for _ in sizes]
    at = iter(stream)
    for place in range(max(sizes)):
        for block, size in zip(blocks, sizes, strict=True):
            if place < size:
                block.append(next(at))
    whole = [list(block) for block in blocks]
    for _ in range(check):
        for block in whole:
            block.append(next(at))
    for block in whole:
        assert all(_evaluated(block, power) == 0 for power in range(check)), "a damaged block"
    return [byte for block in blocks for byte in block]


def _evaluated(block: list[int], power: int) -> int:
    """The block as a polynomial at 2^power in GF(256) with 0x11d."""
    root = 1
    for _ in range(power):
        root = _times(root, 2)
    value = 0
    for byte in block:
        value = _times(value, root) ^ byte
    return value


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= 0x11D
        b >>= 1
    return product
