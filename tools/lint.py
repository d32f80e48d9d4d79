#!/usr/bin/env python3
"""Checks format and code with clang-format, clang-tidy, ruff and shellcheck; any finding fails.

clang-tidy looks at the files that changed since a commit (--base), or at all of them (--all). Without either it takes
the last commit that is a day older than the newest one: what was worked on now. --fix mends the format in place.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DAY_S = 24 * 3600


def git(*arguments):
    """The lines that git prints; nothing where it fails."""
    result = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)
    return result.stdout.splitlines() if result.returncode == 0 else []


def tracked(*patterns):
    """Tracked files, and new ones that git does not ignore."""
    files = git("ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns)
    return [file for file in files if (ROOT / file).is_file()]


def tool(name):
    """A tool of the environment that runs this script, or of the PATH."""
    beside = pathlib.Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        sys.exit(
            f"lint: error: {name} not found\nlint:        tools/setup.sh lint, then .venv/bin/python tools/lint.py"
        )
    return found


def passes(*command):
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def check_format(arguments):
    files = tracked("*.h", "*.cpp")
    mode = ["-i"] if arguments.fix else ["--dry-run", "--Werror"]
    python = [] if arguments.fix else ["--check"]
    good = passes(tool("clang-format"), *mode, *files)
    return passes(tool("ruff"), "format", "--quiet", *python, ".") and good


def check_python(arguments):
    return passes(tool("ruff"), "check", "--quiet", *(["--fix"] if arguments.fix else []), ".")


def is_shell(file):
    with (ROOT / file).open("rb") as stream:
        first = stream.readline(80)
    return first.startswith(b"#!") and (first.strip().endswith((b"bash", b"/sh")))


def check_shell(_):
    files = [file for file in tracked() if is_shell(file)]
    return passes(tool("shellcheck"), "--", *files) if files else True


def changed_since(base):
    return set(git("diff", "--name-only", base)) | set(git("ls-files", "--others", "--exclude-standard"))


def default_base():
    """The last commit a day older than the newest; None where there is none."""
    newest = git("log", "-1", "--format=%ct")
    found = git("rev-list", "-1", f"--before={int(newest[0]) - DAY_S}", "HEAD") if newest else []
    return found[0] if found else None


def sources_that_show(header, sources):
    """One source file through which clang-tidy sees a header: its own, else the first that includes it."""
    own = header.removesuffix(".h") + ".cpp"
    if own in sources:
        return {own}
    line = f'#include "{header.removeprefix("src/").removeprefix("tests/")}"'
    including = (source for source in sources if line in (ROOT / source).read_text(encoding="utf-8"))
    return {first} if (first := next(including, None)) else set()


def tidy_files(arguments, sources):
    base = None if arguments.all else arguments.base or default_base()
    changed = changed_since(base) if base else set()
    if not base or ".clang-tidy" in changed:
        return sources
    chosen = set(sources) & changed
    for header in (file for file in changed if file.endswith(".h") and (ROOT / file).is_file()):
        chosen |= sources_that_show(header, sources)
    return sorted(chosen)


def check_tidy(arguments):
    commands = arguments.build / "compile_commands.json"
    if not commands.is_file():
        print(
            f"lint: error: {commands} is not there\nlint:        make test (or cmake --preset release)", file=sys.stderr
        )
        return False
    compiled = {os.path.relpath(entry["file"], ROOT) for entry in json.loads(commands.read_text(encoding="utf-8"))}
    files = tidy_files(arguments, sorted(compiled & set(tracked("*.cpp"))))
    clang_tidy = tool("clang-tidy")

    def one(file):
        command = [clang_tidy, "--quiet", "-p", arguments.build, file]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            print(result.stdout + result.stderr, flush=True)
        return result.returncode == 0

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        good = list(pool.map(one, files))
    print(f"lint: clang-tidy looked at {len(files)} of {len(compiled)} files, {good.count(False)} with findings")
    return all(good)


CHECKS = {"format": check_format, "python": check_python, "shell": check_shell, "tidy": check_tidy}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"some of {', '.join(CHECKS)} (none: all)")
    parser.add_argument("--all", action="store_true", help="clang-tidy on all files")
    parser.add_argument("--base", help="clang-tidy on what changed since this commit")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release", help="with compile_commands.json")
    parser.add_argument("--fix", action="store_true", help="mend instead of complain (format, python)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    if unknown := [check for check in arguments.checks if check not in CHECKS]:
        parser.error(f"unknown check {unknown[0]} (there are {', '.join(CHECKS)})")
    failed = []
    for name in arguments.checks or CHECKS:
        begin = time.monotonic()
        good = CHECKS[name](arguments)
        print(f"lint: {name} {'passed' if good else 'FAILED'} in {time.monotonic() - begin:.1f} s", flush=True)
        failed += [] if good else [name]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
