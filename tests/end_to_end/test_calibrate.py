"""`wattlens meters calibrate`: from a scenario, with the load of this machine, and what is kept."""

import json
import pathlib
import signal
import subprocess
import time

import fastjsonschema
import pytest

from test_meters_command import BOARD, nvml

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/calibrate.schema.json"

SCENARIO = """
title = "a board that sees a quarter of the time"
[power.board]
constant_w = 60
load_w = 300
[[sensor]]
id = "gpu.0"
power = "board"
kind = "power"
unit_w = 0.001
period_s = 0.1
duty = 0.25
lag_s = 0.03
noise_w = 1
"""


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "board.toml"
    file.write_text(SCENARIO)
    return file


def kept_file(tmp_path):
    return tmp_path / ".local/share/wattlens/calibrations.json"


def test_a_simulated_board_is_calibrated_in_simulated_time_and_nothing_is_kept(wattlens, scenario, tmp_path):
    text = wattlens("meters", "calibrate", "--simulate", scenario, "--format", "json", check=0).stdout
    result = json.loads(text)
    fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))(result)
    assert result["simulated"] is True
    figures = result["channels"][0]["figures"]
    for name, truth in {"update_period_s": 0.1, "averaging_window_s": 0.025, "duty": 0.25, "lag_s": 0.03}.items():
        assert figures[name]["low"] <= truth <= figures[name]["high"], (name, figures[name])
    assert result["channels"][0]["kept"] is False
    assert not kept_file(tmp_path).exists()
    again = wattlens("meters", "calibrate", "--simulate", scenario, "--format", "json", check=0).stdout
    assert again == text


def test_the_text_says_what_was_not_resolved_and_that_it_is_simulated(wattlens, scenario):
    text = wattlens("meters", "calibrate", "gpu.0", "--simulate", scenario, check=0).stdout
    assert "SIMULATED" in text
    assert "averaging window" in text
    assert "not resolved: below" in text  # the jitter


def test_a_scenario_without_a_load_is_refused(wattlens, scenario):
    scenario.write_text(SCENARIO.replace("load_w = 300\n", ""))
    result = wattlens("meters", "calibrate", "--simulate", scenario, check=2)
    assert "load_w" in result.stderr


def test_a_channel_that_is_not_there_is_refused_with_the_nearest(wattlens, scenario):
    result = wattlens("meters", "calibrate", "gpu.1", "--simulate", scenario, check=2)
    assert "did you mean 'gpu.0'?" in result.stderr


def board(wattlens, tmp_path):
    return nvml(wattlens, tmp_path, *BOARD, "0.average 150000")


def test_a_board_without_a_load_is_refused_with_what_to_give(wattlens, tmp_path):
    result = wattlens("meters", "calibrate", "gpu.0", env=board(wattlens, tmp_path), check=4)
    assert "--load" in result.stderr


def test_a_load_that_ends_by_itself_is_the_error(wattlens, tmp_path):
    result = wattlens(
        *("meters", "calibrate", "gpu.0", "--load", "echo no board; exit 3", "--load-ready", "0.3s"),
        env=board(wattlens, tmp_path),
    )
    assert result.returncode == 5
    assert "exited with status 3: no board" in result.stderr
    assert not kept_file(tmp_path).exists()


def test_an_interruption_changes_nothing_and_ends_the_load(wattlens, tmp_path):
    mark = tmp_path / "alive"
    process = subprocess.Popen(
        [wattlens.binary, "meters", "calibrate", "gpu.0", "--load-ready", "0.2s"]
        + ["--load", f"while true; do date +%s%N > {mark}; sleep 0.05; done"],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "WATTLENS_LOCK": str(tmp_path / "lock")}
        | board(wattlens, tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 20
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert mark.exists()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert process.returncode != 0
    assert b"interrupted" in error
    assert not kept_file(tmp_path).exists()
    last = mark.read_text()
    time.sleep(0.5)
    assert mark.read_text() == last


def keep(tmp_path, **changes):
    """A kept calibration of the board, as `meters calibrate` writes it."""

    def found(value):
        return {"value": value, "low": 0.99 * value, "high": 1.01 * value}

    one = {
        "channel": "gpu.0",
        "method": "nvml power (1 s average)",
        "part": "GPU-1",
        "driver": "570.1",
        "date": "2026-11-20",
        "load": "burn",
        "wattlens_version": "0.1.0",
        "figures": {
            "update_period_s": found(0.05),
            "jitter_s": {"reason": "below 1 ms"},
            "averaging_window_s": found(0.5),
            "lag_s": found(0.01),
            "duty": {"value": 1, "low": 1, "high": 1},
            "idle_noise_w": found(1),
            "load_power_w": found(300),
        },
    }
    file = kept_file(tmp_path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"schema": "wattlens.calibrations/1", "calibrations": [one | changes]}))
    return file


def listed(wattlens, tmp_path):
    text = wattlens("meters", "list", "--format", "json", env=board(wattlens, tmp_path), check=0).stdout
    return next(channel for channel in json.loads(text)["channels"] if channel["id"] == "gpu.0")


def test_what_is_kept_takes_the_place_of_the_profile_until_it_is_forgotten(wattlens, tmp_path):
    assert listed(wattlens, tmp_path)["figures_from"] == "profile"
    assert listed(wattlens, tmp_path)["update_period_s"] == 0.1
    keep(tmp_path)
    assert listed(wattlens, tmp_path)["figures_from"] == "calibrated 2026-11-20"
    assert listed(wattlens, tmp_path)["update_period_s"] == 0.05
    assert "forgot 1 calibration" in wattlens("meters", "calibrate", "--forget", "gpu.0", check=0).stderr
    assert listed(wattlens, tmp_path)["figures_from"] == "profile"
    assert "no such calibration" in wattlens("meters", "calibrate", "--forget", check=3).stderr


def test_a_calibration_of_another_driver_is_not_used_and_every_result_says_so(wattlens, tmp_path):
    keep(tmp_path, driver="535.54")
    assert listed(wattlens, tmp_path)["figures_from"] == "profile"
    environment = board(wattlens, tmp_path)
    assert "535.54, here 570.1" in " ".join(wattlens("meters", "list", env=environment, check=0).stdout.split())
    file = tmp_path / "measure.json"
    wattlens("measure", "--json", file, "--", "sleep", "0.2", env=environment, check=0)
    assert "calibration_not_used" in [one["code"] for one in json.loads(file.read_text())["warnings"]]


def test_a_broken_file_stops_no_measurement_and_can_be_forgotten(wattlens, tmp_path):
    keep(tmp_path).write_text("{")
    environment = board(wattlens, tmp_path)
    assert "cannot be used" in " ".join(wattlens("meters", "list", env=environment, check=0).stdout.split())
    assert wattlens("meters", "calibrate", "gpu.0", "--load", "sleep 9", env=environment).returncode == 2
    wattlens("meters", "calibrate", "--forget", check=0)
    assert json.loads(kept_file(tmp_path).read_text())["calibrations"] == []
