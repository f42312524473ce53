"""Batch norm over all devices, so that a batch shared by several is normalised as one.

Torch's own needs a GPU; this one does the same sums on a CPU, for tests and for machines without.
"""

import torch
from torch import Tensor, distributed, nn
from torch.autograd.function import FunctionCtx


class SyncedBatchNorm2d(nn.BatchNorm2d):
    """Batch norm whose training statistics are those of the batches of all processes together."""

    @classmethod
    def of(cls, module: nn.BatchNorm2d) -> "SyncedBatchNorm2d":
        """Return one with the parameters and statistics of another."""
        synced = cls(
            module.num_features,
            eps=module.eps,
            momentum=module.momentum,
            affine=module.affine,
            track_running_stats=module.track_running_stats,
        )
        synced._parameters = module._parameters
        synced._buffers = module._buffers
        return synced.train(module.training)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        """Normalise (B, C, H, W); in evaluation, or alone, as torch does."""
        if not self.training or not distributed.is_initialized():
            return super().forward(input)
        values = input.to(torch.promote_types(input.dtype, torch.float32))
        here = values.new_tensor([values.numel() / values.shape[1]])
        sums: Tensor = _SumOverDevices.apply(torch.cat([values.sum((0, 2, 3)), here]))
        count, mean = sums[-1], sums[:-1] / sums[-1]
        # Two passes: a mean of squares less the square of the mean would lose half of the digits.
        centred = values - mean.view(1, -1, 1, 1)
        variance: Tensor = _SumOverDevices.apply((centred**2).sum((0, 2, 3))) / count
        self._follow(mean.detach(), variance.detach(), count=float(count.detach()))
        scale = torch.rsqrt(variance + self.eps)
        if self.affine:
            scale = scale * self.weight
        normal = centred * scale.view(1, -1, 1, 1)
        if self.affine:
            normal = normal + self.bias.view(1, -1, 1, 1)
        return normal.to(input.dtype)

    def _follow(self, mean: Tensor, variance: Tensor, *, count: float) -> None:
        if self.running_mean is None or self.running_var is None:
            return
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
        pace = self.momentum if self.momentum is not None else 0.1
        self.running_mean.lerp_(mean, pace)
        self.running_var.lerp_(variance * count / max(count - 1, 1), pace)


class _SumOverDevices(torch.autograd.Function):
    """Adds a tensor over all processes; so does its gradient."""

    @staticmethod
    def forward(_ctx: FunctionCtx, values: Tensor) -> Tensor:
        total = values.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(_ctx: FunctionCtx, *gradients: Tensor) -> Tensor:
        total = gradients[0].clone()
        distributed.all_reduce(total)
        return total


def synchronise_batch_norm(module: nn.Module, *, on_gpu: bool) -> nn.Module:
    """Replace every batch norm inside a module by one over all devices; return the module."""
    if on_gpu:
        converted: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(module)  # type: ignore[no-untyped-call]
        return converted
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(module, name, SyncedBatchNorm2d.of(child))
        else:
            synchronise_batch_norm(child, on_gpu=on_gpu)
    return module
