"""Models from files: what is found in them, what they are checked against, and how unfit ones are refused."""

import json
import pathlib
import shutil

import pytest

MODELS = pathlib.Path(__file__).resolve().parents[1] / "engine/models"
SHORT = ["--repetitions", "1", "--window", "0.1s", "--warm-up-limit", "0.2s"]


def reference(logits):
    return json.dumps(
        {"schema": "wattlens.reference_outputs/1", "sizes": [{"image_size": 8, "logits": logits}]},
    )


def checked(wattlens, file, *flags, code=0):
    """The one point of `run --check-only` of a copy of a model."""
    outcome = wattlens("run", "--model", file, "--check-only", "--format", "json", *flags, check=code)
    (point,) = json.loads(outcome.stdout)["points"]
    return point


def refusal(wattlens, file, *flags):
    """What is said of a file that cannot be run: before anything is started, or as the failure of its point."""
    outcome = wattlens("run", "--model", file, "--check-only", "--format", "json", *flags)
    if outcome.returncode == 2:
        return outcome.stderr
    assert outcome.returncode == 5, outcome
    (point,) = json.loads(outcome.stdout)["points"]
    assert point["output_check"] == "could not run"
    return point["failure"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("two_inputs.onnx", "two_inputs.onnx has 2 inputs instead of one"),
        ("text_input.onnx", "text_input.onnx"),
        ("not_images.onnx", "f32 [?, 10]"),
        ("byte_images.onnx", "u8 [?, 3, ?, ?]"),
        ("oblong.onnx", "8 x 12 px"),
        ("lost_weights.onnx", "is missing or too short"),
        ("unsupported_operator.onnx", "unsupported_operator.onnx"),
    ],
)
def test_an_unfit_onnx_file_is_refused_with_what_it_takes(wattlens, tmp_path, name, words):
    shutil.copy(MODELS / name, tmp_path)
    assert words in refusal(wattlens, name, "--image-size", "8")


def test_an_open_image_size_has_to_be_given(wattlens, tmp_path):
    shutil.copy(MODELS / "classifier.onnx", tmp_path)
    outcome = wattlens("run", "--model", "classifier.onnx", *SHORT, check=2)
    assert "classifier.onnx" in outcome.stderr
    assert "--image-size" in outcome.stderr


def test_a_size_that_the_file_contradicts_is_refused(wattlens, tmp_path):
    shutil.copy(MODELS / "sized.onnx", tmp_path)
    outcome = wattlens("run", "--model", "sized.onnx", "--image-size", "64", *SHORT, check=2)
    assert "cannot run 64 px" in outcome.stderr


def test_a_model_without_a_reference_is_told_to_be_unchecked(wattlens, tmp_path):
    shutil.copy(MODELS / "classifier.onnx", tmp_path)
    point = checked(wattlens, "classifier.onnx", "--image-size", "8")
    assert point["output_check"] == "not_run"


def test_the_reference_beside_a_file_is_what_it_is_checked_against(wattlens, tmp_path):
    shutil.copy(MODELS / "classifier.onnx", tmp_path)
    beside = tmp_path / "classifier.onnx.reference.json"
    beside.write_text(reference([[5.0, 5.0, 5.0, 5.0]]))
    wrong = checked(wattlens, "classifier.onnx", "--image-size", "8", code=5)
    assert wrong["output_check"] == "failed"
    assert wrong["error"] > 0.1


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"schema": "wattlens.reference_outputs/9"}', reference([[None]])])
def test_a_broken_reference_is_an_error_and_never_a_pass(wattlens, tmp_path, text):
    shutil.copy(MODELS / "classifier.onnx", tmp_path)
    (tmp_path / "classifier.onnx.reference.json").write_text(text)
    assert "classifier.onnx.reference.json" in refusal(wattlens, "classifier.onnx", "--image-size", "8")


@pytest.fixture
def libtorch(wattlens):
    engines = json.loads(wattlens("doctor", "--format", "json").stdout)["engines"]
    if not any(engine["name"] == "libtorch" for engine in engines):
        pytest.skip("built without LibTorch")


def test_outputs_that_are_no_numbers_fail_the_check_and_give_no_speed(wattlens, libtorch, tmp_path):
    shutil.copy(MODELS / "not_a_number.pt", tmp_path)
    axes = ["--model", "not_a_number.pt", "--engine", "libtorch", "--image-size", "8"]
    outcome = wattlens("run", *axes, "--format", "json", *SHORT, check=5)
    (point,) = json.loads(outcome.stdout)["points"]
    assert point["output_check"] == "failed"
    assert point["images_per_s"] is None
    assert "not finite" in outcome.stderr


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("two_inputs.pt", "2 inputs instead of one"),
        ("text_input.pt", "whole numbers, as of text"),
        ("state_dict.pt", "holds weights"),
        ("exported_program.pt2", "torch.export"),
        ("newer_version.pt", "newer_version.pt"),
        ("unknown_operator.pt", "unknown_operator.pt"),
        ("cuda_constant.pt", "cuda"),
        ("in_place.pt", "changes its input in place"),
    ],
)
def test_an_unfit_torch_file_is_refused_with_what_mends_it(wattlens, libtorch, tmp_path, name, words):
    shutil.copy(MODELS / name, tmp_path)
    assert words.lower() in refusal(wattlens, name, "--engine", "libtorch", "--image-size", "8").lower()
