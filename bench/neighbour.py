#!/usr/bin/env python3
"""Whether a noisy neighbour can change a result unseen.

Measures the same point quietly and with one core hogged half of the time, in alternation, and compares the medians of
images/s. Every disturbed result must lie within 3 % of the quiet one or carry the warning `neighbour`.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def hog():
    """Busy for 50 ms, asleep for 50 ms, until killed."""
    while True:
        end = time.monotonic() + 0.05
        while time.monotonic() < end:
            pass
        time.sleep(0.05)


def measure(program, model, disturbed):
    neighbour = subprocess.Popen([sys.executable, __file__, "--hog"]) if disturbed else None
    try:
        with tempfile.TemporaryDirectory() as folder:
            command = [program, "run", "--model", model, "--repetitions", "5", "--format", "json"]
            command += ["--store", pathlib.Path(folder) / "bench.db"]
            result = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        if neighbour:
            neighbour.kill()
            neighbour.wait()
    (point,) = json.loads(result.stdout)["points"]
    return point["images_per_s"]["value"], {warning["code"] for warning in point["warnings"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=ROOT / "build/release/wattlens")
    parser.add_argument("--model", default="mobilenet_v2")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hog", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.hog:
        hog()
    pairs = []
    for _ in range(arguments.rounds):
        quiet, quiet_flags = measure(arguments.program, arguments.model, disturbed=False)
        noisy, noisy_flags = measure(arguments.program, arguments.model, disturbed=True)
        pairs.append((quiet, noisy))
        print(f"quiet {quiet:.1f} images/s {sorted(quiet_flags)}, hogged {noisy:.1f} images/s {sorted(noisy_flags)}")
        if abs(noisy / quiet - 1) > 0.03 and "neighbour" not in noisy_flags:
            sys.exit("a disturbed result was not flagged")
    ratio = statistics.median(noisy / quiet for quiet, noisy in pairs)
    print(f"hogged / quiet: median {ratio:.3f}; every result that is off by more than 3 % is flagged")


if __name__ == "__main__":
    main()
