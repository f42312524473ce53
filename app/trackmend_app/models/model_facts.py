"""What one model file says and holds, for the command line and for the window; no Qt."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackmend_core.model import LoadedModel

Facts = dict[str, object]


def model_facts(path: Path, model: "LoadedModel") -> Facts:
    """Return what is known of a model that was read from a file, as JSON takes it."""
    return {
        "name": model.name,
        "path": str(path),
        "bytes": path.stat().st_size,
        "arch": model.arch,
        "parameters": sum(parameter.numel() for parameter in model.network.parameters()),
        "reid_dim": model.reid_dim,
        "colour_share": _colour_share(model),
        "ltrb": model.ltrb,
        "num_classes": model.num_classes,
        "input_wh": model.input_wh,
        "sampler": model.metadata.get("sampler", "centre"),
        "taught_scenes": len(model.scenes),
        "metadata": dict(model.metadata),
        "ignored_keys": list(model.ignored_keys),
    }


def _colour_share(model: "LoadedModel") -> float:
    """Return how much of a cosine is said by the colours of clothes, 0..1."""
    from trackmend_core.model.colours import colour_reader

    reader = colour_reader(model.network, model.metadata)
    return 0.0 if reader is None else round(reader.share, 4)


def fact_texts(path: Path, model: "LoadedModel") -> dict[str, object]:
    """Return the same for reading: sizes in words, then what the file says of itself, indented.

    Texts of the file are shortened and stripped of whatever is not printable.
    """
    from trackmend_core.model.weights_file import printable

    facts = model_facts(path, model)
    width, height = model.input_wh or (0, 0)
    shown = {
        **facts,
        "input_wh": f"{width} x {height}" if width else "not said",
        "parameters": f"{facts['parameters']:,}",
        "ignored_keys": ", ".join(model.ignored_keys) or "none",
        "colour_share": f"{facts['colour_share']:.0%}",
    }
    del shown["metadata"]
    texts = sorted(model.metadata.items())
    return shown | {f"  {printable(key)}": printable(text) for key, text in texts}
