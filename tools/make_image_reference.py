#!/usr/bin/env python3
"""Makes what the tests of src/dataset compare with: small images, and what Pillow and torchvision make of them.

    python tools/make_image_reference.py tests/golden/images

Writes the image files, of which bomb.png is refused, and idx3.gz, an IDX file; images.json with the size, a checksum
(FNV-1a, 64 bits) and the first pixels of what Pillow's convert("RGB") gives of each; preprocessing.json with checksums
and samples of what torchvision's transforms for evaluation make of pictures that the tests draw themselves (`drawn`
below). Needs torch, torchvision and Pillow.
"""

import argparse
import gzip
import io
import json
import pathlib
import struct
import sys
import zlib

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from torchvision_networks import import_torchvision

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

# width, height, resize, crop
SHAPES = [
    (1, 1, 256, 224),
    (1, 3, 256, 224),
    (2, 1, 256, 224),
    (1, 700, 256, 224),
    (700, 1, 256, 224),
    (7, 5, 256, 224),
    (223, 224, 256, 224),
    (224, 224, 256, 224),
    (255, 257, 256, 224),
    (256, 256, 256, 224),
    (256, 300, 256, 224),
    (301, 256, 256, 224),
    (257, 255, 256, 224),
    (500, 375, 256, 224),
    (375, 500, 256, 224),
    (500, 333, 256, 224),
    (640, 480, 256, 224),
    (1031, 773, 256, 224),
    (2000, 31, 256, 224),
    (31, 2000, 256, 224),
    (1600, 1200, 256, 224),
    (28, 28, 256, 224),
    (32, 32, 37, 32),
    (500, 375, 439, 384),
    (97, 61, 10, 9),
    (97, 61, 1, 1),
    (60, 40, 20, 33),
    (40, 60, 20, 64),
    (13, 17, 20, 21),
]


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in bytes(data):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def drawn(width, height):
    """A picture with smooth parts, edges and noise, in whole numbers: the tests draw the same."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    channels = []
    for c in range(3):
        smooth = (x * (3 + c) + y * (5 - c)) // 4
        edges = ((x // 16 + y // 16) % 2) * 90
        noise = (x * 7919 + y * 104729 + c * 1299709) * 2654435761 % 4294967296 >> 27
        channels.append((smooth + edges + noise) % 256)
    return np.stack(channels, axis=-1).astype(np.uint8)


def png(width, height, depth, color, raw, *chunks, interlace=0):
    """A PNG file of unfiltered rows."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    middle = b"".join(chunk(kind, data) for kind, data in chunks)
    end = chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + middle + end


def rows(array):
    """The bytes of rows as PNG packs them, each with the filter type 0."""
    return b"".join(b"\0" + row.tobytes() for row in array)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def image_files():
    picture = Image.fromarray(drawn(37, 29))
    small = drawn(9, 6)
    wide = (drawn(9, 6).astype(np.uint16) * 257 + 129).astype(">u2")
    gray16 = np.array([[0, 1, 100, 254, 255, 256, 257, 0x1234, 0xFFFF]], dtype=">u2")
    cmyk = Image.merge("CMYK", [Image.fromarray(drawn(37, 29)[..., c % 3] // (1 + c // 3)) for c in range(4)])
    adobe = saved(cmyk, "JPEG", quality=90)
    marker = adobe.index(b"Adobe")
    turned = Image.Exif()
    turned[0x0112] = 6
    palette = (b"PLTE", bytes([200, 10, 20, 30, 210, 40, 50, 60, 220]))
    return {
        "rgb_420.jpg": saved(picture, "JPEG", quality=85, subsampling=2),
        "rgb_422.jpg": saved(picture, "JPEG", quality=85, subsampling=1),
        "rgb_444.jpg": saved(picture, "JPEG", quality=95, subsampling=0),
        "progressive.jpg": saved(picture, "JPEG", quality=85, progressive=True),
        "gray.jpg": saved(picture.convert("L"), "JPEG"),
        "kept_rgb.jpg": saved(picture, "JPEG", keep_rgb=True),
        "cmyk_adobe.jpg": adobe,
        # With transform 2 libjpeg takes the colours as YCCK; Pillow inverts the inks with and without Adobe's marker.
        "cmyk_plain.jpg": adobe[: marker - 4] + adobe[marker + 12 :],
        "ycck_adobe.jpg": adobe[: marker + 11] + b"\2" + adobe[marker + 12 :],
        "turned.jpg": saved(picture, "JPEG", exif=turned),
        "one_pixel.jpg": saved(Image.fromarray(drawn(1, 1)), "JPEG"),
        "rgb.png": saved(picture, "PNG"),
        "interlaced.png": INTERLACED,
        "alpha.png": saved(Image.fromarray(np.dstack([small, small[..., 0]])), "PNG"),
        "gray_alpha.png": png(9, 6, 8, 4, rows(small[..., :2])),
        "gray.png": png(9, 6, 8, 0, rows(small[..., 0]), (b"tRNS", b"\0\x07")),
        "gray_1.png": png(9, 2, 1, 0, rows(np.array([[0xA5, 0x80], [0x3C, 0]], dtype=np.uint8))),
        "gray_2.png": png(5, 1, 2, 0, rows(np.array([[0x1B, 0x40]], dtype=np.uint8))),
        "gray_4.png": png(3, 1, 4, 0, rows(np.array([[0x07, 0xF0]], dtype=np.uint8))),
        "gray_16.png": png(9, 1, 16, 0, rows(gray16)),
        "gray_alpha_16.png": png(9, 6, 16, 4, rows(wide[..., :2])),
        "rgb_16.png": png(9, 6, 16, 2, rows(wide)),
        "rgba_16.png": png(9, 6, 16, 6, rows(np.dstack([wide, wide[..., :1]]))),
        "palette.png": png(4, 1, 8, 3, b"\0\0\1\2\xc8", palette, (b"tRNS", b"\0\x80")),
        "palette_2.png": png(5, 1, 2, 3, b"\0\x1b\x40", palette),
        "gamma.png": png(9, 6, 8, 2, rows(small), (b"gAMA", struct.pack(">I", 100000))),
    }


# Pillow writes no interlaced files: Adam7 of a picture of 5 x 5 pixels, pass by pass.
def interlaced():
    picture = drawn(5, 5)
    raw = b""
    for x0, y0, dx, dy in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        part = picture[y0::dy, x0::dx]
        if part.size:
            raw += rows(np.ascontiguousarray(part))
    return png(5, 5, 8, 2, raw, interlace=1)


INTERLACED = interlaced()


def described(data):
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    height, width, _ = pixels.shape
    return {"width": width, "height": height, "fnv": fnv(pixels.tobytes()), "first": pixels.reshape(-1)[:12].tolist()}


def preprocessed(transforms, width, height, resize, crop):
    picture = Image.fromarray(drawn(width, height))
    resized = transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(crop)])(picture)
    steps = [transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)]
    tensor = transforms.Compose(steps)(resized).contiguous()
    pixels = np.asarray(resized)
    at = [round(i * (crop - 1) / 4) for i in range(5)]
    return {
        "width": width,
        "height": height,
        "resize": resize,
        "crop": crop,
        "bytes_fnv": fnv(pixels.tobytes()),
        "floats_fnv": fnv(tensor.numpy().astype("<f4").tobytes()),
        "samples": [[pixels[y, x].tolist() for x in at] for y in at],
        "sum": float(tensor.to(torch.float64).sum()),
    }


def write(path, entries):
    lines = ",\n".join("  " + json.dumps(entry) for entry in entries)
    path.write_text("[\n" + lines + "\n]\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    files = image_files()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    write(folder / "images.json", [{"file": name, **described(data)} for name, data in files.items()])
    (folder / "bomb.png").write_bytes(png(50000, 50000, 1, 0, b"\0"))
    idx = struct.pack(">4B3I", 0, 0, 8, 3, 2, 1, 3) + bytes([1, 2, 3, 4, 5, 6])
    (folder / "idx3.gz").write_bytes(gzip.compress(idx, mtime=0))
    transforms = import_torchvision().transforms
    write(folder / "preprocessing.json", [preprocessed(transforms, *shape) for shape in SHAPES])


if __name__ == "__main__":
    main()
