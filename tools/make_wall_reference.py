#!/usr/bin/env python3
"""Writes tests/golden/wall/supply_fit.json: fits of a supply by SciPy, and their intervals by matrices in NumPy.

Slope, intercept and their plain standard errors come from scipy.stats.linregress, the quantile from scipy.stats.t. What
each residual adds to them is its row of the pseudo-inverse; the variance of such a sum is that of Andrews and Monahan
(1992), written with full matrices.
"""

import json
import math
import pathlib

import numpy as np
import scipy.stats

OUT = pathlib.Path(__file__).resolve().parents[1] / "tests/golden/wall/supply_fit.json"


def correlation(values):
    plain = np.sum(values[1:] * values[:-1]) / np.sum(values**2)
    return float(np.clip(plain + (1 + 3 * plain) / len(values), 0.0, 0.97))


def variance_of_sum(values):
    """1' L^-1 W L^-T 1, with W the Bartlett-weighted products of what the autoregression leaves."""
    n = len(values)
    rho = correlation(values)
    whitening = np.eye(n) - rho * np.eye(n, k=-1)
    whitening[0, 0] = math.sqrt(1 - rho**2)
    white = whitening @ values
    rest = correlation(white)
    alpha = 4 * rest**2 / ((1 - rest) ** 2 * (1 + rest) ** 2)
    width = min(math.ceil(1.1447 * (alpha * n) ** (1 / 3)), n // 3)
    lags = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    weights = np.clip(1 - lags / (width + 1), 0.0, None)
    return float(white @ weights @ white) / (1 - rho) ** 2


def fit(name, x, y):
    n = len(x)
    line = scipy.stats.linregress(x, y)
    e = y - line.intercept - line.slope * x
    rho = correlation(e)
    degrees = n * (1 - rho) / (1 + rho) - 2
    half = scipy.stats.t.ppf(0.975, degrees)
    s2 = float(np.sum(e * e) / (n - 2))
    xm = x.mean()
    influence = np.linalg.pinv(np.column_stack([np.ones(n), x])) * e  # rows: offset, slope
    scale = (degrees + 2) / degrees
    slope_half = half * math.sqrt(max(scale * variance_of_sum(influence[1]), line.stderr**2))
    offset_half = half * math.sqrt(max(scale * variance_of_sum(influence[0]), line.intercept_stderr**2))
    mean_variance = max(scale * variance_of_sum(e / n), s2 / n)
    return {
        "name": name,
        "components_w": x.tolist(),
        "wall_w": y.tolist(),
        "slope": line.slope,
        "slope_low": line.slope - slope_half,
        "slope_high": line.slope + slope_half,
        "offset_w": line.intercept,
        "offset_low_w": line.intercept - offset_half,
        "offset_high_w": line.intercept + offset_half,
        "efficiency_low": 1 / (line.slope + slope_half),
        "residual_w": math.sqrt(s2),
        "correlation": line.rvalue,
        "residual_correlation": rho,
        "degrees": degrees,
        "not_covered_low_w": y.mean() - xm - half * math.sqrt(mean_variance),
    }


def main():
    generator = np.random.default_rng(7)
    cases = []
    for name, n, memory in (("white", 40, 0.0), ("short", 20, 0.0), ("alike", 120, 0.6), ("very alike", 250, 0.85)):
        levels = np.repeat(generator.uniform(40, 200, n // 5 + 1), 5)[:n]
        noise = generator.normal(size=n)
        for i in range(1, n):
            noise[i] = memory * noise[i - 1] + math.sqrt(1 - memory**2) * noise[i]
        cases.append(fit(name, np.round(levels, 3), np.round(30 + levels / 0.9 + 1.5 * noise, 3)))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
