#!/usr/bin/env python3
"""Checks that images of denormal numbers cost the OpenVINO engine no more time than random ones.

Without flush-to-zero the processor takes about a hundred times as long for them. Both inputs run in turn, with who
begins alternating; the median ratio of their times must stay below --limit. Needs bench_engine (WATTLENS_BENCH=ON).
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def ms_per_batch(program, model, *more):
    command = [program, model, "--seconds", "1", *more]
    result = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return 1e3 * result["duration_s"] / result["batches"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="mobilenet_v2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=1.5)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bench_engine")
    arguments = parser.parse_args()
    times = {"random": [], "denormal": []}
    for number in range(arguments.rounds):
        for name in times if number % 2 == 0 else reversed(times):
            more = ["--denormal"] if name == "denormal" else []
            times[name].append(ms_per_batch(arguments.program, arguments.model, *more))
    ratios = [denormal / random for denormal, random in zip(times["denormal"], times["random"], strict=True)]
    ratio = statistics.median(ratios)
    print(
        f"{arguments.model}: random {statistics.median(times['random']):.2f} ms, denormal "
        f"{statistics.median(times['denormal']):.2f} ms, ratio {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    )
    return int(ratio >= arguments.limit)


if __name__ == "__main__":
    sys.exit(main())
