"""What the status line says: the mode, what is expected next, and that Esc leaves; no Qt."""

from trackmend_app.situation import Mode, Situation


def mode_and_expectation(
    now: Situation,
    *,
    playing: bool = False,
    swap_from: str = "",
    frame: int = 0,
    radius: str = "",
    impossible: bool = False,
    fix: str = "",
    events_left: int | None = None,
) -> tuple[str, str]:
    """Return the two first parts of the status line.

    Args:
        now: the situation.
        playing: whether the video plays.
        swap_from: number of the track that waits for a partner.
        frame: as people count it.
        radius: what the likeliest wide edit would touch, such as "412 boxes, 2 tracks".
        impossible: whether that is why it cannot be done.
        fix: what Enter would do about the suspicion at hand.
        events_left: how many suspicions wait; None while that is not known.
    """
    if not now.has_project:
        return "Welcome", "Open a video or a project, or drop one here"
    if now.video_lost:
        return "Video lost", "The video file has moved: File ▸ Find the lost video…"
    if now.mode is Mode.NEW_BOX:
        return "New box", "Drag a box on the video · Esc leaves"
    if now.mode is Mode.SWAP:
        scope = f" ({radius})" if radius else ""
        return (
            "Swap",
            f"Click the track that {swap_from} swaps with from frame {frame} on{scope}"
            " · Esc leaves",
        )
    if now.mode is Mode.ZOOM:
        return "Zoom", "Drag a rectangle on the video to fill the view with it · Esc leaves"
    if now.mode is Mode.LASSO:
        return "Lasso", "Drag around the boxes to select · Esc leaves"
    if now.mode is Mode.MERGE:
        return "Merge", _merge_text(now.selected_tracks, radius, impossible=impossible)
    if now.mode is Mode.RETRACK:
        return "Re-track", f"{radius} · Esc leaves with nothing changed"
    if now.job_runs:
        running = "Paused" if now.job_paused else "Running"
        return running, "Boxes appear as they are found · look around or mend meanwhile"
    if playing:
        return (
            "Playing",
            "‹play› pauses · ‹step_back› and ‹step_forward› step"
            " · ‹slower› and ‹faster› change the speed",
        )
    if not now.has_run:
        return "Review", "Run model (‹run_model›) finds and follows everybody in this video"
    if now.event_at_hand:
        return "Review", (
            f"‹accept_fix›: {fix} · ‹not_an_error› not an error · ‹leave_unsure› unsure"
            " · ‹next_suspicion› next · Esc leaves"
        )
    if now.range_selected:
        return "Review", _range_text(now.selected_tracks)
    if not now.selected_tracks and events_left == 0:
        return "Review", (
            "Nothing suspicious is left · ‹toggle_verified› marks what is right"
            " · ‹export_mot› writes the tracks"
        )
    return "Review", _review_text(now, radius)


def _merge_text(selected: int, radius: str, *, impossible: bool) -> str:
    if selected < 2:
        return "Click the tracks that are one person, the one to keep first · Esc leaves"
    if impossible:
        return f"{radius} · Esc leaves"
    scope = f" ({radius})" if radius else ""
    return (
        f"{selected} tracks chosen"
        f" · ‹merge_commit› merges them under the first id{scope} · Esc leaves"
    )


def _range_text(selected: int) -> str:
    """Say what is done with a range, which Esc leaves before the selection."""
    if selected == 0:
        return (
            "A range is chosen · ‹toggle_verified› verifies it · ‹loop› plays it over and over"
            " · Esc leaves it"
        )
    if selected == 2:
        return (
            "A range is chosen · ‹swap_in_range› swaps the two in it"
            " · ‹toggle_verified› verifies them there · Esc leaves it"
        )
    return (
        "A range is chosen · ‹toggle_verified› verifies what is selected there"
        " · ‹loop› plays it over and over · Esc leaves it"
    )


def _review_text(now: Situation, radius: str) -> str:
    if now.selected_tracks == 0:
        return (
            "‹next_suspicion› goes to the next likely error · click a box"
            " · ‹play› plays · ‹key_sheet› lists every key"
        )
    scope = f" ({radius})" if radius else ""
    if now.selected_tracks == 1:
        return (
            f"‹swap_from_here› swaps · ‹split› splits here{scope}"
            " · ‹merge_mode› merges · ‹delete_box› deletes this box · Esc deselects"
        )
    if now.selected_tracks == 2:
        return (
            f"‹swap_from_here› swaps them from here on{scope}"
            " · ‹merge_commit› merges them · Esc deselects"
        )
    return f"‹merge_commit› merges them under the first id{scope} · Esc deselects"
