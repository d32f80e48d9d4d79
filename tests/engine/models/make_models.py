"""Makes the ONNX files beside it: small models, good and bad, for the tests of the engines. Needs the onnx package.

Run it again after a change and commit the files: python3 tests/engine/models/make_models.py
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent
FREE = ["batch", 3, "height", "width"]
FIXED = [1, 3, 8, 8]

# logits[n, k] = sum over c of MIX[k, c] * mean of channel c of image n, plus k; the test computes the same in C++.
MIX = np.array([[1, 0, 0], [0, -2, 0], [0.5, 0.25, 4], [1, 1, 1]], dtype=np.float32)
MEANS = [
    helper.make_node("Conv", ["input", "mix", "bias"], ["mixed"], name="mix"),
    helper.make_node("GlobalAveragePool", ["mixed"], ["pooled"], name="pool"),
]
CLASSIFIER = [*MEANS, helper.make_node("Flatten", ["pooled"], ["logits"], name="flatten")]


def tensor(name, values, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(values, dtype=dtype), name)


def mix(dtype=np.float32):
    return [tensor("mix", MIX.reshape(4, 3, 1, 1), dtype), tensor("bias", np.arange(4), dtype)]


def model(nodes, tensors, images=FREE, result=("batch", 4), kind=TensorProto.FLOAT, result_kind=None, more=()):
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info("input", kind, images)] + [m for m in more if m.name.startswith("input")],
        [helper.make_tensor_value_info("logits", result_kind or kind, result)]
        + [m for m in more if m.name.startswith("logits")],
        list(tensors),
    )
    domains = sorted({node.domain for node in nodes if node.domain})
    opsets = [helper.make_opsetid("", 17)] + [helper.make_opsetid(domain, 1) for domain in domains]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="wattlens tests")


def save(name, made):
    onnx.save(made, FOLDER / f"{name}.onnx")


def main():
    save("classifier", model(CLASSIFIER, mix()))
    save("fixed_batch", model(CLASSIFIER, mix(), FIXED, (1, 4)))
    save("half", model(CLASSIFIER, mix(np.float16), kind=TensorProto.FLOAT16))

    # Whatever the batch, one row comes out of the first; the second cannot even be reshaped.
    rows = helper.make_node("Reshape", ["pooled", "shape"], ["logits"], name="rows")
    save("one_row", model([*MEANS, rows], [*mix(), tensor("shape", [1, -1], np.int64)], FIXED, None))
    save("rigid", model([*MEANS, rows], [*mix(), tensor("shape", [1, 4], np.int64)], FIXED, None))

    odd = [
        helper.make_node("Twist", ["input"], ["twisted"], domain="acme"),
        helper.make_node("Flatten", ["twisted"], ["logits"]),
    ]
    save("unsupported_operator", model(odd, [], result=None))
    second = helper.make_tensor_value_info("input2", TensorProto.FLOAT, FREE)
    save(
        "two_inputs",
        model(
            [helper.make_node("Add", ["input", "input2"], ["sum"]), helper.make_node("Flatten", ["sum"], ["logits"])],
            [],
            result=None,
            more=[second],
        ),
    )
    second = helper.make_tensor_value_info("logits2", TensorProto.FLOAT, None)
    save("two_outputs", model([*CLASSIFIER, helper.make_node("Relu", ["logits"], ["logits2"])], mix(), more=[second]))
    best = helper.make_node("ArgMax", ["pooled"], ["logits"], axis=1, keepdims=0)
    save("integer_output", model([*MEANS, best], mix(), result=None, result_kind=TensorProto.INT64))
    where = helper.make_node("NonZero", ["pooled"], ["places"])
    cast = helper.make_node("Cast", ["places"], ["logits"], to=TensorProto.FLOAT)
    save("data_dependent", model([*MEANS, where, cast], mix(), result=None))
    save("not_images", model([helper.make_node("Relu", ["input"], ["logits"])], [], ["batch", 10], None))
    save(
        "byte_images",
        model(
            [
                helper.make_node("Cast", ["input"], ["real"], to=TensorProto.FLOAT),
                helper.make_node("Flatten", ["real"], ["logits"]),
            ],
            [],
            result=None,
            kind=TensorProto.UINT8,
            result_kind=TensorProto.FLOAT,
        ),
    )

    # Channels last; and one channel, whose image is spread over the three that MIX takes.
    turn = helper.make_node("Transpose", ["input"], ["turned"], perm=[0, 3, 1, 2], name="turn")
    mixed = helper.make_node("Conv", ["turned", "mix", "bias"], ["mixed"], name="mix")
    save("channels_last", model([turn, mixed, *CLASSIFIER[1:]], mix(), ["batch", 8, 8, 3], ("batch", 4)))
    grey = helper.make_node("Concat", ["input", "input", "input"], ["turned"], axis=1, name="spread")
    save("grey", model([grey, mixed, *CLASSIFIER[1:]], mix(), ["batch", 1, 8, 8], ("batch", 4)))
    save("sized", model(CLASSIFIER, mix(), ["batch", 3, 8, 8]))
    save("oblong", model(CLASSIFIER, mix(), ["batch", 3, 8, 12]))
    text = helper.make_node("Cast", ["input"], ["real"], to=TensorProto.FLOAT)
    flat = helper.make_node("Flatten", ["real"], ["logits"])
    strings = {"kind": TensorProto.STRING, "result_kind": TensorProto.FLOAT}
    save("text_input", model([text, flat], [], ["batch", 10], None, **strings))
    second = helper.make_tensor_value_info("logits2", TensorProto.FLOAT, ["batch", 4, 1, 1])
    classes = helper.make_node("ArgMax", ["logits"], ["logits1"], axis=1, keepdims=0)
    first = helper.make_tensor_value_info("logits1", TensorProto.INT64, ["batch"])
    several = model(
        [*CLASSIFIER, classes, helper.make_node("Relu", ["pooled"], ["logits2"])], mix(), more=[first, second]
    )
    outputs = {output.name: output for output in several.graph.output}
    del several.graph.output[:]
    several.graph.output.extend([outputs["logits1"], outputs["logits2"], outputs["logits"]])
    save("several_outputs", several)

    lost = FOLDER / "lost.bin"
    onnx.save(
        model(CLASSIFIER, mix()),
        FOLDER / "lost_weights.onnx",
        save_as_external_data=True,
        location=lost.name,
        size_threshold=0,
    )
    lost.unlink()


if __name__ == "__main__":
    main()
