#!/usr/bin/env python3
"""Makes what the tests of src/network compare with: published facts and torchvision's own names and shapes.

tests/golden/networks.json              parameter counts and multiply-adds, as torchvision publishes them (read from
                                        the first CSV) and as PyTorch counts them on torchvision's modules; millions
                                        of activations as timm publishes them (read from the second CSV)
tests/golden/state_dicts/NETWORK.txt    one line per entry of the state dict: name and dimensions, sorted by name;
                                        num_batches_tracked left out
"""

import argparse
import csv
import json
import pathlib
import sys

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import torchvision_networks as networks

COUNTED_SIZES = (224, 160)
TIMM_NAMES = {
    "convnext_base": "convnext_base",
    "densenet121": "densenet121",
    "mobilenet_v2": "mobilenetv2_100",
    "resnet50": "resnet50",
    "vit_b_16": "vit_base_patch16_224",
}


def published(path):
    """Network -> (parameters, multiply-adds in 1e9), of the first weights listed that are not quantized."""
    facts = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["quantized"] == "0" and row["crop_size"] == "224":
                facts.setdefault(row["model"], (int(row["num_params"]), float(row["gflops"])))
    return facts


def published_activations(path):
    """timm's name -> millions of activations at 224 x 224."""
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["model"]: float(row["infer_macts"])
            for row in csv.DictReader(file)
            if row["infer_img_size"] == "224" and row["infer_macts"]
        }


def counted(network, image_size):
    """Multiply-adds of one image: PyTorch's counter counts two operations for each."""
    torch.backends.mha.set_fastpath_enabled(False)  # it and the fused attention are not counted
    module = networks.make(network, image_size)
    with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        module(torch.zeros(1, 3, image_size, image_size))
    return counter.get_total_flops() // 2


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv", type=pathlib.Path, help="model, quantized, crop_size, num_params, gflops per line")
    parser.add_argument("timm_csv", type=pathlib.Path, help="model, infer_img_size, infer_macts per line")
    parser.add_argument("--to", type=pathlib.Path, default=root / "tests/golden")
    arguments = parser.parse_args()
    facts = published(arguments.csv)
    activations = published_activations(arguments.timm_csv)
    torchvision = networks.import_torchvision()
    out = {
        "schema": "wattlens.network_facts/1",
        "source": "torchvision's weight entries (BSD-3-Clause): num_params, GFLOPS (multiply-adds); activations: "
        f"timm (Apache-2.0), {arguments.timm_csv.name}",
        "counted_with": {
            "torch": torch.__version__.split("+")[0],
            "torchvision": torchvision.__version__.split("+")[0],
        },
        "networks": {},
    }
    (arguments.to / "state_dicts").mkdir(parents=True, exist_ok=True)
    for network in networks.NETWORKS:
        parameters, giga = facts[network]
        out["networks"][network] = {
            "published_parameters": parameters,
            "published_giga_multiply_adds": giga,
            "counted_multiply_adds": {str(size): counted(network, size) for size in COUNTED_SIZES},
        }
        if network in TIMM_NAMES:
            out["networks"][network]["published_million_activations"] = activations[TIMM_NAMES[network]]
        lines = [
            " ".join([name, *map(str, tensor.shape)])
            for name, tensor in sorted(networks.make(network).state_dict().items())
            if not name.endswith("num_batches_tracked")
        ]
        (arguments.to / "state_dicts" / f"{network}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (arguments.to / "networks.json").write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
