"""The joint training of FairMOT section 3.4, one loop on Lightning Fabric."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from lightning_fabric import Fabric

from trackmend_core.backends.card_trouble import card_trouble_told
from trackmend_core.errors import UserError
from trackmend_core.model.atomic_file import write_atomically
from trackmend_training.batches import Batch, Place, image_order, stream_batches
from trackmend_training.checkpoints import (
    BEST_FILE,
    MODEL_FILE,
    clear_leftovers,
    load_state,
    save_model,
    save_state,
)
from trackmend_training.clock import Clock
from trackmend_training.config import TrainConfig
from trackmend_training.datasets import Material
from trackmend_training.datasets.gather import gather_material
from trackmend_training.devices import any_device, place_of, start_devices
from trackmend_training.optimiser import learning_rate
from trackmend_training.preparing import build_all, identity_of
from trackmend_training.protocol import (
    Cancelled,
    CheckpointSaved,
    Finished,
    Message,
    Noted,
    Started,
    Step,
    Validated,
)
from trackmend_training.run_log import RunLog
from trackmend_training.starting import freeze_blocks
from trackmend_training.step import ExtraLoss, NotFiniteError, Stepper
from trackmend_training.validation import Judge, build_judge

OFFENDING_FILE = "offending_batch.json"
FILES_NAMED = 4
MEMORY_HINT = (
    "Close other programs that use it, or train on less at a time: a smaller batch_size or "
    "crop_wh, or a larger accumulate."
)


class Stream(Protocol):
    """Makes the batches of a run, see `stream_batches`."""

    def __call__(
        self, material: Material, config: TrainConfig, *, start_step: int, place: Place
    ) -> Iterator[Sequence[Batch]]:
        """Yield this process's micro-batches of every step from `start_step` on."""


@card_trouble_told(memory_hint=MEMORY_HINT)
def fit(
    config: TrainConfig,
    *,
    emit: Callable[[Message], None],
    is_cancelled: Callable[[], bool] = lambda: False,
    material: Material | None = None,
    metadata: dict[str, str] | None = None,
    extra_loss: ExtraLoss | None = None,
    stream: Stream = stream_batches,
) -> Path | None:
    """Train a network; a run that was interrupted is taken up where its last checkpoint is.

    Args:
        config: the run; its `out_dir` receives `model.safetensors`, the training state and logs.
        emit: is told what happens.
        is_cancelled: asked after every step; what was learnt by then is saved.
        material: what to learn from; None reads the configuration's sources.
        metadata: is stored with the model.
        extra_loss: added to the total.
        stream: makes the batches of the material.

    Returns:
        The model, or None when cancelled before the first step.

    Raises:
        UserError: configuration, material or initial weights cannot be used, the graphics card
            has too little memory or fails, or the loss is no longer a number; the images of that
            step are named.
    """
    fabric = start_devices(config)
    run = _Run(
        config,
        fabric,
        material,
        emit=emit,
        metadata=metadata or {},
        extra=extra_loss,
        stream=stream,
    )
    with run:
        for parts in run.batches():
            if any_device(fabric, is_cancelled()):
                break
            run.do_step(parts)
            if run.should_stop:
                break
        return run.conclude()


class _Run:
    """One run on one device: what it is made of, and what is done after each step."""

    def __init__(
        self,
        config: TrainConfig,
        fabric: Fabric,
        material: Material | None,
        *,
        emit: Callable[[Message], None],
        metadata: dict[str, str],
        extra: ExtraLoss | None,
        stream: Stream,
    ) -> None:
        self._fabric = fabric
        self._stream = stream
        self._emit = emit if fabric.is_global_zero else _say_nothing
        self._metadata = metadata
        self._out_dir = Path(config.out_dir)
        with fabric.rank_zero_first(local=True):
            material = material or gather_material(config)
        if config.self_supervised:
            material = material.self_supervised()
        self._material = material
        if surplus := sum(len(image.boxes_xyxy) > config.max_objects for image in material.images):
            self._tell(
                f"{surplus} images show more than {config.max_objects} people; those beyond are "
                "neither right nor wrong. Raise max_objects to learn from all."
            )
        self._config = config = config.counted_in_steps(len(material.images))
        self._state, joint = build_all(config, material, fabric, tell=self._tell)
        self._identity = identity_of(config, material)
        try:
            self._out_dir.mkdir(parents=True, exist_ok=True)
        except FileNotFoundError as error:  # a drive without this name, or none that takes folders
            raise UserError(
                f"The folder {self._out_dir} cannot be made: {error.strerror}.",
                "Name another out_dir.",
            ) from error
        note = load_state(self._out_dir, self._state, self._identity)
        if note is not None:
            self._tell(note)
        still = freeze_blocks(self._state.network, config.frozen_blocks)
        model, optimiser = fabric.setup(joint, self._state.optimiser)
        if self._state.scaler:
            fabric.strategy.precision.load_state_dict(self._state.scaler)
        self._stepper = Stepper(
            fabric=fabric,
            state=self._state,
            model=model,
            optimiser=optimiser,
            config=config,
            still=still,
            extra=extra,
        )
        self._judge: Judge | None = None
        if fabric.is_global_zero:
            self._judge = build_judge(
                config,
                device=str(fabric.device),
                learnt_from=[image.path for image in material.images],
                tell=self._tell,
            )
        self._saved_step = -1
        self.should_stop = False

    def __enter__(self) -> "_Run":
        self._open = ExitStack()
        self._log: RunLog | None = None
        if self._fabric.is_global_zero:
            clear_leftovers(self._out_dir)
            self._log = self._open.enter_context(RunLog(self._out_dir, start_step=self._state.step))
        self._clock = Clock(self._config.steps)
        precision = self._fabric.strategy.precision.precision
        count = self._fabric.world_size
        many = f" x {count}" if count > 1 else ""
        self._emit(
            Started(
                steps=self._config.steps,
                start_step=self._state.step,
                device=f"{self._fabric.device.type.upper()}{many} · torch ({precision})",
                images=len(self._material.images),
                identities=self._material.identity_count,
            )
        )
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.close()

    def batches(self) -> Iterator[Sequence[Batch]]:
        """Yield this device's share of every step that is left."""
        return self._stream(
            self._material,
            self._config,
            start_step=self._state.step,
            place=place_of(self._fabric),
        )

    def do_step(self, parts: Sequence[Batch]) -> None:
        """Do one step, tell of it, and save and judge when it is time."""
        state, config = self._state, self._config
        rate = learning_rate(config, step=state.step)
        try:
            losses = self._stepper.do(parts)
        except NotFiniteError as error:
            raise self._offended(error) from error
        if self._log is not None:
            self._log.add_step(state.step, losses=losses, learning_rate=rate)
        speed, seconds_left = self._clock.tick(state.step)
        named = {name: value for name, value in losses.items() if name != "total"}
        self._emit(
            Step(
                step=state.step,
                total=losses["total"],
                losses=named,
                speed=speed,
                seconds_left=seconds_left,
            )
        )
        is_last = state.step == config.steps
        every = config.validation.every
        if every and (state.step % every == 0 or is_last):
            self._validate()
        if state.step % config.checkpoint_every == 0 or is_last:
            self._save()

    def conclude(self) -> Path | None:
        """Save what is not saved yet, say how the run ended, and return the model."""
        state, path = self._state, self._out_dir / MODEL_FILE
        if state.step and self._saved_step != state.step and not self._is_whole():
            self._save()
        if not self._is_whole() and not self.should_stop:
            saved = path if self._saved_step == state.step else None
            self._emit(Cancelled(path=None if saved is None else str(saved)))
            return saved
        summary: dict[str, float | str] = {"steps": float(state.step)}
        if "best" in state.judged:
            summary |= {"best_score": state.judged["best"], "best_step": state.judged["best_step"]}
        if self.should_stop and not self._is_whole():
            summary["stopped"] = "no judgement was better for a while"
        self._emit(Finished(path=str(path), summary=summary))
        return path

    def _is_whole(self) -> bool:
        return self._state.step >= self._config.steps

    def _save(self) -> None:
        state, path = self._state, self._out_dir / MODEL_FILE
        self._saved_step = state.step
        if self._fabric.is_global_zero:
            state.scaler = dict(self._fabric.strategy.precision.state_dict())
            save_model(path, state, self._config, metadata=self._metadata)
            save_state(self._out_dir, state, self._identity)
            if self._log is not None:
                self._log.flush()
        self._fabric.barrier()
        self._emit(CheckpointSaved(path=str(path), step=state.step))

    def _validate(self) -> None:
        """Judge the model on the main process; the others wait."""
        state, patience = self._state, self._config.validation.patience
        if self._judge is not None:
            scores = self._judge.scores(state)
            is_best = self._judge.take_in(state, scores)
            if is_best:
                save_model(self._out_dir / BEST_FILE, state, self._config, metadata=self._metadata)
            if self._log is not None:
                self._log.add_validation(state.step, scores)
            self._emit(Validated(step=state.step, scores=scores, is_best=is_best))
        worse = state.judged.get("judgements_since_best", 0.0)
        self.should_stop = any_device(self._fabric, bool(patience) and worse >= patience)

    def _offended(self, error: NotFiniteError) -> UserError:
        """Name the images of the step that went wrong, and write down all of them."""
        config, step = self._config, self._state.step
        order = image_order(self._material, config)
        items = range(step * config.batch_size, (step + 1) * config.batch_size)
        paths = [str(self._material.images[order.image_of(item)].path) for item in items]
        losses = {name: str(value) for name, value in error.losses.items()}
        record = {"step": step + 1, "losses": losses, "images": paths}
        if self._fabric.is_global_zero:
            text = json.dumps(record, indent=1, ensure_ascii=False)
            write_atomically(self._out_dir / OFFENDING_FILE, text.encode())
        different = list(dict.fromkeys(paths))
        names = ", ".join(different[:FILES_NAMED])
        left = len(different) - FILES_NAMED
        more = f" and {left} more" if left > 0 else ""
        return UserError(
            f"In step {step + 1} the loss is no longer a number. Its images: {names}{more}.",
            f"Look at their labels (all are in {OFFENDING_FILE}), or try a smaller learning rate; "
            "the last checkpoint is kept.",
        )

    def _tell(self, text: str) -> None:
        self._emit(Noted(text=text))


def _say_nothing(message: Message) -> None:
    """Take a message of a process that does not speak for the run."""
