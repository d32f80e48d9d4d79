"""`wattlens measure -- CMD`: the command runs as if nobody watched, and what is told of it keeps to the contract."""

import fcntl
import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import termios
import time

import fastjsonschema
import pytest

from terminal import Session

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/measure.schema.json"


@pytest.fixture(scope="module")
def check():
    return fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.fixture
def environment(wattlens):
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(wattlens.home),
        "LANG": "C.UTF-8",
        "WATTLENS_LOCK": str(wattlens.home / "wattlens.lock"),
    }


@pytest.fixture
def result(wattlens, check):
    """Runs a command and reads what was written of it."""

    def run(*words):
        file = wattlens.home / "result.json"
        outcome = wattlens("measure", "--json", file, *words)
        document = json.loads(file.read_text(encoding="utf-8"))
        check(document)
        assert document["exit_status"] == outcome.returncode
        return document

    return run


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 42"], 42),
        (["sh", "-c", "kill -TERM $$"], 128 + signal.SIGTERM),
        (["sh", "-c", "kill -KILL $$"], 128 + signal.SIGKILL),
        (["no-such-program-4711"], 127),
        (["/"], 126),
    ],
)
def test_the_exit_status_is_that_of_a_shell(wattlens, command, status):
    assert wattlens("measure", "--", *command).returncode == status


def test_what_is_not_found_is_named_and_leaves_no_file(wattlens):
    outcome = wattlens("measure", "--json", "result.json", "--", "no-such-program-4711")
    assert "no-such-program-4711" in outcome.stderr
    assert "sh -c" in outcome.stderr
    assert list(wattlens.home.glob("result.json*")) == []


def test_streams_pass_through_byte_for_byte(wattlens):
    data = bytes(range(256)) * 4096
    echo = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
    outcome = subprocess.run(
        [str(wattlens.binary), "measure", "--", sys.executable, "-c", echo],
        input=data,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": str(wattlens.home), "WATTLENS_LOCK": str(wattlens.home / "l")},
        check=True,
    )
    assert outcome.stdout == data
    assert b"wattlens:" in outcome.stderr


def test_nothing_is_on_standard_output_and_the_commands_errors_come_first(wattlens):
    outcome = wattlens("measure", "--", "sh", "-c", "echo out; echo err >&2")
    assert outcome.stdout == "out\n"
    assert outcome.stderr.startswith("err\nwattlens: ")


def test_a_command_that_closes_its_streams_is_measured(wattlens):
    outcome = wattlens("measure", "--", "sh", "-c", "exec <&- >&- 2>&-; sleep 0.2; exit 9")
    assert outcome.returncode == 9
    assert "wattlens:" in outcome.stderr


def test_other_descriptors_reach_the_command_and_ours_do_not(wattlens, environment):
    here, there = os.pipe()
    list_them = "import os; os.write(int(os.environ['FD']), ' '.join(sorted(os.listdir('/proc/self/fd'))).encode())"
    plain = [sys.executable, "-c", list_them]
    seen = []
    for prefix in ([], [str(wattlens.binary), "measure", "--json", str(wattlens.home / "a.json"), "--"]):
        subprocess.run(
            prefix + plain,
            env=environment | {"FD": str(there)},
            pass_fds=[there],
            stderr=subprocess.DEVNULL,
            check=True,
        )
        seen.append(os.read(here, 1000))
    assert seen[0] == seen[1]


def test_signals_that_were_ignored_stay_ignored_and_no_others_are(wattlens, environment):
    show = ["sh", "-c", "grep -E 'Sig(Ign|Blk)' /proc/self/status"]
    for ignored in ([], [signal.SIGINT, signal.SIGPIPE, signal.SIGHUP]):

        def prepare(ignored=ignored):
            for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGHUP, signal.SIGTERM, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)

        plain = subprocess.run(show, preexec_fn=prepare, capture_output=True, env=environment, check=True)
        measured = subprocess.run(
            [str(wattlens.binary), "measure", "--", *show],
            preexec_fn=prepare,
            capture_output=True,
            env=environment,
            check=True,
        )
        assert measured.stdout == plain.stdout


def test_the_result_keeps_to_the_contract(result):
    document = result("--", "sleep", "0.5")
    assert 0.5 <= document["window"]["duration_s"] < 5.0
    assert document["regions"] == []
    assert document["command"] == ["sleep", "0.5"]
    window = document["window"]
    assert window["end_mono_ns"] - window["begin_mono_ns"] == pytest.approx(1e9 * window["duration_s"])
    total = document["total"]
    if total["provenance"] != "missing":
        energies = {channel["id"]: channel["energy_j"] for channel in document["channels"] if "energy_j" in channel}
        assert total["energy_j"] == pytest.approx(sum(energies[name] for name in total["sums"]))


def test_what_is_too_short_is_said_to_be(result):
    document = result("--max-uncertainty", "0.001%", "--", "sleep", "0.3")
    assert document["resolvable"] is False
    if document["channels"]:
        assert document["run_at_least_s"] > 0.3


def test_a_signal_that_ends_the_command_is_told(result):
    assert result("--", "sh", "-c", "kill -TERM $$")["signal"] == signal.SIGTERM


def test_repeated_runs_have_a_mean(result):
    document = result("--repeat", "3", "--", "sleep", "0.3")
    repetitions = document["repetitions"]
    assert repetitions["count"] == len(repetitions["runs"]) == 3
    assert repetitions["mean"]["duration_s"] == pytest.approx(0.3, rel=0.5)
    if "energy_j" in repetitions["mean"]:
        energies = [run["energy_j"] for run in repetitions["runs"]]
        assert repetitions["mean"]["energy_j"] == pytest.approx(sum(energies) / 3)


def test_a_run_that_fails_is_the_last(result):
    document = result("--repeat", "3", "--", "sh", "-c", "exit 6")
    assert document["exit_status"] == 6
    assert "repetitions" not in document
    assert "not_repeated" in [warning["code"] for warning in document["warnings"]]


def test_emissions_tell_factor_year_and_source(result):
    emissions = result("--carbon", "deu", "--pue", "1.25", "--", "sleep", "0.3")["emissions"]
    assert emissions["zone"] == "DEU Germany"
    assert emissions["year"] >= 2020
    assert "Our World in Data" in emissions["source"]
    document = result("--carbon", "400", "--pue", "2", "--", "sleep", "0.3")
    if "energy_j" in document["total"]:
        assert document["emissions"]["emissions_g"] == pytest.approx(document["total"]["energy_j"] / 3.6e6 * 2 * 400)
    assert "year" not in document["emissions"]


def test_a_share_by_processor_time_is_marked_as_modelled_or_missing(result):
    attribution = result("--attribute", "cpu-time", "--idle", "300ms", "--", "sleep", "2.2")["attribution"]
    assert attribution["method"] == "cpu-time"
    assert attribution["provenance"] in ("modelled", "missing")
    assert "share" in attribution or "reason" in attribution


def test_processes_that_are_left_behind_are_told_and_go_on(result, wattlens):
    file = wattlens.home / "later"
    document = result("--", "sh", "-c", f"(sleep 0.5; touch {file}) >/dev/null 2>&1 & exit 0")
    assert "left_processes" in [warning["code"] for warning in document["warnings"]]
    for _ in range(100):
        if file.exists():
            break
        time.sleep(0.05)
    assert file.exists()


def test_one_measures_and_the_others_say_who(wattlens, check):
    lock = wattlens.home / "wattlens.lock"
    lock.write_text("4711 resnet50\n", encoding="utf-8")
    with lock.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        outcome = wattlens("measure", "--json", "result.json", "--", "sh", "-c", "echo ran; exit 3")
        assert wattlens("measure", "--require-energy", "--", "echo", "ran").returncode == 4
    assert outcome.returncode == 3
    assert outcome.stdout == "ran\n"
    document = json.loads((wattlens.home / "result.json").read_text(encoding="utf-8"))
    check(document)
    assert document["total"]["provenance"] == "missing"
    for channel in document["channels"]:
        assert channel["reason"] == "measured by PID 4711"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "no command"),
        (["--"], "no command"),
        (["ls"], "before --"),
        (["ls", "-l"], "--"),
        (["--repeat", "0", "--", "true"], "repeat"),
        (["--max-uncertainty", "5x", "--", "true"], "max-uncertainty"),
        (["--idle", "never", "--", "true"], "idle"),
        (["--gpus", "4711", "--", "true"], "4711"),
        (["--gpus", "99", "--", "true"], "gpu.99"),
        (["--carbon", "Germny", "--", "true"], "germany"),
        (["--carbon", "-5", "--", "true"], "-5"),
        (["--carbon", "DEU", "--pue", "0.5", "--", "true"], "pue"),
        (["--pue", "1.5", "--", "true"], "--carbon"),
        (["--attribute", "magic", "--", "true"], "magic"),
        (["--json", "/no/such/folder/a.json", "--", "true"], "/no/such/folder"),
    ],
)
def test_bad_usage_runs_nothing(wattlens, arguments, named):
    outcome = wattlens("measure", *arguments)
    assert outcome.returncode == 2
    assert outcome.stdout == ""
    assert named in outcome.stderr
    assert len(outcome.stderr.strip().splitlines()) == 2


def test_words_after_the_dashes_are_the_commands(wattlens):
    outcome = wattlens("measure", "--", "echo", "--help", "run", "--", "--json")
    assert outcome.stdout == "--help run -- --json\n"


def test_a_line_per_second_tells_how_it_goes(wattlens):
    outcome = wattlens("measure", "--interval", "--", "sleep", "2.5")
    lines = [line for line in outcome.stderr.splitlines() if line.startswith("wattlens: ") and line.endswith(" J")]
    assert len(lines) == 2


def python(code):
    return [sys.executable, "-u", "-c", code]


def test_ctrl_c_is_the_commands(wattlens, environment):
    code = "import time\ntry:\n  print('ready'); time.sleep(60)\nexcept KeyboardInterrupt:\n  print('bye'); exit(17)"
    session = Session(wattlens.binary, environment, "--", *python(code))
    session.read_until(b"ready")
    session.press(b"\x03")
    assert session.status() == 17
    assert b"bye" in session.text
    assert b"wattlens:" in session.text


def test_ctrl_c_twice_ends_a_command_that_does_not_listen(wattlens, environment):
    code = "import signal, time\nfor s in (2, 15): signal.signal(s, signal.SIG_IGN)\nprint('ready')\ntime.sleep(60)"
    session = Session(wattlens.binary, environment, "--", *python(code))
    session.read_until(b"ready")
    session.press(b"\x03")
    time.sleep(0.3)
    session.press(b"\x03")
    assert session.status() == 128 + signal.SIGKILL
    assert b"wattlens:" in session.text


def test_ctrl_c_once_leaves_a_command_that_goes_on(wattlens, environment):
    code = "import signal, time\nsignal.signal(2, lambda *_: print('no'))\nprint('ready')\ntime.sleep(1)"
    session = Session(wattlens.binary, environment, "--", *python(code))
    session.read_until(b"ready")
    session.press(b"\x03")
    assert session.status() == 0
    assert b"no" in session.text


def test_the_terminals_modes_are_put_back(wattlens, environment):
    code = "import tty; tty.setraw(0); print('raw')"
    session = Session(wattlens.binary, environment, "--", *python(code))
    before = termios.tcgetattr(session.terminal)
    session.read_until(b"wattlens:")
    session.status()
    assert b"raw" in session.text
    assert termios.tcgetattr(session.terminal) == before


def test_a_command_has_the_terminal_and_its_foreground(wattlens, environment):
    code = "import os; print('front', os.isatty(0), os.isatty(1), os.tcgetpgrp(0) == os.getpgrp())"
    session = Session(wattlens.binary, environment, "--", *python(code))
    session.read_until(b"front True True True")
    assert session.status() == 0


def test_ctrl_z_stops_both_and_both_go_on(wattlens, environment):
    """Below a shell with job control, as at a prompt."""
    script = (
        f"set -m; {wattlens.binary} measure -- sh -c 'echo ready; sleep 1; echo done'; echo stopped $?; fg; echo end $?"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve("/bin/bash", ["bash", "--norc", "-c", script], environment)
    session = Session.__new__(Session)
    session.pid, session.terminal, session.text = pid, terminal, b""
    session.read_until(b"ready")
    time.sleep(0.2)
    session.press(b"\x1a")
    session.read_until(b"stopped 148")
    session.read_until(b"end 0")
    assert b"done" in session.text
    assert b"was stopped for" in session.text.replace(b"\r\n", b" ")
    session.status()


def test_signals_that_a_process_sends_are_handed_on(wattlens, environment):
    code = "import signal, time\nsignal.signal(15, lambda *_: exit(23))\nprint('ready')\ntime.sleep(60)"
    with subprocess.Popen(
        [str(wattlens.binary), "measure", "--", *python(code)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 23


def test_a_killed_wattlens_does_not_take_the_command_with_it(wattlens, environment):
    file = wattlens.home / "survived"
    code = f"import time\nprint('ready')\ntime.sleep(0.5)\nopen({str(file)!r}, 'w')"
    with subprocess.Popen(
        [str(wattlens.binary), "measure", "--", *python(code)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        process.kill()
    for _ in range(100):
        if file.exists():
            break
        time.sleep(0.05)
    assert file.exists()


def test_the_store_of_a_user_is_not_touched(wattlens):
    wattlens("measure", "--", "true", check=0)
    assert not (wattlens.home / ".local").exists()
