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


def test_preprocessing_can_be_inside_the_window_or_alone_in_it(wattlens, engine, photos):
    for name in ("a.jpg", "b.jpg"):
        photos(name)
    small = ["--model", "shufflenet_v2_x0_5", "--engine", "fake", "--image-size", "64", "--batch", "2"]
    command = ["run", *small, "--images", "photos", "--preprocess", "outside,inside,alone", "--store", "store.db"]
    environment = engine("--batch-us", 50000)
    found = json.loads(wattlens(*command, "--format", "json", *SHORT, env=environment, check=0).stdout)
    assert [point["preprocess"] for point in found["points"]] == ["outside", "inside", "alone"]
    outside, inside, alone = (point["images_per_s"]["value"] for point in found["points"])
    # The model takes 25 ms an image, a small photo far less.
    assert max(outside, inside) <= 40 < alone
    shown = wattlens("show", "last", "--store", "store.db", check=0).stdout
    assert "preprocessed inside the window" in shown
    assert "preprocessing alone" in shown


def test_preprocessing_needs_images(wattlens):
    outcome = wattlens("run", *MODEL, "--preprocess", "inside", check=2)
    assert "--images FOLDER" in outcome.stderr


def test_an_image_that_breaks_inside_a_window_is_named_or_left_out(wattlens, engine, photos, tmp_path):
    for name in ("a.jpg", "b.jpg"):
        photos(name)
    (tmp_path / "photos/c.jpg").write_bytes(b"no picture")
    small = ["--model", "shufflenet_v2_x0_5", "--engine", "fake", "--image-size", "64", "--batch", "2"]
    command = ["run", *small, "--images", "photos", "--preprocess", "inside", *SHORT]
    environment = engine("--batch-us", 1000)
    assert "c.jpg" in wattlens(*command, env=environment, check=5).stderr
    outcome = wattlens(*command, "--broken-images", "skip", env=environment, check=0)
    assert "1 of 3 images is broken and left out" in outcome.stderr
    assert "c.jpg" in outcome.stderr


def test_a_plan_file_can_name_the_images_and_a_comparison_takes_them(wattlens, engine, photos, scenario, tmp_path):
    photos("a.jpg")
    plan = """
[axes]
model = "shufflenet_v2_x0_5"
engine = "fake"
image_size = 64
preprocess = "outside,inside"
[images]
path = "photos"
"""
    (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
    environment = engine("--batch-us", 1000)
    found = json.loads(wattlens("run", "plan.toml", "--format", "json", *SHORT, env=environment, check=0).stdout)
    assert found["plan"]["images"]["count"] == 1
    small = ["--model", "shufflenet_v2_x0_5", "--engine", "fake", "--image-size", "64", "--window", "0.1s"]
    against = [
        "compare",
        *small,
        "--images",
        "photos",
        "--preprocess",
        "outside,inside",
        "--blocks",
        4,
        "--simulate",
        scenario,
    ]
    compared = json.loads(wattlens(*against, "--format", "json", env=environment, check=0).stdout)
    assert [side["id"].rpartition("/")[2] for side in compared["sides"]] == ["outside", "inside"]
