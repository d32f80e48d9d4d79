#!/usr/bin/env python3
"""How long an engine takes from the start of its worker to its first inference, with and without the model cache.

    python3 bench/ready.py --rounds 5

Each round runs, in turn, every network without a cache, with an empty one (compiled and written), and with the one just
written (loaded). Prints a Markdown table: median of each phase over the rounds, lowest and highest of the whole, and
the joules of the whole. Nothing else may run on the machine.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PHASES = ("start_up_s", "compile_s", "first_inference_s", "ready_s")
CACHES = ("off", "written", "loaded")


def prepared(arguments, network, cache, folder):
    """The one point of a short run."""
    words = [arguments.program, "run", "--model", network, "--engine", arguments.engine, "--format", "json"]
    words += ["--precision", arguments.precision, "--repetitions", "1", "--window", "0.1s", "--warm-up-limit", "0.2s"]
    words += ["--store", folder / "store.db"] + (["--model-cache", cache] if cache else [])
    outcome = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True)
    (point,) = json.loads(outcome.stdout)["points"]
    return point


def one_round(arguments, folder, found):
    for network in arguments.networks:
        cache = pathlib.Path(tempfile.mkdtemp(dir=folder))
        for name, where in zip(CACHES, (None, cache, cache), strict=True):
            found.setdefault((network, name), []).append(prepared(arguments, network, where, folder))


def energy_text(points):
    energies = [point["ready_energy_j"] for point in points if "value" in point["ready_energy_j"]]
    if not energies:
        return points[0]["ready_energy_j"].get("reason", "missing")
    middle = sorted(energies, key=lambda energy: energy["value"])[len(energies) // 2]
    sign = "~" if middle["provenance"] == "modelled" else ""
    return f"{sign}{middle['value']:.2g} ({middle['low']:.2g}–{middle['high']:.2g})"


def row(key, points):
    cells = [f"{statistics.median(point[phase] for point in points):.3f}" for phase in PHASES]
    whole = [point["ready_s"] for point in points]
    cells.append(f"{min(whole):.3f}–{max(whole):.3f}")
    return "| " + " | ".join([*key, *cells, energy_text(points)]) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", default=["mobilenet_v2", "resnet50"])
    parser.add_argument("--engine", default="openvino")
    parser.add_argument("--precision", default="f32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/wattlens")
    arguments = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            one_round(arguments, pathlib.Path(folder), found)
    print("| network | model cache | s start-up | s compile | s first | s ready | lowest–highest | J ready |")
    print("|---|---|---|---|---|---|---|---|")
    for key, points in found.items():
        print(row(key, points))


if __name__ == "__main__":
    main()
