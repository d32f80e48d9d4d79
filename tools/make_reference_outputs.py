#!/usr/bin/env python3
"""Makes tests/golden/outputs/NETWORK.json: what every engine must compute, by PyTorch in float64.

The file, one line per image:
  {"schema": "wattlens.reference_outputs/1", "network": "resnet50", "weights_seed": 0, "input_seed": 0, "classes": 1000,
   "made_with": {"torch": ..., "torchvision": ..., "numpy": ...},
   "sizes": [{"image_size": 224, "layer_deviation": {"lowest": ..., "highest": ...},
              "logits": [[1000 numbers of image 0], [... of image 1]]}, ...]}
Logits have 7 significant digits. layer_deviation: the lowest and the highest standard deviation of a layer's output
(modules without children), which the initialisation keeps within 0.1 to 10; the script fails where it does not.
"""

import argparse
import json
import pathlib
import sys

import numpy as np
import torch

import torchvision_networks as networks

# Elsewhere 160. At 96 AlexNet's adaptive pooling makes 6 x 6 cells of 2 x 2, which takes the general form in ONNX.
SMALL_SIZE = {"alexnet": 96}
BATCH = 2


def deviations(module, images):
    """Runs the module; returns the logits and the standard deviation of the output of every layer."""
    found = {}

    def hook(name):
        def keep(_, __, output):
            value = output[0] if isinstance(output, tuple) else output
            found[name] = float(value.std())

        return keep

    handles = [
        child.register_forward_hook(hook(name))
        for name, child in module.named_modules()
        if not list(child.children()) or isinstance(child, torch.nn.MultiheadAttention)
    ]
    with torch.no_grad():
        logits = module(images)
    for handle in handles:
        handle.remove()
    return logits, found


def reference(network, image_size):
    module = networks.make(network, image_size).double()
    state = {name: value.double() for name, value in networks.seeded_state(network, module, 0).items()}
    missing, extra = module.load_state_dict(state, strict=False)
    if extra or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"{network}: missing {missing}, extra {extra}")
    logits, found = deviations(module, networks.seeded_input(0, BATCH, image_size).double())
    lowest, highest = min(found, key=found.get), max(found, key=found.get)
    print(
        f"{network} {image_size}: deviations {found[lowest]:.3f} ({lowest}) to {found[highest]:.3f} ({highest}), "
        f"logits {float(logits.std()):.3f}, between images {float((logits[0] - logits[1]).std()):.4f}"
    )
    if found[lowest] < 0.1 or found[highest] > 10 or not torch.isfinite(logits).all():
        raise ValueError(f"{network} at {image_size}: a layer's deviation is outside 0.1 to 10")
    return {
        "image_size": image_size,
        "layer_deviation": {"lowest": round(found[lowest], 4), "highest": round(found[highest], 4)},
        "logits": logits.tolist(),
    }


def as_text(head, sizes):
    lines = [json.dumps(head)[:-1] + ', "sizes": [']
    for i, size in enumerate(sizes):
        rows = [",".join(f"{value:.7g}" for value in row) for row in size["logits"]]
        start = json.dumps({key: value for key, value in size.items() if key != "logits"})[:-1]
        lines.append(start + ', "logits": [')
        lines.append(",\n".join(f"[{row}]" for row in rows))
        lines.append("]}" + ("," if i + 1 < len(sizes) else ""))
    return "\n".join(lines) + "\n]}\n"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=networks.NETWORKS)
    parser.add_argument("--to", type=pathlib.Path, default=root / "tests/golden/outputs")
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    versions = {
        "torch": torch.__version__.split("+")[0],
        "torchvision": networks.import_torchvision().__version__.split("+")[0],
        "numpy": np.__version__,
    }
    for network in arguments.networks:
        sizes = [reference(network, size) for size in (SMALL_SIZE.get(network, 160), 224)]
        head = {
            "schema": "wattlens.reference_outputs/1",
            "network": network,
            "weights_seed": 0,
            "input_seed": 0,
            "classes": 1000,
            "made_with": versions,
        }
        (arguments.to / f"{network}.json").write_text(as_text(head, sizes), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
