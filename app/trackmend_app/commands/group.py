"""The top level of the command line: no command means the window; user errors are one line."""

from typing import Any

import typer
from typer.core import TyperGroup

from trackmend_app.commands.console import print_error, print_note
from trackmend_core.errors import UserError, blame_surroundings

WINDOW = "window"
EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130


class TrackmendGroup(TyperGroup):
    """Sends `trackmend`, `trackmend FILE...` and `trackmend --screenshot ...` to the window."""

    # Any: click's context and what a command returns; typer does not export their types.
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the hidden command in front of what is no command."""
        window_options = {o for p in self.commands[WINDOW].params for o in p.opts if o[0] == "-"}
        first = args[0] if args else ""
        is_option = first.startswith("-")
        if (
            not first
            or first.partition("=")[0] in window_options
            or (not is_option and first not in self.commands)
        ):
            args = [WINDOW, *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what the user can mend becomes one line and exit status 2."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            print_error(error)
            raise typer.Exit(EXIT_USER_ERROR) from error
        except OSError as error:
            told = blame_surroundings(error)
            if told is None:
                raise
            print_error(told)
            raise typer.Exit(EXIT_USER_ERROR) from error
        except RuntimeError as error:
            if "home directory" not in str(error):  # what `Path.expanduser` says
                raise
            nobody = UserError(
                "A path begins with ~ and the name of nobody here.",
                "Write ./~name if a file is called so.",
            )
            print_error(nobody)
            raise typer.Exit(EXIT_USER_ERROR) from error
        except KeyboardInterrupt:
            print_note("trackmend: stopped.")
            raise typer.Exit(EXIT_INTERRUPTED) from None
