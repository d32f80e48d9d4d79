"""Whatever breaks while a sweep goes on costs what it must and nothing else, and the sweep can be gone on with."""

import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

MODEL = "shufflenet_v2_x0_5"
# Short windows, whatever the neighbours do.
PLAN = f"""seed = 7
[axes]
model = "{MODEL}"
engine = "fake"
batch = [1, 2]
[measure]
window = "20ms"
idle = "20ms"
warm_up_limit = "50ms"
repetitions = 3
repeat_disturbed = false
"""


@pytest.fixture(autouse=True)
def plan(tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN)


def points_of(result):
    return {point["batch"]: point for point in json.loads(result.stdout)["points"]}


def run_json(wattlens, environment, *arguments, **options):
    return wattlens("run", *arguments, "--format", "json", env=environment, **options)


def start(wattlens, environment, *arguments):
    """wattlens in the background; ends with the test."""
    full = {
        "PATH": os.environ["PATH"],
        "HOME": str(wattlens.home),
        "WATTLENS_LOCK": str(wattlens.home / "wattlens.lock"),
    }
    return subprocess.Popen(
        [str(wattlens.binary), *map(str, arguments)],
        env=full | environment,
        cwd=wattlens.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def wait_for(condition):
    for _ in range(2000):
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError("it never came to that")


def runs_stored(wattlens, environment):
    result = wattlens("list", "--format", "json", env=environment)
    listed = json.loads(result.stdout)["experiments"] if result.returncode == 0 else []
    return listed[0]["runs_done"] if listed else 0


@pytest.mark.parametrize(
    ("fault", "words"),
    [("crash", "Segmentation fault"), ("killed", "ran out of memory"), ("greedy", "memory")],
)
def test_a_worker_that_dies_once_costs_one_run(wattlens, engine, tmp_path, fault, words):
    # The first batches are those of preparation and check.
    environment = engine("--fault", fault, "--fault-from", 20, "--fault-once", tmp_path / "faulted")
    result = run_json(wattlens, environment, "plan.toml", check=5)
    points = points_of(result)
    assert [points[1]["repetitions"], points[2]["repetitions"]] == [3, 3]
    assert points[1]["failed"] + points[2]["failed"] == 1
    assert words in result.stderr


def test_a_point_that_always_kills_its_worker_is_given_up_and_can_be_tried_again(wattlens, engine):
    broken = engine("--fault", "crash", "--fault-from", 20, "--fault-batch", 2)
    points = points_of(run_json(wattlens, broken, "plan.toml", check=5))
    assert points[1]["repetitions"] == 3
    assert points[2]["repetitions"] == 0
    assert points[2]["failed"] == 2
    assert points[2]["stop_reason"] == "failed"
    mended = engine()
    assert "--retry-failed" in wattlens("run", "--resume", "last", env=mended, check=2).stderr
    points = points_of(run_json(wattlens, mended, "--resume", "last", "--retry-failed"))
    assert [points[1]["repetitions"], points[2]["repetitions"]] == [3, 3]


@pytest.mark.parametrize("fault", ["hang", "stopped"])
def test_a_worker_that_hangs_is_ended_in_time(wattlens, engine, tmp_path, fault):
    environment = engine("--fault", fault, "--fault-from", 20, "--fault-once", tmp_path / "faulted")
    result = run_json(wattlens, environment, "plan.toml", check=5)
    points = points_of(result)
    assert [points[1]["repetitions"], points[2]["repetitions"]] == [3, 3]
    assert "did not answer" in result.stderr


def test_ctrl_c_says_how_to_go_on_and_it_works(wattlens, engine):
    environment = engine()
    process = start(wattlens, environment, "run", "plan.toml")
    wait_for(lambda: runs_stored(wattlens, environment) >= 2)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 5
    assert "run --resume 2" in said
    assert "run --resume" in wattlens("list").stdout
    assert "run --resume" in wattlens("show").stdout
    points = points_of(run_json(wattlens, environment, "--resume", check=0))
    assert [points[1]["repetitions"], points[2]["repetitions"]] == [3, 3]
    assert wattlens("run", "--resume", env=environment, check=3).stderr.startswith("wattlens: no experiment")


def test_flags_must_agree_with_the_stored_plan(wattlens, engine):
    environment = engine()
    process = start(wattlens, environment, "run", "plan.toml")
    wait_for(lambda: runs_stored(wattlens, environment) >= 1)
    process.kill()
    process.communicate()
    said = wattlens("run", "--resume", "--batch", "1,4", env=environment, check=2).stderr
    assert "--batch is [1,4], in the stored plan [1,2]" in said
    wattlens("run", "--resume", "--batch", "1,2", "--repetitions", "3", env=environment, check=0)


def test_a_second_measurement_is_refused_waits_or_is_flagged(wattlens, engine):
    environment = engine()
    first = start(wattlens, environment, "run", "plan.toml", "--repetitions", "1000")
    wait_for(lambda: runs_stored(wattlens, environment) >= 1)
    said = wattlens("run", "plan.toml", env=environment, check=4).stderr
    assert f"process {first.pid} is measuring" in said
    assert MODEL in said
    shared = run_json(wattlens, environment, "plan.toml", "--share-machine", check=0)
    for point in points_of(shared).values():
        assert "shared_machine" in [warning["code"] for warning in point["warnings"]]
    waiting = start(wattlens, environment, "run", "plan.toml", "--wait")
    assert waiting.stderr.readline().decode().startswith("Waiting: process")
    first.kill()
    first.communicate()
    waiting.communicate(timeout=60)
    assert waiting.returncode == 0


def test_two_sweeps_fill_one_store(wattlens, engine, tmp_path):
    environment = engine()
    both = [
        start(wattlens, environment | {"WATTLENS_LOCK": str(tmp_path / f"lock{i}")}, "run", "plan.toml") for i in (1, 2)
    ]
    for process in both:
        process.communicate(timeout=60)
    assert [process.returncode for process in both] == [0, 0]
    listed = json.loads(wattlens("list", "--format", "json", check=0).stdout)["experiments"]
    assert [(item["status"], item["runs_done"]) for item in listed] == [("done", 6), ("done", 6)]


def test_one_experiment_is_resumed_by_one(wattlens, engine, tmp_path):
    environment = engine()
    first = start(wattlens, environment, "run", "plan.toml", "--repetitions", "1000")
    wait_for(lambda: runs_stored(wattlens, environment) >= 1)
    other = environment | {"WATTLENS_LOCK": str(tmp_path / "other")}
    assert "it is running" in wattlens("run", "--resume", "last", env=other, check=2).stderr
    first.kill()
    first.communicate()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 512 KiB; only root may have one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here; tests/store has a full disk by limits")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(wattlens, engine, small_disk):
    environment = engine()
    store = small_disk / "store.db"
    (small_disk / "filling").write_bytes(b"x" * 330_000)
    result = wattlens("run", "plan.toml", "--repetitions", "15", "--store", store, env=environment, check=2)
    assert result.stderr.count("not stored further") == 1
    assert "disk is full" in result.stderr
    pathlib.Path(small_disk / "filling").unlink()
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    points = points_of(run_json(wattlens, environment, "--resume", "--store", store, check=0))
    assert [points[1]["repetitions"], points[2]["repetitions"]] == [15, 15]
