"""Real images as a model's input: what is recorded of them, how often the model is right, what is wrong with them."""

import json
import pathlib
import shutil

import pytest

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden/images"
MODEL = ["--model", "shufflenet_v2_x0_5", "--batch", "2", "--threads", "1"]
SHORT = ["--repetitions", "1", "--window", "0.1s", "--warm-up-limit", "0.2s"]


@pytest.fixture
def photos(tmp_path):
    """put(name, golden): an image below a folder."""
    folder = tmp_path / "photos"

    def put(name, golden="rgb_420.jpg"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(GOLDEN / golden, path)

    return put


def test_a_run_records_its_images(wattlens, photos):
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        photos(name)
    found = json.loads(wattlens("run", *MODEL, "--images", "photos", "--format", "json", *SHORT, check=0).stdout)
    images = found["plan"]["images"]
    assert (images["name"], images["count"], images["labels"]) == ("photos", 3, False)
    (point,) = found["points"]
    assert point["images_per_s"]["value"] > 0
    assert "top1_percent" not in point
    (stored,) = wattlens("export", "last", "--part", "runs", "--format", "jsonl", check=0).stdout.splitlines()
    assert f"images: photos, 3 images ({images['fingerprint']})" in stored


def test_accuracy_is_counted_on_a_labelled_folder(wattlens, photos):
    for name, golden in (("0/a.jpg", "rgb_444.jpg"), ("1/a.jpg", "gray.jpg"), ("1/b.png", "rgb.png")):
        photos(name, golden)
    command = ["run", *MODEL, "--images", "photos", "--check-only", "--format", "json"]
    (point,) = json.loads(wattlens(*command, check=0).stdout)["points"]
    assert point["accuracy_images"] == 3
    assert 0 <= point["top1_percent"]["low"] <= point["top1_percent"]["value"] <= point["top5_percent"]["value"] <= 100
    (point,) = json.loads(wattlens(*command, "--no-labels", check=0).stdout)["points"]
    assert "top1_percent" not in point


def test_classes_that_are_not_the_models_are_an_error(wattlens, photos):
    photos("cat/a.jpg")
    photos("dog/a.jpg")
    outcome = wattlens("run", *MODEL, "--images", "photos", check=2)
    assert "photos: 2 classes, but the model has 1000 outputs" in outcome.stderr
    photos("cat/b.jpg")
    assert "have no labels" in wattlens("run", *MODEL, "--images", "photos/cat", "--labels", check=2).stderr


def test_a_broken_image_is_named_and_ends_the_run_or_is_left_out(wattlens, photos, tmp_path):
    photos("a.jpg")
    whole = (GOLDEN / "rgb.png").read_bytes()
    (tmp_path / "photos/b.png").write_bytes(whole[: len(whole) // 2])
    command = ["run", *MODEL, "--images", "photos", "--check-only"]
    outcome = wattlens(*command, check=2)
    assert "b.png: a truncated PNG image" in outcome.stderr
    assert "--broken-images skip" in outcome.stderr
    outcome = wattlens(*command, "--broken-images", "skip", check=0)
    assert "1 of 2 images is broken and left out" in outcome.stderr
    assert "b.png" in outcome.stderr


@pytest.mark.parametrize("path", ["nowhere", "empty", "notes.txt"])
def test_what_holds_no_images_is_an_error(wattlens, tmp_path, path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    outcome = wattlens("run", *MODEL, "--images", path, check=2)
    assert path in outcome.stderr
