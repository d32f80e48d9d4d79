"""torchvision's own networks with the weights that wattlens seeds, written down a second time.

Nothing here reads the C++ code: the architecture is torchvision's, the rule below is that of docs/networks.md, so a
mistake in src/network shows as a difference.
"""

import re
import sys
import types

import numpy as np
import torch

from portable_random import Random, derive_seed

NETWORKS = ("alexnet", "convnext_base", "densenet121", "mobilenet_v2", "resnet50", "shufflenet_v2_x0_5", "vit_b_16")

NORM_WEIGHT = (0.8, 1.2)
BIAS = (-0.1, 0.1)

# Per network: (pattern of the parameter's name, a gain or a range). The first that matches counts; a weight that none
# matches has gain 2.
EXCEPTIONS = {
    "alexnet": [(r".*\.weight", 1.0)],
    "convnext_base": [
        (r".*layer_scale", (0.2, 0.4)),
        (r".*\.block\.5\.weight", 2.0),
        (r".*\.weight", 1.0),
    ],
    "densenet121": [(r"features\.conv0\.weight", 1.0)],
    "mobilenet_v2": [
        (r"features\.(0|18)\.0\.weight", 1.0),
        (r"features\.([2-9]|1[0-7])\.conv\.0\.0\.weight", 1.0),
        (r"features\.(3|5|6|8|9|10|12|13|15|16)\.conv\.3\.weight", (0.4, 0.6)),
    ],
    "resnet50": [(r"conv1\.weight", 1.0), (r"layer.*\.bn3\.weight", (0.2, 0.3))],
    "shufflenet_v2_x0_5": [
        (r"conv1\.0\.weight", 1.0),
        (r".*\.branch1\.2\.weight", 1.0),
        (r".*\.branch2\.5\.weight", 1.0),
    ],
    "vit_b_16": [
        (r"class_token|encoder\.pos_embedding", (-0.5, 0.5)),
        (r".*\.in_proj_weight|.*\.mlp\.3\.weight", 2.0),
        (r".*weight", 1.0),
    ],
}


def import_torchvision():
    """torchvision without its compiled operators, which do not load beside every build of torch."""
    try:
        import torchvision
    except RuntimeError:
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import_torchvision.library = library  # alive as long as the operator is
        import torchvision
    return torchvision


def make(name, image_size=224, classes=1000):
    """torchvision's module, in the inference phase, with weights of its own."""
    models = import_torchvision().models
    options = {"weights": None, "num_classes": classes}
    if name.startswith("vit"):
        options["image_size"] = image_size
    if name == "densenet121":
        options["memory_efficient"] = False
    return getattr(models, name)(**options).eval()


def parameter_range(network, name, shape):
    """What the numbers of one parameter are drawn from: (low, high)."""
    if name.endswith(("bias", "running_mean")):
        return BIAS
    if name.endswith("running_var"):
        return NORM_WEIGHT
    rule = next((rule for pattern, rule in EXCEPTIONS[network] if re.fullmatch(pattern, name)), 2.0)
    if isinstance(rule, tuple):
        return rule
    if len(shape) == 1:
        return NORM_WEIGHT
    bound = float(np.sqrt(3.0 * rule / float(np.prod(shape[1:]))))
    return (-bound, bound)


def seeded_state(network, module, seed):
    """The state dict, float32, with wattlens's seeded numbers."""
    state = {}
    for name, tensor in module.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        low, high = parameter_range(network, name, tuple(tensor.shape))
        values = Random(derive_seed(seed, name)).uniform(tensor.numel(), low, high)
        state[name] = torch.from_numpy(values.astype(np.float32).reshape(tensor.shape))
    return state


def seeded_input(seed, batch, image_size):
    """float32 images [batch, 3, size, size], N(0, 1)."""
    values = Random(derive_seed(seed, "input")).normal(batch * 3 * image_size * image_size)
    return torch.from_numpy(values.astype(np.float32).reshape(batch, 3, image_size, image_size))
