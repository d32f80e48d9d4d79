"""The standard set of timm models, their seeded weights, and what PyTorch computes with them."""

import copy
import math
import re

import torch
from torch.utils.flop_counter import FlopCounterMode

from portable_random import Random, derive_seed
from torchvision_networks import import_torchvision

FORMATS = {"onnx": "onnx", "torchscript": "pt"}
REFERENCE_IMAGES = 2

# One or two of each family; the default sizes are 224 but for those said.
STANDARD_SET = {
    "resnet50": {},
    "resnext50_32x4d": {},
    "wide_resnet50_2": {},
    "res2net50_26w_4s": {},
    "resnetv2_50": {},
    "seresnet50": {},
    "skresnet18": {},
    "densenet121": {},
    "vgg16": {"external_data": True},
    "dla34": {},
    "dpn68": {},
    "hrnet_w18_small": {},
    "cspdarknet53": {},  # 256
    "selecsls42b": {},
    "inception_v3": {},  # 299
    "inception_v4": {},  # 299
    "xception41": {},  # 299
    "mobilenetv2_100": {},
    "mobilenetv3_large_100": {},
    "mobilenetv4_conv_small": {},
    "mobileone_s1": {},
    "mnasnet_100": {},
    "ghostnet_100": {},
    "efficientnet_b1": {},  # 256
    "tf_efficientnetv2_b0": {},  # 192
    "regnety_008": {},
    "repvgg_a0": {},
    "nfnet_l0": {},
    "convnext_tiny": {},
    "convnextv2_nano": {},
    "edgenext_small": {},  # 256
    "fastvit_t8": {},  # 256
    "vit_small_patch16_224": {},
    "deit_tiny_patch16_224": {},
    "deit3_small_patch16_224": {},
    "beit_base_patch16_224": {"external_data": True},
    "cait_xxs24_224": {},
    "xcit_nano_12_p16_224": {},
    "swin_tiny_patch4_window7_224": {},
    "swinv2_tiny_window8_256": {},  # 256
    "twins_svt_small": {},
    "pvt_v2_b1": {},
    "crossvit_tiny_240": {},  # 240
    "tnt_s_patch16_224": {},
    "levit_192": {},
    "efficientformer_l1": {},
    "efficientformerv2_s1": {},
    "mobilevitv2_100": {},  # 256
    "poolformer_s12": {},
    "caformer_s18": {},
    "coatnet_nano_rw_224": {},
    "maxvit_tiny_tf_224": {},
    "davit_tiny": {},
    "mixer_s32_224": {},
    "resmlp_12_224": {},
    "gmlp_s16_224": {},
}


def _redraw_constants(model):
    """timm begins with biases of 0, scales of 1 and layer scales of 1e-6, and the last norm of a block with 0: parts of
    such a network have no effect, and a check of its outputs would not see them. They get random numbers."""
    for name, parameter in model.named_parameters():
        values = parameter.detach()
        if values.numel() == 0 or not bool((values == values.flatten()[0]).all()):
            continue
        start = float(values.flatten()[0])
        if values.ndim >= 2 and start == 0.0 and re.search(r"weight$", name):
            bound = math.sqrt(3.0 / max(1, values[0].numel()))
            values.uniform_(-bound, bound)
        elif start == 1.0:
            values.uniform_(0.8, 1.2)
        elif name.endswith("weight") or re.search(r"gamma|scale|alpha|layer_scale", name):
            values.uniform_(0.2, 0.4)
        else:
            values.uniform_(-0.1, 0.1)


def _calibrate_norms(model, channels, size):
    """Running statistics of random images: with the initial 0 and 1 a deep network of random weights overflows."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        model(torch.randn(4, channels, size, size))
    model.eval()


def load(name, pretrained, seed):
    """The model in the inference phase; its weights depend on the seed alone unless they are the published ones."""
    import_torchvision()  # timm imports it, and it does not load beside every build of torch
    import timm
    import timm.layers

    timm.layers.set_fused_attn(False)  # the two products of attention are then seen by exporters and by the count
    torch.manual_seed(seed)
    model = timm.create_model(name, pretrained=pretrained).eval().requires_grad_(False)
    if not pretrained:
        _redraw_constants(model)
        channels, _, size = model.default_cfg["input_size"]
        _calibrate_norms(model, channels, size)
    return model


def seeded_images(seed, batch, channels, size):
    """float64 images of wattlens's portable stream, rounded to float32 as every engine gets them."""
    values = Random(derive_seed(seed, "input")).normal(batch * channels * size * size)
    return torch.from_numpy(values).float().reshape(batch, channels, size, size)


def _logits(model, images):
    """In float64 where the model can, else in float32; and which it was."""
    with torch.no_grad():
        single = model(images)
        try:
            logits = model.double()(images.double())
        except RuntimeError:
            logits = single
        model.float()
    if logits.dtype == torch.float64 and torch.isfinite(logits).all():
        return logits, "float64"
    return single, "float32"


def errors_of(model, images, logits):
    """How far PyTorch is from `logits` when it computes in a precision, in parts of the largest |logit|."""
    errors = {}
    for precision, kind in (("f32", torch.float32), ("bf16", torch.bfloat16)):
        try:
            with torch.no_grad():
                found = model.to(kind)(images.to(kind)).double()
        except RuntimeError:  # a part that stays in another precision
            continue
        errors[precision] = float(f"{float((found - logits).abs().max() / logits.abs().max()):.3g}")
    model.float()
    return {precision: error for precision, error in errors.items() if math.isfinite(error)}


def cost_of(model, channels, size):
    """Counted by PyTorch: two floating-point operations per multiply-add in convolutions and matrix products."""
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        model(torch.zeros(1, channels, size, size))
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "multiply_adds": counter.get_total_flops() // 2,
        "counted_by": "torch.utils.flop_counter",
    }


def reference_of(model, name, channels, size, arguments):
    """The content of FILE.reference.json."""
    import timm

    images = seeded_images(0, arguments.fixed_batch or REFERENCE_IMAGES, channels, size)
    logits, precision = _logits(model, images)
    if logits.ndim != 2 or not torch.isfinite(logits).all():
        raise ValueError(f"the outputs are not finite logits [batch, classes] but {tuple(logits.shape)}")
    values = [[float(f"{v:.9g}") for v in row] for row in logits.tolist()]
    cost = cost_of(model, channels, size)
    error = errors_of(copy.deepcopy(model), images, logits.double())
    return {
        "schema": "wattlens.reference_outputs/1",
        "model": name,
        "input_seed": 0,
        "channels": channels,
        "layout": "NCHW",
        "weights": "pretrained" if arguments.pretrained else f"random, seed {arguments.seed}",
        "made_with": {"torch": torch.__version__, "timm": timm.__version__},
        "reference": f"PyTorch in {precision}",
        "cost": cost,
        "sizes": [{"image_size": size, "logits": values, "error": error}],
    }
