#!/usr/bin/env python3
"""Checks that a torchvision state dict gives PyTorch's outputs through wattlens's OpenVINO engine in f32.

    cmake --preset release -DWATTLENS_BENCH=ON && cmake --build --preset release --target bench_engine
    python3 tools/check_state_dict.py resnet50 vit_b_16

For each network: torchvision makes the module with its own random weights, torch.save writes its state dict,
to_safetensors.py converts it, the engine reads it and runs seeded images. The error is the largest difference from
PyTorch in float64 over the largest |logit|; above --tolerance the script fails. With --timm NAME ... the same is done
for models of timm that go through an ONNX file (export_timm.py). Needs torch, torchvision, safetensors; timm.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch

import torchvision_networks as networks

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ROOT / "tools"


def enliven(module):
    """Replaces what torchvision starts at 0 or 1, so that a mistake in it shows in the outputs."""
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name.endswith("running_mean"):
                tensor.normal_(0.0, 0.1)
            elif name.endswith("running_var"):
                tensor.uniform_(0.5, 1.5)
            elif name.endswith("layer_scale"):
                tensor.uniform_(0.1, 0.3)
            elif tensor.is_floating_point() and tensor.dim() == 1:
                tensor.add_(torch.empty_like(tensor).uniform_(-0.1, 0.1))
            elif name == "class_token" or name.startswith("heads."):
                tensor.normal_(0.0, 0.1)


def engine_logits(program, model, images, folder):
    images.numpy().tofile(folder / "images")
    command = [program, model, "--batch", images.shape[0], "--image-size", images.shape[-1], "--seconds", 0]
    command += ["--images", folder / "images", "--logits", folder / "logits"]
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{model}: {result.stderr.strip()}")
    return np.fromfile(folder / "logits", dtype=np.float32).reshape(images.shape[0], -1), json.loads(result.stdout)


def report(name, logits, expected, tolerance):
    """True where the logits agree."""
    error = float(np.abs(logits - expected).max() / np.abs(expected).max())
    same = bool((logits.argmax(1) == expected.argmax(1)).all())
    verdict = "ok" if error <= tolerance else "WRONG"
    print(f"{name}: largest relative error {error:.2e}, same top-1: {'yes' if same else 'no'}: {verdict}", flush=True)
    return error <= tolerance


def check_network(name, arguments, folder):
    torch.manual_seed(arguments.seed)
    module = networks.make(name, arguments.image_size)
    enliven(module)
    torch.save(module.state_dict(), folder / f"{name}.pth")
    safetensors = folder / f"{name}.safetensors"
    command = [sys.executable, TOOLS / "to_safetensors.py", folder / f"{name}.pth", safetensors]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    images = networks.seeded_input(arguments.seed, 2, arguments.image_size)
    with torch.no_grad():
        expected = module.double()(images.double()).numpy()
    logits, _ = engine_logits(arguments.program, f"{name}@{safetensors}", images, folder)
    return report(name, logits, expected, arguments.tolerance)


def check_timm(name, arguments, folder):
    onnx = folder / f"{name}.onnx"
    command = [sys.executable, TOOLS / "export_timm.py", name, "--to", folder]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    facts = json.loads((folder / f"{name}.onnx.reference.json").read_text(encoding="utf-8"))
    (outputs,) = facts["sizes"]
    images = networks.seeded_input(facts["input_seed"], len(outputs["logits"]), outputs["image_size"])
    logits, _ = engine_logits(arguments.program, onnx, images, folder)
    return report(f"timm {name}", logits, np.array(outputs["logits"]), arguments.tolerance)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", help="default: all seven, unless --timm is given")
    parser.add_argument("--timm", nargs="+", default=[], metavar="NAME", help="models of timm, through ONNX")
    parser.add_argument("--image-size", type=int, default=224)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bench_engine")
    arguments = parser.parse_args()
    names = arguments.networks or ([] if arguments.timm else networks.NETWORKS)
    good = []
    for check, name in [(check_network, name) for name in names] + [(check_timm, name) for name in arguments.timm]:
        with tempfile.TemporaryDirectory() as folder:
            good.append(check(name, arguments, pathlib.Path(folder)))
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
