#!/usr/bin/env python3
"""Kills measurements that change settings at random moments, and checks that the next start restores every value.

The controls are simulated: a tree of files with two frequency policies, turbo and two power limits, named by
--settings-root. Each round starts `wattlens measure --allow-settings --set ...`, kills it with SIGKILL (every second
time as soon as the journal appears, to hit the change itself), kills every fourth next start too, and then lets one
end: every file must hold its first value, and the journal must be gone. Prints a table; exit status 1 where one failed.
"""

import argparse
import collections
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

POLICY = {
    "scaling_governor": "powersave",
    "scaling_available_governors": "performance powersave",
    "energy_performance_preference": "balance_performance",
    "energy_performance_available_preferences": "performance balance_performance power",
    "scaling_min_freq": "800000",
    "scaling_max_freq": "3700000",
    "cpuinfo_min_freq": "800000",
    "cpuinfo_max_freq": "3700000",
}
ZONE = {
    "name": "package-0",
    "enabled": "1",
    "constraint_0_name": "long_term",
    "constraint_0_power_limit_uw": "150000000",
    "constraint_0_max_power_uw": "205000000",
    "constraint_1_name": "short_term",
    "constraint_1_power_limit_uw": "180000000",
}
WISHES = [
    "cpu.governor=performance",
    "cpu.max_frequency=2GHz",
    "cpu.min_frequency=2GHz",
    "cpu.turbo=off",
    "cpu.package.0.power_limit=120W",
    "cpu.package.0.short_term_power_limit=130W",
]
LIMIT_S = 60.0
MOMENTS = ("before anything was changed, or after all was restored", "while changing or restoring", "while measuring")


def make_tree(root):
    """The files that may change, with their first values."""
    files = {"sys/devices/system/cpu/intel_pstate/no_turbo": "0"}
    for policy in ("policy0", "policy1"):
        files |= {f"sys/devices/system/cpu/cpufreq/{policy}/{name}": text for name, text in POLICY.items()}
    files |= {f"sys/class/powercap/intel-rapl:0/{name}": text for name, text in ZONE.items()}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return files


def changed(root, files):
    return [name for name, text in files.items() if (root / name).read_text().strip() != text]


class Machine:
    def __init__(self, program, folder):
        self.program = program
        self.root = folder / "tree"
        self.files = make_tree(self.root)
        self.journal = self.root / "var/lib/wattlens/settings.json"
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "WATTLENS_LOCK": str(folder / "lock")}

    def start(self, *arguments):
        return subprocess.Popen(
            [str(self.program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self.environment,
        )

    def measure(self):
        wishes = [word for wish in WISHES for word in ("--set", wish)]
        flags = ["--allow-settings", *wishes, "--settings-root", str(self.root)]
        return self.start("measure", *flags, "--", "sleep", "0.02")

    def next_start(self, number):
        """Whatever takes the machine restores: a measurement that changes nothing, or `settings restore`."""
        if number % 2:
            return self.start("measure", "--settings-root", str(self.root), "--", "true")
        return self.start("settings", "restore", "--settings-root", str(self.root))

    def when(self):
        """At what point of the change the journal stands."""
        if not self.journal.exists():
            return MOMENTS[0]
        entries = json.loads(self.journal.read_text())["entries"]
        return MOMENTS[2] if all("left" in entry for entry in entries) else MOMENTS[1]


def kill(process):
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.communicate(timeout=LIMIT_S)
    return process.returncode == -signal.SIGKILL


def one_round(machine, number, longest_s, generator, counts):
    process = machine.measure()
    if number % 2:
        end = time.monotonic() + longest_s
        while not machine.journal.exists() and process.poll() is None and time.monotonic() < end:
            pass
        time.sleep(generator.uniform(0.0, 0.002))
    else:
        time.sleep(generator.uniform(0.0, longest_s))
    if kill(process):
        counts["kills"] += 1
        counts[machine.when()] += 1
        counts["with other values"] += bool(changed(machine.root, machine.files))
    if number % 4 == 3:
        process = machine.next_start(number)
        time.sleep(generator.uniform(0.0, 0.03))
        counts["next starts killed"] += kill(process)
    process = machine.next_start(number)
    text = process.communicate(timeout=LIMIT_S)[1].decode()
    wrong = changed(machine.root, machine.files)
    counts["values not restored"] += len(wrong)
    counts["journals left"] += machine.journal.exists()
    if wrong or machine.journal.exists() or process.returncode != 0:
        counts["rounds that failed"] += 1
        print(f"round {number}: status {process.returncode}, {wrong}\n{text}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wattlens", type=pathlib.Path, default="build/release/wattlens", help="the program")
    parser.add_argument("--kills", type=int, default=100, help="rounds (100)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    options = parser.parse_args()
    generator = random.Random(options.seed)
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(options.wattlens.resolve(), pathlib.Path(folder))
        begin = time.monotonic()
        process = machine.measure()
        text = process.communicate(timeout=LIMIT_S)[1].decode()
        longest_s = time.monotonic() - begin
        if process.returncode != 0 or changed(machine.root, machine.files) or "Set for now" not in text:
            sys.exit(f"a measurement that nobody kills does not change and restore: {text}")
        number = 0
        while counts["kills"] < options.kills and number < 4 * options.kills:
            one_round(machine, number, longest_s, generator, counts)
            number += 1
    print(f"| kills of a measurement | {counts['kills']} |")
    for when in MOMENTS:
        print(f"| … {when} | {counts[when]} |")
    print(f"| … after which files had other values | {counts['with other values']} |")
    print(f"| kills of the next start, too | {counts['next starts killed']} |")
    print(f"| values not restored by the next start that ended | {counts['values not restored']} |")
    print(f"| journals left | {counts['journals left']} |")
    if counts["kills"] < options.kills or counts["with other values"] == 0:
        sys.exit("too few kills hit a change: the table says nothing")
    sys.exit(1 if counts["rounds that failed"] else 0)


if __name__ == "__main__":
    main()
