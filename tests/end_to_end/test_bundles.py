"""export bundle and import bundle: the same reports elsewhere, and what must not get into a store."""

import contextlib
import hashlib
import io
import json
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import tarfile

import pytest

DONE = "20261121T100000-4f2a"
CRASHED = "20261121T120000-77aa"
FORMATS = ["table", "json", "jsonl", "csv", "md"]
REPORTS = [
    ("list",),
    ("list", "--runs"),
    ("show", DONE),
    ("show", CRASHED),
    ("export", DONE),
    ("export", DONE, "--part", "runs"),
    ("export", CRASHED, "--part", "runs"),
]
SAMPLES = [("export", DONE, "--part", "samples", "--format", form) for form in ("csv", "json", "jsonl")]
COMPARISONS = [("compare", *ids, "--format", form) for ids in ((DONE,), (DONE, CRASHED)) for form in FORMATS]


def reports(wattlens, store):
    """Everything that can be said of a store, byte for byte."""
    commands = [(*report, "--format", form) for report in REPORTS for form in FORMATS] + SAMPLES + COMPARISONS
    said = {}
    for command in commands:
        result = wattlens(*command, "--store", store)
        texts = [text.replace(str(store), "STORE") for text in (result.stdout, result.stderr)]
        said[command] = (result.returncode, *texts)
    return said


def contents(store):
    with contextlib.closing(sqlite3.connect(store)) as database:
        return list(database.iterdump())


def one_clear_error(result):
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 2, result.stderr
    assert lines[0].startswith("wattlens: ")
    assert lines[1].startswith("  ")
    return result.stderr


def zstd_frame(data):
    """RFC 8878, section 3.1.1: raw blocks, which any decoder takes; Python 3.11 has no encoder."""
    pieces = [data[place : place + 65536] for place in range(0, len(data), 65536)] or [b""]
    frame = b"\x28\xb5\x2f\xfd\x00\x50"
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        frame += (last | len(piece) << 3).to_bytes(3, "little") + piece
    return frame


def archive(path, members):
    """Any members at all: (TarInfo or name, bytes)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for info, data in members:
            entry = tarfile.TarInfo(info) if isinstance(info, str) else info
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    path.write_bytes(zstd_frame(out.getvalue()))
    return path


def manifest(members, schema="wattlens.bundle/1", experiment="x"):
    listed = [{"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in members]
    document = {"schema": schema, "wattlens_version": "9.9.9"}
    document["experiments"] = [{"id": experiment, "runs_planned": 1, "members": listed}]
    return ("manifest.json", json.dumps(document).encode())


@pytest.fixture
def bundle(wattlens, store, tmp_path):
    file = tmp_path / "all.tar.zst"
    wattlens("export", "bundle", "--all", "--store", store, "-o", file, check=0)
    return file


def test_every_report_is_the_same_in_another_store(wattlens, store, bundle, tmp_path):
    other = tmp_path / "other.db"
    result = wattlens("import", "bundle", bundle, "--store", other, check=0)
    assert result.stdout.count("imported") == 2
    assert result.stderr == ""
    here, there = reports(wattlens, store), reports(wattlens, other)
    for command, said in here.items():
        assert there[command] == said, command
    assert {code for command, (code, *_) in here.items() if command[0] != "compare"} == {0}
    assert any(code == 0 for command, (code, *_) in here.items() if command[0] == "compare")


def test_what_was_imported_gives_the_same_bundle(wattlens, bundle, tmp_path):
    other, again = tmp_path / "other.db", tmp_path / "again.tar.zst"
    wattlens("import", "bundle", bundle, "--store", other, check=0)
    wattlens("export", "bundle", CRASHED, DONE, "--store", other, "-o", again, check=0)
    assert again.read_bytes() == bundle.read_bytes()


def test_a_bundle_goes_through_a_pipe(wattlens, store, bundle, tmp_path):
    piped = tmp_path / "piped.tar.zst"
    with piped.open("wb") as out:
        wattlens("export", "bundle", "--all", "--store", store, stdout=out, check=0)
    assert piped.read_bytes() == bundle.read_bytes()


def test_what_is_there_already_is_said_and_left(wattlens, store, bundle):
    before = contents(store)
    result = wattlens("import", "bundle", bundle, "--store", store, "--format", "json", check=0)
    told = json.loads(result.stdout)
    assert told["schema"] == "wattlens.bundle_content/1"
    assert [item["outcome"] for item in told["experiments"]] == ["already there"] * 2
    assert contents(store) == before


def test_a_dry_run_tells_what_is_inside_and_changes_nothing(wattlens, store, bundle, tmp_path):
    other = tmp_path / "other.db"
    told = json.loads(
        wattlens("import", "bundle", bundle, "--dry-run", "--store", other, "--format", "json", check=0).stdout
    )
    assert [(item["id"], item["runs"], item["samples"], item["outcome"]) for item in told["experiments"]] == [
        (DONE, 20, 60, "new"),
        (CRASHED, 7, 21, "new"),
    ]
    assert not other.exists()
    before = contents(store)
    assert "already there" in wattlens("import", "bundle", bundle, "--dry-run", "--store", store, check=0).stdout
    assert contents(store) == before


def test_the_same_id_with_other_content_is_refused(wattlens, store, bundle):
    with contextlib.closing(sqlite3.connect(store)) as database, database:
        database.execute("UPDATE run_documents SET document = replace(document, '70.0', '71.0') WHERE run = 3")
    before = contents(store)
    for option in ([], ["--dry-run"]):
        error = one_clear_error(wattlens("import", "bundle", bundle, "--store", store, *option, check=2))
        assert DONE in error
        assert "--store" in error
    assert contents(store) == before


def test_a_standard_tool_opens_it(bundle):
    listed = subprocess.run(["tar", "--zstd", "-tf", bundle], capture_output=True, text=True, check=False)
    if listed.returncode != 0 and "zstd" in listed.stderr:
        pytest.skip("there is no zstd program for tar")
    assert listed.stdout.splitlines()[:2] == ["manifest.json", f"{DONE}/experiment.json"]


def test_a_bundle_that_was_tampered_with_is_refused(wattlens, store, bundle, tmp_path):
    good = bundle.read_bytes()
    before = contents(store)
    bad = tmp_path / "bad.tar.zst"
    for place in range(0, len(good), 97):
        bad.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        result = wattlens("import", "bundle", bad, "--store", store)
        if result.returncode != 0:
            assert result.returncode == 2
            one_clear_error(result)
    for size in (0, 1, 3, 100, len(good) // 2, len(good) - 5, len(good) - 1):
        bad.write_bytes(good[:size])
        one_clear_error(wattlens("import", "bundle", bad, "--store", store, check=2))
    bad.write_bytes(good + b"more")
    one_clear_error(wattlens("import", "bundle", bad, "--store", store, check=2))
    assert contents(store) == before


def test_a_newer_bundle_names_both_versions(wattlens, tmp_path):
    file = archive(tmp_path / "new.tar.zst", [manifest([], schema="wattlens.bundle/7")])
    error = one_clear_error(wattlens("import", "bundle", file, "--store", tmp_path / "x.db", check=2))
    assert '"7" (of wattlens 9.9.9)' in error
    assert "reads format 1" in error
    assert "newer wattlens" in error


def hostile_archives():
    link = tarfile.TarInfo("x/experiment.json")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    hard = tarfile.TarInfo("x/experiment.json")
    hard.type, hard.linkname = tarfile.LNKTYPE, "manifest.json"
    device = tarfile.TarInfo("x/experiment.json")
    device.type = tarfile.CHRTYPE
    folder = tarfile.TarInfo("x/experiment.json")
    folder.type = tarfile.DIRTYPE
    member = ("x/experiment.json", b"{}")
    listed = manifest([member])
    yield "absolute", [listed, ("/etc/passwd", b"{}")]
    yield "upwards", [listed, ("../../x", b"{}")]
    yield "listed-absolute", [manifest([("/etc/passwd", b"{}")]), ("/etc/passwd", b"{}")]
    yield "listed-upwards", [manifest([("x/../../y", b"{}")], experiment=".."), ("x/../../y", b"{}")]
    yield "twice", [manifest([member, member]), member, member]
    yield "twice-unlisted", [listed, member, member]
    yield "thousands", [listed, *[(f"x/{number}", b"") for number in range(5000)]]
    yield "other-bytes", [listed, ("x/experiment.json", b"[]")]
    yield "other-size", [listed, ("x/experiment.json", b"{ }")]
    yield "no-record", [listed, member]
    yield "no-manifest", [member]
    yield "nothing", []
    yield "escape", [listed, ("x\x1b[31m/experiment.json", b"{}")]
    for name, entry in {"link": link, "hard": hard, "device": device, "folder": folder}.items():
        yield name, [listed, (entry, b"")]


@pytest.mark.parametrize(
    ("name", "members"), list(hostile_archives()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_hostile_bundle_is_refused(wattlens, tmp_path, name, members):
    file = archive(tmp_path / f"{name}.tar.zst", members)
    error = one_clear_error(wattlens("import", "bundle", file, "--store", tmp_path / "x.db", check=2))
    assert "\x1b" not in error
    assert not (tmp_path / "x.db").exists()


def test_another_file_is_no_bundle(wattlens, store, tmp_path):
    text = tmp_path / "results.csv"
    text.write_text("id,energy\n1,2\n")
    for file in (text, store, tmp_path, tmp_path / "missing", "/dev/zero", "/dev/stdin"):
        one_clear_error(wattlens("import", "bundle", file, "--store", tmp_path / "x.db", check=2))
    assert not (tmp_path / "x.db").exists()


def test_a_store_that_cannot_be_written_is_said(wattlens, bundle, tmp_path):
    other = tmp_path / "other.db"
    other.write_text("x" * 5000)
    one_clear_error(wattlens("import", "bundle", bundle, "--store", other, check=2))
    one_clear_error(wattlens("import", "bundle", bundle, "--store", tmp_path / "no/such/folder.db", check=2))


def test_a_full_disk_leaves_both_sides_whole(wattlens, store, bundle, tmp_path):
    def little_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    other = tmp_path / "other.db"
    wattlens("import", "bundle", bundle, "--store", other, preexec_fn=little_room, check=2)
    if other.exists():
        assert "already" not in wattlens("import", "bundle", bundle, "--store", other, "--dry-run", check=0).stdout
    wattlens("import", "bundle", bundle, "--store", other, check=0)
    with open("/dev/full", "wb") as full:
        one_clear = wattlens("export", "bundle", "--all", "--store", store, stdout=full, check=2)
        assert "No space left" in one_clear.stderr


def test_what_cannot_be_exported_is_said(wattlens, store, tmp_path):
    one_clear_error(wattlens("export", "bundle", "2027", "--store", store, "-o", tmp_path / "x", check=3))
    one_clear_error(wattlens("export", "bundle", "--store", tmp_path / "no.db", "-o", tmp_path / "x", check=3))
    one_clear_error(wattlens("export", "bundle", "--store", store, "-o", tmp_path / "no/x", check=2))
    assert not pathlib.Path(tmp_path / "x").exists()
    assert wattlens("import", check=2).stderr.startswith("wattlens: ")
    assert wattlens("import", "bundle", check=2).stderr.startswith("wattlens: ")


def test_an_interrupted_import_leaves_the_store_as_it_was(wattlens, bundle, tmp_path):
    other = tmp_path / "other.db"
    command = [str(wattlens.binary), "import", "bundle", str(bundle), "--store", str(other)]
    environment = os.environ | {"HOME": str(tmp_path)}
    for delay in (0.0, 0.002, 0.005, 0.01, 0.02):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=delay)
        process.kill()
        process.wait()
        if not other.exists():
            continue
        with contextlib.closing(sqlite3.connect(other)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            runs = database.execute("SELECT count(*) FROM runs").fetchone()[0] if "runs" in tables else 0
        assert runs in (0, 27)
        if runs:
            break
    wattlens("import", "bundle", bundle, "--store", other, check=0)
