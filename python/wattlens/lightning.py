"""A callback for PyTorch Lightning: the energy of a fit and of each epoch.

trainer = lightning.Trainer(callbacks=[wattlens.lightning.EnergyCallback()])
"""

from typing import Any

from ._marks import region
from ._measure import Measurement, measure

try:
    from lightning.pytorch.callbacks import Callback
except ImportError:
    from pytorch_lightning.callbacks import Callback


class EnergyCallback(Callback):  # type: ignore[misc]
    """`result` is the Measurement of the last fit; its regions are the epochs. Keyword arguments go to measure()."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.result: Measurement | None = None
        self._options = options
        self._measure: measure | None = None
        self._epoch: region | None = None

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        self._measure = measure("fit", **self._options)
        self.result = self._measure.__enter__()

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        self._epoch = region(f"epoch {trainer.current_epoch}")
        self._epoch.__enter__()

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        if self._epoch is not None:
            self._epoch.__exit__()
            self._epoch = None

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        self._stop(trainer, pl_module)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self._stop(trainer, pl_module)

    def _stop(self, trainer: Any, pl_module: Any) -> None:
        self.on_train_epoch_end(trainer, pl_module)
        if self._measure is not None:
            self._measure.__exit__()
            self._measure = None
