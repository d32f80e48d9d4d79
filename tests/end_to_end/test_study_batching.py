"""Requests served by an engine of known speed under a sensor of known power: what the study says of it must be so."""

import csv
import io
import json

import fastjsonschema
import pytest

from conftest import ROOT, SCENARIO

# 2 ms a batch and 1 ms an image: 333 requests per second one by one, 800 in batches of 8.
SPEED = ["--batch-us", "2000", "--image-us", "1000"]
SMALL = ["--model", "shufflenet_v2_x0_5", "--engine", "fake", "--precision", "f32", "--image-size", "64"]


@pytest.fixture
def study(wattlens, engine, scenario):
    environment = engine(*SPEED)

    def run(*arguments, **options):
        common = ["study", "batching", *SMALL, "--simulate", "scenario.toml", "--store", "study.db"]
        return wattlens(*common, *arguments, env=environment, **options)

    return run


def points(result):
    found = json.loads(result.stdout)
    return {(point["arrivals"], point["policy"]): point for point in found["experiment"]["points"]}


def test_times_and_energies_are_those_of_the_known_machine(study):
    flags = ["--rate", "100", "--policy", "1,8,greedy", "--requests", "40", "--repetitions", "2", "--format", "json"]
    result = study(*flags, check=0)
    found = json.loads(result.stdout)
    schema = json.loads((ROOT / "docs/batching.schema.json").read_text())
    fastjsonschema.compile(schema)(found)
    at = points(result)
    alone, eight = at["jittered:100", "1"], at["jittered:100", "8"]
    # Nobody is answered before his batch has run; a batch of eight waits for seven more, 10 ms apart.
    assert alone["response_ms"]["value"] >= 3
    assert eight["response_ms"]["value"] >= 40
    assert eight["requests_per_batch"]["value"] == pytest.approx(8)
    assert alone["requests_per_batch"]["value"] == pytest.approx(1)
    for point in at.values():
        assert point["output_check"] == "passed"
        assert point["energy_j_per_request"]["provenance"] == "simulated"
        # 100 W over the window, for 40 requests.
        seconds = 40 / point["requests_per_s"]["value"]
        assert point["energy_j_per_request"]["value"] == pytest.approx(100 * seconds / 40, rel=0.05)
        assert not point["saturated"]
    assert any("response time" in sentence for sentence in found["findings"])


def test_the_last_partial_batch_is_served(study):
    flags = ["--arrivals", "poisson", "--rate", "400", "--policy", "8", "--requests", "20", "--repetitions", "1"]
    study(*flags, check=0)
    result = study("--from", "last", "--format", "jsonl", check=0)
    (point,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert point["requests_per_batch"]["value"] == pytest.approx(20 / 3)


def test_more_requests_than_can_be_served_are_a_finding(study):
    flags = ["--arrivals", "poisson", "--rate", "2000", "--policy", "1", "--requests", "60", "--repetitions", "2"]
    result = study(*flags, "--format", "json", check=0)
    assert points(result)["poisson:2000", "1"]["saturated"]
    (sentence,) = [text for text in json.loads(result.stdout)["findings"] if "more requests come" in text]
    assert "2e+03" in sentence or "1.9e+03" in sentence or "come each second" in sentence


def test_a_trace_and_a_closed_loop_are_served_as_they_come(study, tmp_path):
    (tmp_path / "trace.csv").write_text("time\n" + "".join(f"{0.01 * i}\n" for i in range(30)), encoding="utf-8")
    flags = ["--arrivals", "trace:trace.csv*2,closed:4", "--policy", "4,greedy", "--requests", "24"]
    result = study(*flags, "--repetitions", "1", "--format", "csv", check=0)
    rows = {(row["arrivals"], row["policy"]): row for row in csv.DictReader(io.StringIO(result.stdout))}
    assert len(rows) == 4
    assert float(rows["closed:4", "4"]["requests_per_batch"]) == pytest.approx(4)
    assert rows["closed:4", "4"]["saturated"] == "false"
    assert float(rows["trace:trace.csv*2", "greedy"]["offered_per_s"]) == pytest.approx(200, rel=0.01)


def test_the_cheapest_policy_within_a_limit_is_found_and_measured(study):
    flags = ["--arrivals", "poisson", "--rate", "50", "--slo", "p99<100ms", "--requests", "100", "--repetitions", "2"]
    result = study(*flags, "--format", "json", check=0)
    found = json.loads(result.stdout)
    schema = json.loads((ROOT / "docs/policy_search.schema.json").read_text())
    fastjsonschema.compile(schema)(found)
    (choice,) = found["choices"]
    assert choice["met"]
    assert choice["kept"]
    predicted, measured = choice["policies"][0], choice["policies"][1]
    assert (predicted["source"], measured["source"]) == ("predicted", "measured")
    assert measured["response_p99_ms"]["value"] < 100
    assert measured["energy_j_per_request"]["value"] == pytest.approx(
        predicted["energy_j_per_request"]["value"], rel=0.3
    )


def test_a_limit_that_nothing_keeps_names_the_closest(study):
    flags = ["--arrivals", "poisson", "--rate", "50", "--slo", "p99<1ms", "--requests", "50", "--repetitions", "1"]
    result = study(*flags, check=3)
    assert "no policy keeps p99<1ms" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--policy", "0"], "0"),
        (["--arrivals", "sometimes"], "sometimes"),
        (["--arrivals", "closed:4", "--rate", "5"], "--rate 5"),
        (["--arrivals", "closed:4", "--policy", "8"], "8"),
        (["--slo", "p98<5ms"], "p98"),
        (["--slo", "p99<5ms", "--policy", "4"], "--policy"),
        (["--slo", "p99<5ms", "--hint", "latency,throughput"], "--hint: 'latency' and 'throughput'"),
        (["--arrivals", "trace:missing.csv"], "missing.csv"),
    ],
)
def test_what_cannot_be_served_is_said_before_anything_is_measured(study, flags, said):
    result = study(*flags, check=2)
    assert said in result.stderr
    assert result.stdout == ""


def test_power_that_follows_the_work_sees_the_requests(study, tmp_path):
    (tmp_path / "scenario.toml").write_text(SCENARIO.replace("constant_w = 100", "per_image_j = 0.5"), encoding="utf-8")
    common = ["--rate", "100", "--policy", "8", "--requests", "64", "--repetitions", "2"]
    found = json.loads(study(*common, "--format", "json", check=0).stdout)
    (point,) = found["experiment"]["points"]
    assert point["energy_j_per_request"]["value"] == pytest.approx(0.5, rel=0.02)


def test_a_trace_that_goes_back_names_its_line(study, tmp_path):
    (tmp_path / "back.csv").write_text("0.0\n2.0\n1.0\n", encoding="utf-8")
    result = study("--arrivals", "trace:back.csv", "--requests", "3", check=2)
    assert "back.csv:3" in result.stderr


def test_a_dry_run_and_an_interrupted_id(study):
    text = study("--rate", "16,32", "--dry-run", check=0).stdout
    assert "10 points" in text
    assert study("--from", "1999").returncode == 3
