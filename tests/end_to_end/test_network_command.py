"""network list, show and export: the files that other programs read."""

import json

import onnx
import pytest


def test_the_list_has_the_published_counts(wattlens):
    networks = json.loads(wattlens("network", "list", "--format", "json", check=0).stdout)["networks"]
    parameters = {item["name"]: item["parameters"] for item in networks}
    assert parameters["resnet50"] == 25557032
    assert parameters["mobilenet_v2"] == 3504872


def test_an_unknown_network_leads_to_the_nearest(wattlens):
    result = wattlens("network", "show", "resnet5", check=2)
    assert "resnet50" in result.stderr


@pytest.mark.parametrize("flags", [[], ["--single-file"], ["--batch", "4"]])
def test_an_exported_network_is_valid_onnx(wattlens, tmp_path, flags):
    file = tmp_path / "net.onnx"
    wattlens("network", "export", "shufflenet_v2_x0_5", "--image-size", 64, "-o", file, *flags, check=0)
    onnx.checker.check_model(str(file), full_check=True)


def test_a_state_dict_with_a_missing_key_is_listed(wattlens, tmp_path):
    weights = tmp_path / "weights.safetensors"
    small = ["shufflenet_v2_x0_5", "--classes", 10]
    wattlens("network", "export", *small, "--format", "safetensors", "-o", weights, check=0)
    wattlens("network", "export", *small, "--weights", weights, "-o", tmp_path / "net.onnx", check=0)
    result = wattlens("network", "export", "resnet50", "--weights", weights, "-o", tmp_path / "x.onnx", check=2)
    assert "conv1" in result.stderr
    assert not (tmp_path / "x.onnx").exists()
