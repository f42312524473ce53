"""The re-ID teacher carried out by torch gives what OpenVINO gives."""

from pathlib import Path

import numpy as np
import openvino
import pytest
import torch
from openvino import opset8

from trackmend_core.errors import UserError
from trackmend_training.teacher.as_torch import PlannedNetwork, read_openvino
from trackmend_training.teacher.network import TeacherNetwork


def write_network(path: Path) -> None:
    """Write a small network of the operations that the teacher consists of."""
    random = np.random.default_rng(3)

    def weights(*shape: int) -> np.ndarray:
        return random.standard_normal(shape).astype(np.float32)

    x = opset8.parameter([1, 3, 16, 8], np.float32)
    y = opset8.gather(x, np.array([2, 1, 0]), np.array(1))
    y = opset8.mvn(y, np.array([2, 3]), True, 1e-5, "INSIDE_SQRT")
    y = opset8.convolution(y, weights(8, 3, 3, 3), [2, 2], [1, 1], [1, 1], [1, 1])
    y = opset8.relu(opset8.add(y, weights(1, 8, 1, 1)))
    y = opset8.group_convolution(y, weights(8, 1, 1, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1])
    pooled = opset8.avg_pool(y, [2, 2], [0, 0], [0, 0], [2, 2], True)
    gate = opset8.reduce_mean(pooled, np.array([2, 3]), keep_dims=True)
    gate = opset8.reshape(gate, np.array([0, 4, -1]), special_zero=True)
    gate = opset8.reshape(gate, opset8.constant(np.array([0, 8, 1, 1])), special_zero=True)
    y = opset8.multiply(pooled, opset8.sigmoid(gate))
    y = opset8.reduce_mean(y, np.array([2, 3]), keep_dims=False)
    y = opset8.matmul(y, weights(6, 8), False, True)
    y = opset8.prelu(opset8.subtract(y, weights(1, 6)), np.array([0.25], np.float32))
    openvino.save_model(openvino.Model([y], [x], "small"), path, compress_to_fp16=False)


def test_torch_says_what_openvino_says_for_each_of_a_batch(tmp_path: Path) -> None:
    path = tmp_path / "small.xml"
    write_network(path)
    pictures = np.random.default_rng(0).uniform(0, 255, (3, 3, 16, 8)).astype(np.float32)
    wanted = np.concatenate([TeacherNetwork(path).run(one[None]) for one in pictures])
    with torch.inference_mode():
        got = read_openvino(path)(torch.from_numpy(pictures))
    np.testing.assert_allclose(got.numpy(), wanted, rtol=1e-4, atol=1e-4)


def test_a_stored_plan_is_the_same_network(tmp_path: Path) -> None:
    path = tmp_path / "small.xml"
    write_network(path)
    network = read_openvino(path)
    network.save(tmp_path / "small.safetensors")
    picture = torch.rand(2, 3, 16, 8) * 255
    with torch.inference_mode():
        again = PlannedNetwork.load(tmp_path / "small.safetensors")(picture)
        np.testing.assert_array_equal(again.numpy(), network(picture).numpy())


def test_what_is_no_teacher_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.xml is missing"):
        read_openvino(tmp_path / "gone.xml")
    (tmp_path / "torn.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match="holds no stored teacher"):
        PlannedNetwork.load(tmp_path / "torn.safetensors")


def test_an_operation_that_is_not_known_is_named(tmp_path: Path) -> None:
    x = opset8.parameter([1, 3, 4, 4], np.float32)
    model = openvino.Model([opset8.tanh(x)], [x], "other")
    openvino.save_model(model, tmp_path / "other.xml")
    with pytest.raises(UserError, match="not known: Tanh"):
        read_openvino(tmp_path / "other.xml")
