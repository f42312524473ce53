from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from trackmend_core.errors import UserError
from trackmend_core.model import (
    build_network,
    load_checkpoint,
    load_initialisation,
    save_checkpoint,
)


def centernet(path: Path) -> Path:
    """What `ctdet_coco_dla_2x` holds: 80 classes, width and height, no re-ID."""
    weights = dict(build_network("dla34", ltrb=False, num_classes=80).state_dict())
    kept = {key: value for key, value in weights.items() if not key.startswith("id.")}
    torch.save({"epoch": 230, "state_dict": kept}, path)
    return path


def imagenet_hrnet(path: Path) -> Path:
    """What `hrnetv2_w18_imagenet_pretrained` holds: no `epoch`, a classifier, no heads."""
    heads = ("hm.", "wh.", "id.", "reg.")
    weights = dict(build_network("hrnet_w18").state_dict())
    kept: dict[str, Tensor] = {k: v for k, v in weights.items() if not k.startswith(heads)}
    kept |= {
        "incre_modules.0.0.conv1.weight": torch.zeros(32, 18, 1, 1),
        "final_layer.0.weight": torch.zeros(2048, 1024, 1, 1),
        "classifier.weight": torch.zeros(1000, 2048),
        "classifier.bias": torch.zeros(1000),
    }
    torch.save(kept, path)
    return path


def test_centernet_gives_everything_but_re_id_and_the_last_layers_of_other_shape(
    tmp_path: Path,
) -> None:
    path = centernet(tmp_path / "ctdet_coco_dla_2x.pth")
    stored = torch.load(path, weights_only=True)["state_dict"]
    network = build_network("dla34", reid_dim=128)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    report = load_initialisation(network, path)
    after = network.state_dict()
    assert set(report.taken) | set(report.new) == set(after)
    assert {key for key in report.new if not key.startswith("id.")} == {
        "hm.2.weight",
        "hm.2.bias",
        "wh.2.weight",
        "wh.2.bias",
    }
    assert all(torch.equal(after[key], stored[key]) for key in report.taken)
    assert all(torch.equal(after[key], before[key]) for key in report.new)
    assert set(report.unused) == {"hm.2.weight", "hm.2.bias", "wh.2.weight", "wh.2.bias"}
    assert 0.9 < report.share < 1
    assert "ctdet_coco_dla_2x.pth" in report.sentence()
    assert "hm, id, wh" in report.sentence()


def test_an_imagenet_hrnet_gives_the_body_and_leaves_the_heads(tmp_path: Path) -> None:
    path = imagenet_hrnet(tmp_path / "hrnetv2_w18_imagenet_pretrained.pth")
    network = build_network("hrnet_w18")
    report = load_initialisation(network, path)
    assert {key.split(".")[0] for key in report.new} == {"hm", "wh", "id", "reg"}
    assert "classifier.weight" in report.unused
    stem = torch.load(path, weights_only=True)["conv1.weight"]
    assert torch.equal(network.state_dict()["conv1.weight"], stem)


@pytest.mark.parametrize("make", [centernet, imagenet_hrnet])
def test_what_only_begins_a_training_is_no_model_and_the_refusal_says_so(
    tmp_path: Path, make: object
) -> None:
    path = make(tmp_path / "start.pth")  # type: ignore[operator]
    with pytest.raises(UserError, match="begin a training") as refusal:
        load_checkpoint(path)
    assert "initial_weights" in refusal.value.hint


@pytest.mark.parametrize(
    ("arch", "part", "shorten"),
    [
        ("dla34", "base.", lambda key: key.removeprefix("base.")),
        ("resnet18", "", lambda key: key),
        ("mobilenetv2_fpn", "backbone.", lambda key: "features." + key.removeprefix("backbone.")),
        ("yolov5s", "backbone.", lambda key: key.removeprefix("backbone.")),
    ],
)
def test_backbones_are_found_under_the_names_that_others_give_them(
    tmp_path: Path, arch: str, part: str, shorten: object
) -> None:
    trunks = ("conv1.", "bn1.", "layer", "base.", "backbone.")
    donor = build_network(arch)
    theirs = {
        shorten(key): value  # type: ignore[operator]
        for key, value in donor.state_dict().items()
        if key.startswith(part) and key.startswith(trunks)
    }
    path = tmp_path / "imagenet.pth"
    torch.save({**theirs, "classifier.1.bias": torch.zeros(1000)}, path)
    network = build_network(arch)
    report = load_initialisation(network, path)
    assert len(report.taken) == len(theirs)
    assert "classifier.1.bias" in report.unused
    for key in report.taken:
        assert torch.equal(network.state_dict()[key], donor.state_dict()[key])


def test_without_its_heads_a_model_gives_only_the_body(tmp_path: Path) -> None:
    donor, path = build_network("mobilenetv2_fpn", reid_dim=8), tmp_path / "model.safetensors"
    fields = {"arch": "mobilenetv2_fpn", "reid_dim": 8, "ltrb": True, "num_classes": 1}
    save_checkpoint(path, donor, **fields, input_wh=None, metadata={})  # type: ignore[arg-type]
    report = load_initialisation(build_network("mobilenetv2_fpn", reid_dim=8), path, heads=False)
    assert {key.split(".")[0] for key in report.new} == {"hm", "wh", "id", "reg"}


def test_weights_of_another_network_are_refused_and_change_nothing(tmp_path: Path) -> None:
    path = centernet(tmp_path / "dla.pth")
    network: nn.Module = build_network("resnet18")
    before = {key: value.clone() for key, value in network.state_dict().items()}
    with pytest.raises(UserError, match="Hardly anything") as refusal:
        load_initialisation(network, path)
    assert refusal.value.hint
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


def test_values_that_are_no_numbers_are_not_taken(tmp_path: Path) -> None:
    weights = dict(build_network("resnet18").state_dict())
    weights["conv1.weight"] = torch.full_like(weights["conv1.weight"], float("nan"))
    path = tmp_path / "diverged.pth"
    torch.save(weights, path)
    network = build_network("resnet18")
    assert "conv1.weight" in load_initialisation(network, path).new
    assert bool(torch.isfinite(network.state_dict()["conv1.weight"]).all())
