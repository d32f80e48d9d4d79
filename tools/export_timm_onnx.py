#!/usr/bin/env python3
"""Exports a timm model to one ONNX file (opset 17, any batch) that `wattlens run --model FILE` takes.

    python3 tools/export_timm_onnx.py resnet18 resnet18.onnx
    python3 tools/export_timm_onnx.py mobilenetv3_small_100 m.onnx --pretrained --fixed-batch 1

The weights are random, made from --seed, unless --pretrained: timm then fetches its own. Needs torch and timm. With
--outputs FILE the logits that PyTorch computes for two seeded images are written as JSON, to compare an engine with.
"""

import argparse
import difflib
import json
import pathlib
import sys
import warnings

import torch

from torchvision_networks import import_torchvision, seeded_input


def load(name, pretrained, seed):
    import_torchvision()  # timm imports it, and it does not load beside every build of torch
    import timm

    if name not in timm.list_models():
        near = ", ".join(difflib.get_close_matches(name, timm.list_models(), 5, 0.4))
        raise SystemExit(f"timm has no model '{name}'; try: {near or 'timm.list_models()'}")
    torch.manual_seed(seed)
    return timm.create_model(name, pretrained=pretrained).eval()


def export(model, size, path, fixed_batch):
    free = {} if fixed_batch else {"input": {0: "batch"}, "logits": {0: "batch"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the tracer, about sizes that are constant here
        torch.onnx.export(
            model,
            (torch.zeros(fixed_batch or 1, 3, size, size),),
            path,
            opset_version=17,
            input_names=["input"],
            output_names=["logits"],
            dynamic_axes=free,
            dynamo=False,  # the other exporter writes opset 18 and later
            external_data=False,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a name from timm.list_models()")
    parser.add_argument("file", type=pathlib.Path, help="the .onnx file to write")
    parser.add_argument("--image-size", type=int, help="pixels; default: the model's own")
    parser.add_argument("--fixed-batch", type=int, metavar="N", help="a file for N images only")
    parser.add_argument("--pretrained", action="store_true", help="published weights instead of random ones")
    parser.add_argument("--seed", type=int, default=0, help="of the random weights; default 0")
    parser.add_argument("--outputs", type=pathlib.Path, metavar="FILE", help="write PyTorch's logits as JSON")
    arguments = parser.parse_args()

    model = load(arguments.model, arguments.pretrained, arguments.seed)
    size = arguments.image_size or model.default_cfg["input_size"][-1]
    export(model, size, arguments.file, arguments.fixed_batch)
    print(f"{arguments.file}: {arguments.model}, {size} px, {arguments.file.stat().st_size / 2**20:.1f} MiB")
    if arguments.outputs:
        with torch.no_grad():
            logits = model(seeded_input(0, arguments.fixed_batch or 2, size))
        facts = {"model": arguments.model, "image_size": size, "input_seed": 0, "logits": logits.tolist()}
        arguments.outputs.write_text(json.dumps(facts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
