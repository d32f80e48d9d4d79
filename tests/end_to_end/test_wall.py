"""A wall meter's log against a stored experiment: the figures of a known supply, and what is refused."""

import csv
import datetime
import io
import json
import subprocess

import pytest

ID = "20261121T140000-0a11"
OFFSET_W, EFFICIENCY = 30.0, 0.85
AHEAD_S = 3612.5
COLUMN = "cpu.package.0_uj"


@pytest.fixture
def wall_store(request, tmp_path):
    file = tmp_path / "wall.db"
    subprocess.run([str(request.config.getoption("--make-example-store")), str(file), "wall"], check=True)
    return file


@pytest.fixture
def samples(wattlens, wall_store):
    text = wattlens("export", ID, "--part", "samples", "--store", wall_store, check=0).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    runs = {}
    for row in rows:
        sample = (float(row["time_us"]) * 1e-6, float(row[COLUMN]) * 1e-6)
        runs.setdefault(row["order"], []).append(sample)
    return list(runs.values())


def energy_between(run, begin, end):
    """Of samples at every tenth of a second, linear between them; None where they do not hold both."""
    if begin < run[0][0] or end > run[-1][0]:
        return None

    def at(time):
        place = min(int((time - run[0][0]) / 0.1), len(run) - 2)
        (t0, e0), (t1, e1) = run[place], run[place + 1]
        return e0 + (e1 - e0) * (time - t0) / (t1 - t0)

    return at(end) - at(begin)


def write_meter(path, samples, factor=1.0):
    """One reading a second, with a scatter that sums to nothing."""
    begin = datetime.datetime(2026, 11, 21, 14, 0, 0) + datetime.timedelta(seconds=AHEAD_S)
    rows = ["time,power"]
    for second in range(-30, 520):
        time = second + 0.3
        known = [energy_between(run, time - 1.0, time) for run in samples]
        energy = next((value for value in known if value is not None), 40.0)
        power = OFFSET_W + energy / EFFICIENCY + 0.5 * ((second * 7) % 5 - 2)
        rows.append(f"{begin + datetime.timedelta(seconds=time)},{factor * power:.3f}")
    path.write_text("\n".join(rows) + "\n")


def test_a_known_supply_is_found(wattlens, wall_store, samples, tmp_path):
    meter = tmp_path / "meter.csv"
    write_meter(meter, samples)
    command = ["wall", meter, "--experiment", ID, "--store", wall_store]
    found = json.loads(wattlens(*command, "--format", "json", check=0).stdout)
    fit = found["fit"]
    assert fit["efficiency"]["low"] <= EFFICIENCY <= fit["efficiency"]["high"]
    assert fit["efficiency"]["high"] - fit["efficiency"]["low"] < 0.02
    assert fit["offset"]["low_w"] <= OFFSET_W <= fit["offset"]["high_w"]
    assert found["clock"]["meter_ahead_s"] == pytest.approx(AHEAD_S, abs=1.5)
    assert found["compared"]["readings"] == 360
    assert found["components"]["sums"] == ["cpu.package.0"]
    text = wattlens(*command, check=0).stdout
    assert "efficiency" in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_a_wrong_unit_is_named(wattlens, wall_store, samples, tmp_path):
    meter = tmp_path / "meter.csv"
    write_meter(meter, samples, factor=1000.0)
    command = ["wall", meter, "--experiment", ID, "--store", wall_store]
    assert "--unit mW" in wattlens(*command, check=2).stderr
    wattlens(*command, "--unit", "mW", check=0)


def test_what_cannot_be_aligned_is_refused(wattlens, wall_store, store, samples, tmp_path):
    meter = tmp_path / "meter.csv"
    rows = [f"2026-11-21 14:{second // 60:02}:{second % 60:02},{100 + second % 3}" for second in range(600)]
    meter.write_text("time,power\n" + "\n".join(rows) + "\n")
    result = wattlens("wall", meter, "--experiment", ID, "--store", wall_store, check=4)
    assert "nothing in common" in result.stderr
    write_meter(meter, samples)
    wattlens("wall", meter, "--experiment", "20261121T100000", "--store", store, check=4)


def test_bad_files_and_ids_are_errors(wattlens, wall_store, tmp_path):
    meter = tmp_path / "meter.csv"
    assert "meter.csv" in wattlens("wall", meter, "--store", wall_store, check=2).stderr
    meter.write_text("time,power\n1,2\n")
    assert "readings of power" in wattlens("wall", meter, "--store", wall_store, check=2).stderr
    meter.write_text("time,power\n" + "".join(f"{second},{100 + second % 9}\n" for second in range(60)))
    wattlens("wall", meter, "--experiment", "2030", "--store", wall_store, check=3)
