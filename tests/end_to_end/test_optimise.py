"""`wattlens optimise` with an engine whose times are known and a sensor of constant power."""

import csv
import io
import json
import shutil
import signal

import fastjsonschema
import pytest

from conftest import ROOT
from test_faults import start, wait_for

MODEL = "shufflenet_v2_x0_5"
# A batch takes 10 ms and 5 ms per image: 15, 20 and 50 ms; at constant power the largest batch is the cheapest.
TIMES = ("--batch-us", 10000, "--image-us", 5000)
SPACE = ("--model", MODEL, "--engine", "fake", "--hint", "latency", "--precision", "f32,bf16", "--batch")
SHORT = ("--quick", "--window", "0.1s", "--store", "store.db", "--simulate", "scenario.toml")


@pytest.fixture
def optimise(wattlens, engine, scenario):
    environment = engine(*TIMES)

    def run(*arguments, batches="1,2,8", **options):
        return wattlens("optimise", *SPACE, batches, *SHORT, *arguments, env=environment, **options)

    run.program = wattlens
    run.environment = environment
    return run


def test_the_cheapest_within_a_limit_is_found_and_verified(optimise):
    outcome = optimise("--limit", "latency<35ms", "--format", "json", check=0)
    found = json.loads(outcome.stdout)
    schema = json.loads((ROOT / "docs/optimise.schema.json").read_text(encoding="utf-8"))
    fastjsonschema.compile(schema)(found)
    assert found["simulated"] is True
    assert found["winner"]["batch"] == 2
    assert found["default"]["id"] == f"{MODEL}/fake/cpu/f32/latency/b1/224px/t0"
    broken = [fallen for fallen in found["fallen"] if fallen["reason"] == "breaks latency<35ms"]
    assert {"/b8/" in fallen["point"] for fallen in broken} == {True}
    energy = found["verification"]["pairs"][0]["findings"][0]
    assert energy["verdicts"][0] == "less"
    assert energy["ratio"]["value"] == pytest.approx(2 / 3, rel=0.15)
    assert found["payback_images"]["low"] <= found["payback_images"]["value"] <= found["payback_images"]["high"]
    assert found["searching"]["total_j"] > 0
    assert found["command"].endswith(
        f"--precision {found['winner']['precision']} --hint latency --batch 2 --image-size 224 --threads 0"
    )
    # Everything can be looked at again.
    listed = json.loads(optimise.program("list", "--store", "store.db", "--format", "json", check=0).stdout)
    stored = {experiment["id"]: experiment["title"] for experiment in listed["experiments"]}
    for rung in found["rungs"]:
        assert all("rung" in stored[experiment] for experiment in rung["experiments"])
    assert stored[found["verification"]["experiment"]].endswith(": against the default")


def test_where_nothing_keeps_the_limits_the_closest_is_told(optimise):
    outcome = optimise("--limit", "latency<1ms", "--limit", "throughput>1", check=3)
    assert outcome.stdout.splitlines()[1] == "SIMULATED: no energy here was measured."
    assert "Nothing keeps the limits. The closest is" in outcome.stdout
    assert "What binds is latency<1ms." in outcome.stdout
    assert "not measured: batch 1 breaks latency<1ms" in outcome.stdout


def test_an_accuracy_is_the_agreement_with_f32(optimise):
    outcome = optimise("--limit", "accuracy>99%", "--format", "csv", batches="1", check=0)
    rows = list(csv.DictReader(io.StringIO(outcome.stdout)))
    assert len(rows) == 2
    assert all(float(row["top1_agreement_percent"]) > 99 for row in rows)
    assert [row["chosen"] for row in rows].count("true") == 1


def test_labels_are_what_an_accuracy_limit_means_where_there_are_some(optimise, tmp_path):
    for number in ("0", "1"):
        (tmp_path / "photos" / number).mkdir(parents=True)
        shutil.copy(ROOT / "tests/golden/images/rgb_420.jpg", tmp_path / "photos" / number / "a.jpg")
    labelled = ["--images", "photos", "--image-size", "64"]
    outcome = optimise(*labelled, "--limit", "accuracy>99%", "--format", "json", batches="1", check=3)
    found = json.loads(outcome.stdout)
    assert found["closest"]["limit"] == "accuracy>99%"
    outcome = optimise(*labelled, "--plot", "found.svg", "--format", "csv", batches="1", check=0)
    rows = list(csv.DictReader(io.StringIO(outcome.stdout)))
    assert {row["top1_percent"] for row in rows} <= {"0", "50"}
    assert not any(row["top1_agreement_percent"] for row in rows)
    assert "Candidates for" in (tmp_path / "found.svg").read_text(encoding="utf-8")


def test_an_interrupted_search_goes_on_with_what_is_stored(optimise, wattlens):
    arguments = ["optimise", *SPACE, "1,2,8", *SHORT]
    process = start(wattlens, optimise.environment, *arguments)

    def first_rung_is_done():
        listed = wattlens("list", "--store", "store.db", "--format", "json").stdout
        return [e for e in json.loads(listed or "{}").get("experiments", []) if e["runs_done"] > 2]

    wait_for(first_rung_is_done)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 5, errors
    assert b"--resume" in errors
    resumed = optimise("--resume", "--format", "json", check=0)
    assert "Going on with optimise" in resumed.stderr
    found = json.loads(resumed.stdout)
    assert found["winner"]["batch"] == 8
    listed = json.loads(wattlens("list", "--store", "store.db", "--format", "json", check=0).stdout)["experiments"]
    assert len([e for e in listed if ": rung 1 of 2" in e["title"]]) == 1


def test_a_dry_run_shows_the_space_and_measures_nothing(optimise, tmp_path):
    text = optimise("--threads", "0,4000", "--dry-run", check=0).stdout
    assert text.startswith("6 candidates, in up to 2 rungs:")
    assert "left out" in text and "threads at a time" in text
    planned = json.loads(optimise("--dry-run", "--format", "json", check=0).stdout)
    assert len(planned["points"]) == 6 and planned["predicted"]["most_s"] > planned["predicted"]["least_s"] > 0
    assert not list(tmp_path.rglob("*.db"))


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--limit", "latency<10kg"], 2, "--limit 'latency<10kg'"),
        (["--limit", "latency<1ms", "--limit", "latency<2ms"], 2, "limited twice"),
        (["--threads", "4000"], 2, "no candidate can run here"),
        (["--candidate", "nothing.onnx"], 2, "cannot open nothing.onnx"),
        (["--resume"], 3, "the store has no search"),
    ],
)
def test_bad_usage_is_one_clear_error(optimise, arguments, code, message):
    assert message in optimise(*arguments, check=code).stderr
