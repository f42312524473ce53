"""Begins a finetuning from the window, with a trainer that does what a test says."""

from window_stage import Stage

TRAINER = """
import sys, time
from trackmend_training.protocol import *
def say(message): print(encode(message), flush=True)
say(Started(steps=3, device="CPU", images=4, identities=2))
for n in (1, 2):
    say(Step(step=n, total=2.0 / n, losses={{"heat_map": 1.0 / n}}, speed=1.0, seconds_left=9.0))
{body}
"""


def teach(stage: Stage, body: str) -> None:
    (stage.video.parent / "trainer.py").write_text(TRAINER.format(body=body))
    stage.trigger("finetune")
    dialog = stage.window.findChild(object, "finetune_dialog")
    assert dialog.isVisible()
    dialog.accept()
