"""Simulated sensors: everything that comes out says so."""

import csv
import io
import json
import pathlib

import fastjsonschema
import pytest

from conftest import SCENARIO

SIMULATED = "SIMULATED: no energy here was measured."


def test_the_doctor_says_so_first(wattlens, scenario):
    text = wattlens("doctor", "--simulate", scenario, check=0).stdout
    assert text.splitlines()[0] == SIMULATED
    assert "100.0 W now" in text
    found = json.loads(wattlens("doctor", "--simulate", scenario, "--format", "json", check=0).stdout)
    assert [channel["method"] for channel in found["channels"]] == ["simulated"]
    assert [channel["provenance"] for channel in found["channels"]] == ["simulated"]
    assert "simulated" in [remark["code"] for remark in found["remarks"]]


def test_the_meters_say_so_first(wattlens, scenario):
    listed = wattlens("meters", "list", "--simulate", scenario, check=0).stdout
    assert listed.splitlines()[0] == SIMULATED
    assert "sim 100" in listed
    watch = ["meters", "watch", "--simulate", scenario, "--interval", "0.5s", "--duration", "0.5s"]
    assert wattlens(*watch, check=0).stdout.startswith(SIMULATED)
    (row,) = csv.DictReader(io.StringIO(wattlens(*watch, "--format", "csv", check=0).stdout))
    assert row["power_w_provenance"] == "simulated"


def test_a_measured_command_says_so(wattlens, scenario, tmp_path):
    outcome = wattlens("measure", "--simulate", scenario, "--json", "result.json", "--", "sleep", "0.5", check=0)
    headline, second = outcome.stderr.splitlines()[:2]
    assert headline.startswith("wattlens: sim ")
    assert headline.endswith("simulated, not measured")
    assert second == SIMULATED
    found = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert found["simulated"] is True
    assert found["total"]["provenance"] == "simulated"
    assert found["total"]["energy_j"] == pytest.approx(100 * found["window"]["duration_s"], rel=0.01)
    assert "simulated" in [warning["code"] for warning in found["warnings"]]
    schema = pathlib.Path(__file__).resolve().parents[2] / "docs/measure.schema.json"
    fastjsonschema.validate(json.loads(schema.read_text(encoding="utf-8")), found)


def test_a_run_says_so_everywhere_and_the_store_keeps_it(wattlens, scenario):
    effort = ["--repetitions", "2", "--window", "0.3s", "--warm-up-limit", "0.3s"]
    axes = ["--model", "shufflenet_v2_x0_5", "--threads", "1"]
    outcome = wattlens("run", *axes, *effort, "--simulate", scenario, check=0)
    assert outcome.stdout.splitlines()[0] == SIMULATED
    assert SIMULATED in outcome.stderr
    assert "sim " in outcome.stdout
    shown = wattlens("show", "last", check=0).stdout
    assert shown.splitlines()[1] == SIMULATED
    assert wattlens("show", "last", "--format", "md", check=0).stdout.splitlines()[2] == SIMULATED
    stored = json.loads(wattlens("show", "last", "--format", "json", check=0).stdout)
    assert stored["simulated"] is True
    (point,) = stored["points"]
    assert point["energy_j_per_image"]["provenance"] == "simulated"
    assert point["energy_j_per_image"]["method"] == "simulated"
    assert "simulated" in [warning["code"] for warning in point["warnings"]]
    # 100 W, whatever the machine does.
    energy = point["energy_j_per_image"]["value"] * point["images_per_s"]["value"]
    assert energy == pytest.approx(100, rel=0.05)
    (row,) = csv.DictReader(io.StringIO(wattlens("export", "last", "--format", "csv", check=0).stdout))
    assert row["energy_j_per_image_provenance"] == "simulated"


def test_a_run_finds_the_energy_per_image_that_the_scenario_gives(wattlens, tmp_path):
    scenario = SCENARIO.replace("constant_w = 100", "constant_w = 20\nper_image_j = 0.5")
    (tmp_path / "work.toml").write_text(scenario, encoding="utf-8")
    effort = ["--repetitions", "4", "--window", "1s", "--warm-up-limit", "1s"]
    axes = ["--model", "shufflenet_v2_x0_5", "--batch", "4", "--threads", "1"]
    result = wattlens("run", *axes, *effort, "--simulate", "work.toml", "--format", "json", check=0)
    (point,) = json.loads(result.stdout)["points"]
    net = point["net_energy_j_per_image"]
    assert net["low"] < net["value"] < net["high"]
    assert net["value"] == pytest.approx(0.5, rel=0.02)
    assert point["energy_j_per_image"]["value"] == pytest.approx(0.5 + 20 / point["images_per_s"]["value"], rel=0.02)


def test_without_a_gpu_that_the_work_used_there_is_no_total(wattlens, tmp_path):
    lost = """
[power.gpu]
constant_w = 300
[[sensor]]
id = "gpu.0"
power = "gpu"
[[fault]]
kind = "unplugged"
sensor = "gpu.0"
"""
    (tmp_path / "lost.toml").write_text(SCENARIO + lost, encoding="utf-8")
    measure = ["measure", "--simulate", "lost.toml", "--json", "result.json"]
    named = wattlens(*measure, "--gpus", "0", "--", "sleep", "0.5", check=0)
    assert "no total" in named.stderr.splitlines()[0]
    found = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert "energy_j" not in found["total"]
    assert found["total"]["partial_energy_j"] == pytest.approx(100 * found["window"]["duration_s"], rel=0.01)
    # Of a GPU that may have been idle only a lower bound is lost.
    assert "at least" in wattlens(*measure, "--", "sleep", "0.5", check=0).stderr.splitlines()[0]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (SCENARIO + "perod_s = 1\n", "did you mean 'period_s'"),
        ("", "no sensor"),
        ("[power", "not TOML"),
        (SCENARIO.replace('power = "package"', 'power = "packge"'), "did you mean 'package'"),
    ],
)
def test_a_scenario_that_cannot_be_used_is_refused_with_its_place(wattlens, tmp_path, content, named):
    (tmp_path / "bad.toml").write_text(content, encoding="utf-8")
    for command, rest in (
        (["doctor"], []),
        (["meters", "list"], []),
        (["meters", "watch"], []),
        (["run", "--model", "shufflenet_v2_x0_5"], []),
        (["run", "--model", "shufflenet_v2_x0_5", "--dry-run"], []),
        (["run", "--resume"], []),
        (["measure"], ["--", "touch", "it_ran"]),
    ):
        # Before engines are looked for, before the machine is taken.
        environment = {"WATTLENS_ENGINE_PATH": "no_engines.json"}
        outcome = wattlens(*command, "--simulate", "bad.toml", *rest, env=environment)
        assert outcome.returncode == 2, command
        assert outcome.stdout == ""
        assert "bad.toml" in outcome.stderr
        assert named in outcome.stderr
    assert not (tmp_path / "it_ran").exists()
    assert not (tmp_path / "wattlens.lock").exists()
