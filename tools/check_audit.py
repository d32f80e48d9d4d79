#!/usr/bin/env python3
"""Holds `wattlens audit` against public traces: runs agree with the table made of them, and an old fault is named.

    tools/check_audit.py TRACES TABLE.csv [--wattlens build/release/wattlens]

TRACES holds the unpacked raw traces of del Rey et al. (gpu-power-*.csv, some folders deep), TABLE.csv is their table of
training runs. The first published energies, sum of power × duration, are made again from its column `total power (W)`.
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def audit(wattlens, traces, table):
    begin = time.monotonic()
    command = [str(wattlens), "audit", *map(str, traces), "--against", str(table), "--format", "json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 6):
        sys.exit(result.stderr)
    return json.loads(result.stdout)["against"], time.monotonic() - begin


def old_table(table, folder):
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["energy (MJ)"] = float(row["total power (W)"]) * float(row["training duration (h)"]) * 3600 / 1e6
    old = folder / "old.csv"
    with old.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return old


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("traces", type=pathlib.Path)
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("--wattlens", type=pathlib.Path, default=pathlib.Path("build/release/wattlens"))
    arguments = parser.parse_args()
    traces = sorted(arguments.traces.rglob("gpu-power*.csv"))
    now, seconds = audit(arguments.wattlens, traces, arguments.table)
    ratios = sorted(run["claimed_j"] / run["found_j"] for run in now["runs"])
    agree = sum(run["agrees"] for run in now["runs"])
    print(f"{agree} of {len(traces)} traces agree within 1 % ({ratios[0]:.4f}–{ratios[-1]:.4f}), in {seconds:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        old, _ = audit(arguments.wattlens, traces, old_table(arguments.table, pathlib.Path(folder)))
    named = sum(run.get("fault") == "sum_times_duration" for run in old["runs"])
    median = statistics.median(run["claimed_j"] / run["found_j"] for run in old["runs"])
    print(f"{named} of {len(traces)} old energies named sum_times_duration, {median:.0f} times too high at the median")
    return 0 if agree == named == len(traces) else 1


if __name__ == "__main__":
    sys.exit(main())
