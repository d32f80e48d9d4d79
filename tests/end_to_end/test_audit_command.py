"""`wattlens audit FILE`: what a person or a script gets for other tools' logs, good and bad."""

import csv
import io
import json
import pathlib

import fastjsonschema
import pytest

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/audit.schema.json"


@pytest.fixture(scope="module")
def check():
    return fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.fixture
def trace(wattlens):
    """A log of a GPU: 10 s of idle, then 200 W, then idle; one reading a second."""

    def write(name="gpu.csv", rows=200, watts=200.0, spike=None):
        lines = ["timestamp, name, power.draw [W], power.limit [W]"]
        for i in range(rows):
            power = 30.0 if i < 10 or i >= rows - 10 else watts + i % 3
            if i == spike:
                power = 5000.0
            stamp = f"2026/11/21 10:{i // 60:02}:{i % 60:02}.000"
            lines.append(f"{stamp}, NVIDIA GeForce RTX 3090, {power:.2f} W, 350.00 W")
        file = wattlens.home / name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    return write


def test_a_log_is_integrated_anew_by_the_schema(wattlens, trace, check):
    document = json.loads(wattlens("audit", trace(), "--format", "json", check=0).stdout)
    check(document)
    series = document["files"][0]["series"][0]
    truth = 180 * 201 + 20 * 30 - 30 - 85.5  # the trapezoid's half steps at both ends and both edges
    assert series["energy_j"] == pytest.approx(truth, rel=0.005)
    assert series["relative"]["low_j"] < series["energy_j"] < series["relative"]["high_j"]
    assert series["absolute"]["low_j"] < 0.95 * series["energy_j"], "a board's own gain is in the absolute interval"


def test_a_fault_breaks_the_limit_unless_it_may(wattlens, trace, check):
    file = trace(spike=100)
    result = wattlens("audit", file, "--format", "json", check=6)
    check(json.loads(result.stdout))
    assert "spikes" in [finding["code"] for finding in json.loads(result.stdout)["files"][0]["findings"]]
    wattlens("audit", file, "--fail-on", "never", check=0)
    wattlens("audit", trace(), check=0)
    wattlens("audit", trace(rows=60), "--fail-on", "warning", check=6)


def test_a_claim_is_judged(wattlens, trace):
    file = trace()
    wattlens("audit", file, "--claimed", "36.7 kJ", check=0)
    result = wattlens("audit", file, "--claimed", "36.7 MJ", check=6)
    assert "mJ taken for J" in result.stdout
    assert "no energy" in wattlens("audit", file, "--claimed", "much", check=2).stderr


def test_text_fits_80_columns_and_csv_has_a_row_per_finding(wattlens, trace):
    files = [trace(f"gpu{i}.csv", spike=50 + i) for i in range(2)]
    text = wattlens("audit", *files, check=6).stdout
    assert "The 95 % interval holds" in text
    rows = list(csv.DictReader(io.StringIO(wattlens("audit", *files, "--format", "csv", check=6).stdout)))
    assert {row["file"] for row in rows} == {str(file) for file in files}
    assert all(row["seen"] and row["changes"] and row["mend"] for row in rows)


def test_what_cannot_be_read_is_an_error_and_the_rest_is_reported(wattlens, trace):
    prose = wattlens.home / "prose.txt"
    prose.write_text("Dear reader,\nno energy here.\n", encoding="utf-8")
    result = wattlens("audit", trace(), prose, "--format", "json", check=2)
    assert len(json.loads(result.stdout)["files"]) == 1
    assert "prose.txt is in no format" in result.stderr
    assert "codecarbon" in result.stderr
    assert "cannot open" in wattlens("audit", "absent.csv", check=2).stderr
    assert "is a folder" in wattlens("audit", wattlens.home, check=2).stderr
    wattlens("audit", check=2)


@pytest.mark.parametrize("content", [b"", b"\n", b"\x00\x01", b"\xff\xfet\x00", b"a" * (3 << 20), b"time,power\n" * 3])
def test_broken_files_never_crash(wattlens, content):
    file = wattlens.home / "broken.csv"
    file.write_bytes(content)
    result = wattlens("audit", file)
    assert result.returncode in (2, 6), result.stderr


def test_a_log_comes_through_a_pipe(wattlens, trace):
    result = wattlens("audit", "/dev/stdin", "--format", "json", check=0, stdin=trace().open("rb"))
    assert json.loads(result.stdout)["files"][0]["rows"] == 200


@pytest.fixture
def study(wattlens, trace):
    """Three logs of one network, and a table that claims `factor` times their energies."""

    def write(factor):
        rows = ["network,run,duration (s),energy (kJ)"]
        files = []
        for run in range(3):
            file = trace(f"resnet50-{run}.csv", rows=150 + 40 * run)
            files.append(file)
            series = json.loads(wattlens("audit", file, "--format", "json", check=0).stdout)["files"][0]["series"][0]
            rows.append(f"resnet50,{run},{series['duration_s'] - 2},{factor * series['energy_j'] / 1e3}")
        table = wattlens.home / "results.csv"
        table.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return [*files, "--against", table]

    return write


def test_a_table_that_follows_from_its_logs_holds(wattlens, study, check):
    document = json.loads(wattlens("audit", *study(0.997), "--format", "json", check=0).stdout)
    check(document)
    assert [run["agrees"] for run in document["against"]["runs"]] == [True] * 3
    wattlens("audit", *study(0.997), "--tolerance", "0.1%", check=6)


def test_a_table_in_the_wrong_unit_is_named(wattlens, study, check):
    result = wattlens("audit", *study(1000), "--format", "json", check=6)
    check(json.loads(result.stdout))
    assert json.loads(result.stdout)["against"]["findings"][0]["code"] == "unit"


def test_a_table_without_energy_is_an_error(wattlens, trace):
    table = wattlens.home / "results.csv"
    table.write_text("network,run\nresnet50,1\n", encoding="utf-8")
    assert "no column of energy" in wattlens("audit", trace(), "--against", table, check=2).stderr
