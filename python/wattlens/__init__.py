"""The energy of what a Python program does, measured by the program `wattlens`.

    import wattlens

    with wattlens.measure() as m:
        with wattlens.region("epoch 3"):
            train()
    print(m)             # 612 ± 31 J in 5.00 s (measured)
    m.energy.value       # joules; m.energy.low and .high: the 95 % interval

docs/python.md of the project tells more.
"""

import importlib
from typing import Any

from ._binary import BinaryNotFound, WattlensError, binary
from ._marks import region
from ._measure import Measurement, NotMeasured, measure
from ._result import Channel, Energy, Region

__all__ = [
    "BinaryNotFound",
    "Channel",
    "Energy",
    "Measurement",
    "NotMeasured",
    "Region",
    "WattlensError",
    "binary",
    "measure",
    "region",
]


def __getattr__(name: str) -> Any:
    """The callbacks are loaded with what they belong to, when they are asked for."""
    if name in ("huggingface", "lightning"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module 'wattlens' has no attribute '{name}'")
