"""`trackmend refine`: what would mend the tracks of a project after the online pass."""

from dataclasses import asdict
from pathlib import Path

import typer

from trackmend_app.commands.console import print_json, print_note
from trackmend_app.commands.store import open_project
from trackmend_core.errors import UserError
from trackmend_core.project.records import frame_number
from trackmend_core.refinement import RefinementItem, propose_refinement, refinement_view


def run_refine(project: Path, *, only: tuple[str, ...], apply: bool, as_json: bool) -> None:
    """List the proposals for every video that has tracks; apply them only if that was asked for.

    Each video's become one edit, which one undo in the window takes back.

    Raises:
        UserError: no project, nothing tracked in it, or a key that no proposal has.
    """
    with open_project(project) as opened:
        videos = [(video, opened.active_run(video.video_id)) for video in opened.videos()]
        tracked = [(video, run) for video, run in videos if run is not None]
        if not tracked:
            raise UserError("Nothing in this project is tracked yet.", "Run a model first.")
        proposals = [
            (video.name, propose_refinement(refinement_view(opened, run.run_id)))
            for video, run in tracked
        ]
        known = {item.key for _, proposal in proposals for item in proposal.items}
        unknown = [key for key in only if key not in known]
        if unknown:
            raise UserError(
                f"There is no proposal “{unknown[0]}”.", "`trackmend refine` lists their names."
            )
        rows: list[dict[str, object]] = []
        for name, proposal in proposals:
            chosen = [item for item in proposal.items if not only or item.key in only]
            if apply and chosen:
                changes = opened.edit(proposal.edit([item.key for item in chosen]))
                print_note(f"{name}: {changes.title}; undo takes it back.")
            elif not as_json:
                print_note(f"{name}: {len(chosen)} proposals")
            rows += [_row(item, video=name, is_applied=apply) for item in chosen]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['key']:<16}  {row['sentence']}")
    if rows and not apply:
        print_note("Nothing was changed. --apply makes it one edit; --only NAME chooses.")


def _row(item: RefinementItem, *, video: str, is_applied: bool) -> dict[str, object]:
    plain = asdict(item)
    del plain["filling"], plain["tracks"], plain["reasons"]
    first, last = item.frames
    return {
        "video": video,
        **plain,
        "sentence": item.sentence,
        "frames": [frame_number(first), frame_number(last)],
        "applied": is_applied,
    }
