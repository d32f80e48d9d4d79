#!/usr/bin/env python3
"""Runs exported models through wattlens and compares with PyTorch: outputs, multiply-adds, parameters.

    python3 tools/export_timm.py --set standard --to models
    python3 tools/check_models.py models --precision f32,bf16 --table table.md

Of every FILE.onnx (--format torchscript: FILE.pt) in the folder that has a FILE.reference.json beside it:
  * `wattlens network show FILE` must count the multiply-adds that torch.utils.flop_counter counts in PyTorch's own
    module (the reference holds that count), and parameters within 2 %: exporters fold normalisations into convolutions.
    Four models differ for a reason that DIFFERENT gives;
  * one `wattlens run` over all files, in a store of its own, must pass its output check at every point.
--table writes the Markdown table of docs/models.md. --counts FILE keeps or checks the counts (tests/golden/timm.json).
The exit status is 1 where anything is wrong. Needs nothing but Python.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

# What the exporter or the engine works out once from weights alone, and PyTorch counts at every image; and tables of
# relative positions, which a file holds spread out.
DIFFERENT = {
    "maxvit_tiny_tf_224": {"multiply_adds"},
    "swinv2_tiny_window8_256": {"multiply_adds"},
    "beit_base_patch16_224": {"parameters"},
    "coatnet_nano_rw_224": {"parameters"},
}
MOST_DIFFERENT = {"multiply_adds": 0.005, "parameters": 0.12}

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUFFIX = {"onnx": ".onnx", "torchscript": ".pt"}


def wattlens(arguments, *words):
    command = [str(arguments.program), *(str(word) for word in words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line]
    return lines[0] if lines else "no message"


def counted(file, arguments):
    """What `network show` counts, what PyTorch counted, and whether they agree."""
    expected = json.loads(file.with_name(file.name + ".reference.json").read_text(encoding="utf-8"))["cost"]
    shown = wattlens(arguments, "network", "show", file, "--format", "json")
    if shown.returncode != 0:
        return None, expected, f"network show failed: {last_line(shown.stderr)}"
    found = json.loads(shown.stdout)
    if found["not_counted"]:
        return found, expected, f"not counted: {', '.join(found['not_counted'])}"
    for name, allowed in (("multiply_adds", 0.0), ("parameters", 0.02)):
        if name in DIFFERENT.get(file.stem, ()):
            allowed = MOST_DIFFERENT[name]
        if abs(found[name] / expected[name] - 1) > allowed:
            return found, expected, f"{found[name]} {name}, PyTorch counts {expected[name]}"
    return found, expected, ""


def measured(files, arguments):
    """The points of one experiment, by file and precision."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["--model", ",".join(str(file) for file in files), "--precision", arguments.precision]
        words += [
            "--engine",
            arguments.engine,
            "--batch",
            arguments.batch,
            "--store",
            pathlib.Path(folder) / "store.db",
        ]
        words += ["--repetitions", arguments.repetitions, "--window", arguments.window, "--format", "json"]
        outcome = wattlens(arguments, "run", *words, "--warm-up-limit", arguments.warm_up_limit)
        print(outcome.stderr[-2000:], file=sys.stderr)
        runs = wattlens(arguments, "export", "last", "--part", "runs", "--format", "json", "--store", words[9])
    checks = {run["point"]: run["output_check"] for run in json.loads(runs.stdout)["runs"]}
    points = {}
    for point in json.loads(outcome.stdout)["points"]:
        key = (pathlib.Path(point["model"]).name, point["precision"])
        points[key] = point | {"check": find_check(checks, point)}
    return points


def find_check(checks, point):
    start = f"{point['model']}/{point['engine']}/{point['device']}/{point['precision']}/"
    return next((check for name, check in checks.items() if name.startswith(start)), {})


def speed(point):
    return f"{point['images_per_s']['value']:.3g}" if point and point["images_per_s"] else "–"


def joules(point):
    energy = point["energy_j_per_image"] if point else {}
    if "value" not in energy:
        return "–"
    sign = "~" if energy["provenance"] == "modelled" else ""
    return f"{sign}{energy['value']:.2g} ({energy['low']:.2g}–{energy['high']:.2g})"


def check_text(point):
    if not point:
        return "–"
    if point["failure"] and "error" not in point["check"]:
        return point["failure"]
    check = point["check"]
    if check.get("status") != "passed":
        return f"**{check.get('status', 'not run')}**, {check.get('error', 0):.1e}"
    return f"{check['error']:.1e}, {'same' if check['same_top1'] else 'other'} top-1"


def table(rows, precisions):
    head = ["model", "px", "M parameters", "M multiply-adds"]
    for precision in precisions:
        head += [f"images/s {precision}", f"J/image {precision}", f"error {precision}"]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---|" * (len(head) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def keep_counts(path, counts):
    """Writes the counts, or compares with those that are kept. Returns what differs."""
    if not path.exists():
        path.write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
        return []
    kept = json.loads(path.read_text(encoding="utf-8"))
    return [f"{name}: {counts[name]}, kept are {kept[name]}" for name in counts if kept.get(name) != counts[name]]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="where export_timm.py wrote the files")
    parser.add_argument("--format", choices=SUFFIX, default="onnx")
    parser.add_argument("--engine", default="openvino")
    parser.add_argument("--precision", default="f32", help="a list; default f32")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--window", default="0.5s")
    parser.add_argument("--warm-up-limit", default="2s")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these models alone")
    parser.add_argument("--counts", type=pathlib.Path, metavar="FILE", help="keep or check the counts")
    parser.add_argument("--table", type=pathlib.Path, metavar="FILE", help="write a Markdown table")
    parser.add_argument("--no-run", action="store_true", help="compare the counts alone")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/wattlens")
    return parser.parse_args()


def main():
    arguments = parse()
    suffix = SUFFIX[arguments.format]
    files = sorted(
        file for file in arguments.folder.glob(f"*{suffix}") if not arguments.only or file.stem in arguments.only
    )
    files = [file for file in files if file.with_name(file.name + ".reference.json").exists()]
    if not files:
        sys.exit(f"{arguments.folder} holds no *{suffix} with a .reference.json beside it; run tools/export_timm.py")
    points = {} if arguments.no_run else measured(files, arguments)
    precisions = [] if arguments.no_run else arguments.precision.split(",")
    rows, wrong, counts = [], [], {}
    for file in files:
        found, expected, problem = counted(file, arguments)
        if problem:
            wrong.append(f"{file.name}: {problem}")
        counts[file.stem] = {key: expected[key] for key in ("parameters", "multiply_adds")}
        row = [file.stem, str(found["image_size"]) if found else "–"]
        row += [f"{found[key] / 1e6:.4g}" if found else "–" for key in ("parameters", "multiply_adds")]
        for precision in precisions:
            point = points.get((file.name, precision))
            row += [speed(point), joules(point), check_text(point)]
            if not point or point["output_check"] != "passed":
                wrong.append(f"{file.name} in {precision}: {check_text(point)}")
        rows.append(row)
        print(" ".join(row), flush=True)
    if arguments.counts:
        wrong += keep_counts(arguments.counts, counts)
    if arguments.table:
        arguments.table.write_text(table(rows, precisions), encoding="utf-8")
    print(f"{len(files)} models, {len(wrong)} problems")
    print("\n".join(wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
