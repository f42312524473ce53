"""Which networks exist, by name; an architecture is imported when it is first built."""

from collections.abc import Callable
from functools import partial

from torch import nn

from trackmend_core.errors import UserError
from trackmend_core.model.heads import HeadSpec

Builder = Callable[[HeadSpec], nn.Module]


def _dla34(spec: HeadSpec) -> nn.Module:
    from trackmend_core.model.dla34 import Dla34

    return Dla34(spec)


def _dla34_conv(spec: HeadSpec) -> nn.Module:
    from trackmend_core.model.dla34_conv import Dla34Conv

    return Dla34Conv(spec)


def _dlav0_34(spec: HeadSpec) -> nn.Module:
    from trackmend_core.model.dlav0_34 import DlaV034

    return DlaV034(spec)


def _resnet(spec: HeadSpec, *, depth: int) -> nn.Module:
    from trackmend_core.model.resnet_dcn import ResNetDcn

    return ResNetDcn(spec, depth=depth)


def _resnet_fpn(spec: HeadSpec, *, depth: int) -> nn.Module:
    from trackmend_core.model.resnet_fpn import ResNetFpn

    return ResNetFpn(spec, depth=depth)


def _hrnet(spec: HeadSpec, *, width: int) -> nn.Module:
    from trackmend_core.model.hrnet import HrNet

    return HrNet(spec, width=width)


def _yolov5s(spec: HeadSpec) -> nn.Module:
    from trackmend_core.model.yolov5s import Yolov5s

    return Yolov5s(spec)


def _mobilenetv2_fpn(spec: HeadSpec) -> nn.Module:
    from trackmend_core.model.mobilenetv2_fpn import build_mobilenetv2_fpn

    return build_mobilenetv2_fpn(
        reid_dim=spec.reid_dim, ltrb=spec.ltrb, num_classes=spec.num_classes
    )


_BUILDERS: dict[str, Builder] = {
    "mobilenetv2_fpn": _mobilenetv2_fpn,
    "dla34": _dla34,
    "dla34_conv": _dla34_conv,
    "dlav0_34": _dlav0_34,
    "resnet18": partial(_resnet, depth=18),
    "resnet34": partial(_resnet, depth=34),
    "resnet50": partial(_resnet, depth=50),
    "resnet101": partial(_resnet, depth=101),
    "resnet34_fpn": partial(_resnet_fpn, depth=34),
    "hrnet_w18": partial(_hrnet, width=18),
    "hrnet_w32": partial(_hrnet, width=32),
    "yolov5s": _yolov5s,
}


def architectures() -> tuple[str, ...]:
    """Return the names that `build_network` knows."""
    return tuple(_BUILDERS)


def build_network(
    arch: str, *, reid_dim: int = 128, ltrb: bool = True, num_classes: int = 1
) -> nn.Module:
    """Build a network with fresh weights.

    Args:
        arch: one of `architectures()`.
        reid_dim: length of the embedding.
        ltrb: the size head gives left, top, right, bottom (4 channels) instead of width, height.
        num_classes: channels of the heat map.

    Returns:
        A module whose `forward` takes (B, 3, H, W) float32 RGB in 0..1, H and W multiples of 32,
        and returns {"hm", "wh", "reg", "id"}, raw, at stride 4. Its state-dict keys are those of
        the official checkpoints.

    Raises:
        UserError: there is no such architecture.
        ValueError: a head would have no channels.
    """
    builder = _BUILDERS.get(arch)
    if builder is None:
        raise UserError(
            f"There is no architecture called “{arch}”.",
            f"Known architectures: {', '.join(architectures())}.",
        )
    return builder(HeadSpec(reid_dim=reid_dim, ltrb=ltrb, num_classes=num_classes))
