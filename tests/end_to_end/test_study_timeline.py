"""study timeline: what is refused before anything is measured, and what is said of a stored experiment."""

import json
import pathlib

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/timeline.schema.json"


def test_a_stored_experiment_is_analysed_again(wattlens, store, tmp_path):
    options = ("--from", "20261121T10", "--store", store, "--model", "resnet50,vit_b_16")
    found = json.loads(wattlens("study", "timeline", *options, "--format", "json", check=0).stdout)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert set(schema["required"]) == set(found)
    assert found["experiment"] == "20261121T100000-4f2a"
    view = schema["properties"]["views"]["items"]["properties"]
    for one in found["views"]:
        assert set(one) == set(view)
        assert one["points"]
        for claim in one["claims"]:
            assert claim["verdict"] in view["claims"]["items"]["properties"]["verdict"]["enum"]
    text = wattlens("study", "timeline", *options, "--plot", "timeline.svg", check=0).stdout
    assert "The paper's claims" in text
    assert "wattlens.plot/1" in (tmp_path / "timeline.svg").read_text(encoding="utf-8")


def test_a_model_without_facts_is_refused_before_anything_is_measured(wattlens):
    for model in ("mine.onnx", "mine.onnx=2024", "mine.onnx=2024:181"):
        result = wattlens("study", "timeline", "--model", model, check=2)
        assert "2024:81.2" in result.stderr
