"""meters list and watch on whatever this machine has: a sensor, or the load model."""

import json
import os
import signal
import subprocess

import pytest


def test_the_list_tells_every_channel_once(wattlens):
    channels = json.loads(wattlens("meters", "list", "--format", "json", check=0).stdout)["channels"]
    assert len({channel["id"] for channel in channels}) == len(channels) > 0
    for channel in channels:
        power = channel["power_w"]
        assert power["provenance"] in ("measured", "modelled", "missing")
        assert power.get("reason") if power["provenance"] == "missing" else power["low"] <= power["value"]


def test_a_watch_writes_whole_looks_one_line_per_channel(wattlens, tmp_path):
    flags = ["--interval", "1s", "--duration", "3s"]
    lines = wattlens("meters", "watch", *flags, "--format", "jsonl", check=0).stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    channels = {row["id"] for row in rows}
    assert len(rows) % len(channels) == 0
    ends = sorted({row["time_s"] for row in rows})
    assert ends[-1] >= 3.0, "all of the time was looked at"
    assert sum(row["look_s"] for row in rows) / len(channels) >= 3.0
    for row in rows:
        assert row["energy_j"]["provenance"] in ("measured", "modelled", "missing")
    wattlens("meters", "watch", *flags, "--format", "csv", "-o", tmp_path / "watch.csv", check=0)
    written = (tmp_path / "watch.csv").read_text().splitlines()
    assert written[0].startswith("time_s,look_s,id,power_w")
    assert sum(line.startswith("time_s") for line in written) == 1


def test_what_is_not_a_terminal_gets_no_escapes(wattlens):
    assert "\033" not in wattlens("meters", "watch", "--interval", "1s", "--duration", "2s").stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_watch_keeps_whole_looks_alone(wattlens, how):
    environment = {"PATH": os.environ["PATH"], "HOME": str(wattlens.home)}
    command = [str(wattlens.binary), "meters", "watch", "--interval", "1s", "--format", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        first = json.loads(process.stdout.readline())
        process.send_signal(how)
        rest = [json.loads(line) for line in process.stdout.read().splitlines()]
        assert process.wait() in (0, 4)
    assert all(row["look_s"] >= 1.0 for row in [first, *rest])


def test_bad_times_are_refused(wattlens):
    assert "0.1s" in wattlens("meters", "watch", "--interval", "1ms", check=2).stderr
    assert "10m" in wattlens("meters", "watch", "--interval", "1h", check=2).stderr
    assert "--duration" in wattlens("meters", "watch", "--duration", "soon", check=2).stderr


def test_formats_that_a_watch_does_not_have_are_not_offered(wattlens):
    wattlens("meters", "watch", "--format", "json", check=2)
    assert "jsonl" in wattlens("meters", "watch", "--help").stdout


def nvml(wattlens, tmp_path, *lines):
    """The environment of a machine with the stand-in for NVIDIA's library, which says those lines."""
    script = tmp_path / "nvml.txt"
    script.write_text("".join(f"{line}\n" for line in lines))
    return {"LD_LIBRARY_PATH": str(wattlens.binary.parent / "stand_in"), "WATTLENS_NVML_SCRIPT": str(script)}


BOARD = ["driver 570.1", "count 1", "0.name NVIDIA H200", "0.uuid GPU-1", "0.capability 9.0", "0.limit 700000"]


def gpu_of(wattlens, environment):
    channels = json.loads(wattlens("meters", "list", "--format", "json", env=environment, check=0).stdout)["channels"]
    return next(channel for channel in channels if channel["id"] == "gpu.0")


def test_a_board_with_a_counter_is_measured(wattlens, tmp_path):
    gpu = gpu_of(wattlens, nvml(wattlens, tmp_path, *BOARD, "0.usage 200000", "0.energy clock 200000"))
    assert gpu["power_w"]["provenance"] == "measured"
    assert 190 < gpu["power_w"]["value"] < 210
    assert "H200" in gpu["scope"]


def test_a_dead_counter_is_replaced_by_power_and_never_0_w(wattlens, tmp_path):
    environment = nvml(wattlens, tmp_path, *BOARD, "0.usage 200000", "0.average 150000", "0.energy 7")
    gpu = gpu_of(wattlens, environment)
    assert gpu["kind"] == "power"
    assert abs(gpu["power_w"]["value"] - 150) < 0.01
    assert "stands still" in wattlens("doctor", env=environment).stdout


def test_a_virtual_gpu_is_missing_with_its_reason(wattlens, tmp_path):
    text = wattlens("doctor", env=nvml(wattlens, tmp_path, *BOARD, "0.usage 200000", "0.virtualization 2")).stdout
    assert "vgpu" in text
    assert "only the host can measure" in " ".join(text.split())


def measured(wattlens, tmp_path, *lines):
    file = tmp_path / "measure.json"
    environment = nvml(wattlens, tmp_path, *BOARD, "0.usage 200000", *lines)
    wattlens("measure", "--json", file, "--", "sleep", "1.5", env=environment, check=0)
    return json.loads(file.read_text())


def test_a_counter_that_disagrees_with_the_boards_power_is_a_warning_with_both_energies(wattlens, tmp_path):
    result = measured(wattlens, tmp_path, "0.energy clock 140000")
    warning = next(one for one in result["warnings"] if one["code"] == "counter_disagrees")
    assert warning["channel"] == "gpu.0"
    energy = {channel["id"]: channel for channel in result["channels"]}
    assert energy["gpu.0.power"]["checks"] == "gpu.0"
    assert abs(energy["gpu.0"]["energy_j"] / energy["gpu.0.power"]["energy_j"] - 0.7) < 0.05
    assert result["total"]["sums"] == ["gpu.0"]


def test_a_counter_that_agrees_with_the_boards_power_is_none(wattlens, tmp_path):
    result = measured(wattlens, tmp_path, "0.energy clock 200000")
    assert "counter_disagrees" not in [one["code"] for one in result["warnings"]]
