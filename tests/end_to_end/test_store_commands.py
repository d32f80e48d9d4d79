"""list, show and export on a prepared store: what they print and how they fail."""

import csv
import io
import json
import os
import sqlite3
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

FORMATS = {"table": "txt", "json": "json", "jsonl": "jsonl", "csv": "csv", "md": "md"}


def one_clear_error(result):
    """An error is a line that says what and where, and one that says how to mend it."""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 2, result.stderr
    assert lines[0].startswith("wattlens: ")
    assert lines[1].startswith("  ")
    return result.stderr


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", [("list",), ("list", "--runs", "--limit", "3"), ("show", "20261121T10")])
def test_output_reads_as_approved(wattlens, store, golden, command, form):
    result = wattlens(*command, "--store", store, "--format", form, check=0)
    assert result.stderr == ""
    name = "_".join(word.strip("-") for word in command[:2] if not word[-1].isdigit())
    golden(f"end_to_end/{name}.{FORMATS[form]}", result.stdout.replace(str(store), "store.db"))


@pytest.mark.parametrize("part", ["points", "runs", "samples"])
def test_every_export_parses(wattlens, store, part):
    last = ("export", "20261121T10", "--part", part, "--store", store, "--format")
    document = json.loads(wattlens(*last, "json", check=0).stdout)
    assert document["schema"].startswith("wattlens.")
    lines = wattlens(*last, "jsonl", check=0).stdout.splitlines()
    rows = list(csv.reader(io.StringIO(wattlens(*last, "csv", check=0).stdout)))
    assert len({len(row) for row in rows}) == 1
    expected = {"points": 4, "runs": 20, "samples": 20}[part]
    assert len([json.loads(line) for line in lines]) == expected
    assert len(rows) - 1 == (60 if part == "samples" else expected)


def test_a_crashed_experiment_is_interrupted_and_keeps_its_runs(wattlens, store):
    listed = json.loads(wattlens("list", "--store", store, "--format", "json", check=0).stdout)["experiments"]
    assert [item["status"] for item in listed] == ["interrupted", "done"]
    shown = json.loads(wattlens("show", "last", "--store", store, "--format", "json", check=0).stdout)
    assert shown["status"] == "interrupted"
    assert sum(point["repetitions"] for point in shown["points"]) == 7


def test_an_output_file_appears_whole(wattlens, store, tmp_path):
    wattlens("export", "last", "--store", store, "-o", tmp_path / "out.csv", check=0)
    assert (tmp_path / "out.csv").read_text().startswith("experiment,model,")
    assert not list(tmp_path.glob("*.partial"))


def test_nothing_that_matches_is_exit_code_3(wattlens, store, tmp_path):
    for command in (["list", "--model", "resnet51"], ["show", "2027"], ["export", "2027", "-o", tmp_path / "out"]):
        assert "\n  " in one_clear_error(wattlens(*command, "--store", store, check=3))
    assert not (tmp_path / "out").exists()
    assert "no store" in one_clear_error(wattlens("list", check=3))


def test_a_near_miss_is_named(wattlens, store):
    assert "20261121T100000-4f2a" in wattlens("show", "20261121T100000-4f2b", "--store", store, check=3).stderr
    assert "20261121T100000-4f2a" in wattlens("show", "2026", "--store", store, check=2).stderr


def test_bad_usage_and_bad_files_are_exit_code_2(wattlens, store, tmp_path):
    other = tmp_path / "other.db"
    other.write_text("x" * 5000)
    one_clear_error(wattlens("list", "--store", other, check=2))
    one_clear_error(wattlens("list", "--store", tmp_path / "no/such/folder.db", check=2))
    one_clear_error(wattlens("list", "--store", store, "-o", tmp_path / "no/such/folder", check=2))
    for bad in (["list", "--format", "xml"], ["list", "--limit", "-1"], ["list", "--no-such-flag"], ["lsit"]):
        assert wattlens(*bad, "--store", store, check=2).stderr.startswith("wattlens: ")


def test_a_store_of_a_newer_version_names_both(wattlens, store):
    with sqlite3.connect(store) as database:
        database.execute("PRAGMA user_version = 99")
    text = one_clear_error(wattlens("list", "--store", store, check=2))
    assert "99" in text
    assert "up to 1" in text


def test_damaged_samples_leave_the_results_readable(wattlens, store):
    with sqlite3.connect(store) as database:
        database.execute("UPDATE sample_blobs SET samples = x'00ff00' WHERE run = 1")
    wattlens("show", "20261121T10", "--store", store, check=0)
    one_clear_error(wattlens("export", "20261121T10", "--part", "samples", "--store", store, check=2))


def test_a_full_disk_and_a_closed_pipe_are_errors(wattlens, store):
    with open("/dev/full", "wb") as full:
        one_clear_error(wattlens("list", "--store", store, stdout=full, check=2))
    reader, writer = os.pipe()
    os.close(reader)
    one_clear_error(wattlens("list", "--store", store, stdout=writer, check=2))
    os.close(writer)


def test_a_locked_store_can_still_be_read(wattlens, store):
    with sqlite3.connect(store, isolation_level=None) as database:
        database.execute("BEGIN IMMEDIATE")
        wattlens("list", "--store", store, check=0)
        database.execute("ROLLBACK")


def test_no_colour_in_a_pipe(wattlens, store):
    assert "\x1b" not in wattlens("show", "--store", store, check=0).stdout


def test_the_version_comes_at_once(wattlens):
    assert wattlens("--version", check=0).stdout.split()[-1][0].isdigit()


def test_every_command_has_help_with_an_example(wattlens):
    for command in (["list"], ["show"], ["export"], ["network"], ["run"], ["doctor"]):
        assert "Example" in wattlens(*command, "--help", check=0).stdout


def test_two_readers_at_once(wattlens, store):
    running = [
        subprocess.Popen([str(wattlens.binary), "list", "--store", str(store)], stdout=subprocess.DEVNULL)
        for _ in range(4)
    ]
    assert [process.wait(timeout=60) for process in running] == [0] * 4


def test_a_plot_holds_its_command_and_its_numbers(wattlens, store, tmp_path):
    wattlens("show", "20261121T10", "--store", store, "--plot", "a.svg", check=0)
    root = ElementTree.fromstring((tmp_path / "a.svg").read_bytes())
    data = json.loads(root.find(".//{urn:wattlens.plot/1}data").text)
    assert data["command"].startswith("wattlens show 20261121T10 --store ")
    assert data["experiments"] == ["20261121T100000-4f2a"]
    assert all(series["points"] for panel in data["panels"] for series in panel["series"])
    shown = wattlens("show", "20261121T10", "--store", store, "--plot", "terminal", check=0).stdout
    assert "time per image" in shown


def test_a_plot_that_cannot_be_written_is_one_clear_error(wattlens, store):
    for target in ("missing/a.svg", "a.png"):
        one_clear_error(wattlens("show", "last", "--store", store, "--plot", target, check=None))
    result = wattlens("show", "last", "--store", store, "--plot", "terminal", "--format", "json", check=2)
    assert "--plot FILE.svg" in one_clear_error(result)
