#!/usr/bin/env python3
"""Exports timm models with seeded random weights to files that `wattlens run --model FILE` takes.

    python3 tools/export_timm.py --set standard --to models            # all of the standard set, about 4 GB
    python3 tools/export_timm.py resnet18 vit_tiny_patch16_224 --to models --format onnx,torchscript
    python3 tools/export_timm.py mobilenetv3_small_100 --to models --fixed-batch 1 --pretrained
    python3 tools/export_timm.py --list                                # the names of the set, with their sizes

NAME.onnx takes any batch of images of one size; NAME.pt is the same as TorchScript (traced). Beside each FILE lies
FILE.reference.json (schema wattlens.reference_outputs/1, docs/models.md): what PyTorch computes for the first images of
wattlens's portable stream (tools/portable_random.py), and PyTorch's own counts of parameters and multiply-adds.
`wattlens run` finds that file and checks against it.

A model that fails is told, and the others are exported; the exit status is then 1. Needs torch, torchvision and timm.
"""

import argparse
import difflib
import io
import json
import pathlib
import sys
import time
import warnings

import torch

from timm_models import FORMATS, STANDARD_SET, load, reference_of
from torchvision_networks import import_torchvision


def free_dimensions(arguments):
    if arguments.fixed_batch:
        return {}
    free = {"input": {0: "batch"}, "logits": {0: "batch"}}
    if arguments.free_size:
        free["input"].update({2: "height", 3: "width"})
    return free


def write_onnx(model, images, path, arguments, external):
    """External data go into ONE file beside the model, NAME.onnx.data."""
    import onnx

    data = path.with_name(path.name + ".data")
    data.unlink(missing_ok=True)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the tracer, about sizes that are constant here
        torch.onnx.export(
            model,
            (images,),
            buffer,
            opset_version=arguments.opset,
            input_names=["input"],
            output_names=["logits"],
            dynamic_axes=free_dimensions(arguments),
            dynamo=False,  # the other exporter writes opset 18 and later
        )
    if not external:
        path.write_bytes(buffer.getvalue())
        return
    onnx.save(
        onnx.load_from_string(buffer.getvalue()),
        path,
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=data.name,
    )


def write_torchscript(model, images, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(model, images, check_trace=False)
    with torch.no_grad():
        other = torch.cat([images, images[:1]])
        expected = model(other)
        difference = float((traced(other) - expected).abs().max())
    if not difference < 1e-3 * max(1.0, float(expected.abs().max())):
        raise ValueError(f"the traced model is wrong at another batch, by {difference:.3g}")
    torch.jit.save(traced, path)


def export(name, arguments):
    model = load(name, arguments.pretrained, arguments.seed)
    channels, _, default_size = model.default_cfg["input_size"]
    size = arguments.image_size or default_size
    reference = reference_of(model, name, channels, size, arguments)
    images = torch.randn(arguments.fixed_batch or 2, channels, size, size)
    written = []
    for form in arguments.format:
        path = arguments.to / f"{name}.{FORMATS[form]}"
        if form == "onnx":
            external = arguments.external_data or STANDARD_SET.get(name, {}).get("external_data", False)
            write_onnx(model, images, path, arguments, external)
        else:
            write_torchscript(model, images, path)
        path.with_name(path.name + ".reference.json").write_text(json.dumps(reference) + "\n", encoding="utf-8")
        written.append(path.name)
    cost = reference["cost"]
    return (
        f"{', '.join(written)}: {size} px, {cost['parameters'] / 1e6:.2f} M parameters, "
        f"{cost['multiply_adds'] / 1e6:.0f} M multiply-adds"
    )


def listed():
    import_torchvision()
    import timm

    for name in STANDARD_SET:
        channels, _, size = timm.get_pretrained_cfg(name).input_size
        yield f"{name:32} {channels} x {size} x {size}"


def formats(text):
    names = text.split(",")
    for name in names:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(f"'{name}' is not known; choose from {', '.join(FORMATS)}")
    return names


def check_names(names):
    import_torchvision()
    import timm

    known = timm.list_models()
    for name in names:
        if name not in known:
            near = ", ".join(difflib.get_close_matches(name, known, 5, 0.4))
            raise SystemExit(f"timm has no model '{name}'; try: {near or 'timm.list_models()'}")


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage="%(prog)s NAME ... --to FOLDER"
    )
    parser.add_argument("models", nargs="*", metavar="NAME", help="of timm.list_models()")
    parser.add_argument("--set", choices=["standard"], help="all models of this set")
    parser.add_argument("--list", action="store_true", help="name the models of the standard set, and end")
    parser.add_argument("--to", type=pathlib.Path, default=pathlib.Path("models"), help="the folder; default: models")
    parser.add_argument("--format", type=formats, default=["onnx"], help="onnx, torchscript, or both with a comma")
    parser.add_argument("--image-size", type=int, help="pixels; default: the model's own")
    parser.add_argument("--free-size", action="store_true", help="ONNX: leave height and width open")
    parser.add_argument("--fixed-batch", type=int, metavar="N", help="files for N images only")
    parser.add_argument("--external-data", action="store_true", help="ONNX: weights in a file beside the model")
    parser.add_argument("--opset", type=int, default=17, help="of ONNX; default 17")
    parser.add_argument("--pretrained", action="store_true", help="published weights instead of random ones")
    parser.add_argument("--seed", type=int, default=0, help="of the random weights; default 0")
    arguments = parser.parse_args()
    if arguments.set:
        arguments.models += [name for name in STANDARD_SET if name not in arguments.models]
    if not arguments.models and not arguments.list:
        parser.error("name a model, or give --set standard or --list")
    return arguments


def main():
    arguments = parse()
    if arguments.list:
        print("\n".join(listed()))
        return 0
    check_names(arguments.models)
    arguments.to.mkdir(parents=True, exist_ok=True)
    failed = []
    for number, name in enumerate(arguments.models, 1):
        begin = time.monotonic()
        try:
            told = export(name, arguments)
        except Exception as error:  # whatever one model throws, the others are exported
            failed.append(name)
            told = f"{name} failed: {type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
        print(f"[{number}/{len(arguments.models)}] {told} ({time.monotonic() - begin:.0f} s)", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
