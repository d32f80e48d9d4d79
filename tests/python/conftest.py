"""Every test measures 30 W, simulated, and leaves the machine's own lock alone."""

import pytest

STEADY = """
title = "30 W"
[power.package]
constant_w = 30
[[sensor]]
id = "cpu.package.0"
power = "package"
unit_j = 61e-6
nominal_period_s = 0.001
gain_low = -0.02
gain_high = 0.02
"""


@pytest.fixture(autouse=True)
def lock(monkeypatch, tmp_path):
    monkeypatch.setenv("WATTLENS_LOCK", str(tmp_path / "lock"))
    monkeypatch.delenv("WATTLENS_REGIONS", raising=False)


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "steady.toml"
    file.write_text(STEADY, encoding="utf-8")
    return file


@pytest.fixture
def simulated(scenario):
    """What measure() needs to measure 30 W."""
    return {"arguments": ["--simulate", str(scenario)]}
