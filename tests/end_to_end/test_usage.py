"""What a user sees who asks, mistypes, or wants what is not there."""

import pytest


def is_two_lines(text):
    """One line of what and where, one line of how to mend it."""
    return len(text.strip().splitlines()) == 2


def test_the_version_tells_where_it_came_from(wattlens):
    outcome = wattlens("--version")
    assert outcome.returncode == 0
    assert outcome.stdout.startswith("wattlens 0.")
    assert "Release" in outcome.stdout or "Debug" in outcome.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["dcotor"], "doctor"),
        (["run", "--no-such-flag"], "no-such-flag"),
        (["run", "--model", "resnet5"], "resnet50"),
        (["run", "--model", "resnet50", "--batch", "0"], "batch"),
        (["run", "--model", "resnet50", "--batch", "8-1"], "8-1"),
        (["run", "--model", "resnet50", "--precision", "f31"], "f31"),
        (["run", "--model", "absent.onnx"], "absent.onnx"),
        (["run", "absent.toml"], "absent.toml"),
        (["list", "--format", "xml"], "xml"),
    ],
)
def test_bad_usage_is_named_with_a_way_out(wattlens, arguments, named):
    outcome = wattlens(*arguments)
    assert outcome.returncode == 2
    assert outcome.stdout == ""
    assert named in outcome.stderr
    assert is_two_lines(outcome.stderr)


def test_an_unknown_key_of_a_plan_is_named_with_its_place(wattlens, tmp_path):
    (tmp_path / "plan.toml").write_text('[axes]\nmodel = "alexnet"\nbacth = 1\n', encoding="utf-8")
    outcome = wattlens("run", "plan.toml")
    assert outcome.returncode == 2
    assert "plan.toml:3:1" in outcome.stderr
    assert "bacth" in outcome.stderr


def test_the_doctor_tells_engines_and_sensors(wattlens):
    outcome = wattlens("doctor", "--format", "json")
    assert outcome.returncode in (0, 4)
    assert "openvino" in outcome.stdout.lower()


def test_an_empty_store_is_told_from_an_empty_answer(wattlens):
    outcome = wattlens("show")
    assert outcome.returncode == 3
    assert is_two_lines(outcome.stderr)
