#!/usr/bin/env python3
"""Compares the speed of wattlens's LibTorch worker with that of loops in Python, and how soon workers are ready.

    cmake --preset release -DWATTLENS_BENCH=ON && cmake --build --preset release --target bench_worker
    .venv/bin/python bench/against_pytorch.py --output build/bench/pytorch

Needs torch and torchvision in the environment of Python. Three sides run torchvision's network on random images, each
in a process of its own, one after the other in every round (who begins changes):

    worker    wattlens-worker-libtorch
    same      Python with the worker's settings: glibc keeps freed memory, channels-last, denormals flushed
    default   Python as most write it: eval(), inference_mode(), and no settings

All have as many threads and are in inference mode. The ratio is taken per round, so that what slows the machine down
slows all. A round during which other processes took more than --most-others of a core is counted as disturbed. Every
round is saved at once in OUTPUT.json: the same command goes on where it was stopped. OUTPUT.md holds the tables.
Exits 1 where a median ratio is below --fail-below (to `same`), or a worker is ready later than its limit.
"""

import argparse
import ctypes
import itertools
import json
import pathlib
import statistics
import sys
import time

from against_benchmark_app import ROOT, busy_s, load, output_of, own_s, processor, words, write

MODELS = ("mobilenet_v2", "resnet50")
SCHEMA = "wattlens.bench.pytorch/1"
SIDES = ("worker", "same", "default")
READY_LIMIT_S = {"openvino": 0.25, "libtorch": 1.0}
# mallopt.h: M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD, M_ARENA_MAX
KEEP_FREED_MEMORY = ((-3, 1 << 30), (-1, 2**31 - 1), (-2, 64 << 20), (-8, 1))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build/bench/pytorch", help="without its suffix")
    parser.add_argument("--models", type=words, default=MODELS, help="default: " + ",".join(MODELS))
    parser.add_argument("--batches", type=words, default=["1", "32"], help="default: 1,32")
    parser.add_argument("--precisions", type=words, default=["f32", "bf16"], help="default: f32,bf16")
    parser.add_argument("--threads", type=int, default=0, help="default: 0, PyTorch chooses on all sides")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--seconds", type=float, default=3, help="per measurement; default 3")
    parser.add_argument("--most-others", type=float, default=0.05, help="cores of other processes; default 0.05")
    parser.add_argument("--fail-below", type=float, default=0.98, help="median ratio to `same`; default 0.98")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bench_worker")
    parser.add_argument("--loop", metavar="SIDE", choices=("same", "default"), help=argparse.SUPPRESS)
    return parser.parse_args()


def keep_freed_memory():
    libc = ctypes.CDLL("libc.so.6")
    for setting, value in KEEP_FREED_MEMORY:
        if libc.mallopt(setting, value) != 1:
            sys.exit(f"mallopt({setting}, {value}) failed")


def loop(arguments):
    """One side in Python: prints images/s, and the time from the start of this script to the first result."""
    begin = time.perf_counter()
    same = arguments.loop == "same"
    if same:
        keep_freed_memory()
    import torch

    sys.path.insert(0, str(ROOT / "tools"))
    import torchvision_networks

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    kind = {"f32": torch.float32, "bf16": torch.bfloat16}[arguments.precisions[0]]
    module = torchvision_networks.make(arguments.models[0]).to(kind)
    images = torch.randn(int(arguments.batches[0]), 3, 224, 224, dtype=kind)
    if same:
        torch.set_flush_denormal(True)
        module = module.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)

    def run(seconds, least):
        begin, count = time.perf_counter(), 0
        while count < least or time.perf_counter() - begin < seconds:
            module(images)
            count += 1
        return count * len(images) / (time.perf_counter() - begin)

    with torch.inference_mode():
        module(images)
        ready = time.perf_counter() - begin
        run(1.0, 3)
        print(json.dumps({"images_per_s": run(arguments.seconds, 5), "ready_s": ready}))


def measure(arguments, side, point):
    settings = ["--threads", arguments.threads, "--seconds", arguments.seconds]
    if side == "worker":
        command = [arguments.program, point["model"], "--engines", arguments.program.parent / "engines.json"]
        command += ["--precision", point["precision"], "--batch", point["batch"], *settings]
    else:
        command = [sys.executable, __file__, "--loop", side, "--models", point["model"]]
        command += ["--precisions", point["precision"], "--batches", point["batch"], *settings]
    return json.loads(output_of(command))


def measure_round(arguments, point, number):
    begin, busy, own = time.monotonic(), busy_s(), own_s()
    first = number % len(SIDES)
    result = {side: measure(arguments, side, point) for side in SIDES[first:] + SIDES[:first]}
    result["other_cores"] = max(0.0, (busy_s() - busy) - (own_s() - own)) / (time.monotonic() - begin)
    result["disturbed"] = result["other_cores"] > arguments.most_others
    return result


def measure_ready(arguments, engine):
    command = [arguments.program, "mobilenet_v2", "--engines", arguments.program.parent / "engines.json"]
    return json.loads(output_of([*command, "--engine", engine, "--seconds", 0]))


def key(entry):
    return (entry["model"], entry["precision"], entry["batch"])


def spread(values):
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def summary(rounds):
    rows = []
    for point in dict.fromkeys(key(entry) for entry in rounds):
        mine = [entry for entry in rounds if key(entry) == point]
        row = dict(zip(("model", "precision", "batch"), point, strict=True))
        for side in SIDES:
            row[side] = statistics.median(entry[side]["images_per_s"] for entry in mine)
        for side in SIDES[1:]:
            ratios = [entry["worker"]["images_per_s"] / entry[side]["images_per_s"] for entry in mine]
            row[f"to_{side}"] = spread(ratios)
        row["rounds"], row["disturbed"] = len(mine), sum(entry["disturbed"] for entry in mine)
        rows.append(row)
    return rows


def markdown(conditions, rows, ready):
    lines = [
        f"PyTorch {conditions['torch']} on {conditions['processor']}, threads: {conditions['threads'] or 'all'}, "
        f"{conditions['seconds']:g} s per measurement; images/s are medians over the rounds, ratios the median over "
        "rounds with the lowest and highest.",
        "",
        "| model | precision | batch | worker, images/s | ratio to the same loop in Python | ratio to the default loop "
        "| rounds | disturbed |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        ratios = " | ".join(
            "{median:.3f} ({low:.3f} – {high:.3f})".format(**row[name]) for name in ("to_same", "to_default")
        )
        lines.append(
            f"| {row['model']} | {row['precision']} | {row['batch']} | {row['worker']:.4g} | {ratios} "
            f"| {row['rounds']} | {row['disturbed']} |"
        )
    lines += ["", "| worker, MobileNetV2 f32 batch 1 | ready, s | start-up | compile | first inference | rounds |"]
    lines.append("|---|---|---|---|---|---|")
    for engine, entries in ready.items():
        parts = [statistics.median(entry[name] for entry in entries) for name in READY_PARTS]
        whole = spread([entry["ready_s"] for entry in entries])
        lines.append(
            "| {} | {median:.3f} ({low:.3f} – {high:.3f}) | {} | {} |".format(
                engine, " | ".join(f"{part:.3f}" for part in parts), len(entries), **whole
            )
        )
    return "\n".join(lines) + "\n"


READY_PARTS = ("start_up_s", "compile_s", "first_inference_s")


def main():
    arguments = parse_arguments()
    if arguments.loop:
        loop(arguments)
        return 0
    import torch

    conditions = {
        "torch": torch.__version__,
        "processor": processor(),
        "threads": arguments.threads,
        "seconds": arguments.seconds,
        "most_other_cores": arguments.most_others,
    }
    as_json, as_markdown = arguments.output.with_suffix(".json"), arguments.output.with_suffix(".md")
    found = load(as_json, conditions, SCHEMA)
    rounds, ready = found["pairs"], found.setdefault("ready", {})
    done = {(*key(entry), entry["round"]) for entry in rounds}
    axes = itertools.product(arguments.models, arguments.precisions, map(int, arguments.batches))
    points = [dict(zip(("model", "precision", "batch"), values, strict=True)) for values in axes]

    def save():
        found["points"] = summary(rounds)
        write(as_json, json.dumps(found, indent=1) + "\n")
        write(as_markdown, markdown(conditions, found["points"], ready))

    for number in range(arguments.rounds):
        for engine in READY_LIMIT_S:
            if len(ready.setdefault(engine, [])) <= number:
                ready[engine].append(measure_ready(arguments, engine))
                save()
        for point in points:
            if (*key(point), number) in done:
                continue
            entry = {**point, "round": number, **measure_round(arguments, point, number)}
            rounds.append(entry)
            save()
            rates = ", ".join(f"{side} {entry[side]['images_per_s']:.4g}" for side in SIDES)
            print(
                f"round {number + 1}/{arguments.rounds} {'/'.join(map(str, key(point)))}: {rates} images/s, others "
                f"{entry['other_cores']:.2f} cores{' (disturbed)' if entry['disturbed'] else ''}",
                file=sys.stderr,
            )
    print(as_markdown.read_text(encoding="utf-8"), end="")
    too_slow = any(row["to_same"]["median"] < arguments.fail_below for row in found["points"])
    too_late = any(
        statistics.median(entry["ready_s"] for entry in entries) > READY_LIMIT_S[engine]
        for engine, entries in ready.items()
    )
    return int(too_slow or too_late)


if __name__ == "__main__":
    sys.exit(main())
