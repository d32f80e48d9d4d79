"""What every end-to-end test starts from: the program, a prepared store, and a place for golden files."""

import json
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIO = """
title = "a package of 100 W"
[power.package]
constant_w = 100
[[sensor]]
id = "cpu.package.0"
power = "package"
unit_j = 61e-6
width_bits = 32
nominal_period_s = 0.001
"""


# A shell starts what runs in its background deaf to Ctrl-C, and so would be the programs whose Ctrl-C is tested.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    build = ROOT / "build/release"
    parser.addoption("--wattlens", default=os.environ.get("WATTLENS_BINARY", build / "wattlens"), help="the program")
    parser.addoption("--make-example-store", default=build / "make_example_store", help="makes the store to look at")
    parser.addoption("--fake-worker", default=build / "fake_worker", help="an engine that breaks on demand")
    parser.addoption("--received", default=build / "golden_received", help="where output that differs is left")


class Program:
    """Runs wattlens away from the user's own data and settings."""

    def __init__(self, binary, home):
        self.binary = pathlib.Path(binary).resolve()
        self.home = home

    def __call__(self, *arguments, check=None, **options):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8"}
        environment["WATTLENS_LOCK"] = str(self.home / "wattlens.lock")  # not that of the machine
        environment |= options.pop("env", {})
        options.setdefault("stdout", subprocess.PIPE)
        result = subprocess.run(
            [str(self.binary), *map(str, arguments)],
            stderr=subprocess.PIPE,
            env=environment,
            cwd=self.home,
            timeout=120,
            check=False,
            **options,
        )
        result.stdout = result.stdout.decode() if result.stdout is not None else None
        result.stderr = result.stderr.decode()
        if check is not None:
            assert result.returncode == check, (arguments, result.returncode, result.stdout, result.stderr)
        return result


@pytest.fixture
def wattlens(request, tmp_path):
    return Program(request.config.getoption("--wattlens"), tmp_path)


@pytest.fixture
def scenario(tmp_path):
    """scenario.toml, where programs run: a sensor that reads 100 W exactly."""
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture
def engine(request, tmp_path):
    """engine(arguments…): from now on the engine is the fake worker, started with these."""
    worker = str(request.config.getoption("--fake-worker"))

    def use(*arguments):
        known = ["--references", str(ROOT / "tests/golden/outputs")]
        entry = {"name": "fake", "worker": worker, "arguments": [*known, *map(str, arguments)]}
        text = json.dumps({"schema": "wattlens.engines/1", "engines": [entry]})
        (tmp_path / "engines.json").write_text(text)
        return {"WATTLENS_ENGINE_PATH": str(tmp_path / "engines.json")}

    return use


@pytest.fixture(scope="session")
def example_store(request, tmp_path_factory):
    file = tmp_path_factory.mktemp("example") / "example.db"
    subprocess.run([str(request.config.getoption("--make-example-store")), str(file)], check=True)
    return file


@pytest.fixture
def store(example_store, tmp_path):
    """A copy that a test may spoil."""
    return pathlib.Path(shutil.copy(example_store, tmp_path / "store.db"))


@pytest.fixture
def golden(request):
    """golden(name, text): the text is that of tests/golden/NAME; else it is left for tools/approve.py."""

    def compare(name, text):
        expected = ROOT / "tests/golden" / name
        received = pathlib.Path(request.config.getoption("--received")) / name
        if expected.exists() and expected.read_bytes() == text.encode():
            received.unlink(missing_ok=True)
            return
        received.parent.mkdir(parents=True, exist_ok=True)
        received.write_bytes(text.encode())
        pytest.fail(f"differs from {expected}; look at {received} and, if it is right, run tools/approve.py")

    return compare
