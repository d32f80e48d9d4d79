#!/usr/bin/env python3
"""Makes the small .pt files that the tests of the LibTorch engine read: classifier.pt computes something that the tests
compute again in double, each of the others breaks one rule.

    .venv/bin/python tests/engine/models/make_torch_models.py

With a FILE it makes only that: a package (.pt2) of the classifier, compiled for this processor and therefore not kept.
"""

import io
import pathlib
import sys
import zipfile

import torch

FOLDER = pathlib.Path(__file__).resolve().parent
MIX = ((1.0, 0.0, 0.0), (0.0, -2.0, 0.0), (0.5, 0.25, 4.0), (1.0, 1.0, 1.0))


class Classifier(torch.nn.Module):
    """Logit k: the means of the three channels, mixed by row k, plus k."""

    def __init__(self):
        super().__init__()
        self.mix = torch.nn.Linear(3, 4)
        self.mix.weight.data = torch.tensor(MIX)
        self.mix.bias.data = torch.arange(4.0)

    def forward(self, images):
        return self.mix(images.mean(dim=[2, 3]))


class TwoInputs(Classifier):
    def forward(self, images, more):
        return self.mix((images + more).mean(dim=[2, 3]))


class Text(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(10, 4)

    def forward(self, text):
        return self.words(text).mean(dim=1)


class ListInput(torch.nn.Module):
    def forward(self, images: list[torch.Tensor]):
        return images[0].mean(dim=[2, 3])


class IntegerOutput(Classifier):
    def forward(self, images):
        return self.mix(images.mean(dim=[2, 3])).argmax(dim=1, keepdim=True)


class NotANumber(Classifier):
    def forward(self, images):
        return self.mix(images.mean(dim=[2, 3])) / torch.zeros(4) * 0.0


class InPlace(Classifier):
    def forward(self, images):
        images.mul_(0.5)
        return self.mix(images.mean(dim=[2, 3]))


class TwoImages(Classifier):
    """Made for batches of two."""

    def forward(self, images):
        return self.mix(images.reshape(2, 3, -1).mean(dim=2))


class SeveralOutputs(Classifier):
    def forward(self, images):
        means = images.mean(dim=[2, 3])
        return means.argmax(dim=1), {"logits": self.mix(means)}


class MixedPrecision(Classifier):
    """Has a constant that stays float32 whatever its weights are converted to."""

    def forward(self, images):
        return self.mix(images.mean(dim=[2, 3])) @ torch.eye(4, dtype=torch.float32)


class IndexBuffer(Classifier):
    """Looks its weights up by a table of whole numbers, as models with relative positions do."""

    def __init__(self):
        super().__init__()
        self.register_buffer("order", torch.tensor([3, 2, 1, 0]))
        self.mix.weight.data = self.mix.weight.data[self.order].clone()

    def forward(self, images):
        weight = self.mix.weight[self.order]
        return torch.nn.functional.linear(images.mean(dim=[2, 3]), weight, self.mix.bias)


class CudaConstant(Classifier):
    def forward(self, images):
        return self.mix(images.mean(dim=[2, 3])) + torch.zeros(4, device=torch.device("cuda:0"))


def save(name, module):
    torch.jit.save(torch.jit.script(module.eval()), FOLDER / f"{name}.pt")


def rewrite(name, module, change):
    """A TorchScript archive in which `change` has replaced records; it takes and gives (name, bytes)."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module.eval()), buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(FOLDER / f"{name}.pt", "w") as target:
        for record in source.infolist():
            target.writestr(record.filename, change(record.filename, source.read(record)))


def newer(name, content):
    return b"999\n" if name.endswith("/version") else content


def unknown_operator(name, content):
    return content.replace(b"torch.mean(", b"ops.mine.mean(") if name.endswith(".py") else content


def package(path):
    size = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(Classifier().eval(), (torch.randn(2, 3, 8, 8),), dynamic_shapes={"images": {0: size}})
    torch._inductor.aoti_compile_and_package(program, package_path=path)


def main():
    if len(sys.argv) > 1:
        package(sys.argv[1])
        return
    for name, module in {
        "classifier": Classifier(),
        "two_inputs": TwoInputs(),
        "text_input": Text(),
        "list_input": ListInput(),
        "integer_output": IntegerOutput(),
        "not_a_number": NotANumber(),
        "in_place": InPlace(),
        "two_images": TwoImages(),
        "several_outputs": SeveralOutputs(),
        "mixed_precision": MixedPrecision(),
        "index_buffer": IndexBuffer(),
        "cuda_constant": CudaConstant(),
    }.items():
        save(name, module)
    rewrite("newer_version", Classifier(), newer)
    rewrite("unknown_operator", Classifier(), unknown_operator)
    torch.save(Classifier().state_dict(), FOLDER / "state_dict.pt")
    program = torch.export.export(Classifier().eval(), (torch.randn(2, 3, 8, 8),))
    torch.export.save(program, FOLDER / "exported_program.pt2")


if __name__ == "__main__":
    main()
