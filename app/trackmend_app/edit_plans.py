"""What each key would do to the tracks at this moment: the edit itself, not made yet; no Qt."""

from collections.abc import Callable, Sequence
from typing import Protocol

from trackmend_app.propagation import plan_propagation
from trackmend_core.errors import UserError
from trackmend_core.project import BoxRecord, Project, RunRecord, TrackSummary, VideoRecord
from trackmend_core.project.edits import (
    AddBox,
    ConfirmBox,
    DeleteTrack,
    DeleteTrackFrom,
    DeleteTracks,
    Edit,
    MarkOutside,
    MergeMany,
    MergeTracks,
    ReassignBoxes,
    SetOcclusion,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.project.interpolation import neighbours, on_the_line, plan_interpolation
from trackmend_core.types import BoxId, BoxSource, TrackId

CARRIED_FRAMES = 25
"""Without a marked range a box is carried so many frames on."""


class Chosen(Protocol):
    """The selection."""

    @property
    def track_ids(self) -> tuple[TrackId, ...]:
        """Return the selected tracks, in the order they were chosen."""

    @property
    def box_id(self) -> BoxId | None:
        """Return the selected box of this frame."""


class State(Protocol):
    """What is read of the session."""

    @property
    def selection(self) -> Chosen:
        """Return what edits apply to."""

    @property
    def frame_index(self) -> int:
        """Return the current frame."""

    @property
    def frame_range(self) -> tuple[int, int] | None:
        """Return the marked range."""

    @property
    def video(self) -> VideoRecord | None:
        """Return the shown video."""

    def required_project(self) -> Project:
        """Return the open project."""

    def required_run(self) -> RunRecord:
        """Return the shown run."""

    def tracks(self) -> Sequence[TrackSummary]:
        """Return the tracks of the shown run."""

    def track(self, track_id: TrackId, /) -> TrackSummary | None:
        """Return one of them."""

    def boxes_at(self, frame_index: int, /) -> list[BoxRecord]:
        """Return the boxes of a frame."""


class EditPlans:
    """Builds edits from selection, frame and range; every method may raise `UserError`."""

    def __init__(self, session: State) -> None:
        self._session = session
        self._by_action: dict[str, Callable[[], Edit]] = {
            "swap_from_here": lambda: self.swap(self._here, None),
            "swap_this_frame": lambda: self.swap(self._here, self._here),
            "swap_in_range": lambda: self.swap(*self._stretch()),
            "split": self.split,
            "merge_commit": self.merge,
            "assign_new": lambda: self.assign(None),
            "delete_from_here": self.delete_from_here,
            "delete_track": self.delete_tracks,
            "keyframe": self.keyframe,
            "interpolate": lambda: self.interpolate(follow_detections=True),
            "interpolate_straight": lambda: self.interpolate(follow_detections=False),
            "propagate": self.propagate,
            "toggle_occluded": self.occlusion,
            "mark_outside": self.outside,
        }

    def planned(self, action_id: str) -> Edit | None:
        """Return the edit that an action would make now; None if it makes none.

        Raises:
            UserError: it is impossible.
        """
        plan = self._by_action.get(action_id)
        return plan() if plan is not None else None

    @property
    def _here(self) -> int:
        return self._session.frame_index

    def chosen_track(self) -> TrackSummary:
        """Return the track that was chosen last.

        Raises:
            UserError: none is.
        """
        chosen = self._session.selection.track_ids
        track = self._session.track(chosen[-1]) if chosen else None
        if track is None:
            raise UserError("No track is selected.", "Click a box, or a row of the track list.")
        return track

    def _stretch(self) -> tuple[int, int]:
        """Return the marked range, or this frame."""
        return self._session.frame_range or (self._here, self._here)

    def swap(self, first_frame: int, last_frame: int | None) -> SwapTracks:
        """Exchange the two selected tracks."""
        chosen = self._session.selection.track_ids
        if len(chosen) != 2:
            raise UserError("Two tracks trade places.", "Click one, Ctrl+click the other.")
        return SwapTracks(
            track_a=chosen[0], track_b=chosen[1], first_frame=first_frame, last_frame=last_frame
        )

    def split(self) -> SplitTrack:
        """Give the selected track a new id from this frame on."""
        return SplitTrack(track_id=self.chosen_track().track_id, at_frame=self._here)

    def merge(self) -> MergeTracks | MergeMany:
        """Join the selected tracks under the id of the first."""
        keep, *others = self._session.selection.track_ids or (self.chosen_track().track_id,)
        if not others:
            raise UserError("One track alone cannot be merged.", "Select two or more tracks.")
        if len(others) == 1:
            return MergeTracks(keep=keep, absorb=others[0])
        return MergeMany(keep=keep, absorb=tuple(others))

    def assign(self, to_track: TrackId | None) -> ReassignBoxes:
        """Give the selected track's boxes another id (None: a new one), from here or in the range.

        Without a range only what comes from here on is meant.
        """
        track = self.chosen_track()
        first, last = self._session.frame_range or (self._here, track.last_frame)
        return ReassignBoxes(
            track_id=track.track_id, to_track_id=to_track, first_frame=first, last_frame=last
        )

    def delete_from_here(self) -> DeleteTrackFrom:
        """Delete the selected track from this frame on."""
        return DeleteTrackFrom(track_id=self.chosen_track().track_id, from_frame=self._here)

    def delete_tracks(self) -> DeleteTrack | DeleteTracks:
        """Delete the selected tracks entirely."""
        chosen = set(self._session.selection.track_ids)
        tracks = [one.track_id for one in self._session.tracks() if one.track_id in chosen]
        if len(tracks) > 1:
            return DeleteTracks(track_ids=tuple(tracks))
        return DeleteTrack(track_id=self.chosen_track().track_id)

    def keyframe(self) -> ConfirmBox | AddBox:
        """Make the selected track's box here a person's; in a gap, put one on the line."""
        track, here = self.chosen_track(), self._here
        for box in self._session.boxes_at(here):
            if box.track_id == track.track_id:
                return ConfirmBox(box_id=box.box_id)
        boxes = self._session.required_project().boxes_of_track(track.track_id)
        before, after = neighbours(boxes, here)
        if before is None or after is None:
            raise UserError(
                f"Track {track.number} is not seen before and after this frame.",
                "Draw the box with ‹new_box›, or carry the last one on with ‹propagate›.",
            )
        return AddBox(
            run_id=self._session.required_run().run_id,
            frame_index=here,
            box_xyxy=on_the_line(before, after, here),
            track_id=track.track_id,
        )

    def interpolate(self, *, follow_detections: bool) -> Edit:
        """Fill the gap here, or the gaps of the range, or lay what is between keyframes anew."""
        return plan_interpolation(
            self._session.required_project(),
            self._session.required_run().run_id,
            self.chosen_track().track_id,
            frame_index=self._here,
            frame_range=self._session.frame_range,
            follow_detections=follow_detections,
        )

    def propagate(self) -> Edit:
        """Carry the selected track's box on, to the end of the range or for a second or so."""
        track, video = self.chosen_track(), self._session.video
        assert video is not None, "a track is shown, so a video is"
        frame_range = self._session.frame_range
        return plan_propagation(
            self._session.required_project().boxes_of_track(track.track_id),
            frame_index=self._here,
            frame_count=video.frame_count,
            last_frame=frame_range[1] if frame_range else self._here + CARRIED_FRAMES,
            picture_wh=(video.width, video.height),
        )

    def occlusion(self) -> SetOcclusion:
        """Mark the selected track as occluded here or in the range; if it all is, as seen."""
        track = self.chosen_track()
        first, last = self._stretch()
        boxes = self._session.required_project().boxes_of_track(track.track_id)
        mine = [box for box in boxes if first <= box.frame_index <= last]
        return SetOcclusion(
            track_id=track.track_id,
            first_frame=first,
            last_frame=last,
            is_occluded=not all(box.is_occluded for box in mine) or not mine,
        )

    def outside(self) -> MarkOutside:
        """Take the track out of the range; without one, from here to the next keyframe or end."""
        track = self.chosen_track()
        if self._session.frame_range is not None:
            first, last = self._session.frame_range
        else:
            boxes = self._session.required_project().boxes_of_track(track.track_id)
            keyframes = (
                box.frame_index
                for box in boxes
                if box.frame_index > self._here and box.source is BoxSource.PERSON
            )
            first, last = self._here, next(keyframes, track.last_frame + 1) - 1
        return MarkOutside(track_id=track.track_id, first_frame=first, last_frame=max(first, last))
