#!/usr/bin/env python3
"""Writes tests/golden/tests.json: what SciPy, statsmodels and scikit-posthocs say of a few groups of samples.

For the tests of src/stats that compare groups; tools/make_stats_reference.py makes those of single samples. Run it
again only when a test is added; needs tools/requirements/reference.txt.
"""

import argparse
import itertools
import math
import pathlib

import numpy as np
import scikit_posthocs
import scipy
import statsmodels
from scipy import optimize, stats
from statsmodels.stats import oneway, power
from statsmodels.stats.multitest import multipletests

from make_stats_reference import text_of


def rounded(values):
    return [float(f"{x:.6g}") for x in values]


def groups():
    """Groups like the energies of several points, and some that are hard; six significant digits."""
    rng = np.random.default_rng(20261122)
    made = {
        "three_even": [10.0 + 0.3 * rng.standard_normal(12) + shift for shift in (0.0, 0.2, 0.6)],
        "four_uneven": [
            5.0 + spread * rng.standard_normal(n) + shift
            for n, spread, shift in ((6, 0.1, 0.0), (9, 0.5, 0.1), (20, 1.0, 0.9), (14, 0.2, 0.0))
        ],
        "ties": [np.round(3.0 + rng.standard_normal(n) + shift) for n, shift in ((10, 0.0), (12, 0.5), (9, 1.5))],
        "skewed": [np.exp(rng.standard_normal(n) + shift) for n, shift in ((25, 0.0), (25, 0.4))],
        "small": [1.0 + 0.1 * rng.standard_normal(n) for n in (3, 4)],
        "equal_truth": [2.0 + 0.02 * rng.standard_normal(30) for _ in range(5)],
        "far_apart": [x + 0.01 * rng.standard_normal(8) for x in (1.0, 2.0, 3.0)],
    }
    return {name: [rounded(values) for values in parts] for name, parts in made.items()}


def of_groups(parts):
    anova = oneway.anova_oneway(parts, use_var="unequal", welch_correction=True)
    levene = stats.levene(*parts, center="median")
    kruskal = stats.kruskal(*parts)
    dunn = scikit_posthocs.posthoc_dunn(parts, p_adjust="holm").to_numpy()
    howell = stats.tukey_hsd(*parts, equal_var=False)
    pairs = list(itertools.combinations(range(len(parts)), 2))
    count = sum(len(part) for part in parts)
    return {
        "groups": parts,
        "levene": [float(levene.statistic), float(levene.pvalue)],
        "welch_anova": {
            "f": float(anova.statistic),
            "degrees": [float(anova.df[0]), float(anova.df[1])],
            "p": float(anova.pvalue),
        },
        "games_howell": [[i, k, float(howell.statistic[i, k]), float(howell.pvalue[i, k])] for i, k in pairs],
        "kruskal_wallis": [float(kruskal.statistic), float(kruskal.pvalue)],
        "eta_squared": float((kruskal.statistic - len(parts) + 1) / (count - len(parts))),
        "dunn_holm": [[i, k, float(dunn[i, k])] for i, k in pairs],
    }


def of_two(one, other):
    t = stats.ttest_ind(one, other, equal_var=False)
    interval = t.confidence_interval(0.95)
    tied = len(set(one) | set(other)) < len(one) + len(other)
    exact = not tied and len(one) + len(other) <= 40
    u = stats.mannwhitneyu(one, other, method="exact" if exact else "asymptotic")
    dominance = sum(np.sign(x - y) for x in one for y in other)
    return {
        "one": one,
        "other": other,
        "welch_t": {
            "t": float(t.statistic),
            "degrees": float(t.df),
            "p": float(t.pvalue),
            "interval_95": [float(interval.low), float(interval.high)],
        },
        "mann_whitney": [float(u.statistic), float(u.pvalue)],
        "exact": exact,
        "cliffs_delta": float(dominance / len(one) / len(other)),
    }


def shapiro(made):
    rng = np.random.default_rng(5)
    samples = {
        "three": [1.0, 2.0, 4.0],
        "four": [1.0, 1.1, 1.2, 2.0],
        "five": rounded(rng.standard_normal(5)),
        "eleven": rounded(rng.standard_normal(11)),
        "twelve": rounded(rng.standard_normal(12)),
        "exponential_50": rounded(rng.exponential(size=50)),
        "normal_500": rounded(rng.standard_normal(500)),
        "ties": made["ties"][1],
        "tiny_spread": [1e9 + x for x in (0.0, 1.0, 2.0, 4.0, 8.0)],
    }
    out = []
    for name, values in samples.items():
        found = stats.shapiro(values)
        out.append({"name": name, "values": values, "w": float(found.statistic), "p": float(found.pvalue)})
    return out


def sign_flips():
    rng = np.random.default_rng(6)
    out = []
    for count, shift in ((2, 1.0), (6, 2.0), (8, 0.5), (12, 0.3), (16, 0.0), (17, 0.4), (30, 0.5)):
        values = rounded(rng.standard_normal(count) + shift)
        if count == 12:
            values = [float(np.round(2 * x)) / 2 for x in values]  # ties, and perhaps zeros
        exact = count <= 16
        found = stats.permutation_test(
            (np.array(values),),
            np.sum,
            permutation_type="samples",
            n_resamples=np.inf if exact else 400_000,
            rng=1,
            batch=50_000,
        )
        out.append({"differences": values, "exact": exact, "p": float(found.pvalue)})
    return out


def correlations():
    rng = np.random.default_rng(7)
    out = []
    for count, slope in ((4, 1.0), (10, 0.5), (30, -0.8), (100, 0.0)):
        x = rng.standard_normal(count)
        y = slope * x + 0.6 * rng.standard_normal(count)
        if count == 10:
            y = np.round(y)
        x, y = rounded(x), rounded(y)
        found = stats.spearmanr(x, y)
        rho = float(found.statistic)
        ends = None
        if abs(rho) < 1.0:
            half = stats.norm.ppf(0.975) * math.sqrt((1.0 + rho * rho / 2.0) / (count - 3.0))
            ends = [math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)]
        out.append({"x": x, "y": y, "rho": rho, "p": float(found.pvalue), "interval_95": ends})
    return out


def detection():
    solver = power.TTestPower()
    out = []
    for pairs in (5, 6, 10, 16, 24, 100):
        for confidence in (0.95, 0.985):
            for wanted in (0.8, 0.9):
                # Sharpened: solve_power stops early.
                rough = float(np.ravel(solver.solve_power(nobs=pairs, alpha=1.0 - confidence, power=wanted))[0])

                def missed(effect, n=pairs, c=confidence, w=wanted):
                    return solver.power(effect, n, 1.0 - c) - w

                effect = optimize.brentq(missed, 0.9 * rough, 1.1 * rough, xtol=1e-12)
                out.append([pairs, confidence, wanted, float(effect)])
    return out


def holm():
    out = []
    for p_values in ([0.01], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.9], [0.0, 1.0, 0.02], [0.02, 0.02, 0.02]):
        adjusted = multipletests(p_values, method="holm")[1]
        out.append({"p": p_values, "adjusted": [float(p) for p in adjusted]})
    return out


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=root / "tests/golden/tests.json")
    arguments = parser.parse_args()
    made = groups()
    reference = {
        "schema": "wattlens.test_reference/1",
        "made_by": "tools/make_test_reference.py",
        "scipy": scipy.__version__,
        "statsmodels": statsmodels.__version__,
        "scikit_posthocs": scikit_posthocs.__version__,
        "student_t_two_sided": [
            [t, d, float(2.0 * stats.t.sf(abs(t), d))] for t in (0.0, -1.5, 12.0) for d in (1.0, 4.5, 200.0)
        ],
        "chi_squared_upper": [[x, d, float(stats.chi2.sf(x, d))] for x in (0.0, 3.84, 40.0) for d in (1.0, 4.0)],
        "f_upper": [
            [f, a, b, float(stats.f.sf(f, a, b))] for f in (0.0, 1.0, 9.5) for a, b in ((1.0, 7.3), (4.0, 60.0))
        ],
        "studentised_range_upper": [
            [q, k, d, float(stats.studentized_range.sf(q, k, d))]
            for q in (0.5, 3.5, 8.0)
            for k in (2, 3, 10)
            for d in (1.0, 4.7, 30.0, 5000.0)
        ],
        "groups": [of_groups(parts) for parts in made.values()],
        "two": [of_two(parts[0], parts[-1]) for parts in made.values()],
        "shapiro_wilk": shapiro(made),
        "sign_flips": sign_flips(),
        "spearman": correlations(),
        "holm": holm(),
        "detectable_effects": detection(),
    }
    arguments.output.write_text(text_of(reference) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
