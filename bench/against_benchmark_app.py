#!/usr/bin/env python3
"""Compares the speed of wattlens's OpenVINO engine with that of OpenVINO's own benchmark_app.

    cmake --preset release -DWATTLENS_BENCH=ON && cmake --build --preset release --target bench_engine
    .venv/bin/python bench/against_benchmark_app.py --output build/bench/engine

Both sides run the same ONNX file with the same hint, precision, batch and number of threads on random float32 images,
one after the other in every round (who begins alternates), so that what slows the machine down slows both; the ratio
is taken per round. A pair during which other processes took more than --most-others of a core is measured again, and
counted as disturbed if that does not help. Every pair is saved at once in OUTPUT.json: the same command goes on where
it was stopped. OUTPUT.md holds the table. Exits 1 where a median ratio is below --fail-below.
"""

import argparse
import itertools
import json
import os
import pathlib
import platform
import re
import resource
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = ("resnet50", "mobilenet_v2", "vit_b_16", "convnext_base")
SCHEMA = "wattlens.bench.engine/1"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def words(text):
    return [word for word in text.split(",") if word]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build/bench/engine", help="without its suffix")
    parser.add_argument("--models", type=words, default=MODELS, help="default: " + ",".join(MODELS))
    parser.add_argument("--batches", type=words, default=["1", "8", "32"], help="default: 1,8,32")
    parser.add_argument("--precisions", type=words, default=["f32", "bf16"], help="default: f32,bf16")
    parser.add_argument("--hints", type=words, default=["latency", "throughput"], help="default: latency,throughput")
    parser.add_argument("--threads", type=int, default=0, help="default: 0, OpenVINO chooses on both sides")
    parser.add_argument("--rounds", type=int, default=5, help="pairs per point; default 5")
    parser.add_argument("--seconds", type=int, default=3, help="per measurement; default 3")
    parser.add_argument("--most-others", type=float, default=0.05, help="cores of other processes; default 0.05")
    parser.add_argument("--retries", type=int, default=3, help="of a disturbed pair; default 3")
    parser.add_argument("--fail-below", type=float, default=0.98, help="median ratio; default 0.98")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bench_engine")
    parser.add_argument(
        "--benchmark-app", type=pathlib.Path, default=pathlib.Path(sys.executable).parent / "benchmark_app"
    )
    return parser.parse_args()


def busy_s():
    """Seconds that all processors together were busy, or taken by the hypervisor, since the machine started."""
    fields = pathlib.Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    user, nice, system, _, _, irq, softirq, steal = (int(field) / TICKS_PER_S for field in fields[:8])
    return user + nice + system + irq + softirq + steal


def own_s():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def output_of(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


def ours(arguments, onnx, point):
    command = [arguments.program, onnx, "--precision", point["precision"], "--hint", point["hint"]]
    command += ["--batch", point["batch"], "--threads", arguments.threads, "--seconds", arguments.seconds]
    return json.loads(output_of(command))["images_per_s"]


def theirs(arguments, onnx, point):
    command = [arguments.benchmark_app, "-m", onnx, "-d", "CPU", "-hint", point["hint"], "-t", arguments.seconds]
    command += ["-shape", f"[{point['batch']},3,224,224]", "-infer_precision", point["precision"]]
    command += ["-ip", "f32", "-op", "f32"]
    if arguments.threads:  # its own -nthreads cannot be had together with a hint
        config = arguments.output.parent / "benchmark_app.json"
        config.write_text(json.dumps({"CPU": {"INFERENCE_NUM_THREADS": arguments.threads}}), encoding="utf-8")
        command += ["-load_config", config]
    text = output_of(command)
    batches = int(re.search(r"Count:\s+(\d+) iterations", text).group(1))
    duration_ms = float(re.search(r"Duration:\s+([\d.]+) ms", text).group(1))
    return 1e3 * batches * point["batch"] / duration_ms


def measure_pair(arguments, onnx, point, number):
    """images/s of both, and how many cores other processes took meanwhile."""
    begin, busy, own = time.monotonic(), busy_s(), own_s()
    pair = {}
    sides = {"ours": ours, "theirs": theirs}
    for name in sides if number % 2 == 0 else reversed(sides):
        pair[name] = sides[name](arguments, onnx, point)
    elapsed = time.monotonic() - begin
    pair["other_cores"] = max(0.0, (busy_s() - busy) - (own_s() - own)) / elapsed
    return pair


def measure_quietly(arguments, onnx, point, number):
    for _ in range(arguments.retries + 1):
        pair = measure_pair(arguments, onnx, point, number)
        pair["disturbed"] = pair["other_cores"] > arguments.most_others
        if not pair["disturbed"]:
            break
    return pair


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(path.suffix + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def load(path, conditions, schema=SCHEMA):
    if not path.exists():
        return {"schema": schema, "conditions": conditions, "pairs": []}
    found = json.loads(path.read_text(encoding="utf-8"))
    if found.get("schema") != schema or found["conditions"] != conditions:
        sys.exit(f"{path} was made under other conditions: {found.get('conditions')}\nchoose another --output")
    return found


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def export(arguments, model):
    onnx = arguments.output.parent / f"{model}.onnx"
    onnx.parent.mkdir(parents=True, exist_ok=True)
    if not onnx.exists():
        output_of([arguments.program, model, "--write-onnx", onnx])
    return onnx


def key(entry):
    return (entry["model"], entry["precision"], entry["hint"], entry["batch"])


def summary(pairs):
    """One row per point, in the order in which the points were first measured."""
    rows = []
    for point in dict.fromkeys(key(pair) for pair in pairs):
        mine = [pair for pair in pairs if key(pair) == point]
        ratios = sorted(pair["ours"] / pair["theirs"] for pair in mine)
        middle = statistics.median(ratios)
        rows.append(
            {
                "model": point[0],
                "precision": point[1],
                "hint": point[2],
                "batch": point[3],
                "rounds": len(mine),
                "ours": statistics.median(pair["ours"] for pair in mine),
                "theirs": statistics.median(pair["theirs"] for pair in mine),
                "ratio": middle,
                "ratio_low": ratios[0],
                "ratio_high": ratios[-1],
                "ratio_mad": statistics.median(abs(ratio - middle) for ratio in ratios),
                "disturbed": sum(pair["disturbed"] for pair in mine),
            }
        )
    return rows


def markdown(conditions, rows):
    threads = conditions["threads"] or "as OpenVINO chooses"
    lines = [
        f"OpenVINO {conditions['openvino']} on {conditions['processor']}, threads: {threads}, "
        f"{conditions['seconds']} s per measurement; images/s are medians over the rounds, the ratio is the median "
        "over pairs with its lowest and highest.",
        "",
        "| model | precision | hint | batch | wattlens, images/s | benchmark_app, images/s | ratio | spread | rounds "
        "| disturbed |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row['model']} | {row['precision']} | {row['hint']} | {row['batch']} | {row['ours']:.4g} "
            f"| {row['theirs']:.4g} | {row['ratio']:.3f} | {row['ratio_low']:.3f} – {row['ratio_high']:.3f} "
            f"| {row['rounds']} | {row['disturbed']} |"
        )
    return "\n".join(lines) + "\n"


def main():
    arguments = parse_arguments()
    import openvino

    conditions = {
        "openvino": openvino.get_version(),
        "processor": processor(),
        "threads": arguments.threads,
        "seconds": arguments.seconds,
        "most_other_cores": arguments.most_others,
    }
    as_json, as_markdown = arguments.output.with_suffix(".json"), arguments.output.with_suffix(".md")
    found = load(as_json, conditions)
    done = {(*key(pair), pair["round"]) for pair in found["pairs"]}
    axes = itertools.product(arguments.models, arguments.precisions, arguments.hints, map(int, arguments.batches))
    points = [dict(zip(("model", "precision", "hint", "batch"), values, strict=True)) for values in axes]
    for number, point in itertools.product(range(arguments.rounds), points):
        if (*key(point), number) in done:
            continue
        pair = measure_quietly(arguments, export(arguments, point["model"]), point, number)
        found["pairs"].append({**point, "round": number, **pair})
        found["points"] = summary(found["pairs"])
        write(as_json, json.dumps(found, indent=1) + "\n")
        write(as_markdown, markdown(conditions, found["points"]))
        print(
            f"round {number + 1}/{arguments.rounds} {'/'.join(map(str, key(point)))}: {pair['ours']:.4g} against "
            f"{pair['theirs']:.4g} images/s, ratio {pair['ours'] / pair['theirs']:.3f}, others "
            f"{pair['other_cores']:.2f} cores{' (disturbed)' if pair['disturbed'] else ''}",
            file=sys.stderr,
        )
    print(markdown(conditions, summary(found["pairs"])), end="")
    return int(any(row["ratio"] < arguments.fail_below for row in summary(found["pairs"])))


if __name__ == "__main__":
    sys.exit(main())
