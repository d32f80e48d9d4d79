"""meters list and watch on whatever this machine has: a sensor, or the load model."""

import json


def test_the_list_tells_every_channel_once(wattlens):
    channels = json.loads(wattlens("meters", "list", "--format", "json", check=0).stdout)["channels"]
    assert len({channel["id"] for channel in channels}) == len(channels) > 0
    for channel in channels:
        power = channel["power_w"]
        assert power["provenance"] in ("measured", "modelled", "missing")
        assert power.get("reason") if power["provenance"] == "missing" else power["low"] <= power["value"]


def test_a_watch_writes_one_line_per_channel_and_look(wattlens, tmp_path):
    flags = ["--interval", "0.7s", "--duration", "1.4s"]
    lines = wattlens("meters", "watch", *flags, "--format", "jsonl", check=0).stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert sorted({round(row["time_s"], 1) for row in rows}) == [0.7, 1.4]
    wattlens("meters", "watch", *flags, "--format", "csv", "-o", tmp_path / "watch.csv", check=0)
    written = (tmp_path / "watch.csv").read_text().splitlines()
    assert written[0].startswith("time_s,id,power_w")
    assert len(written) == len(rows) + 1


def test_what_is_not_a_terminal_gets_no_escapes(wattlens):
    assert "\033" not in wattlens("meters", "watch", "--interval", "0.6s", "--duration", "1.2s").stdout


def test_bad_times_are_refused(wattlens):
    assert "too short" in wattlens("meters", "watch", "--interval", "1ms", check=2).stderr
    assert "--duration" in wattlens("meters", "watch", "--duration", "soon", check=2).stderr
