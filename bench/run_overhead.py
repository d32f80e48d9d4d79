#!/usr/bin/env python3
"""What `wattlens run` costs besides what it measures, for MobileNetV2 at batch 1.

Three figures, each over several rounds: wall time outside idle baselines, warm-ups and windows (compiling and the
output check are in it); peak memory of the main process; processor time of the main process besides its sampler,
while it waits for windows, as a share of one core.
"""

import argparse
import json
import pathlib
import sqlite3
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICK = 0.01  # seconds of /proc's clock ticks on Linux


def status(pid, name):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def one_round(program, repetitions, window):
    with tempfile.TemporaryDirectory() as folder:
        store = pathlib.Path(folder) / "bench.db"
        command = [program, "run", "--model", "mobilenet_v2", "--repetitions", str(repetitions), "--window", window]
        command += ["--store", store, "--format", "json", "-o", pathlib.Path(folder) / "result.json"]
        begin = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak_kib = cpu = 0
        # Four looks a second: enough for a peak that only grows, too few to disturb.
        while process.poll() is None:
            try:
                peak_kib = max(peak_kib, status(process.pid, "VmHWM"))
                cpu = ticks(process.pid)
            except (OSError, IndexError):
                pass
            time.sleep(0.25)
        wall = time.monotonic() - begin
        if process.returncode != 0:
            raise SystemExit(f"{program} ended with status {process.returncode}")
        database = sqlite3.connect(store)
        runs = [json.loads(text) for (text,) in database.execute("SELECT document FROM run_documents")]
        (experiment,) = database.execute("SELECT document FROM experiment_documents").fetchone()
    measured = 3 * json.loads(experiment)["plan"]["measure"]["idle_s"]
    sampler = windows = 0.0
    for run in runs:
        measured += run["warm_up_s"]
        for window_record in run["windows"]:
            length = (window_record["end_mono_ns"] - window_record["begin_mono_ns"]) * 1e-9
            measured += length
            windows += length
        sampler += run["own_cost"]["cpu_s"]
    return {
        "outside_s": wall - measured,
        "peak_mib": peak_kib / 1024,
        "main_share": max(0.0, cpu * TICK - sampler * measured / windows) / measured,
        "sampler_share": sampler / windows,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=ROOT / "build/release/wattlens")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--window", default="2s")
    arguments = parser.parse_args()
    rounds = [one_round(arguments.program, arguments.repetitions, arguments.window) for _ in range(arguments.rounds)]
    limits = {"outside_s": 0.5, "peak_mib": 40, "main_share": 0.005, "sampler_share": 0.004}
    for name, limit in limits.items():
        values = [found[name] for found in rounds]
        print(f"{name}: median {statistics.median(values):.4g} ({min(values):.4g}–{max(values):.4g}), limit {limit}")


if __name__ == "__main__":
    main()
