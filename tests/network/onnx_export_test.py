"""The ONNX files and state dicts that src/network writes, as others read them.

Needs the program export_network of the build folder ($WATTLENS_BINARY_DIR, default build/release) and, per test, the
packages onnx, openvino, safetensors; a test without its package is skipped with that reason.
Networks run at their smaller reference size.
"""

import json
import os
import pathlib
import subprocess
import sys

import pytest

np = pytest.importorskip("numpy", reason="numpy is not installed")

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("WATTLENS_BINARY_DIR", ROOT / "build/release")) / "export_network"
OUTPUTS = sorted((ROOT / "tests/golden/outputs").glob("*.json"))
NETWORKS = [path.stem for path in OUTPUTS]

sys.path.insert(0, str(ROOT / "tools"))
from portable_random import Random, derive_seed  # noqa: E402

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason=f"{PROGRAM} is not built")


def reference(network):
    """(image size, logits) of the smaller size, made by PyTorch in float64."""
    sizes = json.loads((ROOT / "tests/golden/outputs" / f"{network}.json").read_text(encoding="utf-8"))["sizes"]
    return sizes[0]["image_size"], np.array(sizes[0]["logits"])


def export(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)


def images(count, size):
    values = Random(derive_seed(0, "input")).normal(count * 3 * size * size)
    return values.astype(np.float32).reshape(count, 3, size, size)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("batch", [3, -1])
def test_the_checker_accepts_the_model_and_infers_every_shape(tmp_path, network, batch):
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    size, _ = reference(network)
    path = tmp_path / "x.onnx"
    assert export(network, size, 10, 0, batch, path).returncode == 0
    onnx.checker.check_model(str(path), full_check=True)
    model = onnx.load(path)
    assert (tmp_path / "x.onnx.data").exists()
    assert model.opset_import[0].version == 17
    expected = "batch" if batch == -1 else batch
    for value in (model.graph.input[0], model.graph.output[0]):
        dimension = value.type.tensor_type.shape.dim[0]
        assert (dimension.dim_param or dimension.dim_value) == expected
    written = {value.name: value for value in model.graph.value_info}
    del model.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    for value in inferred.graph.value_info:
        sizes = [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
        assert sizes, value.name
        if value.name in written:
            ours = [dimension.dim_value for dimension in written.pop(value.name).type.tensor_type.shape.dim]
            assert sizes[1:] == ours[1:], value.name
    assert not written


@pytest.mark.parametrize("network", NETWORKS)
def test_openvino_computes_the_reference_logits(tmp_path, network):
    openvino = pytest.importorskip("openvino", reason="openvino is not installed")
    size, logits = reference(network)
    path = tmp_path / "x.single.onnx"
    assert export(network, size, 1000, 0, 2, path).returncode == 0
    assert not (tmp_path / "x.single.onnx.data").exists()
    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    assert np.abs(compiled(images(2, size))[0] - logits).max() < 1e-4


def test_the_reference_evaluator_of_onnx_computes_the_reference_logits(tmp_path):
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    from onnx.reference import ReferenceEvaluator

    size, logits = reference("shufflenet_v2_x0_5")
    path = tmp_path / "x.onnx"
    assert export("shufflenet_v2_x0_5", size, 1000, 0, -1, path).returncode == 0
    found = ReferenceEvaluator(onnx.load(path)).run(None, {"input": images(2, size)})[0]
    assert np.abs(found - logits).max() < 1e-4


def test_a_state_dict_written_here_is_read_by_safetensors_bit_for_bit(tmp_path):
    numpy_safetensors = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    path = tmp_path / "x.safetensors"
    assert export("mobilenet_v2", 32, 10, 7, 1, path).returncode == 0
    tensors = numpy_safetensors.load_file(path)
    weight = tensors["classifier.1.weight"]
    bound = float(np.sqrt(3.0 * 2.0 / weight.shape[1]))
    expected = Random(derive_seed(7, "classifier.1.weight")).uniform(weight.size, -bound, bound)
    assert np.array_equal(weight.ravel(), expected.astype(np.float32))


@pytest.mark.parametrize("kind", ["float32", "float16"])
def test_a_state_dict_of_safetensors_is_used_instead_of_the_seed(tmp_path, kind):
    numpy_safetensors = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    assert export("shufflenet_v2_x0_5", 32, 10, 1, 1, first).returncode == 0
    tensors = {name: tensor.astype(kind) for name, tensor in numpy_safetensors.load_file(first).items()}
    tensors["conv1.1.num_batches_tracked"] = np.zeros((), dtype=np.int64)
    given = tmp_path / "given.safetensors"
    numpy_safetensors.save_file(tensors, given)
    assert export("shufflenet_v2_x0_5", 32, 10, 2, 1, second, given).returncode == 0
    for name, tensor in numpy_safetensors.load_file(second).items():
        assert np.array_equal(tensor, tensors[name].astype(np.float32)), name


def test_a_state_dict_of_another_network_is_refused(tmp_path):
    path = tmp_path / "x.safetensors"
    assert export("mobilenet_v2", 32, 10, 0, 1, path).returncode == 0
    refused = export("resnet50", 32, 10, 0, 1, tmp_path / "y.onnx", path)
    assert refused.returncode == 1
    assert "267 missing (conv1.weight" in refused.stderr
    assert not (tmp_path / "y.onnx").exists()
