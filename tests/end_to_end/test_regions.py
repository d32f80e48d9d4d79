"""Regions in `wattlens measure -- CMD`: the energy of what a command names, and what becomes of bad marks."""

import json
import pathlib
import signal
import sys

import fastjsonschema
import pytest

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/measure.schema.json"

# 30 W, seen by a counter as fast as RAPL's, so that the truth of any window is its length times 30 W.
STEADY = """
title = "30 W"
[power.package]
constant_w = 30
[[sensor]]
id = "cpu.package.0"
power = "package"
unit_j = 61e-6
nominal_period_s = 0.001
gain_low = -0.02
gain_high = 0.02
"""

# What any language can do: a line into a file.
MARKER = """
import os, sys, threading, time
pipe = os.open(os.environ["WATTLENS_REGIONS"], os.O_RDWR | os.O_NONBLOCK)
def mark(kind, name):
    head = f"1 {kind} {time.clock_gettime_ns(time.CLOCK_MONOTONIC)} {os.getpid()} {threading.get_native_id()} 0 "
    os.write(pipe, head.encode() + (name if isinstance(name, bytes) else name.encode()) + b"\\n")
"""


@pytest.fixture(scope="module")
def check():
    return fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.fixture
def measure(wattlens, check):
    """Runs a command beside 30 W; its document, and what was said."""
    scenario = wattlens.home / "steady.toml"
    scenario.write_text(STEADY, encoding="utf-8")

    def run(*command, status=0):
        file = wattlens.home / "result.json"
        outcome = wattlens("measure", "--simulate", scenario, "--json", file, "--", *command, check=status)
        document = json.loads(file.read_text(encoding="utf-8"))
        check(document)
        return document, outcome.stderr

    return run


@pytest.fixture
def python(measure):
    return lambda lines, **options: measure(sys.executable, "-c", MARKER + lines, **options)


def by_path(document):
    return {tuple(region["path"]): region for region in document["regions"]}


def codes(document):
    return {warning["code"] for warning in document["warnings"] if warning["code"].startswith("region")}


def test_a_command_that_names_nothing_has_none(measure):
    document, text = measure("true")
    assert document["regions"] == []
    assert "Regions" not in text


def test_nested_regions_hold_the_truth(python):
    document, text = python(
        """
mark("b", "epoch")
for _ in range(3):
    mark("b", "step")
    time.sleep(0.1)
    mark("e", "step")
    time.sleep(0.05)
mark("e", "epoch")
"""
    )
    regions = by_path(document)
    assert list(regions) == [("epoch",), ("epoch", "step")]
    for region in regions.values():
        truth = 30 * region["duration_s"]
        relative, absolute = region["total"]["relative"], region["total"]["absolute"]
        assert relative["low_j"] <= truth <= relative["high_j"]
        assert absolute["low_j"] < relative["low_j"] and relative["high_j"] < absolute["high_j"]
        assert region["resolvable"]
        assert region["total"]["provenance"] == "simulated"
    assert regions["epoch",]["count"] == 1
    assert regions["epoch", "step"]["count"] == 3
    assert regions["epoch", "step"]["duration_s"] >= 0.3
    assert codes(document) == set()
    assert "Regions" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_the_c_header_and_a_command_that_dies_in_a_region(wattlens, measure):
    program = wattlens.binary.parent / "mark_regions"
    document, _ = measure(program, "4", "20000000")
    assert {path[-1]: region["count"] for path, region in by_path(document).items()} == {
        "all": 1,
        "step": 4,
        "100 % more\ufffd": 1,
    }
    document, text = measure(program, "1", "50000000", "die", status=128 + signal.SIGABRT)
    region = by_path(document)["all",]
    assert (region["count"], region["total"]["provenance"]) == (1, "simulated")  # until the command's end
    assert "region_never_ended" in codes(document)
    assert "'all'" in text


def test_a_grandchild_that_dies_in_a_region_has_no_energy_of_it(measure):
    script = MARKER + "mark('b', 'lost'); time.sleep(0.1); os.kill(os.getpid(), 9)"
    document, _ = measure("sh", "-c", 'python="$1"; "$python" -c "$2"; sleep 0.1', "sh", sys.executable, script)
    region = by_path(document)["lost",]
    assert (region["count"], region["never_ended"]) == (0, 1)
    assert region["total"]["reason"] == "never_ended"
    assert codes(document) == {"region_never_ended"}


def test_threads_have_regions_of_their_own(python):
    document, text = python(
        """
def work():
    mark("b", "work")
    time.sleep(0.2)
    mark("e", "work")
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    )
    assert [region["count"] for region in document["regions"]] == [1, 1, 1]
    assert len({region["thread"] for region in document["regions"]}) == 3
    assert text.count("thread ") >= 3


def test_bad_marks_are_named_and_cost_nothing(python):
    document, text = python(
        """
mark("e", "never begun")
mark("b", b"broken \\xff\\x1b[2J name")
time.sleep(0.05)
mark("e", b"broken \\xff\\x1b[2J name")
mark("b", "x" * 300)
mark("e", "x" * 300)
os.write(pipe, b"garbage\\n" + b"y" * 100000 + b"\\n")
os.write(pipe, b"1 b 5 1 1 0 too early\\n1 e 6 1 1 0 too early\\n")
mark("b", "good")
time.sleep(0.1)
mark("e", "good")
os.write(pipe, b"1 b half a line")
"""
    )
    assert codes(document) == {"region_never_begun", "region_name", "region_garbage", "region_time"}
    assert "\x1b" not in text
    good = by_path(document)["good",]["total"]["relative"]
    assert good["low_j"] <= 30 * by_path(document)["good",]["duration_s"] <= good["high_j"]
    assert ("broken \ufffd\ufffd[2J name",) in by_path(document)
    assert ("x" * 200,) in by_path(document)


def test_regions_shorter_than_the_sensor_are_told_how_long_they_must_be(python):
    document, text = python("for _ in range(200): mark('b', 'brief'); mark('e', 'brief')\ntime.sleep(0.1)")
    (region,) = document["regions"]
    assert (region["count"], region["resolvable"]) == (200, False)
    assert region["needs_at_least_s"] >= 0.02
    # A window in which the program was interrupted may be longer than the sensor's updates.
    assert region["total"].get("reason", "cpu.package.0: too_short") == "cpu.package.0: too_short"
    assert "needs at least" in text


def test_a_million_regions(wattlens, measure):
    document, _ = measure(wattlens.binary.parent / "mark_regions", "1000000", "0")
    region = by_path(document)["all", "step"]
    lost = "region_lost" in codes(document)
    assert region["count"] == 1_000_000 or lost
    assert document["exit_status"] == 0


def test_the_pipe_is_gone_afterwards_and_not_seen_by_whom_another_measures(wattlens, measure):
    measure("sh", "-c", 'test -p "$WATTLENS_REGIONS" && dirname "$WATTLENS_REGIONS" > folder')
    assert not pathlib.Path((wattlens.home / "folder").read_text(encoding="utf-8").strip()).exists()
    # The inner one finds the machine measured: what its command names goes to the outer one.
    scenario = wattlens.home / "steady.toml"
    inner = [wattlens.binary, "measure", "--simulate", scenario, "--", sys.executable, "-c", MARKER + "mark('b', 'x')"]
    document, _ = measure(*inner)
    assert ("x",) in by_path(document)
