#!/usr/bin/env python3
"""Compares the speed of decoding and preprocessing images with torchvision's transforms on Pillow, on one thread.

    cmake --preset release -DWATTLENS_BENCH=ON && cmake --build --preset release --target bench_preprocess
    .venv/bin/python bench/against_torchvision.py

Needs torch, torchvision and Pillow. Both sides read the same generated files, one pass each in every round (who begins
changes), so that what slows the machine down slows both; the ratio is taken per round. Processor time counts, which a
neighbour changes less than wall time. The results of both sides are compared bit by bit: a fast wrong answer is not a
result. Exits 1 where a median ratio is below --fail-below.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

import numpy as np
import PIL
import torch
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Name: width, height, ending, options of Pillow. ImageNet's validation images are JPEGs of about 500 x 375.
KINDS = {
    "JPEG 500 x 375": (500, 375, "jpg", {"quality": 90}),
    "JPEG 1600 x 1200": (1600, 1200, "jpg", {"quality": 90}),
    "PNG 500 x 375": (500, 375, "png", {}),
}


def picture(width, height, seed):
    """As full of detail as a photograph: noise of several sizes, the coarse stronger than the fine."""
    random = np.random.default_rng(seed)
    whole = np.zeros((height, width, 3))
    for size in (4, 16, 64, 256):
        part = random.integers(0, 256, (max(2, height * 4 // size // 4), max(2, width * 4 // size // 4), 3))
        scaled = Image.fromarray(part.astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
        whole += np.asarray(scaled, dtype=float) * size**0.5
    whole -= whole.min()
    return Image.fromarray((255 * whole / whole.max()).astype(np.uint8))


def ours(program, folder):
    found = json.loads(subprocess.run([program, folder], capture_output=True, text=True, check=True).stdout)
    return found["processor_s"], found["crc"]


def torchvisions(transform, files):
    spent, crc = 0.0, 0
    for file in files:
        begin = time.process_time()
        with open(file, "rb") as opened:
            tensor = transform(Image.open(opened).convert("RGB"))
        spent += time.process_time() - begin
        crc = zlib.crc32(tensor.contiguous().numpy().tobytes(), crc)
    return spent / len(files), crc


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bench_preprocess")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--images", type=int, default=32, help="of each kind; default 32")
    parser.add_argument("--fail-below", type=float, default=1.0)
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tools"))
    import torchvision_networks

    torchvision = torchvision_networks.import_torchvision()
    torch.set_num_threads(1)
    steps = torchvision.transforms
    transform = steps.Compose(
        [
            steps.Resize(256),
            steps.CenterCrop(224),
            steps.ToTensor(),
            steps.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )
    print(f"torchvision {torchvision.__version__}, Pillow {PIL.__version__}, {arguments.rounds} rounds")
    too_slow = False
    for name, (width, height, ending, options) in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            for i in range(arguments.images):
                picture(width, height, i).save(f"{folder}/{i:04}.{ending}", **options)
            files = sorted(pathlib.Path(folder).iterdir())
            torchvisions(transform, files[:2])
            rounds = []
            for number in range(arguments.rounds):
                found = {}
                for side in (0, 1) if number % 2 == 0 else (1, 0):
                    found[side] = torchvisions(transform, files) if side else ours(arguments.program, folder)
                if found[0][1] != found[1][1]:
                    sys.exit(f"{name}: the results differ")
                rounds.append((1e3 * found[0][0], 1e3 * found[1][0], found[1][0] / found[0][0]))
        for label, column in zip(("ours ms", "torchvision ms", "ratio"), zip(*rounds, strict=True), strict=True):
            low, high = min(column), max(column)
            print(
                f"{name:17} {label:15} median {statistics.median(column):7.3f}   least, greatest: {low:.3f}, {high:.3f}"
            )
        too_slow = too_slow or statistics.median([ratio for _, _, ratio in rounds]) < arguments.fail_below
    return int(too_slow)


if __name__ == "__main__":
    sys.exit(main())
