#!/usr/bin/env python3
"""tools/check_includes.py accepts a clean tree and names each kind of breach."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_includes  # noqa: E402


class CheckIncludes(unittest.TestCase):
    def problems(self, files, rules):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder)
            for name, text in files.items():
                (source / name).parent.mkdir(exist_ok=True)
                (source / name).write_text(text, encoding="utf-8")
            return " | ".join(check_includes.check(source, rules))

    def test_an_allowed_include_passes(self):
        files = {"base/a.h": "", "meter/m.cpp": '#include "base/a.h"\n'}
        self.assertEqual("", self.problems(files, {"base": [], "meter": ["base"]}))

    def test_a_breach_is_named(self):
        files = {"base/a.h": '#include "meter/m.h"\n', "meter/m.h": ""}
        self.assertIn('base may not include "meter/m.h"', self.problems(files, {"base": [], "meter": []}))

    def test_one_header_may_be_allowed_alone(self):
        files = {"worker/client.h": "", "worker/server.h": "", "cli/c.cpp": '#include "worker/server.h"\n'}
        self.assertIn("may not include", self.problems(files, {"worker": [], "cli": ["worker/client.h"]}))

    def test_a_cycle_is_named(self):
        files = {"a/a.h": '#include "b/b.h"\n', "b/b.h": '#include "a/a.h"\n'}
        self.assertIn("cycle between folders: a -> b -> a", self.problems(files, {"a": ["b"], "b": ["a"]}))

    def test_an_unused_rule_is_named(self):
        files = {"base/a.h": "", "meter/m.h": ""}
        self.assertIn("no longer needed", self.problems(files, {"base": [], "meter": ["base"]}))

    def test_a_folder_without_a_rule_is_named(self):
        self.assertIn("no rule for this folder", self.problems({"base/a.h": "", "new/n.h": ""}, {"base": []}))


if __name__ == "__main__":
    unittest.main()
