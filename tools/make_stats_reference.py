#!/usr/bin/env python3
"""Writes tests/golden/stats.json: what SciPy says of a few samples, for the tests of src/stats.

Run it again only when a statistic is added; needs NumPy and SciPy. Bootstrap endpoints are given twice: exactly, for
resamples that are kept in the file, and as mean and standard deviation over many seeds, for our own resampling.
"""

import argparse
import json
import pathlib

import numpy as np
import scipy
from scipy import stats

SEEDS = 40


def samples():
    """Samples like those that wattlens sees, and some that are hard; six significant digits."""
    rng = np.random.default_rng(20261121)
    made = {
        "two": [1.0, 2.0],
        "five": 10.0 + 0.3 * rng.standard_normal(5),
        "normal_30": 2.5 + 0.05 * rng.standard_normal(30),
        "lognormal_30": np.exp(0.8 * rng.standard_normal(30)),
        "ties_30": np.round(5.0 + rng.standard_normal(30), 0),
        "odd_31": 100.0 + 3.0 * rng.standard_t(4, 31),
        "negative_24": -3.0 + rng.standard_normal(24),
        "offset_30": 1.0e9 + rng.standard_normal(30),
    }
    return {
        name: [float(f"{x:.6g}") if name != "offset_30" else round(float(x), 3) for x in values]
        for name, values in made.items()
    }


def summary(values):
    x = np.array(values)
    interval = stats.ttest_1samp(x, 0.0).confidence_interval(0.95)
    return {
        "mean": float(np.mean(x)),
        "standard_deviation": float(np.std(x, ddof=1)),
        "median": float(np.median(x)),
        "median_absolute_deviation": float(stats.median_abs_deviation(x)),
        "quantiles": [[p, float(np.quantile(x, p))] for p in (0.0, 0.05, 0.25, 0.31, 0.5, 0.75, 0.975, 1.0)],
        "mean_interval_95": [float(interval.low), float(interval.high)],
        "mean_interval_99": [float(v) for v in stats.ttest_1samp(x, 0.0).confidence_interval(0.99)],
    }


def bootstrap(values, statistic):
    x = np.array(values)
    exact = stats.bootstrap((x,), statistic, n_resamples=199, method="BCa", rng=7)
    ends = np.array(
        [
            stats.bootstrap((x,), statistic, n_resamples=10_000, method="BCa", rng=seed).confidence_interval
            for seed in range(SEEDS)
        ]
    )
    return {
        "value": float(statistic(x)),
        "jackknife": [float(statistic(np.delete(x, i))) for i in range(len(x))],
        "resampled": [float(v) for v in exact.bootstrap_distribution],
        "interval_of_resampled": [float(v) for v in exact.confidence_interval],
        "interval_mean_over_seeds": [float(v) for v in ends.mean(axis=0)],
        "interval_deviation_over_seeds": [float(v) for v in ends.std(axis=0, ddof=1)],
    }


def paired(numerator, denominator):
    logs = np.log(numerator) - np.log(denominator)
    interval = stats.ttest_1samp(logs, 0.0).confidence_interval(0.95)
    ends = np.exp(
        [
            stats.bootstrap((logs,), np.mean, n_resamples=10_000, method="BCa", rng=seed).confidence_interval
            for seed in range(SEEDS)
        ]
    )
    return {
        "numerator": list(numerator),
        "denominator": list(denominator),
        "ratio": float(stats.gmean(np.array(numerator) / np.array(denominator))),
        "t_interval_95": [float(np.exp(interval.low)), float(np.exp(interval.high))],
        "bca_mean_over_seeds": [float(v) for v in ends.mean(axis=0)],
        "bca_deviation_over_seeds": [float(v) for v in ends.std(axis=0, ddof=1)],
    }


def pairs():
    rng = np.random.default_rng(3)
    out = []
    for count, ratio in ((5, 0.8), (19, 1.0), (20, 1.1), (40, 0.995)):
        block = np.exp(0.2 * rng.standard_normal(count))
        denominator = block * np.exp(0.02 * rng.standard_normal(count))
        numerator = ratio * block * np.exp(0.02 * rng.standard_normal(count))
        out.append(paired([float(f"{v:.6g}") for v in numerator], [float(f"{v:.6g}") for v in denominator]))
    return out


def text_of(value, depth=2):
    """JSON with the outer levels on lines of their own and the rest on one line each."""
    if depth == 0 or not isinstance(value, (dict, list)):
        return json.dumps(value, allow_nan=False)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {text_of(item, depth - 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(parts) + "}"
    return "[\n" + ",\n".join(text_of(item, depth - 1) for item in value) + "]"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=root / "tests/golden/stats.json")
    arguments = parser.parse_args()
    made = samples()
    reference = {
        "schema": "wattlens.stats_reference/1",
        "made_by": "tools/make_stats_reference.py",
        "scipy": scipy.__version__,
        "student_t_quantiles": [
            [p, d, float(stats.t.ppf(p, d))]
            for p in (0.025, 0.5, 0.9, 0.975, 0.9995)
            for d in (1.0, 2.5, 4.0, 29.0, 1e6)
        ],
        "normal_probabilities": [[z, float(stats.norm.cdf(z))] for z in (-37.0, -3.0, -0.5, 0.0, 1.96, 8.0)],
        "samples": {name: {"values": values} | summary(values) for name, values in made.items()},
        "bootstrap": [
            {"sample": name, "statistic": word} | bootstrap(made[name], statistic)
            for name in ("normal_30", "lognormal_30", "odd_31", "negative_24", "ties_30")
            for word, statistic in (("mean", np.mean), ("median", np.median))
            if (name, word) != ("ties_30", "median")
        ],  # no jackknife scatter: SciPy gives no interval
        "pairs": pairs(),
    }
    arguments.output.write_text(text_of(reference) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
