#!/usr/bin/env python3
"""Quantises an ONNX classifier to int8, as a candidate for `wattlens optimise --candidate`.

    pip install onnxruntime==1.31.1 onnx      # in an environment of its own
    wattlens network export mobilenet_v2 -o mobilenet_v2.onnx
    python bench/make_int8.py mobilenet_v2.onnx mobilenet_v2-int8.onnx
    wattlens optimise --model mobilenet_v2.onnx --candidate mobilenet_v2-int8.onnx

Static quantisation with QDQ operators, weights per channel, activations over 16 images of N(0, 1): right for energy and
time, not for accuracy on real images, which wants real ones here.
"""

import sys

import numpy
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

IMAGES = 16


class SeededImages(CalibrationDataReader):
    def __init__(self, model):
        import onnx

        graph = onnx.load(model, load_external_data=False).graph
        self.name = graph.input[0].name
        self.side = graph.input[0].type.tensor_type.shape.dim[2].dim_value or 224
        random = numpy.random.default_rng(0)
        shape = (1, 3, self.side, self.side)
        self.images = iter(random.standard_normal(shape).astype(numpy.float32) for _ in range(IMAGES))

    def get_next(self):
        image = next(self.images, None)
        return None if image is None else {self.name: image}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = sys.argv[1:]
    prepared = target + ".prepared.onnx"
    quant_pre_process(source, prepared, skip_symbolic_shape=True)
    quantize_static(
        prepared,
        target,
        SeededImages(source),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )


if __name__ == "__main__":
    main()
