"""The callbacks of PyTorch Lightning and of Hugging Face's Trainer, driven as these drive them.

Where the libraries are not installed, stand-ins take their place that have the base class and nothing else.
"""

import importlib
import importlib.util
import sys
import time
import types

import pytest
import wattlens


def stand_in(monkeypatch, library, module, name):
    if importlib.util.find_spec(library) is not None:
        return
    parts = module.split(".")
    for i in range(1, len(parts) + 1):
        monkeypatch.setitem(sys.modules, ".".join(parts[:i]), types.ModuleType(".".join(parts[:i])))
    setattr(sys.modules[module], name, type(name, (), {}))


def check(result):
    assert result.energy.low <= 30 * result.duration <= result.energy.high
    assert [(region.name, region.count) for region in result.regions] == [("epoch 0", 1), ("epoch 1", 1)]


def test_lightning(monkeypatch, simulated):
    stand_in(monkeypatch, "lightning", "lightning.pytorch.callbacks", "Callback")
    callback = wattlens.lightning.EnergyCallback(**simulated)
    trainer = types.SimpleNamespace(current_epoch=0)
    callback.on_fit_start(trainer, None)
    for trainer.current_epoch in range(2):
        callback.on_train_epoch_start(trainer, None)
        time.sleep(0.05)
        callback.on_train_epoch_end(trainer, None)
    callback.on_fit_end(trainer, None)
    check(callback.result)


def test_lightning_after_an_exception(monkeypatch, simulated):
    stand_in(monkeypatch, "lightning", "lightning.pytorch.callbacks", "Callback")
    callback = wattlens.lightning.EnergyCallback(**simulated)
    callback.on_fit_start(None, None)
    callback.on_exception(None, None, ValueError())
    assert callback.result.duration > 0


def test_hugging_face(monkeypatch, simulated):
    stand_in(monkeypatch, "transformers", "transformers", "TrainerCallback")
    callback = wattlens.huggingface.EnergyCallback(**simulated)
    state = types.SimpleNamespace(epoch=None)
    callback.on_train_begin(None, state, None, model=None)
    for epoch in range(2):
        state.epoch = float(epoch)
        callback.on_epoch_begin(None, state, None)
        time.sleep(0.05)
        callback.on_epoch_end(None, state, None)
    callback.on_train_end(None, state, None)
    check(callback.result)


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError):
        _ = wattlens.no_such_thing
