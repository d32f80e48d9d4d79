"""A callback for the Trainer of Hugging Face: the energy of a training and of each epoch.

trainer = transformers.Trainer(..., callbacks=[wattlens.huggingface.EnergyCallback()])
"""

from typing import Any

from transformers import TrainerCallback

from ._marks import region
from ._measure import Measurement, measure


class EnergyCallback(TrainerCallback):  # type: ignore[misc]
    """`result` is the Measurement of the last training; its regions are the epochs. Options go to measure()."""

    def __init__(self, **options: Any) -> None:
        self.result: Measurement | None = None
        self._options = options
        self._measure: measure | None = None
        self._epoch: region | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._measure = measure("train", **self._options)
        self.result = self._measure.__enter__()

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._epoch = region(f"epoch {int(state.epoch or 0)}")
        self._epoch.__enter__()

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._epoch is not None:
            self._epoch.__exit__()
            self._epoch = None

    def on_train_end(self, args: Any, state: Any, control: Any, **options: Any) -> None:
        self.on_epoch_end(args, state, control, **options)
        if self._measure is not None:
            self._measure.__exit__()
            self._measure = None
