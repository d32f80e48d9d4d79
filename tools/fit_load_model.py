#!/usr/bin/env python3
"""Fits data/load_model.json: what a processor draws at a given load, for machines without a power sensor.

Reads data/server_power.csv (wall power of servers at idle and at full load) and, from the folder given, the curves of
processor load against RAPL power in cpu_load_profiling/. docs/load-model.md tells the method and its limits. Needs
NumPy and SciPy.
"""

import argparse
import csv
import json
import math
import pathlib
import re
import sys

import numpy as np
from scipy import stats

KNOTS = np.linspace(0.0, 1.0, 11)

# The machines of the load curves: file prefix, processor, microarchitecture, cores per chip, chips.
MACHINES = [
    ("AMD_EPYC_8024P", "EPYC 8024P", "Zen 4", 8, 1, "server"),
    ("E3-1240", "Xeon E3-1240 v2", "Ivy Bridge", 4, 1, "server"),
    ("E5-2620", "Xeon E5-2620 v3", "Haswell", 6, 2, "server"),
    ("AMD_Threadripper", "Ryzen Threadripper 1950X", "Zen 1", 16, 1, "workstation"),
]
LEFT_OUT = [
    {
        "file": "E5-1240",
        "reason": "names the processor of the E3-1240 files (69 W), yet gives 97 W: every value is that package's "
        "energy plus its cores' once more",
    }
]

SOURCES = {
    "specpower": {
        "what": "idle and full-load wall power of servers: SPECpower_ssj2008 results published by spec.org, as listed "
        "in data/SPECpower-2026-03-09.csv of ccf-coefficients (commit b0032d92); our selection of them is "
        "data/server_power.csv",
        "url": "https://github.com/cloud-carbon-footprint/ccf-coefficients",
        "licence": "Apache-2.0",
    },
    "codecarbon": {
        "what": "processor load against RAPL energy, ten loads of 30 s, two ways to load: CodeCarbon's profiling "
        "runs of January 2025",
        "url": "https://github.com/mlco2/codecarbon",
        "licence": "MIT",
    },
    "memory": {
        "what": "0.3725 W per GB: Green Algorithms, referenceValues.csv (memoryPower), after Karyakin and Salem 2017",
        "url": "https://github.com/GreenAlgorithms/green-algorithms-tool",
        "licence": "CC-BY-4.0",
    },
}

# What a GiB draws differs between servers by far more than a mean tells. Two pairs among the SPECpower results show it:
# EPYC 7501 x 2 with 128 and with 512 GiB differ by nothing (307 and 303 W at full load); Opteron 6276 x 4 with 64 and
# with 256 GiB by 0.3 W/GiB idle and 1.0 W/GiB at full load.
MEMORY_W_PER_GIB = 0.3725 * 1024**3 / 1e9
MEMORY_RANGE_W_PER_GIB = (0.05, 1.0)


def read_servers(path):
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        {
            "name": row["microarchitecture"],
            "cores": int(row["cores_per_chip"]),
            "chips": int(row["chips"]),
            "idle": float(row["idle_w"]),
            "full": float(row["full_w"]),
        }
        for row in rows
    ]


def fit_wall(servers, state):
    """log(watts per core) = level of the microarchitecture + exponent * log(cores per chip), by least squares."""
    names = sorted({server["name"] for server in servers})
    design = np.zeros((len(servers), len(names) + 1))
    watts = np.zeros(len(servers))
    for i, server in enumerate(servers):
        design[i, names.index(server["name"])] = 1.0
        design[i, -1] = math.log(server["cores"])
        watts[i] = math.log(server[state] / server["chips"] / server["cores"])
    solution, *_ = np.linalg.lstsq(design, watts, rcond=None)
    residual = watts - design @ solution
    return {
        "level": dict(zip(names, solution[:-1], strict=True)),
        "exponent": float(solution[-1]),
        "within": float(np.sqrt(residual @ residual / (len(servers) - len(names) - 1))),
        "between": float(np.std(solution[:-1], ddof=1)),
    }


def read_curves(folder):
    """Per machine: its curves as arrays of load (0 to 1) and mean package power (W), idle first."""
    curves = {}
    for prefix, processor, *_ in MACHINES:
        files = sorted(folder.glob(f"{prefix}_*.csv"))
        if len(files) != 2:
            sys.exit(f"{folder}: expected two curves of {prefix}, found {len(files)}")
        for path in files:
            with path.open(encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
            # rapl_power is the reading of one moment (1 W at idle); the energy of the whole 30 s is right.
            power = [float(row["rapl_energy"]) * 3.6e6 / float(row["duration"]) for row in rows]
            load = [0.01 * float(row["cpu_load"]) for row in rows]
            load[0] = 0.0  # what the idle machine does by itself belongs to idle
            order = np.argsort(load)
            curves.setdefault(processor, []).append((np.array(load)[order], np.array(power)[order]))
    return curves


def idle_and_full(curves):
    return np.mean([power[0] for _, power in curves]), np.mean([power[-1] for _, power in curves])


def wall_per_core(wall, name, cores):
    return math.exp(wall["level"][name] + wall["exponent"] * math.log(cores))


def fit_package(machines, curves, wall):
    """Package watts over wall watts at idle and full load, and the shape between them; every machine counts alike."""
    idle_ratio, full_ratio, shapes = [], [], []
    for _, processor, name, cores, chips, _ in machines:
        idle, full = idle_and_full(curves[processor])
        idle_ratio.append(math.log(idle / (cores * chips) / wall_per_core(wall["idle"], name, cores)))
        full_ratio.append(math.log(full / (cores * chips) / wall_per_core(wall["full"], name, cores)))
        shapes.append(
            np.mean(
                [
                    (np.interp(KNOTS, load, power) - power[0]) / (power[-1] - power[0])
                    for load, power in curves[processor]
                ],
                axis=0,
            )
        )
    # A package that throttles draws less at 100 % than at 80 %; the mean of the machines is made not to fall.
    shape = np.maximum.accumulate(np.clip(np.mean(shapes, axis=0), 0.0, 1.0))
    return {"idle_ratio": math.exp(np.mean(idle_ratio)), "full_ratio": math.exp(np.mean(full_ratio)), "shape": shape}


def predict(package, wall, name, cores, load):
    """Package watts per core."""
    idle = package["idle_ratio"] * wall_per_core(wall["idle"], name, cores)
    full = package["full_ratio"] * wall_per_core(wall["full"], name, cores)
    return idle + (full - idle) * np.interp(load, KNOTS, package["shape"])


def log_residuals(machine, package, curves, wall):
    """log(measured / modelled) at every knot of every curve, so that unevenly spaced loads do not weigh more."""
    _, processor, name, cores, chips, _ = machine
    out = []
    for load, power in curves[processor]:
        measured = np.interp(KNOTS, load, power) / (cores * chips)
        out.append(np.log(measured / predict(package, wall, name, cores, KNOTS)))
    return np.concatenate(out)


def spread_of(residuals):
    """Standard deviations between machines (about 0: a bias of the model counts) and within one, from residuals."""
    means = np.array([r.mean() for r in residuals])
    between = math.sqrt(np.mean(means**2))
    within = math.sqrt(np.mean([np.mean((r - r.mean()) ** 2) for r in residuals]))
    return between, within


def half_width(between, within, machines, further=0.0):
    """95 % half-width of log(true / modelled): the few machines by Student's t, what is known better by the normal."""
    t = stats.t.ppf(0.975, machines - 1)
    z = stats.norm.ppf(0.975)
    return math.sqrt((t * between) ** 2 + (z * within) ** 2 + (z * further) ** 2)


def leave_one_out(machines, curves, wall):
    residuals = []
    for machine in machines:
        package = fit_package([m for m in machines if m is not machine], curves, wall)
        residuals.append(log_residuals(machine, package, curves, wall))
    return residuals


def coverage(machines, residuals):
    """Share of each machine's points inside the interval that the other machines give."""
    out = []
    for i in range(len(machines)):
        others = [r for j, r in enumerate(residuals) if j != i]
        half = half_width(*spread_of(others), len(others))
        out.append(float(np.mean(np.abs(residuals[i]) <= half)))
    return out


def describe_population(name, machines, curves, wall):
    package = fit_package(machines, curves, wall)
    residuals = leave_one_out(machines, curves, wall)
    between, within = spread_of(residuals)
    half = half_width(between, within, len(machines))
    every = np.concatenate(residuals)
    return {
        "name": name,
        "idle_package_over_wall": rounded(package["idle_ratio"]),
        "full_package_over_wall": rounded(package["full_ratio"]),
        "shape": [rounded(v) for v in package["shape"]],
        "log_spread_between_machines": rounded(between),
        "log_spread_within_machine": rounded(within),
        "machines_count": len(machines),
        "log_half_width_95": rounded(half),
        "leave_one_out": {
            "machines": [
                {
                    "processor": machine[1],
                    "measured_over_modelled": rounded(math.exp(r.mean())),
                    "lowest": rounded(math.exp(r.min())),
                    "highest": rounded(math.exp(r.max())),
                    "share_inside_interval_of_the_others": rounded(inside),
                }
                for machine, r, inside in zip(machines, residuals, coverage(machines, residuals), strict=True)
            ],
            "share_inside_the_interval": rounded(float(np.mean(np.abs(every) <= half))),
            "points": len(every),
        },
        "source": "codecarbon",
    }


def rounded(value):
    return float(f"{value:.4g}")


def describe_microarchitectures(servers, wall):
    out = []
    for name in sorted(wall["full"]["level"]):
        cores = [server["cores"] for server in servers if server["name"] == name]
        typical = float(np.exp(np.mean(np.log(cores))))
        out.append(
            {
                "name": name,
                "idle_wall_w_per_core": rounded(wall_per_core(wall["idle"], name, typical)),
                "full_wall_w_per_core": rounded(wall_per_core(wall["full"], name, typical)),
                "cores_per_chip": rounded(typical),
                "systems": len(cores),
                "source": "specpower",
            }
        )
    return out


def describe_default(servers, wall):
    """The middle of all microarchitectures at the core count in the middle, with what they differ by."""
    typical = float(np.exp(np.mean([math.log(server["cores"]) for server in servers])))
    scale = math.log(typical)
    return {
        "idle_wall_w_per_core": rounded(
            math.exp(np.mean(list(wall["idle"]["level"].values())) + wall["idle"]["exponent"] * scale)
        ),
        "full_wall_w_per_core": rounded(
            math.exp(np.mean(list(wall["full"]["level"].values())) + wall["full"]["exponent"] * scale)
        ),
        "cores_per_chip": rounded(typical),
        "systems": len(servers),
        "log_spread_between_microarchitectures": rounded(max(wall["idle"]["between"], wall["full"]["between"])),
        "source": "specpower",
    }


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reference", type=pathlib.Path, help="folder with cpu_load_profiling/ below it")
    parser.add_argument("--servers", type=pathlib.Path, default=root / "data/server_power.csv")
    parser.add_argument("--output", type=pathlib.Path, default=root / "data/load_model.json")
    arguments = parser.parse_args()

    servers = read_servers(arguments.servers)
    wall = {state: fit_wall(servers, state) for state in ("idle", "full")}
    curves = read_curves(arguments.reference / "cpu_load_profiling")
    server_machines = [machine for machine in MACHINES if machine[5] == "server"]
    cores_spread = float(np.std([math.log(server["cores"]) for server in servers if server["cores"] >= 16], ddof=1))
    memory = MEMORY_W_PER_GIB
    model = {
        "schema": "wattlens.load_model/1",
        "made_by": "tools/fit_load_model.py",
        "method": "docs/load-model.md",
        "sources": SOURCES,
        "exponent_of_cores": {"idle": rounded(wall["idle"]["exponent"]), "full": rounded(wall["full"]["exponent"])},
        "log_spread_within_microarchitecture": {state: rounded(wall[state]["within"]) for state in ("idle", "full")},
        "microarchitectures": describe_microarchitectures(servers, wall),
        "default": describe_default(servers, wall),
        "populations": [
            describe_population("server", server_machines, curves, wall),
            describe_population("any", MACHINES, curves, wall),
        ],
        "left_out": LEFT_OUT,
        "virtual_machine": {
            "log_spread_of_unknown_cores_per_chip": rounded(cores_spread * abs(wall["full"]["exponent"])),
            "least_cores_per_shown_core": 0.5,
            "source": "specpower",
        },
        "memory": {
            "w_per_gib": rounded(memory),
            "gain_low": rounded(MEMORY_RANGE_W_PER_GIB[0] / memory - 1.0),
            "gain_high": rounded(MEMORY_RANGE_W_PER_GIB[1] / memory - 1.0),
            "source": "memory",
        },
    }
    text = json.dumps(model, indent=1)
    # Flat lists and small objects on one line each.
    text = re.sub(r"\[\s*([-0-9.,e\s]+?)\s*\]", lambda m: "[" + " ".join(m.group(1).split()) + "]", text)
    text = re.sub(r"\{\s*([^{}\[\]]+?)\s*\}", lambda m: "{" + " ".join(m.group(1).split()) + "}", text)
    arguments.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
