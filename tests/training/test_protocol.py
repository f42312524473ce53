"""Messages survive the way through a pipe; other lines are refused."""

import subprocess
import sys

import pytest

from trackmend_core.errors import UserError
from trackmend_training.protocol import (
    Cancelled,
    CheckpointSaved,
    Failed,
    Finished,
    Message,
    Started,
    Step,
    decode,
    encode,
)

MESSAGES: list[Message] = [
    Started(steps=10, device="CPU", images=3, identities=5, start_step=2),
    Step(step=1, total=-0.5, losses={"heat_map": 1.25}, speed=2.0, seconds_left=3.5),
    CheckpointSaved(path="a/b.safetensors", step=10),
    Finished(path="a/b.safetensors", summary={"steps": 10.0}),
    Failed(message="“No” such file", hint="Look again."),
    Cancelled(path=None),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_it_was_sent(message: Message) -> None:
    line = encode(message)
    assert "\n" not in line
    assert decode(line + "\n") == message


@pytest.mark.parametrize(
    "line", ["", "hello", "[1]", '{"kind":"dance"}', '{"kind":"step"}', '{"step":1}']
)
def test_a_line_that_is_no_message_is_refused(line: str) -> None:
    with pytest.raises(UserError):
        decode(line)


def test_fields_of_a_newer_version_are_passed_over() -> None:
    assert decode('{"kind":"cancelled","path":null,"mood":"calm"}') == Cancelled()


def test_config_and_protocol_load_no_torch() -> None:
    program = (
        "import sys, trackmend_training.config, trackmend_training.protocol;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
