"""A sweep on the real engine: measured, checked, stored, shown again, exported."""

import csv
import io
import json

import pytest

SHORT = ["--repetitions", "2", "--window", "0.2s", "--warm-up-limit", "0.3s"]


def estimate_is_sound(estimate):
    return estimate["low"] <= estimate["value"] <= estimate["high"] and estimate["value"] > 0


def test_a_run_gives_checked_points_with_intervals_and_provenance(wattlens):
    axes = ["--model", "shufflenet_v2_x0_5", "--batch", "1,4", "--threads", "1"]
    found = json.loads(wattlens("run", *axes, "--format", "json", *SHORT, check=0).stdout)
    assert found["schema"] == "wattlens.experiment/1"
    assert [point["batch"] for point in found["points"]] == [1, 4]
    for point in found["points"]:
        assert point["output_check"] == "passed"
        assert point["repetitions"] == 2
        assert estimate_is_sound(point["images_per_s"])
        assert estimate_is_sound(point["ms_per_batch"])
        energy = point["energy_j_per_image"]
        assert energy["provenance"] in ("measured", "modelled", "missing")
        assert energy.get("reason") if energy["provenance"] == "missing" else estimate_is_sound(energy)


def test_what_was_run_is_stored_and_comes_back(wattlens):
    wattlens("run", "--model", "shufflenet_v2_x0_5", "--title", "kept", *SHORT, check=0)
    assert "kept" in wattlens("list").stdout
    assert "shufflenet_v2_x0_5" in wattlens("show", "last").stdout
    (row,) = csv.DictReader(io.StringIO(wattlens("export", "last", "--format", "csv").stdout))
    assert row["model"] == "shufflenet_v2_x0_5"
    lines = wattlens("export", "last", "--part", "runs", "--format", "jsonl").stdout.splitlines()
    assert len([json.loads(line) for line in lines]) == 2


def test_an_onnx_file_runs_too(wattlens):
    wattlens("network", "export", "shufflenet_v2_x0_5", "-o", "mine.onnx", check=0)
    outcome = wattlens("run", "--model", "mine.onnx", "--format", "json", *SHORT, check=0)
    (point,) = json.loads(outcome.stdout)["points"]
    assert estimate_is_sound(point["images_per_s"])


def test_a_dry_run_measures_nothing(wattlens):
    wattlens("run", "--model", "alexnet,resnet50", "--batch", "1,2", "--dry-run", check=0)
    assert wattlens("show").returncode == 3


def test_check_only_compares_and_stores_nothing(wattlens, tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"\x00" * 1000)
    axes = ["--model", "shufflenet_v2_x0_5,broken.onnx", "--precision", "f32"]
    outcome = wattlens("run", *axes, "--check-only", "--format", "json", check=5)
    good, broken = json.loads(outcome.stdout)["points"]
    assert good["output_check"] == "passed"
    assert 0 < good["error"] < good["tolerance"]
    assert good["same_top1"] is True
    assert broken["output_check"] == "could not run"
    assert "broken.onnx" in broken["failure"]
    assert wattlens("show").returncode == 3


@pytest.mark.parametrize("content", [b"", b"\x08\x01not protobuf\xff\xff", b"\x00" * 1000])
def test_a_broken_onnx_file_fails_its_point_and_gives_no_number(wattlens, tmp_path, content):
    (tmp_path / "broken.onnx").write_bytes(content)
    outcome = wattlens("run", "--model", "broken.onnx", "--format", "json", *SHORT)
    assert outcome.returncode == 5
    assert "broken.onnx" in outcome.stderr
    (point,) = json.loads(outcome.stdout)["points"]
    assert point["images_per_s"] is None
    assert point["energy_j_per_image"]["provenance"] == "missing"
    assert "broken.onnx" in point["failure"]


def test_one_point_that_cannot_run_leaves_the_others_alone(wattlens, tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"\x00" * 1000)
    outcome = wattlens("run", "--model", "broken.onnx,shufflenet_v2_x0_5", "--format", "json", *SHORT)
    assert outcome.returncode == 5
    checks = [point["output_check"] for point in json.loads(outcome.stdout)["points"]]
    assert checks.count("passed") == 1
