import numpy as np
import torch

from trackmend_core.model.deformable import DeformableConv
from trackmend_core.model.upsample import bilinear_upsample


def sampled(plane: np.ndarray, y: float, x: float) -> float:
    """Bilinear value at (y, x), zero outside."""
    top, left = int(np.floor(y)), int(np.floor(x))
    total = 0.0
    for row in (top, top + 1):
        for column in (left, left + 1):
            if 0 <= row < plane.shape[0] and 0 <= column < plane.shape[1]:
                total += (1 - abs(y - row)) * (1 - abs(x - column)) * plane[row, column]
    return total


def test_every_tap_is_moved_by_its_own_pair_of_offsets_and_weighted_by_its_mask() -> None:
    rng = np.random.default_rng(3)
    layer = DeformableConv(2, 3).eval()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.from_numpy(rng.normal(0, 0.6, tuple(parameter.shape))))
    image = torch.from_numpy(rng.random((1, 2, 5, 6)).astype(np.float32))
    with torch.inference_mode():
        found = layer(image)[0].numpy()
        moved = layer.conv_offset_mask(image)[0].numpy()
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    for row, column in np.ndindex(5, 6):
        expected = bias.astype(np.float64)
        for tap in range(9):
            y = row + tap // 3 - 1 + moved[2 * tap, row, column]
            x = column + tap % 3 - 1 + moved[2 * tap + 1, row, column]
            mask = 1 / (1 + np.exp(-moved[18 + tap, row, column]))
            values = np.array([sampled(plane, y, x) for plane in image[0].numpy()])
            expected = expected + weight[:, :, tap // 3, tap % 3] @ values * mask
        np.testing.assert_allclose(found[:, row, column], expected, atol=1e-5)


def test_a_fresh_deformable_convolution_is_half_an_ordinary_one() -> None:
    layer = DeformableConv(4, 2).eval()
    image = torch.rand(1, 4, 7, 8)
    with torch.inference_mode():
        ordinary = torch.nn.functional.conv2d(image, layer.weight, padding=1)
        assert torch.allclose(layer(image), ordinary / 2, atol=1e-6)


def test_a_fresh_up_sampling_interpolates_between_the_cells() -> None:
    ramp = torch.arange(6.0).expand(1, 1, 6, 6)
    with torch.inference_mode():
        for factor in (2, 4):
            inside = bilinear_upsample(1, factor)(ramp)[0, 0, 3 * factor, factor:-factor]
            steps = inside.diff()
            assert torch.allclose(steps, torch.full_like(steps, 1 / factor), atol=1e-6)


def test_in_fewer_bits_the_places_are_still_read_in_float32() -> None:
    """And on the CPU, for which torchvision has nothing else, it works at all."""
    torch.manual_seed(0)
    block = DeformableConv(4, 6)
    torch.nn.init.normal_(block.conv_offset_mask.weight, std=0.1)
    image = torch.rand(1, 4, 12, 14, requires_grad=True)
    exact = block(image)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = block(image)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), exact, atol=0.05, rtol=0.05)
    found.float().sum().backward()
    assert image.grad is not None and block.weight.grad is not None
    assert bool(block.weight.grad.isfinite().all())
