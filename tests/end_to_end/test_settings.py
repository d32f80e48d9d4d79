"""Settings that are changed for a measurement and restored: errors, records, signals, what a crash leaves."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import settings_kill_table

SET = ["--allow-settings", "--set", "cpu.governor=performance"]


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    settings_kill_table.make_tree(root)
    return root


def values(root):
    return {
        path: path.read_text().strip()
        for path in root.rglob("*")
        if path.is_file() and "wattlens" not in str(path.name)
    }


def governor(root):
    return (root / "sys/devices/system/cpu/cpufreq/policy0/scaling_governor").read_text().strip()


def test_a_setting_needs_a_permission_that_is_named(wattlens, tree):
    for command in (["run", "--model", "resnet50"], ["measure"], ["compare"]):
        tail = [] if command[0] == "run" else ["--", "true", "false"]
        result = wattlens(*command, "--set", "cpu.turbo=off", "--settings-root", tree, *tail, check=2)
        assert "setting cpu.turbo=off would change this machine" in result.stderr
        assert "--allow-settings" in result.stderr


@pytest.mark.parametrize(
    ("wish", "said", "mend"),
    [
        ("cpu.governor=fast", "cannot be 'fast'", "performance, powersave"),
        ("cpu.governer=performance", "no setting 'cpu.governer'", "cpu.governor"),
        ("cpu.package.0.power_limit=500W", "cannot be '500W'", "1 W to 205 W"),
        ("cpu.package.0.power_limit=120", "is not a power with its unit", "120W"),
        ("gpu.0.clock=1410MHz", "no setting 'gpu.0.clock'", "cpu."),
        ("turbo", "is not NAME=VALUE", "cpu.governor=performance"),
    ],
)
def test_a_bad_wish_is_one_clear_error_and_changes_nothing(wattlens, tree, wish, said, mend):
    before = values(tree)
    result = wattlens("measure", "--allow-settings", "--set", wish, "--settings-root", tree, "--", "true", check=2)
    assert said in result.stderr
    assert mend in result.stderr
    assert values(tree) == before


def test_a_measurement_holds_them_records_them_and_gives_them_back(wattlens, tree, tmp_path):
    before = values(tree)
    file = tree / "sys/devices/system/cpu/cpufreq/policy0/scaling_governor"
    out = tmp_path / "out.json"
    command = ["measure", *SET, "--settings-root", tree, "--json", out, "--", "cat", file]
    result = wattlens(*command, check=0)
    assert result.stdout == "performance"
    assert "Set for now: cpu.governor = performance (was powersave)" in result.stderr
    settings = json.loads(out.read_text())["settings"]
    assert settings == [
        {"name": "cpu.governor", "asked": "performance", "set": "performance", "before": "powersave",
         "method": "simulated"}
    ]  # fmt: skip
    assert values(tree) == before


def test_a_comparison_stores_them_with_the_machine(wattlens, tree, tmp_path):
    store = tmp_path / "store.db"
    wattlens("compare", *SET, "--settings-root", tree, "--blocks", 2, "--store", store, "--", "true", "true")
    listed = json.loads(wattlens("list", "--store", store, "--format", "json", check=0).stdout)
    shown = wattlens("show", listed["experiments"][0]["id"], "--store", store, check=0).stdout
    assert "cpu.governor performance (was powersave) (simulated)" in " ".join(shown.split())
    assert governor(tree) == "powersave"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_restores_them(wattlens, tree, number):
    before = values(tree)
    command = [str(wattlens.binary), "compare", *SET, "--settings-root", str(tree), "--store", "s.db", "--"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(wattlens.home), "WATTLENS_LOCK": str(wattlens.home / "l")}
    with subprocess.Popen(
        [*command, "sleep 0.2", "sleep 0.2"],
        env=environment,
        cwd=wattlens.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        end = time.monotonic() + 30
        while governor(tree) != "performance" and time.monotonic() < end:
            time.sleep(0.01)
        assert governor(tree) == "performance"
        process.send_signal(number)
        process.wait(timeout=30)
    assert values(tree) == before


def leave_changed(wattlens, tree):
    """As a measurement that was killed leaves it."""
    journal = tree / "var/lib/wattlens/settings.json"
    (tree / "sys/devices/system/cpu/intel_pstate/no_turbo").write_text("1\n")
    journal.parent.mkdir(parents=True)
    entry = {"setting": "cpu.turbo", "place": "sys/devices/system/cpu/intel_pstate/no_turbo", "original": "0",
             "asked": "1", "left": "1"}  # fmt: skip
    text = {"schema": "wattlens.settings-journal/1", "boot_id": "", "pid": 1, "what": "x", "changed_at": "then",
            "entries": [entry]}  # fmt: skip
    journal.write_text(json.dumps(text))
    return journal


def test_the_next_start_restores_what_a_crash_left(wattlens, tree):
    before = values(tree)
    journal = leave_changed(wattlens, tree)
    result = wattlens("measure", "--settings-root", tree, "--", "true", check=0)
    assert "Restored, which a measurement that did not end left changed (then): cpu.turbo: on" in result.stderr
    assert not journal.exists()
    assert values(tree) == before


def test_settings_restore_does_so_too_and_says_when_there_is_nothing(wattlens, tree):
    journal = leave_changed(wattlens, tree)
    wattlens("settings", "restore", "--settings-root", tree, check=0)
    assert not journal.exists()
    assert "Nothing is to be restored" in wattlens("settings", "restore", "--settings-root", tree, check=0).stderr


def test_the_doctor_tells_what_a_crash_left_and_the_command(wattlens, tree):
    journal = leave_changed(wattlens, tree)
    state = tree / "state"
    state.mkdir()
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    (state / "settings.json").write_text(journal.read_text().replace('"boot_id": ""', f'"boot_id": "{boot}"'))
    result = wattlens("doctor", env={"WATTLENS_STATE": str(state)})
    text = " ".join(result.stdout.split())
    assert "left settings changed: cpu.turbo (it was 0)" in text
    assert "wattlens settings restore" in text


def test_the_list_tells_values_and_legal_ones(wattlens, tree, golden):
    golden("settings_list.txt", wattlens("settings", "list", "--settings-root", tree, check=0).stdout)
    found = json.loads(wattlens("settings", "list", "--settings-root", tree, "--format", "json", check=0).stdout)
    assert found["settings"][0] == {
        "name": "cpu.governor", "places": 2, "value": "powersave", "legal": "performance, powersave"
    }  # fmt: skip


def test_a_machine_that_lets_nothing_be_set_says_so(wattlens, tmp_path):
    (tmp_path / "empty").mkdir()
    result = wattlens("settings", "list", "--settings-root", tmp_path / "empty", check=3)
    assert "lets nothing be set" in result.stderr


def test_a_run_beside_another_changes_nothing(wattlens, tree, tmp_path):
    import fcntl

    with (tmp_path / "wattlens.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = wattlens("measure", *SET, "--settings-root", tree, "--", "true", check=4)
    assert "has the machine for itself" in result.stderr
    assert governor(tree) == "powersave"


def test_settings_are_an_axis_and_are_given_back(wattlens, engine, scenario, tree):
    before = values(tree)
    environment = engine("--batch-us", 1000)
    small = ["--model", "shufflenet_v2_x0_5", "--engine", "fake", "--image-size", "64", "--simulate", scenario]
    short = ["--repetitions", "2", "--window", "0.1s", "--warm-up-limit", "0.2s", "--store", "store.db"]
    vary = ["--vary", "cpu.governor=performance,powersave", "--vary", "cpu.turbo=off", "--settings-root", tree]
    refused = wattlens("run", *small, *short, *vary, env=environment, check=2)
    assert "--allow-settings" in refused.stderr
    allowed = ["run", *small, *short, *vary, "--allow-settings", "--format", "json"]
    found = json.loads(wattlens(*allowed, env=environment, check=0).stdout)
    assert [point["settings"] for point in found["points"]] == [
        "cpu.governor=performance+cpu.turbo=off",
        "cpu.governor=powersave+cpu.turbo=off",
    ]
    assert [point["repetitions"] for point in found["points"]] == [2, 2]
    assert values(tree) == before
    bad = ["--vary", "cpu.governor=performance,fast", "--allow-settings", "--settings-root", tree]
    result = wattlens("run", *small, *short, *bad, env=environment, check=2)
    assert "cannot be 'fast'" in result.stderr
