#!/usr/bin/env python3
"""Converts a PyTorch state dict (.pth, .pt, .bin) to .safetensors, which wattlens reads.

Nothing in the file is executed (torch.load with weights_only). A checkpoint with the state dict under "state_dict",
"model" or "model_state_dict" is unpacked; --strip takes a prefix such as "module." off the names. Floating-point
tensors become float32 unless --keep-types is given.
"""

import argparse
import pathlib
import pickle
import sys

import torch
from safetensors.torch import save_file

NESTED = ("state_dict", "model_state_dict", "model")


def state_dict_of(loaded, path):
    """The state dict inside what torch.load gave."""
    for key in NESTED:
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
            break
    if not isinstance(loaded, dict):
        raise ValueError(f"{path} holds a {type(loaded).__name__}, not a state dict")
    tensors = {str(name): value for name, value in loaded.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise ValueError(f"{path} holds no tensors")
    return tensors


def convert(tensors, strip, keep_types):
    """Names without the prefix; tensors contiguous, apart from one another, and float32."""
    converted = {}
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not keep_types:
            tensor = tensor.float()
        converted[name.removeprefix(strip)] = tensor.detach().cpu().contiguous().clone()
    return converted


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("target", type=pathlib.Path, nargs="?", help="default: the source with .safetensors")
    parser.add_argument("--strip", default="", metavar="PREFIX", help="take this off the front of the names")
    parser.add_argument("--keep-types", action="store_true", help="leave float16 and bfloat16 as they are")
    arguments = parser.parse_args()
    target = arguments.target or arguments.source.with_suffix(".safetensors")
    try:
        loaded = torch.load(arguments.source, map_location="cpu", weights_only=True)
        tensors = convert(state_dict_of(loaded, arguments.source), arguments.strip, arguments.keep_types)
        save_file(tensors, target, metadata={"format": "pt"})
    except (OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        print(f"to_safetensors: error: {arguments.source}: {lines[0]}", file=sys.stderr)
        print("to_safetensors:        give a state dict that torch.save wrote", file=sys.stderr)
        return 1
    print(f"{target}: {len(tensors)} tensors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
