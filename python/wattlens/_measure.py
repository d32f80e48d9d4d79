"""Measures a block of the running program: `wattlens measure` runs around a child that waits until the block ends."""

import contextlib
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ._binary import WattlensError, binary
from ._marks import PIPE, VARIABLE, refuse_unfinished, region, synchronise
from ._result import Channel, Energy, Region, channels_of, energy_of, region_of

# Tells where the pipe of the regions is, and waits for a line, or the end of its input.
_WAITING_CHILD = ("sh", "-c", 'printf "%s\\n" "$WATTLENS_REGIONS"; read -r _')
_Function = TypeVar("_Function", bound=Callable[..., Any])


class NotMeasured(WattlensError):
    """There is no energy: why, and what mends it."""


class Measurement:
    """What `measure()` found; filled when the block has ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._document: dict[str, Any] | None = None
        self._reason = ("the block has not ended yet", "ask after the `with` block")

    def _told(self) -> dict[str, Any]:
        if self._document is None:
            raise NotMeasured(*self._reason)
        return self._document

    @property
    def energy(self) -> Energy:
        """Of the whole machine during the block. Raises NotMeasured where there is none."""
        document = self._told()
        energy = energy_of(document["total"])
        if energy is None:
            hints = [channel["hint"] for channel in document["channels"] if channel.get("hint")]
            hint = hints[0] if hints else "wattlens doctor tells what can be measured here"
            raise NotMeasured(f"no energy: {document['total'].get('reason') or 'no sensor'}", hint)
        return energy

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, in joules."""
        return self.energy.low, self.energy.high

    @property
    def duration(self) -> float:
        """In seconds."""
        return float(self._told()["window"]["duration_s"])

    @property
    def resolvable(self) -> bool:
        """False: the block was too short for the sensors."""
        return bool(self._told()["resolvable"])

    @property
    def channels(self) -> dict[str, Channel]:
        return channels_of(self._told()["channels"])

    @property
    def regions(self) -> list[Region]:
        return [region_of(entry) for entry in self._told()["regions"]]

    @property
    def warnings(self) -> list[str]:
        return [warning["message"] for warning in self._told()["warnings"]]

    def to_dict(self) -> dict[str, Any]:
        """All of docs/measure.schema.json."""
        return dict(self._told())

    def row(self) -> Any:
        """One row for a table: a pandas.Series where pandas is loaded, else a dict. Missing is None."""
        document = self._told()
        energy = energy_of(document["total"])
        row = {
            "name": self.name,
            "started_at": document["started_at"],
            "duration_s": self.duration,
            "energy_j": energy.value if energy else None,
            "energy_low_j": energy.low if energy else None,
            "energy_high_j": energy.high if energy else None,
            "provenance": document["total"]["provenance"],
            "complete": document["total"]["complete"],
            "resolvable": self.resolvable,
        }
        for id, channel in self.channels.items():
            row[f"{id}_j"] = channel.energy.value if channel.energy else None
        pandas = sys.modules.get("pandas")
        return pandas.Series(row) if pandas is not None else row

    def __str__(self) -> str:
        if self._document is None:
            return f"{self.name}: {self._reason[0]}"
        energy = energy_of(self._document["total"])
        told = str(energy) if energy else f"no energy ({self._document['total'].get('reason', 'no sensor')})"
        return f"{self.name}: {told} in {self.duration:.3g} s"


class measure:
    """`with measure() as m:`, or `@measure()`, which prints each result to standard error or hands it to `tell`.

    Inside `wattlens measure -- python ...`, or inside another measure(), it is a region of that measurement, and has no
    energy of its own. `arguments` go to `wattlens measure` (for instance `["--simulate", "scenario.toml"]`).
    """

    def __init__(
        self,
        name: str = "block",
        *,
        arguments: Sequence[str] = (),
        tell: Callable[[Measurement], None] | None = None,
    ) -> None:
        self._name = str(name)
        self._arguments = [str(argument) for argument in arguments]
        self._tell = tell
        self._running: subprocess.Popen[bytes] | None = None
        self._region: region | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._listener: threading.Thread | None = None
        self._said: list[bytes] = []
        self._result = Measurement(self._name)

    def __enter__(self) -> Measurement:
        if self._running is not None or self._region is not None:
            raise WattlensError("this measure() is already measuring", "make a new one for each block")
        self._result = Measurement(self._name)
        if PIPE.is_open():
            self._result._reason = (
                f"'{self._name}' is a region of the measurement around it, which tells its energy",
                "read it in the result of that measurement",
            )
            self._region = region(self._name)
            self._region.__enter__()
        else:
            self._start()
        return self._result

    def _start(self) -> None:
        program = binary()
        synchronise()
        self._folder = tempfile.TemporaryDirectory(prefix="wattlens-python-")
        command = [str(program), "measure", "--json", str(self._file()), *self._arguments, "--", *_WAITING_CHILD]
        # The terminal's signals are for this program: a session of its own keeps Ctrl-C from the measurement.
        self._running = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        assert self._running.stdout and self._running.stderr
        self._said = []
        # Read meanwhile: a full pipe would stop the measurement.
        self._listener = threading.Thread(target=self._said.extend, args=(self._running.stderr,), daemon=True)
        self._listener.start()
        line = self._running.stdout.readline().decode()
        if not line:
            self._finish_process()
            raise self._error()
        # Empty where another process measures, or where there is no folder for the pipe: then without regions.
        if path := line.rstrip("\n"):
            os.environ[VARIABLE] = path

    def _file(self) -> pathlib.Path:
        assert self._folder
        return pathlib.Path(self._folder.name) / "result.json"

    def __exit__(self, *_: object) -> None:
        if self._region is not None:
            self._region.__exit__()
            self._region = None
            return
        synchronise()
        os.environ.pop(VARIABLE, None)
        self._finish_process()
        assert self._folder
        try:
            self._result._document = json.loads(self._file().read_text(encoding="utf-8"))
        except (OSError, ValueError):
            error = self._error()
            self._result._reason = (error.message, error.hint)
        finally:
            self._folder.cleanup()
            self._folder = None

    def _finish_process(self) -> None:
        assert self._running and self._running.stdin and self._running.stdout and self._listener
        # A line, and not only the end of its input: a process that was forked in the block holds the pipe open too.
        with contextlib.suppress(BrokenPipeError):
            self._running.stdin.write(b"\n")
            self._running.stdin.flush()
        with contextlib.suppress(BrokenPipeError):
            self._running.stdin.close()
        self._running.wait()
        self._listener.join()
        self._running.stdout.close()
        self._running = None
        PIPE.close()

    def _error(self) -> WattlensError:
        """What the program said: a line of what is wrong, and a line of how to mend it."""
        lines = b"".join(self._said).decode("utf-8", "replace").strip().splitlines()
        message = lines[0].removeprefix("wattlens: ") if lines else "wattlens ended without a result"
        hint = lines[1].strip() if len(lines) > 1 else "run `wattlens measure -- true` in a terminal"
        return WattlensError(message, hint)

    def __call__(self, function: _Function) -> _Function:
        refuse_unfinished(function)

        @functools.wraps(function)
        def inside(*arguments: Any, **named: Any) -> Any:
            block = measure(self._name, arguments=self._arguments)
            with block as result:
                value = function(*arguments, **named)
            (self._tell or _print)(result)
            return value

        return inside  # type: ignore[return-value]


def _print(result: Measurement) -> None:
    print(f"wattlens: {result}", file=sys.stderr)
