"""What the timeline says where there are no lanes."""

from trackmend_app.wording import say


def why_no_lanes(*, is_any: bool, awaits_run: bool) -> str:
    """Return why no lane is shown and what to do about it.

    Args:
        is_any: there are tracks, all of them left out.
        awaits_run: a model is about to find some.
    """
    if is_any:
        return say("No track fits the filter of the track list.")
    if awaits_run:
        return say("The model is running: tracks appear as they are found.")
    return say("No tracks yet. Run the model to find them.")
