#!/usr/bin/env python3
"""tools/check_headers.py accepts headers that compile alone, and names those that do not."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_headers  # noqa: E402


class CheckHeaders(unittest.TestCase):
    def check(self, files):
        """Runs the check on a tree of these files; returns its exit status and all that it wrote."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            commands = [
                {"file": str(file), "command": f"c++ -std=c++20 -I{root}/src -c {file}"}
                for file in sorted(root.rglob("*.cpp"))
            ]
            (root / "compile_commands.json").write_text(json.dumps(commands), encoding="utf-8")
            output = io.StringIO()
            with (
                unittest.mock.patch.object(sys, "argv", ["", "--root", folder, "--build", folder]),
                contextlib.redirect_stdout(output),
                contextlib.redirect_stderr(output),
            ):
                return check_headers.main(), output.getvalue()

    def test_a_tree_without_headers_is_an_error(self):
        self.assertEqual(1, self.check({"src/a/a.cpp": ""})[0])

    def test_a_header_that_compiles_alone_passes(self):
        status, output = self.check({"src/a/a.h": "#include <string>\nstd::string a();\n", "src/a/b.cpp": ""})
        self.assertEqual(0, status)
        self.assertIn("1 compiled alone", output)

    def test_a_header_that_leans_on_its_includer_is_named(self):
        status, output = self.check({"src/a/a.h": "std::string a();\n", "src/a/b.cpp": ""})
        self.assertEqual(1, status)
        self.assertIn("src/a/a.h does not compile alone", output)

    def test_a_header_that_its_source_includes_first_is_not_compiled_again(self):
        files = {"src/a/a.h": "int a();\n", "src/a/a.cpp": '#include "a/a.h"\n'}
        self.assertIn("1 proved by their own .cpp, 0 compiled alone", self.check(files)[1])

    def test_a_header_that_its_source_includes_second_is_compiled(self):
        files = {"src/a/a.h": "std::string a();\n", "src/a/a.cpp": '#include <string>\n\n#include "a/a.h"\n'}
        self.assertEqual(1, self.check(files)[0])

    def test_a_header_that_needs_openvino_waits_for_it(self):
        files = {"src/e/openvino_e.h": "#include <openvino/openvino.hpp>\n", "src/e/e.h": "", "src/e/b.cpp": ""}
        self.assertEqual(0, self.check(files)[0])


if __name__ == "__main__":
    unittest.main()
