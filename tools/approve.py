#!/usr/bin/env python3
"""Makes the output that tests received the expected one, after a person has looked at the difference.

Tests leave what differs from tests/golden/ in BUILD/golden_received/. This shows each difference and, with --yes or
after a question, copies it to tests/golden/.
"""

import argparse
import difflib
import pathlib
import shutil
import sys


def show_difference(golden, received):
    old = golden.read_text(encoding="utf-8").splitlines(keepends=True) if golden.exists() else []
    new = received.read_text(encoding="utf-8").splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(old, new, str(golden), str(received)))


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=root / "build/release", help="the build folder")
    parser.add_argument("--yes", action="store_true", help="take all without asking")
    arguments = parser.parse_args()
    folder = arguments.build / "golden_received"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        print(f"nothing to approve in {folder}")
    for received in files:
        golden = root / "tests/golden" / received.relative_to(folder)
        show_difference(golden, received)
        if not arguments.yes and input(f"take this as {golden.relative_to(root)}? [y/N] ").strip().lower() != "y":
            continue
        golden.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(received, golden)
        print(f"approved {golden.relative_to(root)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
