"""measure(): what happens inside the block of the running program."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import types

import pytest
import wattlens


def test_the_energy_of_a_block_holds_the_truth(simulated):
    with wattlens.measure(**simulated) as m:
        time.sleep(0.3)
    assert m.duration >= 0.3
    assert m.energy.low <= 30 * m.duration <= m.energy.high
    assert m.interval == (m.energy.low, m.energy.high)
    assert m.energy.provenance == "simulated"
    assert m.energy.absolute
    assert m.resolvable
    assert float(m.energy) == m.energy.value
    assert m.channels["cpu.package.0"].energy.value == pytest.approx(m.energy.value)
    assert m.to_dict()["schema"] == "wattlens.measure/1"
    assert str(m).startswith("block: sim ")


def test_before_the_end_of_the_block_there_is_no_energy(simulated):
    with wattlens.measure(**simulated) as m, pytest.raises(wattlens.NotMeasured, match="not ended"):
        _ = m.energy


def test_an_exception_goes_through_and_the_block_is_measured(simulated):
    with pytest.raises(KeyError), wattlens.measure(**simulated) as m:
        raise KeyError
    assert m.energy.value > 0
    assert "WATTLENS_REGIONS" not in os.environ


def test_a_process_forked_in_the_block_does_not_hold_up_its_end(simulated):
    """As the workers of a data loader do, which live on after it."""
    with wattlens.measure(**simulated) as m:
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert m.duration < 30


def test_regions_of_the_block_and_of_its_threads(simulated):
    def work():
        with wattlens.region("work"):
            time.sleep(0.1)

    with wattlens.measure(**simulated) as m:
        with wattlens.region("epoch"):
            for _ in range(3):
                with wattlens.region("step 100 %\n"):
                    time.sleep(0.05)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    regions = {region.path: region for region in m.regions}
    assert list(regions) == [("epoch",), ("epoch", "step 100 %\ufffd"), ("work",)]
    step = regions["epoch", "step 100 %\ufffd"]
    assert step.count == 3
    assert step.energy.low <= 30 * step.duration <= step.energy.high
    assert any("control characters" in warning for warning in m.warnings)


def test_processes_that_the_block_starts_may_mark(simulated):
    line = "import wattlens\nwith wattlens.region('child'): pass"
    with wattlens.measure(**simulated) as m:
        subprocess.run([sys.executable, "-c", line], check=True)
    assert [region.path for region in m.regions] == [("child",)]


def test_a_measurement_inside_another_is_a_region_of_it(simulated):
    with wattlens.measure(**simulated) as outer:
        with wattlens.measure("inner") as inner:
            time.sleep(0.05)
        with pytest.raises(wattlens.NotMeasured, match="region of the measurement around it"):
            _ = inner.energy
    assert [region.name for region in outer.regions] == ["inner"]


def test_inside_the_command_line_it_is_a_region_too(scenario, tmp_path):
    script = "import time, wattlens\nwith wattlens.measure('mine'): time.sleep(0.1)"
    file = tmp_path / "result.json"
    command = [wattlens.binary(), "measure", "--simulate", scenario, "--json", file, "--", sys.executable, "-c", script]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    (region,) = json.loads(file.read_text(encoding="utf-8"))["regions"]
    assert (region["name"], region["count"]) == ("mine", 1)


def test_one_object_measures_one_block_at_a_time(simulated):
    block = wattlens.measure(**simulated)
    with block, pytest.raises(wattlens.WattlensError, match="already measuring"):
        block.__enter__()
    with block as again:
        pass
    assert again.duration > 0


def test_decorators(simulated):
    told = []

    @wattlens.measure("work", tell=told.append, **simulated)
    def work(value):
        """Works."""

        @wattlens.region("part")
        def part():
            time.sleep(0.02)

        part()
        part()
        return value + 1

    assert work(1) == 2
    assert work.__doc__ == "Works."
    (result,) = told
    assert [(region.name, region.count) for region in result.regions] == [("part", 2)]


def test_what_is_not_done_when_its_call_returns_is_refused():
    async def later():
        pass

    def pieces():
        yield 1

    for decorator in (wattlens.region("r"), wattlens.measure()):
        for function in (later, pieces):
            with pytest.raises(TypeError, match="use `with`"):
                decorator(function)


def test_errors_have_the_programs_message_and_next_step():
    with pytest.raises(wattlens.WattlensError) as caught, wattlens.measure(arguments=["--idle", "nonsense"]):
        pass
    assert "nonsense" in caught.value.message
    assert caught.value.hint
    assert "WATTLENS_REGIONS" not in os.environ


def test_a_program_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("WATTLENS_BINARY", "/no/such/wattlens")
    with pytest.raises(wattlens.BinaryNotFound, match="/no/such/wattlens"), wattlens.measure():
        pass


def test_where_another_process_measures_there_is_no_energy_but_its_reason(simulated):
    with wattlens.measure(**simulated):
        # As a program that was not started by this one.
        script = (
            "import os, wattlens\nos.environ.pop('WATTLENS_REGIONS')\nwith wattlens.measure() as m: pass\n"
            "try: m.energy\nexcept wattlens.NotMeasured as error: print(error)"
        )
        outcome = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert "measured by PID" in outcome.stdout


def test_a_row_is_a_dict_or_of_pandas_where_it_is_loaded(simulated, monkeypatch):
    with wattlens.measure("mine", **simulated) as m:
        time.sleep(0.02)
    monkeypatch.delitem(sys.modules, "pandas", raising=False)
    row = m.row()
    assert row["name"] == "mine"
    assert row["energy_low_j"] <= row["energy_j"] <= row["energy_high_j"]
    assert row["cpu.package.0_j"] == row["energy_j"]
    monkeypatch.setitem(sys.modules, "pandas", types.SimpleNamespace(Series=lambda values: ("series", values)))
    assert m.row() == ("series", row)


def test_ctrl_c_reaches_the_program_and_the_measurement_ends_with_the_block(simulated, tmp_path):
    script = tmp_path / "interrupted.py"
    script.write_text(
        "import os, signal, sys, time, wattlens\n"
        "try:\n"
        "    with wattlens.measure(arguments=sys.argv[1:]) as m:\n"
        "        time.sleep(0.1)\n"
        "        os.killpg(0, signal.SIGINT)\n"
        "        time.sleep(10)\n"
        "except KeyboardInterrupt:\n"
        "    print(m.energy.value > 0)\n",
        encoding="utf-8",
    )
    command = [sys.executable, script, *simulated["arguments"]]
    outcome = subprocess.run(command, capture_output=True, text=True, start_new_session=True, check=True, timeout=30)
    assert outcome.stdout == "True\n"


def test_the_package_is_typed():
    assert (pathlib.Path(wattlens.__file__).parent / "py.typed").exists()
