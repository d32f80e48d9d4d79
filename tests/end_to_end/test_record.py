"""record, and --root that replays what was recorded."""

import json
import os
import pathlib
import shutil
import socket
import threading
import time

import pytest

MACHINES = pathlib.Path(__file__).resolve().parents[1] / "machines"
XEON = MACHINES / "xeon-two-sockets"


def one_clear_error(result):
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 2, result.stderr
    assert lines[0].startswith("wattlens: ")
    assert lines[1].startswith("  ")
    return result.stderr


@pytest.fixture
def running_machine(tmp_path):
    """Counters that count while the test runs: 100 W in every zone."""
    root = tmp_path / "running"
    shutil.copytree(XEON, root, symlinks=True)
    files = list(root.glob("sys/**/energy_uj"))
    assert files
    start = {file: int(file.read_text()) for file in files}
    opened = {file: os.open(file, os.O_WRONLY) for file in files}
    begin, done = time.monotonic(), threading.Event()

    def count():
        while not done.wait(0.005):
            for file in files:
                text = f"{start[file] + int((time.monotonic() - begin) * 100e6)}\n"
                os.pwrite(opened[file], text.encode(), 0)  # at once, as the kernel: never an empty file

    thread = threading.Thread(target=count)
    thread.start()
    yield root
    done.set()
    thread.join()
    for descriptor in opened.values():
        os.close(descriptor)


def test_this_machine_is_recorded_without_its_names(wattlens, tmp_path):
    folder = tmp_path / "machine"
    result = wattlens("record", folder, "--duration", "0.5s", check=0)
    assert "Look through it" in result.stdout
    assert "No serial number" in result.stderr
    for name in ("README.txt", "doctor.txt", "doctor.json", "frames.jsonl", "samples.json", "version.txt"):
        assert (folder / "wattlens" / name).stat().st_size > 0
    assert json.loads((folder / "wattlens/samples.json").read_text())["schema"] == "wattlens.recorded_samples/1"
    assert (folder / "proc/cpuinfo").read_text()
    everything = "".join(file.read_text(errors="replace") for file in folder.rglob("*") if file.is_file())
    host = socket.gethostname()
    distinctive = len(host) > 5 and any(letter.isdigit() for letter in host)  # unlike "vm" or "debian"
    assert not distinctive or host not in everything
    assert str(tmp_path) not in everything
    assert not list(tmp_path.glob("*.partial"))


def test_what_is_recorded_says_the_same_in_a_replay(wattlens, running_machine, tmp_path):
    folder = tmp_path / "machine"
    wattlens("record", folder, "--root", running_machine, "--duration", "8s", check=0)
    recorded = json.loads((folder / "wattlens/doctor.json").read_text())
    replayed = wattlens("doctor", "--root", folder, "--format", "json")
    said = json.loads(replayed.stdout)
    assert said["machine"] == recorded["machine"]
    assert "replayed" in [remark["code"] for remark in said["remarks"]]
    packages = {channel["id"]: channel for channel in said["channels"]}
    for name in ("cpu.package.0", "cpu.package.1"):
        assert packages[name]["method"] == "powercap"
        assert packages[name]["alive"]
        assert 20 < packages[name]["power_w"] < 500  # 100 W; a busy machine plays late
    assert wattlens("doctor", "--root", folder).stdout.startswith("REPLAYED")
    listed = wattlens("meters", "list", "--root", folder, check=0).stdout
    assert listed.startswith("REPLAYED")
    assert "powercap" in listed


def test_nothing_is_written_by_a_dry_run(wattlens, tmp_path):
    result = wattlens("record", tmp_path / "machine", "--dry-run", "--root", XEON, check=0)
    assert "sys/class/powercap/intel-rapl:0/energy_uj" in result.stdout.splitlines()
    assert not (tmp_path / "machine").exists()


def test_what_cannot_be_recorded_or_replayed_is_said(wattlens, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("mine")
    one_clear_error(wattlens("record", tmp_path / "full", check=2))
    one_clear_error(wattlens("record", tmp_path / "no/such/folder", check=2))
    one_clear_error(wattlens("record", tmp_path / "machine", "--duration", "2h", check=2))
    for command in (["doctor"], ["meters", "list"]):
        one_clear_error(wattlens(*command, "--root", tmp_path / "missing", check=2))
        one_clear_error(wattlens(*command, "--root", tmp_path / "full", check=2))
    one_clear_error(wattlens("meters", "list", "--root", XEON, "--format", "json", check=2))
    bad = tmp_path / "bad"
    (bad / "proc").mkdir(parents=True)
    (bad / "wattlens").mkdir()
    (bad / "wattlens/frames.jsonl").write_text('{"schema":"wattlens.frames/1","files":["../../etc/passwd"]}\n')
    one_clear_error(wattlens("doctor", "--root", bad, check=2))
    assert (tmp_path / "full/mine").read_text() == "mine"
    assert not (tmp_path / "machine").exists()
