"""tools/portable_random.py makes the bits that tests/network/weights_test.cpp expects of base/random.h."""

import pathlib
import sys

import pytest

np = pytest.importorskip("numpy", reason="numpy is not installed")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from portable_random import Random, derive_seed  # noqa: E402


def first_and_sum(values):
    bits = values.astype(np.float32).view(np.uint32)
    return [int(value) for value in bits[:4]], int(bits.astype(np.uint64).sum())


def test_normal_numbers():
    first, total = first_and_sum(Random(derive_seed(0, "input")).normal(100_000))
    assert first == [0x3F9BF7E9, 0x3E51AEF2, 0xBF937673, 0x3EF521B9]
    assert total == 212334098366968


def test_uniform_numbers():
    assert derive_seed(3, "fc.weight") == 0xBA794366B9AA137B
    first, total = first_and_sum(Random(derive_seed(3, "fc.weight")).uniform(100_000, -0.25, 0.25))
    assert first == [0x3D200F04, 0xBC8D0D92, 0x3E2B7557, 0x3E41BD64]
    assert total == 211522663164619


def test_a_stream_goes_on_where_it_stopped():
    whole, parts = Random(5), Random(5)
    assert np.array_equal(whole.bits(10), np.concatenate([parts.bits(3), parts.bits(7)]))
