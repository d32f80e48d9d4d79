#!/usr/bin/env python3
"""Kills sweeps at random moments and checks that nothing is lost, nothing stays behind, and all can be gone on with.

Each round starts a short sweep, kills `wattlens` (or one of its workers) with SIGKILL at a random moment and checks:
the store passes SQLite's integrity check; no run that was reported is missing; no process is left after a second; and
`run --resume` ends with the runs, and in the order, of a sweep that nobody killed. Prints a table; exit status 1 where
a check failed.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import pty
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid

MODEL = "shufflenet_v2_x0_5"
REPETITIONS = 3
PLAN = f"""seed = 7
[axes]
model = "{MODEL}"
batch = [1, 2]
threads = 1
[measure]
window = "50ms"
idle = "50ms"
warm_up_limit = "100ms"
repetitions = {REPETITIONS}
repeat_disturbed = false
"""
ORPHAN_LIMIT_S = 1.0
LIMIT_S = 120.0


class Sweep:
    """One process of wattlens on a terminal of its own, whose progress line is read."""

    def __init__(self, arguments, folder, mark):
        self.mark = mark
        self.reported = 0
        self.text = ""
        terminal, other = pty.openpty()
        environment = dict(os.environ, WATTLENS_LOCK=str(folder / "lock"), WATTLENS_KILL_TABLE=mark)
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=other, env=environment, cwd=folder
        )
        os.close(other)
        self.reader = threading.Thread(target=self.read, args=(terminal,))
        self.reader.start()

    def read(self, terminal):
        with contextlib.suppress(OSError):  # the terminal's other side is closed
            while data := os.read(terminal, 4096):
                self.text = (self.text + data.decode(errors="replace"))[-4000:]
                for stored in re.findall(r"\[(\d+)/\d+ runs\]", self.text):
                    self.reported = max(self.reported, int(stored))
        os.close(terminal)

    def wait(self):
        status = self.process.wait(timeout=LIMIT_S)
        self.reader.join(timeout=LIMIT_S)
        return status


def marked_processes(mark):
    """Every process, whoever its parent is now, that was started by the sweep of that mark."""
    wanted = f"WATTLENS_KILL_TABLE={mark}".encode()
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            if state not in "ZX" and wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def runs_of(store):
    """The runs as (order, block, point, status), and what the integrity check says; None without an experiment."""
    if not store.exists():
        return None, "ok"
    with contextlib.closing(sqlite3.connect(store)) as database:
        healthy = database.execute("PRAGMA integrity_check").fetchone()[0]
        try:
            if not database.execute("SELECT count(*) FROM experiments").fetchone()[0]:
                return None, healthy
        except sqlite3.OperationalError:  # killed before the tables were made
            return None, healthy
        rows = database.execute(
            "SELECT run_order, block, points.id, status FROM runs JOIN points ON points.number = runs.point "
            "ORDER BY run_order"
        ).fetchall()
    return rows, healthy


class Table:
    def __init__(self, wattlens, generator):
        self.wattlens = wattlens
        self.random = generator
        self.counts = collections.Counter()
        self.failures = []
        self.orphan_s = 0.0
        self.expected, self.length_s = self.reference()

    def command(self, folder, *arguments):
        return [str(self.wattlens), "run", *arguments, "--store", str(folder / "store.db")]

    def reference(self):
        with tempfile.TemporaryDirectory(prefix="wattlens-kill-") as name:
            folder = pathlib.Path(name)
            (folder / "plan.toml").write_text(PLAN)
            begin = time.monotonic()
            sweep = Sweep(self.command(folder, "plan.toml"), folder, uuid.uuid4().hex)
            if sweep.wait() != 0:
                sys.exit(f"the sweep fails without any kill: {sweep.text}")
            rows, _ = runs_of(folder / "store.db")
            return rows, time.monotonic() - begin

    def check(self, round_number, condition, what):
        if not condition:
            self.failures.append(f"round {round_number}: {what}")

    def wait_for_orphans(self, mark):
        begin = time.monotonic()
        while (left := marked_processes(mark)) and time.monotonic() - begin < ORPHAN_LIMIT_S:
            time.sleep(0.01)
        self.orphan_s = max(self.orphan_s, time.monotonic() - begin)
        return left

    def kill_main(self, number, folder):
        sweep = Sweep(self.command(folder, "plan.toml"), folder, uuid.uuid4().hex)
        time.sleep(self.random.uniform(0.0, self.length_s))
        reported = sweep.reported
        if sweep.process.poll() is not None:
            self.counts["had ended"] += 1
        sweep.process.send_signal(signal.SIGKILL)
        left = self.wait_for_orphans(sweep.mark)
        self.check(number, not left, f"processes {left} are left")
        sweep.wait()
        rows, healthy = runs_of(folder / "store.db")
        self.check(number, healthy == "ok", f"integrity check: {healthy}")
        if rows is None:
            self.counts["before the experiment began"] += 1
            return
        self.counts[f"{len(rows)} runs stored"] += 1
        self.check(number, len(rows) >= reported, f"{reported} runs were reported, {len(rows)} are stored")
        self.counts["the run at hand was lost (no other ever)"] += reported <= len(rows) < len(self.expected)
        resumed = Sweep(self.command(folder, "--resume"), folder, uuid.uuid4().hex)
        status = resumed.wait()
        rows_now, healthy = runs_of(folder / "store.db")
        if len(rows) == len(self.expected) and status in (2, 3):
            return  # it had ended before it was killed
        self.check(number, status == 0, f"--resume ended with {status}: {resumed.text[-300:]}")
        self.check(number, healthy == "ok", f"integrity check after --resume: {healthy}")
        self.check(number, rows_now == self.expected, f"order after --resume: {rows_now}")
        self.check(number, rows_now[: len(rows)] == rows, "a stored run changed")

    def kill_worker(self, number, folder):
        sweep = Sweep(self.command(folder, "plan.toml"), folder, uuid.uuid4().hex)
        time.sleep(self.random.uniform(0.0, self.length_s))
        workers = [pid for pid in marked_processes(sweep.mark) if pid != sweep.process.pid]
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.random.choice(workers), signal.SIGKILL)
        else:
            self.counts["no worker was there"] += 1
        status = sweep.wait()
        rows, healthy = runs_of(folder / "store.db")
        self.check(number, healthy == "ok", f"integrity check: {healthy}")
        self.check(number, status in (0, 5), f"ended with {status}: {sweep.text[-300:]}")
        failed = sum(row[3] == "failed" for row in rows)
        self.counts["runs failed"] += failed
        self.check(number, failed <= 1, f"{failed} runs failed by one kill")
        self.check(number, (status == 5) == (failed > 0), f"status {status} with {failed} failed runs")
        if failed and sum(row[3] == "done" for row in rows) < len(self.expected):
            self.counts["points tried again"] += 1
            tried = Sweep(self.command(folder, "--resume", "last", "--retry-failed"), folder, uuid.uuid4().hex)
            tried.wait()
            rows, _ = runs_of(folder / "store.db")
        done = collections.Counter(row[2] for row in rows if row[3] == "done")
        self.check(number, all(done[row[2]] == REPETITIONS for row in self.expected), f"repetitions: {dict(done)}")
        left = self.wait_for_orphans(sweep.mark)
        self.check(number, not left, f"processes {left} are left")

    def run(self, kills, worker_kills):
        kinds = [self.kill_main] * kills + [self.kill_worker] * worker_kills
        for number, kind in enumerate(kinds):
            with tempfile.TemporaryDirectory(prefix="wattlens-kill-") as name:
                folder = pathlib.Path(name)
                (folder / "plan.toml").write_text(PLAN)
                kind(number, folder)
            if (number + 1) % 20 == 0:
                print(f"{number + 1} of {len(kinds)}, {len(self.failures)} failures", file=sys.stderr, flush=True)

    def print(self, kills, worker_kills):
        print(
            f"| {kills} kills of wattlens, {worker_kills} of a worker; a sweep of {len(self.expected)} runs, "
            f"{self.length_s:.1f} s | |"
        )
        print("|---|---|")
        for name in sorted(self.counts):
            print(f"| {name} | {self.counts[name]} |")
        print(f"| longest time until no process was left | {self.orphan_s * 1e3:.0f} ms |")
        print(f"| failed checks | {len(self.failures)} |")
        for failure in self.failures:
            print(f"failed: {failure}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wattlens", type=pathlib.Path, default=pathlib.Path("build/release/wattlens"))
    parser.add_argument("--kills", type=int, default=200, help="of wattlens (200)")
    parser.add_argument("--worker-kills", type=int, default=40, help="of one of its workers (40)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    arguments = parser.parse_args()
    table = Table(arguments.wattlens.resolve(), random.Random(arguments.seed))
    table.run(arguments.kills, arguments.worker_kills)
    table.print(arguments.kills, arguments.worker_kills)
    return 1 if table.failures else 0


if __name__ == "__main__":
    sys.exit(main())
