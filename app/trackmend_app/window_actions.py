"""Says what each action of the table does: one line per action, no logic."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from trackmend_app.help.help_pages import PAGES
from trackmend_app.situation import Mode
from trackmend_app.timeline.lane_order import LaneSort

if TYPE_CHECKING:
    from trackmend_app.main_window import MainWindow
    from trackmend_app.tracks_presenter import TracksPresenter

Slot = Callable[[], object]
ToggleSlot = Callable[[bool], object]


def connect_actions(window: "MainWindow") -> None:
    """Connect every action of the table."""
    for action_id, slot in {
        **_file_slots(window),
        **_edit_slots(window),
        **_video_slots(window),
        **_track_slots(window),
        **_review_slots(window),
        **_model_slots(window),
        **_view_slots(window),
    }.items():
        window.action_set.on(action_id, slot)
    for action_id, toggle in _toggle_slots(window).items():
        window.action_set.on_toggled(action_id, toggle)


def _file_slots(window: "MainWindow") -> dict[str, Slot]:
    opener = window.workbench.opener
    return {
        "open_video": opener.ask_for_videos,
        "open_folder": opener.ask_for_folder,
        "open_project": opener.ask_for_project,
        "open_sample": window.errands.open_sample,
        "add_video": opener.ask_for_more_videos,
        "relink_video": window.workbench.finder.ask,
        "export_mot": window.errands.export_mot,
        "name_moment": window.errands.name_moment,
        "close_project": opener.close_project,
        "quit": window.close,
    }


def _edit_slots(window: "MainWindow") -> dict[str, Slot]:
    steps, chooser = window.workbench.steps, window.workbench.chooser
    numbered: dict[str, Slot] = {
        f"select_{n}": partial(chooser.select_nth_box, n) for n in range(1, 10)
    }
    return {
        "undo": steps.undo,
        "redo": steps.redo,
        "leave": window.leave,
        "select_next": chooser.select_next_box,
        "select_all": window.tracks_presenter.select_all,
        "find_track": window.find_track,
        **numbered,
    }


def _video_slots(window: "MainWindow") -> dict[str, Slot]:
    go = window.workbench.travel
    return {
        "slower": lambda: go.change_speed(-1),
        "faster": lambda: go.change_speed(1),
        "step_back": lambda: go.step(-1),
        "step_forward": lambda: go.step(1),
        "back_10": lambda: go.step(-go.small_step),
        "forward_10": lambda: go.step(go.small_step),
        "back_100": lambda: go.step(-go.large_step),
        "forward_100": lambda: go.step(go.large_step),
        "track_start": go.to_track_start,
        "track_end": go.to_track_end,
        "video_start": go.to_video_start,
        "video_end": go.to_video_end,
        "next_gap": lambda: go.to_gap(1),
        "previous_gap": lambda: go.to_gap(-1),
        "next_crossing": lambda: go.to_crossing(1),
        "previous_crossing": lambda: go.to_crossing(-1),
        "next_birth": lambda: go.to_birth_or_death(1),
        "previous_birth": lambda: go.to_birth_or_death(-1),
        "go_to_frame": window.errands.go_to_frame,
        "clear_range": lambda: window.workbench.session.set_range(None),
    }


def _track_slots(window: "MainWindow") -> dict[str, Slot]:
    corrections, chooser = window.workbench.corrections, window.workbench.chooser
    repairs = window.workbench.repairs
    plain: dict[str, Slot] = {
        action_id: partial(repairs.do, action_id)
        for action_id in (
            "keyframe",
            "interpolate",
            "interpolate_straight",
            "propagate",
            "toggle_occluded",
            "mark_outside",
        )
    }
    numbered: dict[str, Slot] = {
        f"assign_{n}": partial(chooser.assign_to_lookalike, n) for n in range(1, 10)
    }
    return {
        "swap_from_here": corrections.swap_from_here,
        "swap_this_frame": corrections.swap_this_frame,
        "swap_in_range": corrections.swap_in_range,
        "split": corrections.split,
        "merge_mode": lambda: corrections.set_mode(Mode.MERGE),
        "merge_commit": corrections.merge_selected,
        "assign_new": lambda: corrections.assign(None),
        "describe_track": partial(_describe, window),
        "delete_box": corrections.delete_box,
        "delete_from_here": corrections.delete_from_here,
        "delete_track": corrections.delete_tracks,
        **plain,
        **numbered,
    }


def _review_slots(window: "MainWindow") -> dict[str, Slot]:
    queue = window.workbench.review
    return {
        "next_suspicion": lambda: _go_to_suspicion(window, 1),
        "previous_suspicion": lambda: _go_to_suspicion(window, -1),
        "accept_fix": queue.accept,
        "not_an_error": queue.reject,
        "leave_unsure": queue.leave_unsure,
        "other_fix": queue.choose_other,
        "check_queue": window.queue_check.ask,
        "retrack": window.workbench.retracking.begin,
        "accept_retrack": window.workbench.retracking.accept,
        "refine": window.errands.refine_tracks,
        "compare": lambda: window.panels.show("film"),
        "why_matched": window.why.association.show,
        "who_alike": window.why.alike.show,
        "toggle_verified": window.workbench.verification.toggle,
    }


def _go_to_suspicion(window: "MainWindow", step: int) -> None:
    window.workbench.retracking.leave()  # its panel stands where the queue is
    window.review_presenter.step(step)


def _model_slots(window: "MainWindow") -> dict[str, Slot]:
    runs = window.workbench.runs
    return {
        "run_model": runs.start,
        "track_boxes": window.errands.track_boxes,
        "continue_run": runs.resume,
        "cancel_run": runs.runner.cancel,
        "load_model": window.errands.load_model,
        "models": window.models_presenter.open,
        "carry_over": window.carry_presenter.open,
        "finetune": window.errands.finetune,
        "cancel_training": window.workbench.training.cancel,
    }


def _view_slots(window: "MainWindow") -> dict[str, Slot]:
    return {
        "zoom_in": lambda: window.zoom("zoom_in"),
        "zoom_out": lambda: window.zoom("zoom_out"),
        "zoom_fit": lambda: window.zoom("fit"),
        "longer_trails": lambda: window.canvas_presenter.change_trails(1),
        "shorter_trails": lambda: window.canvas_presenter.change_trails(-1),
        "add_view": window.side_views.add,
        "close_view": window.side_views.close_last,
        "view_back": lambda: window.side_views.step(-1),
        "view_forward": lambda: window.side_views.step(1),
        "go_to_view": window.side_views.take_main_there,
        "pin_track": window.tracks_presenter.pin_selected,
        "reset_layout": window.panels.reset,
        "hold_similarity": window.why.hold_similarity,
        "find_command": window.dialogs.find_command,
        "key_sheet": window.dialogs.show_keys,
        "edit_keys": window.dialogs.edit_keys,
        "settings": window.dialogs.edit_settings,
        "open_log": window.dialogs.show_log,
        "about": window.dialogs.show_about,
        "tour": window.tour.start,
        "report_problem": window.dialogs.report_problem,
        **{f"help_{page.name}": partial(window.dialogs.show_help, page.name) for page in PAGES},
    }


def _describe(window: "MainWindow") -> None:
    if not window.track_table.edit_label():
        window.errands.describe_tracks()


def _sort_lanes(lanes: "TracksPresenter", by: LaneSort, _on: bool) -> None:
    lanes.sort_lanes(by)


def _toggle_slots(window: "MainWindow") -> dict[str, ToggleSlot]:
    lanes = window.tracks_presenter
    presenter, runs = window.canvas_presenter, window.workbench.runs
    corrections = window.workbench.corrections
    return {
        "show_boxes": lambda on: presenter.set_visible("boxes", on),
        "show_trails": lambda on: presenter.set_visible("trails", on),
        "show_confidence": lambda on: presenter.set_visible("confidence", on),
        "show_barcode": window.timeline.set_barcode,
        "show_similarity": window.workbench.similarity.set_shown,
        "lasso": lambda on: corrections.set_mode(Mode.LASSO if on else Mode.REVIEW),
        "zoom_box": lambda on: corrections.set_mode(Mode.ZOOM if on else Mode.REVIEW),
        "link_view": window.side_views.set_linked,
        "follow_track": presenter.set_following,
        "probe_similarity": window.why.probe.set_mode,
        "light_theme": window.set_light_theme,
        "full_screen": window.set_full_screen,
        "play": window.workbench.travel.set_playing,
        "loop": window.workbench.travel.set_looping,
        "lanes_here": lanes.set_only_here,
        "lanes_grouped": lanes.set_grouped,
        **{f"lanes_by_{by}": partial(_sort_lanes, lanes, by) for by in LaneSort},
        "new_box": lambda on: corrections.set_mode(Mode.NEW_BOX if on else Mode.REVIEW),
        "pause_run": runs.runner.set_paused,
        "follow_run": runs.set_follows,
    }
