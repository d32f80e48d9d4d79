#!/usr/bin/env python3
"""Checks that src/ keeps to tools/include_rules.json: which folder may include which.

Fails on an include that no rule allows, on a folder without a rule, on a cycle between folders, and on a rule
that no file needs any more. A rule is a folder name ("record") or one header ("worker/client.h").
"""

import argparse
import json
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def find_cycle(graph):
    """Returns one cycle of the graph as a list of its nodes, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node) :] + [node]
        if node in done:
            return None
        path.append(node)
        for target in sorted(graph.get(node, ())):
            if cycle := visit(target):
                return cycle
        path.pop()
        done.add(node)
        return None

    for start in sorted(graph):
        if cycle := visit(start):
            return cycle
    return None


def check(source, rules):
    problems, used, graph = [], {}, {}
    folders = {path.name for path in source.iterdir() if path.is_dir()}
    for folder in sorted(folders - rules.keys()):
        problems.append(f"src/{folder}: no rule for this folder in tools/include_rules.json")
    for folder in sorted(rules.keys() - folders):
        problems.append(f"tools/include_rules.json: rule for src/{folder}, which does not exist")
    for file in sorted([*source.rglob("*.h"), *source.rglob("*.cpp")]):
        folder = file.relative_to(source).parts[0]
        for target in INCLUDE.findall(file.read_text(encoding="utf-8")):
            if not (source / target).is_file():
                problems.append(f'{file}: includes "{target}", which is not a path below src/')
                continue
            to = target.split("/")[0]
            if to == folder:
                continue
            graph.setdefault(folder, set()).add(to)
            allowed = [rule for rule in rules.get(folder, []) if rule in (to, target)]
            if allowed:
                used.setdefault(folder, set()).update(allowed)
            else:
                problems.append(f'{file}: {folder} may not include "{target}"')
    for folder, allowed in sorted(rules.items()):
        for rule in allowed:
            if folder in folders and rule not in used.get(folder, ()):
                problems.append(f"tools/include_rules.json: {folder} -> {rule} is no longer needed")
    if cycle := find_cycle(graph):
        problems.append("cycle between folders: " + " -> ".join(cycle))
    return problems


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, default=root / "src")
    parser.add_argument("--rules", type=pathlib.Path, default=root / "tools/include_rules.json")
    arguments = parser.parse_args()
    rules = json.loads(arguments.rules.read_text(encoding="utf-8"))["folders"]
    problems = check(arguments.source, rules)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
