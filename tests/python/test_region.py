"""region(): marks that cost little, and never stop a program."""

import os
import sys
import types

import pytest
import wattlens
from wattlens import _marks


@pytest.fixture
def pipe(tmp_path, monkeypatch):
    """A pipe as wattlens makes it, and what lies in it."""
    path = tmp_path / "regions"
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    monkeypatch.setenv("WATTLENS_REGIONS", str(path))

    def read():
        try:
            return os.read(descriptor, 1 << 20).decode().splitlines()
        except BlockingIOError:
            return []

    yield read
    _marks.PIPE.close()
    os.close(descriptor)


def test_nobody_measures():
    with wattlens.region("x"):
        pass


def test_a_mark_has_kind_time_thread_and_name(pipe):
    with wattlens.region("epoch 3"):
        pass
    begin, end = (line.split(" ", 6) for line in pipe())
    assert begin[:2] == ["1", "b"]
    assert end[:2] == ["1", "e"]
    assert int(begin[2]) <= int(end[2])
    assert begin[3] == str(os.getpid())
    assert begin[6] == end[6] == "epoch 3"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("100 %", "100 %25"),
        ("a\nb\0", "a%0Ab%00"),
        ("", "(no name)"),
        ("日本", "日本"),
        ("\ud800", "?"),
        ("x" * 999, "x" * 340),
    ],
)
def test_names_fit_one_line(pipe, name, written):
    with wattlens.region(name):
        pass
    assert [line.split(" ", 6)[6] for line in pipe()] == [written, written]


def test_a_full_pipe_is_counted_and_not_waited_for(pipe):
    region = wattlens.region("x" * 300)
    for _ in range(10_000):
        with region:
            pass
    received = len(pipe())
    with region:
        pass
    assert int(pipe()[0].split(" ")[5]) == 20_000 - received


def test_a_path_that_is_no_pipe_is_left_alone(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    monkeypatch.setenv("WATTLENS_REGIONS", str(file))
    with wattlens.region("x"):
        pass
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_program_that_closed_all_descriptors_keeps_its_files(pipe, tmp_path):
    with wattlens.region("x"):
        pass
    descriptor = _marks.PIPE._descriptor
    file = tmp_path / "file"
    with file.open("wb") as mine:
        os.dup2(mine.fileno(), descriptor)
    with wattlens.region("y"):
        pass
    os.close(descriptor)
    assert file.read_bytes() == b""


def test_the_gpu_is_waited_for_where_pytorch_has_used_one(pipe, monkeypatch):
    calls = []
    cuda = types.SimpleNamespace(is_initialized=lambda: True, synchronize=lambda: calls.append(len(pipe())))
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
    with wattlens.region("x"):
        pass
    assert calls == [0, 1]  # before each mark
    with wattlens.region("y", synchronise=False):
        pass
    assert len(calls) == 2
    cuda.is_initialized = lambda: False
    with wattlens.region("z"):
        pass
    assert len(calls) == 2
