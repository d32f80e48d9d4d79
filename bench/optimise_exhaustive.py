#!/usr/bin/env python3
"""Holds `wattlens optimise` against measuring every candidate as carefully as its last rung does.

    .venv/bin/python bench/optimise_exhaustive.py --model mobilenet_v2 --limit 'latency<10ms'

Runs the search, then `wattlens run` over the same candidates with as many windows of the same length. Tells the energy
of what the search chose, as the exhaustive measurement saw it, over the least that keeps the limits there; and the
joules of both, counted in the same way: windows, preparations, and warm-ups with the power of their window. Without a
sensor both are modelled. OUTPUT-MODEL.json holds all numbers.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="mobilenet_v2")
    parser.add_argument("--limit", default=None, help="latency<TIME in ms, such as latency<10ms")
    parser.add_argument("--batch", default="1-64*2")
    parser.add_argument("--precision", default="f32,bf16")
    parser.add_argument("--wattlens", type=pathlib.Path, default=ROOT / "build/release/wattlens")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build/bench/optimise", help="without its suffix")
    return parser.parse_args()


def run(command, allowed=(0,)):
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=False)
    if result.returncode not in allowed:
        sys.exit(f"{command}: exit {result.returncode}")
    return result.stdout.decode()


def joules_of(runs):
    """Windows, preparations (each worker once), and warm-ups with the power of their window."""
    total, prepared = 0.0, set()
    for run_ in runs:
        for phase in run_["preparation"]:
            if phase["name"] == "ready" and (run_["point"], phase["begin_mono_ns"]) not in prepared:
                prepared.add((run_["point"], phase["begin_mono_ns"]))
                total += phase["gross"].get("energy_j") or 0.0
        if run_["status"] != "done":
            continue
        window = run_["windows"][-1]
        energy = window["total"].get("energy_j") or 0.0
        duration = (window["end_mono_ns"] - window["begin_mono_ns"]) * 1e-9
        total += energy * (1.0 + run_["warm_up_s"] / duration)
    return total


def latency_ms(point, streams):
    return point["ms_per_batch"]["value"] * max(1, streams)


def main():
    arguments = parse_arguments()
    output = arguments.output.with_name(f"{arguments.output.name}-{arguments.model}.json")
    output.parent.mkdir(parents=True, exist_ok=True)
    store = output.with_suffix(".db")
    space = ["--model", arguments.model, "--batch", arguments.batch, "--precision", arguments.precision]
    space += ["--hint", "latency,throughput", "--store", store]
    limits = ["--limit", arguments.limit] if arguments.limit else []
    search = json.loads(run([arguments.wattlens, "optimise", *space, *limits, "--format", "json"], (0, 3)))
    last = search["rungs"][-1]
    effort = ["--repetitions", 8, "--window", "2s"]
    exhaustive = json.loads(run([arguments.wattlens, "run", *space, *effort, "--format", "json"], (0, 5)))
    lines = run([arguments.wattlens, "export", "last", "--store", store, "--part", "runs", "--format", "jsonl"])
    runs = [json.loads(line) for line in lines.splitlines()]
    streams = {run_["point"]: run_["workload"]["streams"] for run_ in runs if run_["status"] == "done"}
    bound = float(arguments.limit.split("<")[1].removesuffix("ms")) if arguments.limit else float("inf")
    energies = {}
    for point in exhaustive["points"]:
        name = "{model}/{engine}/{device}/{precision}/{hint}/b{batch}/{image_size}px/t{threads}".format(**point)
        energy = point["energy_j_per_image"].get("value")
        if energy and latency_ms(point, streams[name]) < bound:
            energies[name] = energy
    found = {
        "model": arguments.model,
        "limit": arguments.limit,
        "candidates": len(exhaustive["points"]),
        "last_rung": last["candidates"],
        "provenance": search["searching"]["provenance"],
        "chosen": (search["winner"] or {}).get("id"),
        "search_j": sum(search["searching"][part] for part in ("windows_j", "preparations_j", "warm_ups_j")),
        "search_s": search["searching"]["time_s"],
        "exhaustive_j": joules_of(runs),
        "energies_j_per_image": energies,
    }
    found["share"] = found["search_j"] / found["exhaustive_j"]
    if energies and found["chosen"] in energies:
        found["cheapest"] = min(energies, key=energies.get)
        found["chosen_over_cheapest"] = energies[found["chosen"]] / energies[found["cheapest"]]
        spreads = [
            point["energy_j_per_image"] for point in exhaustive["points"] if point["energy_j_per_image"].get("low")
        ]
        found["half_width"] = statistics.median(0.5 * (e["high"] - e["low"]) / e["value"] for e in spreads)
    output.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    json.dump({key: value for key, value in found.items() if key != "energies_j_per_image"}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
