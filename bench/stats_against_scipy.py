#!/usr/bin/env python3
"""Compares the time of BCa intervals (10,000 resamples of 30 values) with SciPy's, interleaved in one run.

Each round times our program and SciPy one after the other, so that what slows the machine down slows both; the ratio
is taken per round. Both use one thread, so processor time counts, which a neighbour changes less than wall time. The
intervals are compared too: a fast wrong answer is not a result. Needs NumPy and SciPy.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
import scipy
from scipy import stats

ROOT = pathlib.Path(__file__).resolve().parent.parent
STATISTICS = {"mean": np.mean, "median": np.median}


def ours(program, name):
    """Milliseconds of processor time of one interval, and the interval."""
    command = [program, f"--benchmark_filter=bca_{name}_of_30", "--benchmark_min_time=0.1", "--benchmark_format=json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    (found,) = json.loads(result.stdout)["benchmarks"]
    if "error_message" in found:
        sys.exit(f"{program}: {found['error_message']}")
    return found["cpu_time"], (found["low"], found["high"])


def scipys(values, name, seed):
    times = []
    for i in range(20):
        rng = np.random.default_rng(1000 * seed + i)
        begin = time.process_time()
        found = stats.bootstrap((values,), STATISTICS[name], n_resamples=10_000, method="BCa", rng=rng)
        times.append(1e3 * (time.process_time() - begin))
    return statistics.median(times), tuple(found.confidence_interval)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bench_stats")
    parser.add_argument("--rounds", type=int, default=11)
    arguments = parser.parse_args()
    reference = json.loads((ROOT / "tests/golden/stats.json").read_text(encoding="utf-8"))
    values = np.array(reference["samples"]["normal_30"]["values"])
    wanted = {item["statistic"]: item for item in reference["bootstrap"] if item["sample"] == "normal_30"}
    print(f"SciPy {scipy.__version__}, NumPy {np.__version__}, {arguments.rounds} rounds")
    for name in STATISTICS:
        rounds = []
        for seed in range(arguments.rounds):
            our_time, interval = ours(arguments.program, name)
            scipy_time, _ = scipys(values, name, seed)
            rounds.append((our_time, scipy_time, scipy_time / our_time))
            for end in (0, 1):
                spread = wanted[name]["interval_deviation_over_seeds"][end]
                if abs(interval[end] - wanted[name]["interval_mean_over_seeds"][end]) > 5.0 * spread + 1e-9:
                    sys.exit(f"BCa of the {name}: {interval} is not SciPy's interval")
        columns = ["ours ms", "SciPy ms", "SciPy / ours"]
        for label, column in zip(columns, zip(*rounds, strict=True), strict=True):
            low, middle, high = np.quantile(column, (0.1, 0.5, 0.9))
            print(f"{name:7} {label:13} median {middle:7.3f}   10 % to 90 %: {low:.3f} to {high:.3f}")


if __name__ == "__main__":
    main()
