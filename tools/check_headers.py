#!/usr/bin/env python3
"""Checks that each header compiles alone: whoever includes it needs to include nothing before it.

A header whose own .cpp file includes it first has been proved by that file's compilation. Only the others are compiled
here, with the flags of a file that includes them. engine/openvino_*.h and torch_*.h wait for a build with that engine.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import shlex
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)
KEPT_FLAG = re.compile(r"-(I|D|std=|isystem|idirafter|W|f)")
FLAGS_IN_TWO_WORDS = ("-isystem", "-idirafter")
PATH_OF_ENGINE = {"openvino": "openvino", "torch": "torch/csrc/api/include"}  # part of a path to its headers


def flags_of(command):
    """The flags of a compile command that matter to -fsyntax-only."""
    words, flags = shlex.split(command), []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if KEPT_FLAG.match(word):
            flags += [word, following] if word in FLAGS_IN_TWO_WORDS else [word]
    return flags


class Build:
    """What the compile commands of one build say about each header."""

    def __init__(self, compile_commands):
        self.compiled = {}
        self.including = {}
        for entry in compile_commands:
            words = shlex.split(entry["command"])
            file = pathlib.Path(entry["file"])
            flags = self.compiled[file] = flags_of(entry["command"])
            for name in INCLUDE.findall(file.read_text(encoding="utf-8")):
                self.including.setdefault(name, flags)
            self.compiler = next(word for word in words if "ccache" not in word)
        words = [word for flags in self.compiled.values() for word in flags]
        self.engines = [engine for engine, path in PATH_OF_ENGINE.items() if any(path in word for word in words)]

    def flags_for(self, header, root):
        """Those of a file that includes it; else of a neighbour, for another header may include it; else of any."""
        name = "/".join(header.relative_to(root).parts[1:])
        neighbours = (flags for file, flags in self.compiled.items() if file.parent == header.parent)
        return self.including.get(name) or next(neighbours, None) or next(iter(self.compiled.values()))


def proved_by_its_source(header, build):
    source = header.with_suffix(".cpp")
    if source not in build.compiled:
        return False
    first = INCLUDE.search(source.read_text(encoding="utf-8"))
    return bool(first) and str(header).endswith("/" + first.group(1))


def needs_what_is_absent(header, build):
    engine = header.name.split("_")[0]
    return engine in PATH_OF_ENGINE and engine not in build.engines


def compile_alone(header, build, root):
    """Returns the compiler's complaint, or an empty text."""
    command = [build.compiler, *build.flags_for(header, root), "-fsyntax-only", "-x", "c++", "-"]
    text = f'#include "{header}"\n'
    result = subprocess.run(command, input=text, capture_output=True, text=True, cwd=header.parent, check=False)
    return result.stderr.strip() if result.returncode else ""


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=lambda text: pathlib.Path(text).resolve(), default=root)
    parser.add_argument("--build", type=pathlib.Path, default=root / "build/release")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    build = Build(json.loads((arguments.build / "compile_commands.json").read_text(encoding="utf-8")))
    headers = sorted(h for folder in ("src", "tests", "bench") for h in (arguments.root / folder).rglob("*.h"))
    headers = [h for h in headers if not needs_what_is_absent(h, build)]
    alone = [h for h in headers if not proved_by_its_source(h, build)]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        complaints = list(pool.map(lambda header: compile_alone(header, build, arguments.root), alone))
    for header, complaint in zip(alone, complaints, strict=True):
        if complaint:
            print(f"{header.relative_to(arguments.root)} does not compile alone:\n{complaint}", file=sys.stderr)
    print(f"{len(headers)} headers: {len(headers) - len(alone)} proved by their own .cpp, {len(alone)} compiled alone")
    return 1 if any(complaints) or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
