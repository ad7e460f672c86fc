"""A command that takes an option once says so when it is given twice: the first would fall silent."""

from __future__ import annotations

from collections import Counter
from typing import Any

import typer
from typer.core import TyperCommand

from layers.serve.commands import call
from layers.text import say


class Once(TyperCommand):
    """A command whose options that hold one value are given once."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; refuse an option of one value that stands there twice."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        for param, count in Counter(order).items():
            if (
                count > 1
                and param.param_type_name == "option"
                and not (param.multiple or getattr(param, "is_flag", False))
            ):
                told = say("command.option_twice", call.system_language(), option=param.opts[0])
                raise typer.BadParameter(told, ctx=ctx)
        return super().parse_args(ctx, args)
