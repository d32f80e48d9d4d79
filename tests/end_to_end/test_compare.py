"""`wattlens compare`: verdicts on simulated sensors, the gate with all its exit codes, and bad input."""

import csv
import io
import json
import os
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree

import fastjsonschema
import pytest

from conftest import ROOT, SCENARIO

# So far apart that a busy machine, where a sleep of 0.1 s may take 0.2 s, does not change the verdict.
SHORT, LONG = "sleep 0.1", "sleep 1"
FEW = ("--blocks", 4, "--warm-ups", 0, "--store", "store.db")


@pytest.fixture
def simulated(wattlens, scenario):
    def run(*arguments, **options):
        return wattlens("compare", "--simulate", "scenario.toml", *arguments, **options)

    run.program = wattlens
    return run


def energy_of(found):
    return found["pairs"][0]["findings"][0]


def test_two_commands_of_different_length(simulated):
    found = json.loads(simulated(*FEW, "--format", "json", "--", SHORT, LONG, check=0).stdout)
    schema = json.loads((ROOT / "docs/comparison.schema.json").read_text(encoding="utf-8"))
    fastjsonschema.compile(schema)(found)
    assert found["simulated"] is True
    assert [side["id"] for side in found["sides"]] == [SHORT, LONG]
    energy = energy_of(found)
    assert energy["verdicts"] == ["more"] and energy["bounds"] == "beyond the limit"
    assert 2.5 < energy["ratio"]["value"] < 12
    assert energy["ratio"]["confidence"] == 0.95


def test_a_dry_run_says_what_would_be_measured_and_measures_nothing(simulated, tmp_path):
    commands = simulated("--dry-run", "--", SHORT, LONG, check=0).stdout
    assert commands.startswith("2 command(s), each run once in 6, 10, 16 or 24 blocks")
    points = simulated("--dry-run", "--model", "alexnet", "--batch", "1,2", "--blocks", "7", check=0).stdout
    assert points.startswith("2 points, each repeated 7 times or more:") and "It will take about" in points
    planned = simulated("--dry-run", "--model", "alexnet", "--batch", "1,2", "--format", "json", check=0).stdout
    assert json.loads(planned)["predicted"]["repetitions"] == 6
    stored = simulated("--dry-run", "last", check=2).stderr
    assert "leave out --dry-run" in stored
    assert not list(tmp_path.rglob("*.db"))


def test_planned_looks_end_as_soon_as_it_is_clear(simulated):
    result = simulated("--warm-ups", 0, "--store", "store.db", "--format", "json", "--", "sleep 0.05", LONG, check=0)
    found = json.loads(result.stdout)
    assert found["blocks"] == 6 and found["planned_looks"] is True
    assert energy_of(found)["ratio"]["confidence"] == pytest.approx(0.985)
    # What was stored is judged as strictly.
    again = json.loads(simulated("--store", "store.db", "--format", "json", "last", check=0).stdout)
    assert energy_of(again) == energy_of(found)


def test_text_says_that_it_is_simulated_and_fits_eighty_columns(simulated):
    text = simulated(*FEW, "--", SHORT, LONG, check=0).stdout
    assert text.startswith("SIMULATED: no energy here was measured.")
    assert "B needs" in text and "more energy per run than A" in text
    narrow = simulated("--store", "store.db", "last", "--format", "md", check=0).stdout
    assert "B needs" in narrow


def test_all_pairs_have_letters(simulated):
    found = json.loads(simulated(*FEW, "--all-pairs", "--format", "json", "--", SHORT, LONG, SHORT, check=0).stdout)
    assert [side["id"] for side in found["sides"]] == [SHORT, LONG, f"{SHORT} (again, 2)"]
    assert len(found["pairs"]) == 3
    first, second, third = (set(side["letters"]) for side in found["sides"])
    assert not first & second and not second & third


def test_rows_for_programs(simulated):
    text = simulated(*FEW, "--format", "csv", "--", SHORT, LONG, check=0).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["quantity"] for row in rows] == ["energy", "time", "power"]
    assert [row["provenance"] for row in rows] == ["simulated", "measured", "simulated"]


def test_the_gate_between_two_commands(simulated, tmp_path):
    gate = (*FEW, "--fail-above", "3%", "--junit", "energy.xml")
    broken = simulated(*gate, "--", SHORT, LONG, check=6)
    assert "Gate: BROKEN" in broken.stdout
    suite = ElementTree.parse(tmp_path / "energy.xml").getroot()
    assert suite.get("failures") == "1"
    assert "Gate: kept" in simulated(*gate, "--", LONG, SHORT, check=0).stdout
    assert ElementTree.parse(tmp_path / "energy.xml").getroot().get("failures") == "0"


def test_the_gate_against_a_baseline(simulated, tmp_path):
    simulated(*FEW, "--save-baseline", "base.json", "--", SHORT, check=0)
    baseline = json.loads((tmp_path / "base.json").read_text(encoding="utf-8"))
    assert baseline["schema"] == "wattlens.baseline/1"
    assert baseline["experiment"]["machine"]["cpu"]
    against = (*FEW, "--baseline", "base.json", "--fail-above", "30%")
    simulated(*against, "--", SHORT, check=0)
    assert "measured at different times" in simulated(*against, "--", LONG, check=6).stdout

    baseline["experiment"]["machine"]["cpu"]["model_name"] = "Another CPU"
    (tmp_path / "other.json").write_text(json.dumps(baseline), encoding="utf-8")
    refused = simulated(*FEW, "--baseline", "other.json", "--", SHORT, check=2)
    assert "is of another machine or other sensors (processor: Another CPU" in refused.stderr


def test_a_modelled_energy_does_not_pass_a_gate_unasked(wattlens):
    channels = json.loads(wattlens("meters", "list", "--format", "json", check=0).stdout)["channels"]
    if {channel["provenance"] for channel in channels} - {"missing"} != {"modelled"}:
        pytest.skip("this machine measures")
    gate = (*FEW, "--fail-above", "3%")
    refused = wattlens("compare", *gate, "--", SHORT, LONG, check=4)
    assert "--allow-modelled" in refused.stderr
    allowed = wattlens("compare", *gate, "--allow-modelled", "--", SHORT, LONG)
    assert allowed.returncode in (0, 4, 6)
    assert "modelled" in allowed.stdout


# The same as a build would do it: one script, every exit code.
def test_the_exit_codes_in_a_shell_script(simulated, tmp_path):
    script = """
scenario=scenario.toml
compare() { "$WATTLENS" compare --simulate "$scenario" --store store.db --blocks 4 --warm-ups 0 "$@" >out 2>err; }
expect() { [ "$1" = "$2" ] || { echo "$3: $1, not $2"; cat out err; exit 1; }; }
compare -- 'sleep 0.1' 'sleep 0.1';                        expect $? 0 'equal'
compare --fail-above 3% -- 'sleep 0.1' 'sleep 1';          expect $? 6 'gate broken'
compare -- 'sleep 0.1' 'exit 3';                           expect $? 5 'a command fails'
compare -- 'sleep 0.1';                                    expect $? 2 'one command'
compare --baseline nothing.json -- 'sleep 0.1';            expect $? 2 'no baseline'
"$WATTLENS" compare --store store.db 19990101 >out 2>err;  expect $? 3 'no such experiment'
scenario=dead.toml
compare --fail-above 3% -- 'sleep 0.1' 'sleep 0.1';        expect $? 4 'no energy'
"""
    dead = SCENARIO + '[[fault]]\nkind = "zero"\n'
    (tmp_path / "dead.toml").write_text(dead, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "WATTLENS_LOCK": str(tmp_path / "lock")}
    environment["WATTLENS"] = str(simulated.program.binary)
    result = subprocess.run(
        ["sh", "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_command_that_fails_is_named_and_what_was_done_is_kept(simulated):
    result = simulated(*FEW, "--", SHORT, "exit 7", check=5)
    assert "'exit 7' ended with status 7" in result.stderr
    assert "Stored as" in result.stderr


def test_ctrl_c_keeps_what_is_done(wattlens, scenario, tmp_path):
    command = [
        wattlens.binary,
        "compare",
        "--simulate",
        "scenario.toml",
        "--store",
        "store.db",
        "--blocks",
        "8",
        "--warm-ups",
        "0",
    ]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "WATTLENS_LOCK": str(tmp_path / "lock")}
    process = subprocess.Popen(
        [*command, "--", SHORT, LONG],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(3.0)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 5, errors
    assert b"Interrupted: what was measured until now is kept." in errors
    found = json.loads(wattlens("compare", "--store", "store.db", "last", "--format", "json").stdout)
    assert 1 <= found["blocks"] < 8
    again = ["--simulate", "scenario.toml", "--store", "store.db"]
    listed = wattlens("list", "--store", "store.db", check=0).stdout
    assert f"compare --resume {found['experiment']}" in listed
    assert "compares commands" in wattlens("run", "--resume", found["experiment"], *again, check=2).stderr
    resumed = wattlens("compare", "--resume", *again, "--format", "json", check=0)
    assert f"Going on with {found['experiment']}" in resumed.stderr
    whole = json.loads(resumed.stdout)
    assert whole["experiment"] == found["experiment"]
    assert [side["runs"] for side in whole["sides"]] == [8, 8]
    assert "no comparison of commands" in wattlens("compare", "--resume", *again, check=3).stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is nothing to compare"),
        (["last", "--", "true"], "are not compared with each other"),
        (["--", "true", ""], "a command is empty"),
        (["--limit", "0%", "--", "true", "true"], "--limit"),
        (["--fail-above", "much", "--", "true", "true"], "--fail-above"),
        (["--model", "resnet50", "--store", "store.db"], "one plan point alone cannot be compared"),
        (["a", "b", "--all-pairs"], "--all-pairs"),
    ],
)
def test_bad_usage_is_one_clear_error(simulated, arguments, message):
    result = simulated(*arguments, check=2)
    assert message in result.stderr


def test_a_file_that_is_no_baseline_is_refused(simulated, tmp_path):
    for text in ("", "[]", '{"schema": "wattlens.baseline/9"}', '{"schema": "wattlens.baseline/1"}'):
        (tmp_path / "bad.json").write_text(text, encoding="utf-8")
        assert "is no baseline" in simulated("--baseline", "bad.json", "--", "true", check=2).stderr


def test_two_stored_experiments(simulated):
    for command in (SHORT, LONG):
        simulated(*FEW, "--save-baseline", "unused.json", "--format", "json", "--", command, check=0)
    result = simulated("--store", "store.db", "--format", "json", "2", "last")
    assert result.returncode == 2  # several begin so
    listed = json.loads(simulated.program("list", "--store", "store.db", "--format", "json").stdout)
    ids = sorted(item["id"] for item in listed["experiments"])
    found = json.loads(simulated("--store", "store.db", "--format", "json", *ids, check=0).stdout)
    assert found["design"] == "separate"
    assert energy_of(found)["verdicts"] == ["more"]
    assert "measured_apart" in [warning["code"] for warning in found["warnings"]]
