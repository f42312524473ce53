"""The table of everything a person can do: menus, toolbar, context menu and key sheet read it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtGui import QKeySequence

from trackmend_app import situation as when
from trackmend_app.help.help_pages import PAGES
from trackmend_app.situation import Situation
from trackmend_app.wording import say


class Menu(StrEnum):
    """Where an action is listed; the order is the menu bar's."""

    FILE = "File"
    EDIT = "Edit"
    VIEW = "View"
    VIDEO = "Video"
    TRACK = "Track"
    REVIEW = "Review"
    MODEL = "Model"
    HELP = "Help"

    @property
    def words(self) -> str:
        """Its name in the person's language."""
        return say(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """One thing a person can do.

    Attributes:
        action_id: the name that code and settings use.
        title: as listed in the menu; "…" says that a question follows.
        tip: one sentence of what happens.
        keys: default keys, the first is shown beside the title.
        group: a separator stands between groups of one menu.
        enabled_when: whether it is possible now.
        in_context_menu: offered at the box as well.
        held: it lasts as long as the key is held.
        family: name of the submenu that holds it with its like.
    """

    action_id: str
    title: str
    tip: str
    menu: Menu
    keys: tuple[str, ...] = ()
    group: int = 0
    enabled_when: Callable[[Situation], bool] = when.always
    checkable: bool = False
    in_context_menu: bool = False
    held: bool = False
    family: str = ""

    def tooltip(self) -> str:
        """Return the tip with every key that does it."""
        shown = say(" or ").join(
            QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in self.keys
        )
        held = say("hold {keys}").format(keys=shown) if self.held else shown
        return f"{self.tip} ({held})" if shown else self.tip

    def translated(self) -> "ActionRow":
        """Return the row in the person's language; the table itself stays English."""
        family = say(self.family) if self.family else ""
        return replace(self, title=say(self.title), tip=say(self.tip), family=family)


def _rows(
    menu: Menu,
    *rows: tuple[int, str, str, str, Callable[[Situation], bool], str, str],
) -> tuple[ActionRow, ...]:
    """Build rows of one menu.

    Columns: group, id, title, keys (spaces between), when possible, flags, tip.
    Flags: c(heckable), m(enu at the box), h(eld). Titles "Family/title" go into a submenu.
    """
    return tuple(
        ActionRow(
            action_id=action_id,
            title=title.rpartition("/")[2],
            family=title.rpartition("/")[0],
            tip=tip,
            menu=menu,
            keys=tuple(keys.split()),
            group=group,
            enabled_when=enabled_when,
            checkable="c" in flags,
            in_context_menu="m" in flags,
            held="h" in flags,
        )
        for group, action_id, title, keys, enabled_when, flags, tip in rows
    )


# fmt: off
_FILE = _rows(
    Menu.FILE,
    (0, "open_video", "Open video…", "Ctrl+O", when.always, "",
     "Open videos or image folders; the project file is made beside them"),
    (0, "open_folder", "Open image folder…", "Ctrl+Shift+I", when.always, "",
     "Open a folder of images, such as a MOTChallenge sequence"),
    (0, "open_project", "Open project…", "Ctrl+Shift+O", when.always, "",
     "Open a .trackmend file"),
    (0, "open_sample", "Sample project", "", when.always, "",
     "Open a small drawn street scene, already tracked"),
    (1, "add_video", "Add videos to this project…", "", when.with_project, "",
     "Put further videos into the open project"),
    (1, "relink_video", "Find the lost video…", "", when.with_lost_video, "",
     "Say where the video file is now"),
    (2, "export_mot", "Export MOTChallenge text…", "Ctrl+E", when.with_run, "",
     "Write the shown tracks, corrections included, as MOTChallenge text"),
    (3, "name_moment", "Name this moment…", "Ctrl+S", when.with_project, "",
     "Give the present state a name to find it by; every edit is saved already"),
    (4, "close_project", "Close project", "Ctrl+W", when.with_project, "",
     "Close the project and show the welcome page"),
    (4, "quit", "Quit", "Ctrl+Q", when.always, "",
     "Leave Trackmend; nothing needs saving"),
)
_EDIT = _rows(
    Menu.EDIT,
    (0, "undo", "Undo", "Ctrl+Z", when.may_undo, "",
     "Take the last edit back and jump to its place"),
    (0, "redo", "Redo", "Ctrl+Shift+Z Ctrl+Y", when.may_redo, "",
     "Bring the undone edit back and jump to its place"),
    (1, "leave", "Select none, leave the mode", "Esc", when.always, "",
     "Leave the mode; in review, clear the range, then the selection"),
    (1, "select_next", "Select next box", "`", when.with_run, "",
     "Select the next box of this frame"),
    (1, "find_track", "Find a track…", "Ctrl+F", when.with_run, "",
     "Type an id or a label into the filter of the track list"),
    *((2, f"select_{n}", f"Select box of the frame/Select box {n}", str(n), when.with_run, "",
       f"Select box {n} of this frame, counted by id")
     for n in range(1, 10)),
)
_VIEW = _rows(
    Menu.VIEW,
    (0, "show_boxes", "Boxes", "H", when.always, "c",
     "Show or hide boxes and ids"),
    (0, "show_trails", "Trails", "T", when.always, "c",
     "Show or hide where each track came from"),
    (0, "show_confidence", "Confidence", "Shift+H", when.always, "c",
     "Show or hide the score of every box"),
    (0, "show_similarity", "Similarity", "Shift+G", when.with_video, "cm",
     "Show where this frame looks like the selected box"),
    (0, "show_barcode", "Identity barcode", "Shift+B", when.always, "c",
     "Lanes show whom each track looks like (colour) and by how much (height), or the confidence"),
    (0, "hold_similarity", "Similarity while held", "G", when.with_video, "h",
     "Show the similarity map as long as the key is down, of whatever the pointer is moved to"),
    (0, "probe_similarity", "Similarity from the pointer", "Alt+G", when.with_video, "c",
     "Point at any place to see where else it looks like that; a click keeps the place"),
    (0, "longer_trails", "Longer trails", "Shift+T", when.always, "",
     "Let trails go further back"),
    (0, "shorter_trails", "Shorter trails", "Ctrl+Shift+T", when.always, "",
     "Let trails go less far back"),
    (1, "zoom_in", "Zoom in", "+ =", when.with_video, "",
     "Enlarge the video"),
    (1, "zoom_out", "Zoom out", "-", when.with_video, "",
     "Shrink the video"),
    (1, "zoom_fit", "Fit the window", "Z", when.with_video, "",
     "Show the whole frame"),
    (1, "zoom_box", "Zoom to a rectangle", "Shift+Z", when.with_video, "c",
     "Drag a rectangle on the video to fill the view with it; Shift+drag does it at any time"),
    (1, "follow_track", "Follow the track", "Shift+F", when.with_selection, "cm",
     "Keep the selected track in the middle of the view (as a double-click on its box does)"),
    (1, "add_view", "Another view/Open another view", "Ctrl+\\", when.with_video, "",
     "Show another frame, or another video, beside this one"),
    (1, "close_view", "Another view/Close it", "Ctrl+Shift+\\", when.with_side_view, "",
     "Close the view that was used last"),
    (1, "link_view", "Another view/Keep it in step", "Alt+L", when.with_side_view, "c",
     "Keep the view so many frames from the main one, or let it stay where it is"),
    (1, "view_back", "Another view/A frame back there", "Alt+Left", when.with_side_view, "",
     "Go a frame back in the view beside the main one"),
    (1, "view_forward", "Another view/A frame on there", "Alt+Right", when.with_side_view, "",
     "Go a frame on in the view beside the main one"),
    (1, "go_to_view", "Another view/Go to its frame", "Alt+Home", when.with_side_view, "",
     "Take the main view to the frame, and the video, of the view beside it"),
    (2, "panel_tracks", "Track list", "Ctrl+Shift+1", when.always, "c",
     "Show or hide the track list"),
    (2, "panel_timeline", "Timeline", "Ctrl+Shift+2", when.always, "c",
     "Show or hide the timeline"),
    (2, "panel_similarity", "Similarity panel", "Ctrl+Shift+3", when.always, "c",
     "Show or hide the similarity panel"),
    (2, "panel_training", "Training panel", "Ctrl+Shift+4", when.always, "c",
     "Show or hide the training panel"),
    (2, "panel_film", "Filmstrip", "Ctrl+Shift+6", when.always, "c",
     "Show or hide pictures of the selected track over time, or of two side by side"),
    (2, "panel_review", "Review panel", "Ctrl+Shift+7", when.always, "c",
     "Show or hide the queue of likely errors"),
    (2, "panel_why", "Why did it match?", "Ctrl+Shift+8", when.always, "c",
     "Show or hide what the tracker compared when it decided"),
    (2, "panel_alike", "Who looks alike?", "Ctrl+Shift+9", when.always, "c",
     "Show or hide how alike all tracks look"),
    (2, "panel_history", "History", "Ctrl+Shift+5", when.always, "c",
     "Show or hide the history of edits and named moments"),
    (3, "pin_track", "Lanes/Pin the selected lanes", "P", when.with_selection, "",
     "Keep the lanes of the selected tracks on top, or let them go"),
    (3, "lanes_here", "Lanes/Only tracks in this frame", "", when.always, "c",
     "Hide the lanes of tracks that are not in the current frame"),
    (3, "lanes_grouped", "Lanes/Group by label", "", when.always, "c",
     "Let lanes of one label stand together under its name"),
    *((3, f"lanes_by_{by}", f"Lanes/Sort by {by}", "", when.always, "c",
       f"Order the lanes by {by}")
     for by in ("number", "start", "length", "confidence", "suspicion", "label")),
    (4, "light_theme", "Light theme", "Ctrl+Shift+L", when.always, "c",
     "Switch between the dark and the light theme"),
    (4, "full_screen", "Full screen", "F11", when.always, "c",
     "Fill the screen or go back"),
    (4, "reset_layout", "Reset the layout", "", when.always, "",
     "Put every panel back where it was at first"),
)
_VIDEO = _rows(
    Menu.VIDEO,
    (0, "play", "Play", "Space", when.with_video, "c",
     "Play at the video's rate, or pause"),
    (0, "loop", "Loop the range", "L", when.with_video, "c",
     "Play the range over and over, or the suspicion at hand, or a little to each side of here"),
    (0, "slower", "Slower", "[", when.with_video, "",
     "Play at the next slower speed"),
    (0, "faster", "Faster", "]", when.with_video, "",
     "Play at the next faster speed"),
    (1, "step_back", "Frame back", "D Left", when.with_video, "",
     "Go one frame back"),
    (1, "step_forward", "Frame forward", "F Right", when.with_video, "",
     "Go one frame forward"),
    (1, "back_10", "10 frames back", "C", when.with_video, "",
     "Go 10 frames back"),
    (1, "forward_10", "10 frames forward", "V", when.with_video, "",
     "Go 10 frames forward"),
    (1, "back_100", "100 frames back", "PgUp", when.with_video, "",
     "Go 100 frames back"),
    (1, "forward_100", "100 frames forward", "PgDown", when.with_video, "",
     "Go 100 frames forward"),
    (2, "track_start", "Start of the track", "Home", when.with_selection, "m",
     "Go to the first frame of the selected track"),
    (2, "track_end", "End of the track", "End", when.with_selection, "m",
     "Go to the last frame of the selected track"),
    (2, "video_start", "Start of the video", "Ctrl+Home", when.with_video, "",
     "Go to the first frame"),
    (2, "video_end", "End of the video", "Ctrl+End", when.with_video, "",
     "Go to the last frame"),
    (3, "next_gap", "Next gap of the track", ".", when.with_selection, "",
     "Go to where the selected track is lost, or found again"),
    (3, "previous_gap", "Previous gap of the track", ",", when.with_selection, "",
     "Go back to where the selected track was lost, or found again"),
    (3, "next_crossing", "Next crossing", "Alt+.", when.with_selection, "",
     "Go to where the selected track next meets another"),
    (3, "previous_crossing", "Previous crossing", "Alt+,", when.with_selection, "",
     "Go back to where the selected track last met another"),
    (3, "next_birth", "Next birth or death", "Ctrl+.", when.with_run, "",
     "Go to where a track next begins or ends"),
    (3, "previous_birth", "Previous birth or death", "Ctrl+,", when.with_run, "",
     "Go back to where a track last began or ended"),
    (4, "go_to_frame", "Go to frame…", "Ctrl+J", when.with_video, "",
     "Type a frame number or a time"),
    (4, "clear_range", "Clear the range", "", when.with_range, "",
     "Forget the range marked on the timeline (Shift+drag marks one)"),
)
_TRACK = _rows(
    Menu.TRACK,
    (0, "swap_from_here", "Swap from here on", "X", when.with_track, "m",
     "Exchange two tracks' ids from this frame on; with one selected, click the other"),
    (0, "swap_this_frame", "Swap in this frame", "Shift+X", when.with_track, "m",
     "Exchange the ids of two selected tracks in this frame only"),
    (0, "swap_in_range", "Swap in the range", "Ctrl+Shift+X", when.with_pair_and_range, "m",
     "Exchange the ids of two selected tracks in the range marked on the timeline"),
    (1, "split", "Split here", "S", when.with_track, "m",
     "From this frame on the selected track gets a new id"),
    (1, "merge_mode", "Merge tracks…", "M", when.may_edit, "m",
     "Click tracks to collect them; Shift+M joins them under the first one's id"),
    (1, "merge_commit", "Merge the selected tracks", "Shift+M", when.with_two_tracks, "m",
     "Join the selected tracks under the first one's id"),
    (2, "keyframe", "Keyframe", "K", when.with_track, "m",
     "Keep the selected track's box as it is here; in a gap, put one on the line between its ends"),
    (2, "interpolate", "Interpolate", "I", when.with_track, "m",
     "Fill the gap here (or the gaps of the range, or what lies between two keyframes), "
     "on free detections where there are any"),
    (2, "interpolate_straight", "Interpolate in a straight line", "Shift+I", when.with_track, "",
     "Fill the gap here on the straight line between its ends, whatever was detected"),
    (2, "propagate", "Carry the box on", "Shift+K", when.with_track, "m",
     "Carry the box on with the track's motion: to the end of the range, or for 25 frames"),
    (2, "toggle_occluded", "Occluded", "Q", when.with_track, "m",
     "Mark the selected track as hidden here (or in the range); again: as seen"),
    (2, "mark_outside", "Outside the picture", "O", when.with_track, "m",
     "Take the track's boxes away from here to its next keyframe (or in the range): it has left"),
    (2, "describe_track", "Label and attributes…", "F2", when.with_track, "m",
     "Give the selected tracks a label and attributes; in the track list the label alone, there"),
    (2, "new_box", "New box", "B", when.may_edit, "c",
     "Drag a box on the video; it joins the selected track, or begins a new one"),
    (2, "assign_new", "Assign to/Assign to a new id", "Ctrl+0", when.with_track, "m",
     "From this frame on (or in the range) the selected track's boxes get a new id"),
    *((2, f"assign_{n}", f"Assign to/Assign to look-alike {n}", f"Ctrl+{n}", when.with_track, "m",
       f"From this frame on (or in the range) join number {n} of the list that Ctrl shows")
     for n in range(1, 10)),
    (3, "delete_box", "Delete this box", "Del", when.with_track, "m",
     "Delete the selected box in this frame only"),
    (3, "delete_from_here", "Delete from here on…", "Shift+Del", when.with_track, "m",
     "Delete the selected track's boxes from this frame on; says how many first"),
    (3, "delete_track", "Delete the whole track…", "Ctrl+Shift+Del", when.with_track, "m",
     "Delete every box of the selected tracks; says how many first"),
)
_REVIEW = _rows(
    Menu.REVIEW,
    (0, "next_suspicion", "Next suspicion", "N", when.with_run, "",
     "Go to the next likely error of the queue, see why it is suspected and what would mend it"),
    (0, "previous_suspicion", "Previous suspicion", "Shift+N", when.with_run, "",
     "Go back to the likely error before in the queue"),
    (1, "accept_fix", "Accept the fix", "Return Enter", when.with_event, "",
     "Make the proposed fix as one edit and go on to the next suspicion; Ctrl+Z takes it back"),
    (1, "not_an_error", "Not an error", "W", when.with_event, "",
     "Leave the tracks as they are, keep this suspicion out of the queue, and go on"),
    (1, "leave_unsure", "Unsure", "U", when.with_event, "",
     "Leave the tracks as they are and note that nobody can tell, and go on"),
    (1, "other_fix", "The other fix", "J", when.with_event, "",
     "Choose between the proposed fix and the runner-up; the preview follows"),
    (2, "compare", "Compare A with B", "A", when.with_two_tracks, "m",
     "Show the two tracks selected last side by side over time"),
    (2, "why_matched", "Why did it match?", "Alt+W", when.with_run, "m",
     "Show what the tracker compared in this frame, and how each box came to the selected track"),
    (2, "who_alike", "Who looks alike?", "Alt+A", when.with_run, "",
     "Compare all tracks with all, as a matrix and as points; pairs seen together are masked"),
    (2, "toggle_verified", "Verified", "Y", when.with_run, "",
     "Say that this is right: the range, or the selected tracks, or all since the last verified "
     "stretch up to here; again takes it back"),
    (3, "retrack", "Re-track from here…", "R", when.may_refine, "",
     "Try the association again from this frame on within your edits, and see what would change"),
    (3, "accept_retrack", "Accept the re-tracking", "Ctrl+Return Ctrl+Enter",
     when.with_retrack_ready, "",
     "Take over the ticked changes of the dry run as one edit; Ctrl+Z takes it back"),
    (3, "refine", "Refine tracks…", "", when.may_refine, "",
     "Look at all frames at once for broken tracks, gaps, doubles and ghosts, and choose what to "
     "mend in one edit"),
    (3, "check_queue", "How good is the queue here?", "", when.may_refine, "",
     "Put known swaps into a copy of this project and see how many the queue shows, how many "
     "switches are probably left, and whether you may stop"),
)
_MODEL = _rows(
    Menu.MODEL,
    (0, "run_model", "Run model", "Ctrl+R", when.may_run, "",
     "Detect and track everybody in this video; a new run beside earlier ones"),
    (0, "track_boxes", "Track boxes from a file…", "", when.may_run, "",
     "Track what somebody else detected: MOTChallenge det.txt, COCO .json or another project"),
    (0, "continue_run", "Continue run", "Ctrl+Shift+R", when.may_continue, "",
     "Go on where the stopped run ended"),
    (0, "pause_run", "Pause run", "Ctrl+P", when.while_job_runs, "c",
     "Hold the run, or let it go on"),
    (0, "cancel_run", "Cancel run", "", when.while_job_runs, "",
     "Stop the run and keep what it has found"),
    (0, "follow_run", "Follow the run", "Ctrl+Shift+J", when.while_job_runs, "c",
     "Show each frame as the run reaches it"),
    (1, "load_model", "Import a model…", "", when.always, "",
     "Check a .safetensors or FairMOT's .pth, keep it on your shelf, and use it for the next run"),
    (1, "models", "Models…", "Ctrl+M", when.always, "",
     "See every model and what is in it, import one, write one in another form, choose the next"),
    (1, "carry_over", "Carry corrections over…", "", when.may_refine, "",
     "Make the corrections of an earlier run in this one too, as one edit; conflicts are listed"),
    (2, "finetune", "Finetune from corrections…", "Ctrl+T", when.may_finetune, "",
     "Teach the model from the corrected tracks, in a process of its own"),
    (2, "cancel_training", "Cancel training", "", when.while_training, "",
     "Stop training and keep the last checkpoint"),
)
_HELP = _rows(
    Menu.HELP,
    (0, "find_command", "Find a command…", "Ctrl+Shift+P", when.always, "",
     "Type a few letters of what you want to do"),
    (0, "key_sheet", "Keys", "F1 ?", when.always, "",
     "Show every action with its key"),
    (0, "settings", "Settings…", "Ctrl+;", when.always, "",
     "Theme, sizes, playback, model, memory, language"),
    (0, "edit_keys", "Edit keys…", "", when.always, "",
     "Choose other keys, or those of SLEAP, CVAT or DIVE"),
    *((1, f"help_{page.name}", f"What do I do when…/{page.title}", "", when.always, "",
       "Read what to do, with the keys that hold now")
     for page in PAGES),
    (1, "tour", "A tour of 90 seconds", "", when.always, "",
     "On the sample project: find a likely error, see why, mend it, take it back"),
    (2, "report_problem", "Report a problem…", "", when.always, "",
     "Gather versions, settings, log and schema into a file; no frames, no places"),
    (2, "open_log", "Show the log file", "", when.always, "",
     "Open the folder that holds the log"),
    (3, "about", "About Trackmend", "", when.always, "",
     "Version, licence, model and device"),
)
# fmt: on

ACTIONS: tuple[ActionRow, ...] = (
    *_FILE,
    *_EDIT,
    *_VIEW,
    *_VIDEO,
    *_TRACK,
    *_REVIEW,
    *_MODEL,
    *_HELP,
)
